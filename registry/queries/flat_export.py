"""A version as one table by columns, for exports.

One pass over the records fills the columns; kinds of text and properties add columns when they first occur.
Files are written by ``api.tables``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from registry.content.display import display_text
from registry.entities.records import ConceptRecord

__all__ = ["Table", "table_of"]

_SEPARATOR = " | "


class Table:
    """Columns of equal length by name. Iterating gives a dict per row."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __iter__(self) -> Iterator[dict[str, Any]]:
        names = list(self.columns)
        for row in zip(*self.columns.values(), strict=True):
            yield dict(zip(names, row, strict=True))


class _Sparse:
    """Text columns that are added when they are first used; several values of one cell are joined."""

    def __init__(self) -> None:
        self._columns: dict[Any, list[str]] = {}

    def put(self, key: Any, row: int, text: str) -> None:
        """Add a text to the cell of the newest row."""
        column = self._columns.get(key)
        if column is None:
            column = self._columns[key] = []
        missing = row - len(column)
        if missing == 0:
            column.append(text)
        elif missing < 0:
            column[row] += _SEPARATOR + text
        else:
            column.extend([""] * missing)
            column.append(text)

    def filled(self, rows: int) -> Iterator[tuple[Any, list[str]]]:
        """Columns by key, padded to the length of the table."""
        for key in sorted(self._columns):
            column = self._columns[key]
            yield key, column + [""] * (rows - len(column))


def table_of(records: Iterable[ConceptRecord], system: str, version: str, language: str = "") -> Table:
    """Code, concept, display, parents, flags, then a column for every kind of text and every property.

    ``language``: language of the display.
    """
    codes, concepts, displays, parents = list[str](), list[str](), list[str](), list[str]()
    inactive, selectable = list[bool](), list[bool | None]()
    texts, properties = _Sparse(), _Sparse()
    for row, r in enumerate(records):
        codes.append(r.code)
        concepts.append(r.key or r.code)
        displays.append(display_text(r, language=language))
        parents.append(" ".join(r.parents))
        inactive.append(r.inactive)
        selectable.append(r.selectable)
        for d in r.designations:
            texts.put((d.kind, d.language), row, d.text)
        for p in r.properties:
            properties.put(p.code, row, p.text)
    rows = len(codes)
    return Table(
        {"system": [system] * rows, "version": [version] * rows, "code": codes, "concept": concepts, "display": displays,
         "parents": parents, "inactive": inactive, "selectable": selectable}
        | {(f"{kind}:{lang}" if lang else kind): column for (kind, lang), column in texts.filled(rows)}
        | {f"property:{code}": column for code, column in properties.filled(rows)}
    )  # fmt: skip
