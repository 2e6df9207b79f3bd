"""Which row of a table holds the headings; if that cannot be known, an error that shows the rows and names the option.

Input: the first rows, the options, the roles of known headings. Output: the number of the heading row, 0 for none.

=====================================================  ========================================================
First rows, without options                            Result
=====================================================  ========================================================
two or more headings differ by a year alone            error: a wide table, with the options for one year
first row: a known heading of the code                 heading row
a later one of the first rows: such a heading          error: ``--header-row N``
first row: column numbers, or words used as headings   error: ``--column``, ``--header-row 0``
first row: a code, of the form of a later one           no heading row
anything else                                          error: ``--column``, ``--header-row 0``
=====================================================  ========================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from loaders.contract import LoadOptions
from registry.entities.errors import UsageError
from registry.entities.messages import message

__all__ = ["FIRST", "cells_of", "heading_row", "named_header_row", "seen", "wide_years"]

FIRST = 20  #: rows in which a heading is looked for
_SHOWN, _CELLS, _WIDTH = 3, 8, 30  #: rows, cells of a row and characters of a cell in a message
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DIGITS = re.compile(r"\d+")
_NUMBERED = re.compile(r"(?:column|col|kolonne|unnamed:?|field|felt|var|[vxfc])?[ _.]?(\d+)", re.IGNORECASE)
#: words that headings are made of
_HEADING_WORDS = """
    id nr number nummer code codes kode koder kodeverdi verdi value key nøkkel text tekst name navn term label title
    tittel display description beskrivelse definition definisjon type kategori category group gruppe chapter kapittel
    level nivå parent forelder overordnet merknad note notes comment kommentar dato date year år fra til from to start
    slutt end status gyldig valid version versjon kilde source target old new gammel ny icd icd10 icd-10 icpc icpc2
    icpc-2 ncsp ncmp atc snomed oid url begrep bezeichnung bedeutung titel benennung schlüssel schluessel libellé
    intitulé nom
    """
_WORDS = frozenset(_HEADING_WORDS.split())


def cells_of(row: Sequence[Any]) -> list[str]:
    """The cells of a row as text without blanks at either end."""
    return [str(cell).strip().lstrip("\ufeff") for cell in row]


def named_header_row(options: LoadOptions) -> int | None:
    """The number of ``--header-row`` (0 = none), 1 or 0 for ``header`` of a TOML file; None if neither is given."""
    if option := options.extra.get("header_row", ""):
        if not str(option).isdigit():
            raise UsageError(message("list.header_row", text=option))
        return int(option)
    header = str(options.extra.get("header", "")).lower()
    return None if not header else int(header in ("true", "yes", "1"))


def heading_row(
    rows: Sequence[tuple[int, Sequence[Any]]], codes: Iterable[str], known: frozenset[str], *, file: str
) -> int:
    """The number of the heading row, 0 if there is none; raises UsageError by the table above.

    ``codes``: the first cell of every row after the first. ``known``: headings of the code, in lower case.
    """
    first = cells_of(rows[0][1])
    if years := wide_years(first):
        column, text = _pair_of(first, years[0], known)
        wide = {"years": years, "year": years[0], "column": column, "text": text}
        raise UsageError(message("list.wide", file=file, columns=_listed(first), **wide))
    if _has(first, known):
        return rows[0][0]
    for number, row in rows[1:FIRST]:
        if _has(cells_of(row), known):
            raise UsageError(message("list.heading_below", file=file, row=number, rows=seen(rows)))
    if not _is_numbered(first) and _is_code(first, codes):
        return 0
    raise UsageError(message("list.headings_unknown", file=file, columns=_listed(first), rows=seen(rows)))


def _has(cells: Iterable[str], words: frozenset[str]) -> bool:
    return any(cell.lower() in words for cell in cells)


def _has_words(cells: Sequence[str]) -> bool:
    """Whether a cell is a word, or words joined by an underscore, that headings are made of."""
    return any(part in _WORDS for cell in cells for part in (cell.lower(), *cell.lower().split("_")))


def _is_numbered(cells: Sequence[str]) -> bool:
    """Whether the cells are column numbers: 1, 2, 3 …, ``Column1``, or the letters A, B, C …"""
    filled = [cell for cell in cells if cell]
    found = [_NUMBERED.fullmatch(cell) for cell in filled]
    if len(filled) > 1 and all(found):
        numbers = [int(match[1]) for match in found if match is not None]
        return numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return len(filled) > 2 and filled == [chr(ord("A") + n) for n in range(len(filled))]


def _is_code(cells: Sequence[str], codes: Iterable[str]) -> bool:
    """Whether the first cell is a code of the same form as one of the codes that follow.

    It holds a digit; or it has at most three capital letters, and no cell of its row is a word of headings. The form:
    letters as they are in kind (upper, lower), a run of digits as one, signs as they are.
    """
    cell, wanted = cells[0], _form(cells[0])
    digits = any(c.isdigit() for c in cell)
    if not digits and not (cell.isupper() and len(cell) <= 3 and not _has_words(cells)):
        return False
    followed = False
    for code in codes:
        followed = True
        if _form(code) == wanted:
            return True
    return not followed


def _form(cell: str) -> str:
    digits = _DIGITS.sub("9", cell)
    return "".join("A" if c.isupper() else "a" if c.islower() else c for c in digits)


def wide_years(headings: Iterable[str]) -> list[str]:
    """The years of headings that differ by their year alone; empty for a table that is not wide.

    >>> wide_years(["nr_2013", "navn_2013", "nr_2014", "navn_2014"])
    ['2013', '2014']
    """
    years: dict[str, set[str]] = {}
    for heading in headings:
        found = _YEAR.findall(heading)
        if len(found) == 1:
            years.setdefault(_YEAR.sub("#", heading.lower()), set()).add(found[0])
    return sorted({year for several in years.values() if len(several) > 1 for year in several})


def _pair_of(headings: Sequence[str], year: str, known: frozenset[str]) -> tuple[str, str]:
    """Headings of a code and a text for the example in the message.

    The code: the known heading of the code, else the first of the year's headings if it has several, else the first
    heading without a year. The text: the next heading of the year.
    """
    of_year = [heading for heading in headings if year in heading]
    timeless = [heading for heading in headings if heading and not _YEAR.search(heading)]
    named = [heading for heading in timeless if heading.lower() in known]
    if named or (len(of_year) == 1 and timeless):
        return (named or timeless)[0], of_year[0]
    return of_year[0], of_year[1] if len(of_year) > 1 else "…"


def seen(rows: Iterable[tuple[int, Sequence[Any]]]) -> list[str]:
    """The first rows with their numbers, as messages show them: cells between bars, cut to a few words."""
    return [
        f"  {number}: {' | '.join(_cut(c) for c in cells_of(row)[:_CELLS])}"
        for number, row in islice(rows, _SHOWN)
    ]


def _listed(cells: Sequence[str]) -> str:
    return ", ".join(_cut(cell) for cell in cells[:_CELLS] if cell) + (" …" if len(cells) > _CELLS else "")


def _cut(cell: str) -> str:
    return cell if len(cell) <= _WIDTH else cell[: _WIDTH - 1] + "…"
