"""Strict parsing of FHIR dates: a year, month, day or instant, as the calendar days that it covers.

Dates in loaded resources are parsed more leniently (``loaders.formats.fhir.reading``).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

__all__ = ["days_of"]

_TIME = r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?(?:Z|[-+ ]([0-9]{2}):([0-9]{2}))?)?"
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})" + _TIME + ")?)?")
_MOST = (23, 59, 60, 14, 59)  #: hours, minutes, seconds, hours and minutes from UTC


def days_of(text: str) -> tuple[date, date] | None:
    """The first and last day that the text covers; None if it is not a date. Of an instant the written day counts.

    >>> days_of("2020-02"), days_of("2020-01-01T99:99:99")
    ((datetime.date(2020, 2, 1), datetime.date(2020, 2, 29)), None)
    """
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, *time = found.groups()
    if any(part is not None and int(part) > most for part, most in zip(time, _MOST, strict=True)):
        return None
    try:
        first = date(int(year), int(month or 1), int(day or 1))
        if day:
            return first, first
        last = (first.replace(month=first.month if month else 12, day=28) + timedelta(days=4)).replace(day=1)
        return first, last - timedelta(days=1)
    except (ValueError, OverflowError):
        return None
