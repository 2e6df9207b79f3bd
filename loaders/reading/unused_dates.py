"""What the dates of single codes say about a version that is named by its label, where they make no versions.

Input: the rows with their two dates, and the version's first day and first day after. Output: notices: which columns are
not used, how many codes ended before the version or begin after it, and which dates cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from registry.entities.errors import ContentError
from registry.entities.messages import located, message

__all__ = ["UnusedDates"]

_SHOWN = 5  #: codes or dates in a notice

Days = Callable[[list[Any], int], tuple[date | None, date | None]]


class UnusedDates:
    """Collects the dates of rows; ``columns``: their headings, ``days``: reads the two dates of a row."""

    def __init__(self, columns: tuple[str, ...], days: Days) -> None:
        self._columns, self._days = columns, days
        self._dated: list[tuple[str, date | None, date | None]] = []
        self._unread: list[str] = []

    def look(self, row: list[Any], number: int, code: str) -> None:
        """Look at a row; without columns nothing is kept."""
        if not self._columns:
            return
        try:
            start, end = self._days(row, number)
        except ContentError as error:
            self._unread.append(located(code, error.message))
            return
        if start is not None or end is not None:
            self._dated.append((code, start, end))

    def notices(self, first: date | None, end: date | None) -> Iterator[str]:
        """The notices for a version that is valid from ``first`` until before ``end``."""
        if self._columns:
            yield from self._about(first, end)

    def _about(self, first: date | None, end: date | None) -> Iterator[str]:
        yield message("notice.dates_not_used", columns=self._columns)
        ended = [code for code, _, last in self._dated if first and last and last <= first]
        later = [code for code, start, _ in self._dated if end and start and start >= end]
        if ended:
            yield message("notice.ended_before", count=len(ended), day=first, codes=ended[:_SHOWN])
        if later:
            yield message("notice.begin_after", count=len(later), day=end, codes=later[:_SHOWN])
        if self._unread:
            yield message("notice.dates_unread", count=len(self._unread), rows=self._unread[:_SHOWN])
