"""The column of a table that gives each row its year: which years it holds, and which of them the version is.

A file of one year may hold rows of another. The column selects the rows of the version; it is never ignored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from loaders.reading.columns import Layout
from registry.entities.errors import ContentError, UsageError
from registry.entities.messages import message

__all__ = ["YearColumns"]

_YEAR = re.compile(r"(?:19|20)\d\d")


class YearColumns:
    """Counts the years of the year column; without one, looks for a column without heading that holds only years."""

    def __init__(self, layout: Layout, first: Sequence[tuple[int, Sequence[Any]]]) -> None:
        self._at = layout.places.get("year", -1)
        self._years: Counter[str] = Counter()
        width = max(len(row) for _, row in first)
        read = set(layout.places.values())
        nameless = not layout.heading and not layout.declared and self._at < 0
        self._maybe: dict[int, set[str]] = {at: set() for at in range(width) if nameless and at not in read}

    def look(self, row: Sequence[Any], number: int, file: str) -> None:
        """Look at a row; raises ContentError for something else than a year in the year column."""
        if self._at >= 0:
            year = _text(row, self._at)
            if not _YEAR.fullmatch(year):
                raise ContentError(message("list.not_a_year", text=year[:40]), file=file, line=number)
            self._years[year] += 1
        for at, found in [*self._maybe.items()]:
            if _YEAR.fullmatch(year := _text(row, at)):
                found.add(year)
            else:
                del self._maybe[at]

    def chosen(self, version: str, file: str) -> str:
        """The year of the rows to read, empty without a year column; raises UsageError if it is not clear which."""
        for at, years in self._maybe.items():
            if len(years) > 1:
                raise UsageError(
                    message("list.year_column", file=file, column=at + 1, years=sorted(years)[:20])
                )
        if not self._years:
            return ""
        if version in self._years:
            return version
        if _YEAR.fullmatch(version):
            held = sorted(self._years)[:20]
            raise UsageError(message("list.no_year_rows", file=file, year=version, years=held))
        if len(self._years) == 1:
            return next(iter(self._years))
        raise UsageError(message("list.several_years", file=file, years=sorted(self._years)[:20]))

    def others(self, year: str) -> list[str]:
        """The other years of the column, each with the number of its rows."""
        return [f"{other} ({count})" for other, count in sorted(self._years.items()) if other != year][:20]


def _text(row: Sequence[Any], at: int) -> str:
    return str(row[at]).strip() if at < len(row) else ""
