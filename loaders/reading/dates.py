"""Converts dates of sources to calendar dates with exclusive ends (DOMAIN 1).

Accepts ``yyyy-mm-dd``, ``yyyy/mm/dd``, ``dd.mm.yyyy``, ``yyyymmdd``, an ISO instant and a year alone; ``  /  /  ``,
``NULL`` and the year 9999 mean that there is no date. Raises ContentError for anything else.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from registry.entities.errors import ContentError
from registry.entities.messages import message

__all__ = ["end_of", "start_of"]

_YEAR = re.compile(r"(\d{4})")
_YMD = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_DMY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_NONE = frozenset({"", "//", "null", "none", "-", "nan"})


def start_of(value: Any, *, file: str = "", line: int | str | None = None) -> date | None:
    """The first day; a year alone is its 1 January; None if the source gives none.

    >>> start_of("1999/01/01"), start_of("  /  /  "), start_of(2004)
    (datetime.date(1999, 1, 1), None, datetime.date(2004, 1, 1))
    """
    return _parse(value, file, line, end=False)


def end_of(value: Any, *, file: str = "", line: int | str | None = None) -> date | None:
    """The first day after, from an inclusive last day or year; None for an open end (empty, 9999).

    >>> end_of("2004-12-31T23:59:00"), end_of("2004"), end_of("9999-12-31")
    (datetime.date(2005, 1, 1), datetime.date(2005, 1, 1), None)
    """
    return _parse(value, file, line, end=True)


def _parse(value: Any, file: str, line: int | str | None, *, end: bool) -> date | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        value = value.date()
    text = value.isoformat() if isinstance(value, date) else str(value).strip()
    if text.replace(" ", "").lower() in _NONE or text.startswith("9999"):
        return None
    try:
        year, month, day = _parts(text, end=end)
        found = date(year, month, day)
        return found + timedelta(days=1) if end else found
    except (ValueError, OverflowError) as error:
        raise ContentError(message("read.no_date", text=text), file=file, line=line) from error


def _parts(text: str, *, end: bool) -> tuple[int, int, int]:
    if match := _YEAR.fullmatch(text):
        return (int(match[1]), 12, 31) if end else (int(match[1]), 1, 1)
    if match := _YMD.fullmatch(text) or _COMPACT.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _DMY.fullmatch(text):
        return int(match[3]), int(match[2]), int(match[1])
    raise ValueError(text)
