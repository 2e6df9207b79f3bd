"""Whether an official change table makes a code effective by an update of a version that is not loaded.

A version's content applies from the start of its segment. A code that the content lacks, while an official change table
makes the code effective after that start and not after the day, was added by an update whose content is not loaded: that
the content lacks the code is then no answer for the day.

=========================================================  ===========================
day from which the table makes the code effective           the code's absence means
=========================================================  ===========================
on or before the first day of the content                   no: the content would have it
after that day, on or before the day asked about            unknown: ``update_not_loaded``
later, or after the last day of the content                 no, on that day
=========================================================  ===========================
"""

from __future__ import annotations

from datetime import date, timedelta

from registry.entities.messages import message
from registry.queries.official import OfficialTables
from registry.reader import Reader, Resolved

__all__ = ["UPDATE_NOT_LOADED", "missing_update", "update_missing_in"]

UPDATE_NOT_LOADED = "update_not_loaded"  #: the reason of an answer


def update_missing_in(reader: Reader, resolved: Resolved, code: str) -> str:
    """The message if the content lacks the code for want of an update; empty if no table names such an update. ``code``: canonical."""
    system, version, segment = resolved.system, resolved.version, resolved.segment
    if system is None or version is None or segment is None or segment.valid_from is None:
        return ""
    tables = OfficialTables(reader, reader.moment(resolved.known_at), system)
    last = segment.valid_to - timedelta(days=1) if segment.valid_to else resolved.day or date.max
    found = tables.effective(code, after=segment.valid_from, until=min(resolved.day or last, last))
    if found is None:
        return ""
    day, table = found
    return message(
        "code.update_not_loaded",
        code=code,
        system=system.slug,
        version=version.label,
        day=day,
        table=table,
        year=str(day.year),
    )


def missing_update(
    reader: Reader, system: str, version: str, code: str, on: date, known_at: str | None
) -> str:
    """As ``update_missing_in``, for a version by its label."""
    resolved = reader.resolve(system, on=on, version=version, known_at=known_at)
    if resolved.system is None:
        return ""
    return update_missing_in(reader, resolved, resolved.system.rules.canonical(code))
