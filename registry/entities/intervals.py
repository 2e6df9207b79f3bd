"""Half-open intervals of dates and of recorded time, and parsing of dates.

Pure functions on dates and instants. Whether a version is in force is decided in ``registry.time.in_force``.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from registry.entities.errors import BadDate
from registry.entities.messages import message

__all__ = [
    "OSLO",
    "On",
    "covers",
    "instant_text",
    "iso",
    "known_at_us",
    "overlap",
    "parse_date",
    "through",
    "today_oslo",
]

OSLO = ZoneInfo("Europe/Oslo")
#: a date as a caller gives it: a date, ISO text, or none
On = str | date | None
_FAR = "9999"
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")


def today_oslo() -> date:
    """The calendar date in Oslo now."""
    return datetime.now(OSLO).date()


def parse_date(text: str | date | None, *, what: str = "date") -> date | None:
    """A calendar date from ``yyyy-mm-dd`` or from an instant (its date in Oslo).

    Raises ``BadDate`` for anything else.

    >>> parse_date("2020-03-02")
    datetime.date(2020, 3, 2)
    """
    if text is None or text == "":
        return None
    if isinstance(text, datetime):
        return text.astimezone(OSLO).date() if text.tzinfo else text.date()
    if isinstance(text, date):
        return text
    if not isinstance(text, str):
        raise BadDate(message("error.not_a_date", what=what, text=repr(text)))
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if _INSTANT.fullmatch(text):
            return parse_date(datetime.fromisoformat(text))
    except ValueError as error:
        raise BadDate(message("error.impossible_date", what=what, text=text, error=error)) from error
    raise BadDate(message("error.not_a_date", what=what, text=text))


def through(last: date | None) -> date | None:
    """The exclusive end of an interval whose last day is ``last``."""
    return None if last is None else last + timedelta(days=1)


def overlap(a: tuple[date | None, date | None], b: tuple[date | None, date | None]) -> bool:
    """Whether two half-open intervals share a day."""
    return (a[1] is None or b[0] is None or b[0] < a[1]) and (b[1] is None or a[0] is None or a[0] < b[1])


def covers(recorded_from: int, recorded_to: int | None, instant: int | None) -> bool:
    """Whether a row was recorded at the instant (None = now)."""
    if instant is None:
        return recorded_to is None
    return recorded_from <= instant and (recorded_to is None or instant < recorded_to)


def known_at_us(value: str | date | datetime | int | None, *, now_us: int) -> int | None:
    """A ``known_at`` in microseconds: an instant, or a date, which means the end of that day in Oslo.

    Text without a fraction means the end of its second, without seconds that of its minute: so a listed instant covers
    what was recorded then. Today's date means now, as does the current second; raises ``BadDate`` for anything later.
    """
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str | date):
        raise BadDate(message("error.known_at_form", text=repr(value)))
    if isinstance(value, datetime) or (isinstance(value, str) and not _DATE.fullmatch(value)):
        moment = value if isinstance(value, datetime) else _instant(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=OSLO)
        micros = _micros(moment) + (_written_part(value) if isinstance(value, str) else 0)
        if micros > now_us >= _micros(moment):
            micros = now_us
    elif str(value) >= _FAR:
        micros = now_us + 1
    else:
        day = parse_date(value, what="known_at")
        if day is None:
            return None
        micros = _micros(datetime.combine(day + timedelta(days=1), time(), OSLO)) - 1
        if day == datetime.fromtimestamp(now_us / 1e6, OSLO).date():
            micros = min(micros, now_us)
    if micros > now_us:
        raise BadDate(message("error.known_at_future", day=value))
    return micros


def _written_part(text: str) -> int:
    """Microseconds from an instant as written to the end of its second or minute; 0 if it has a fraction."""
    match = _INSTANT.fullmatch(text)
    if match is None or match[2]:
        return 0
    return 999_999 if match[1] else 59_999_999


def _instant(text: str) -> datetime:
    if not _INSTANT.fullmatch(text):
        raise BadDate(message("error.known_at_form", text=text))
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise BadDate(message("error.impossible_instant", text=text, error=error)) from error


def _micros(moment: datetime) -> int:
    """Microseconds since 1970; raises BadDate for an instant whose date in UTC has no year between 1 and 9999."""
    try:
        delta = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    except OverflowError as error:
        text = moment.isoformat()
        raise BadDate(message("error.impossible_instant", text=text, error=error)) from error
    return delta // timedelta(microseconds=1)


def instant_text(micros: int | None) -> str:
    """An instant as ISO 8601 in Oslo time; empty for None."""
    if micros is None:
        return ""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    return moment.astimezone(OSLO).isoformat()


def iso(day: date | None) -> str | None:
    """ISO text of a date, for storage."""
    return None if day is None else day.isoformat()
