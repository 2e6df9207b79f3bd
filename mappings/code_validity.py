"""Validity of a map's target on a day, from the queries ``validity`` and ``history``.

A code that exists but is not selectable (a header, a reserve code) is a valid target; outside the coverage or in
content that is not loaded its validity is unknown. Successors come from the code's history.
"""

from __future__ import annotations

from datetime import date

from registry.entities.records import Coding
from registry.queries.history import history
from registry.queries.validity import validity
from registry.reader import Reader
from registry.terminology.catalog import CodeValidity
from registry.time.in_force import status_on

__all__ = ["code_validity"]

_STALE = ("unknown_code", "expired", "wrong_system", "not_yet")
_EXISTS = ("header", "not_reportable", "reserve", "local")


def code_validity(reader: Reader, system: str, code: str, on: date, known_at: str | None) -> CodeValidity:
    """Whether the code is valid in a version in force on the day; if not, the reason and its successors."""
    found = validity(reader, system, code, on=on, known_at=known_at)
    if found.valid or found.reason in _EXISTS:
        return CodeValidity(valid=True)
    if not found.verdicts or found.reason not in _STALE:
        return CodeValidity(valid=None, reason=found.reason or "")
    spans = history(reader, system, code, known_at=known_at).spans
    spans = [s for s in spans if status_on(s, on) != "upcoming"]
    if not spans:
        return CodeValidity(valid=False, reason=found.reason)
    change = spans[-1].ended or (spans[-1].change if spans[-1].inactive else None)
    canonical = _url(reader, system, known_at)
    after = tuple(Coding(c, canonical) for c in (change.to if change is not None else ()) if c != found.code)
    return CodeValidity(valid=False, reason="expired", successors=after)


def _url(reader: Reader, system: str, known_at: str | None) -> str:
    row = reader.moment(known_at).snapshot.system(system)
    return row.record.canonical if row is not None else system
