"""Cells of CSV that a spreadsheet would take for a formula: counted always, escaped on request.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return, also one in quotes. Codes
and texts may begin so for good reasons, and other programs need them unchanged; so they are escaped, by ``'`` in front, only
where the caller wants it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["FormulaCells", "count_formulas", "is_formula"]

_FIRST = frozenset("=+-@\t\r")


def is_formula(value: Any) -> bool:
    """Whether a cell begins like a formula.

    >>> is_formula("=1+1"), is_formula("-"), is_formula(" =1"), is_formula(-1)
    (True, True, False, False)
    """
    return isinstance(value, str) and value[:1] in _FIRST


def count_formulas(columns: Mapping[str, Iterable[Any]]) -> int:
    """The number of such cells of a whole table, with its heading.

    >>> count_formulas({"=code": ["A", "+B", None]})
    2
    """
    return sum(map(is_formula, columns)) + sum(sum(map(is_formula, column)) for column in columns.values())


class FormulaCells:
    """Counts the cells that begin like a formula, and escapes them if ``escape``."""

    def __init__(self, *, escape: bool = False) -> None:
        self.escape = escape
        self.count = 0

    def row(self, cells: Iterable[Any]) -> list[Any]:
        """The cells of a row as they are to be written.

        >>> FormulaCells(escape=True).row(["=1+1", "A"]), FormulaCells().row(["=1+1", "A"])
        (["'=1+1", 'A'], ['=1+1', 'A'])
        """
        return [self._cell(cell) if is_formula(cell) else cell for cell in cells]

    def _cell(self, cell: str) -> str:
        self.count += 1
        return f"'{cell}" if self.escape else cell
