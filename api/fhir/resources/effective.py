"""``effective`` and ``date`` in searches: a date with a prefix against the days on which something applies.

A period without an end is open; a resource without a period applies always. ``eq`` (the default) matches what applies on
some day of the given date: the versions in force. ``gt`` and ``ge`` match what applies after it (or on it), ``lt`` and
``le`` before it, ``sa`` what begins after it, ``eb`` what ends before it, ``ne`` what applies on none of its days.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from api.fhir.format.outcome import refuse
from api.fhir.format.partial_dates import days_of
from registry.entities.intervals import through
from registry.entities.messages import message
from registry.time.in_force import Interval, status_on

__all__ = ["applies", "check_dates", "dated", "standing_on"]

Days = tuple[date, date]
_PREFIXES = ("eq", "ne", "gt", "ge", "lt", "le", "sa", "eb", "ap")


def applies(shell: dict[str, Any], wanted: str) -> bool:
    """Whether the resource's effective period matches; raises Refused for an invalid date."""
    return _fits(_period(shell), *_parsed(wanted, "effective"))


def check_dates(name: str, value: str) -> None:
    """Raise Refused for an invalid date, also if there is nothing to compare it with."""
    for wanted in value.split(","):
        _parsed(wanted, name)


def dated(text: str, wanted: str) -> bool:
    """Whether a resource's ``date`` matches; False without a date. Raises Refused for an invalid date."""
    period, have = _parsed(wanted, "date"), days_of(text)
    return have is not None and _fits(have, *period)


def standing_on(shell: dict[str, Any], day: date) -> str:
    """``upcoming`` or ``expired`` if the resource does not apply on the day, else empty."""
    start, end = _bounds(shell)
    found = status_on(Interval(start, through(end)), day)
    return found if found in ("upcoming", "expired") else ""


def _parsed(wanted: str, name: str) -> tuple[str, Days]:
    prefix = wanted[:2] if wanted[:2] in _PREFIXES else "eq"
    found = days_of(wanted.removeprefix(prefix))
    if found is None:
        raise refuse("REQUEST_INVALID", message("request.no_search_date", name=name, text=wanted), place=name)
    return prefix, found


def _fits(have: Days, prefix: str, period: Days) -> bool:
    (start, end), (first, last) = have, period
    meets = start <= last and end >= first
    fits = {"eq": meets, "ap": meets, "ne": not meets, "gt": end > last, "ge": end >= first}
    fits |= {"lt": start < first, "le": start <= last, "sa": start > last, "eb": end < first}
    return fits[prefix]


def _bounds(shell: dict[str, Any]) -> tuple[date | None, date | None]:
    """The first and the last day of the effective period; None if an end is open."""
    found = shell.get("effectivePeriod") or {}
    start, end = days_of(str(found.get("start", ""))), days_of(str(found.get("end", "")))
    return start[0] if start else None, end[1] if end else None


def _period(shell: dict[str, Any]) -> Days:
    start, end = _bounds(shell)
    return start or date.min, end or date.max
