"""Which dates a version has after a load (DOMAIN, Version; semantics 1 and 12).

=====================================================  ==================================================
the load's date                                        the version's date
=====================================================  ==================================================
stated by the caller                                   the caller's
inferred (year of a file name …), the version undated  the inferred one
inferred, the version has dates                        kept; another date is a conflict, which is reported
given by the source, declared by hand or stated by a   kept; another date is a conflict, which is reported
caller before, or a source with precedence has others
given by the source, otherwise                         the source's
an update                                              kept, unless the caller states it
=====================================================  ==================================================

Precedence among sources: stated by a caller, then priority, publication, correction before update. The order of
loading makes no difference, except that the latest statement of a caller counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import msgspec

from registry.entities.errors import UsageError
from registry.entities.messages import Message, message
from registry.entities.records import ReleaseHeader
from registry.store.ledger_writer import Writer
from registry.store.metadata import ReleaseRow, Snapshot, SystemRow, VersionRow
from registry.time.timeline import Timeline
from registry.writing.importing import put_version

__all__ = ["change_of", "changed", "conflict", "overlapping", "settle_dates"]

Dates = tuple[date | None, date | None]


def settle_dates(
    writer: Writer, current: VersionRow, header: ReleaseHeader, releases: Iterable[ReleaseRow]
) -> Message | None:
    """Give the version its dates after a load; the message says what changed, None if nothing did.

    ``releases``: those of the version that are stored. Raises ``UsageError`` if the end would be before the start.
    """
    known = list(releases)
    change, new = change_of(current, header, known), _dates(current, header, [r.header for r in known])
    if change is None:
        return None
    writer.end("version", current.row_id)
    dated = msgspec.structs.replace(
        header, valid_from=new[0], valid_to=new[1], published=current.published or header.published
    )
    put_version(
        writer,
        current.version_id,
        current.system_id,
        dated,
        same_as=current.same_as,
        declared=current.declared,
    )
    return change


def change_of(current: VersionRow, header: ReleaseHeader, releases: Iterable[ReleaseRow]) -> Message | None:
    """A message with the dates that the load changes; None if it changes none. Raises as ``settle_dates``."""
    old, new = (current.valid_from, current.valid_to), _dates(current, header, [r.header for r in releases])
    if new[0] and new[1] and new[1] <= new[0]:
        raise UsageError(message("error.ends_before_start", version=current.label, end=new[1], start=new[0]))
    return None if new == old else changed(current.label, old, new)


def conflict(current: VersionRow, header: ReleaseHeader, releases: Iterable[ReleaseRow]) -> Message | None:
    """A message that the version keeps its dates although the load has others; None if there is no conflict."""
    kept = _dates(current, header, [r.header for r in releases])
    given = (header.valid_from, header.valid_to)
    if all(g in (None, k) for g, k in zip(given, kept, strict=True)):
        return None
    return message(
        "load.dates_kept",
        version=current.label,
        kept=_interval(kept),
        given=_interval(given),
        system=header.system,
    )


def changed(label: str, old: Dates, new: Dates) -> Message:
    """A message with the dates of a version before and now."""
    if old == new:
        return message("load.dates_same", version=label, old=_interval(old))
    return message("load.dates_now", version=label, start=_day(new[0]), end=_end(new[1]), old=_interval(old))


def _dates(current: VersionRow, header: ReleaseHeader, others: list[ReleaseHeader]) -> Dates:
    recorded = (current.valid_from, current.valid_to)
    own = (header.valid_from, header.valid_to)
    if header.stated:
        start = own[0] if "valid_from" in header.stated or current.undated else recorded[0]
        end = own[1] if "valid_to" in header.stated or current.undated else recorded[1]
        return start, end
    if own == (None, None) or current.declared or header.kind != "correction":
        return recorded
    if "valid_from" in header.inferred:
        return own if current.undated else recorded
    dated = [h for h in others if h.valid_from or h.valid_to]
    return recorded if any(_rank(h) > _rank(header) for h in dated) else own


def _rank(header: ReleaseHeader) -> tuple[object, ...]:
    basis = 2 if header.stated else 0 if "valid_from" in header.inferred else 1
    return basis, header.priority, header.published, header.kind == "correction"


def _interval(dates: Dates) -> Message:
    return message("load.interval", start=_day(dates[0]), end=_end(dates[1]))


def _day(day: date | None) -> object:
    return day or message("load.no_start")


def _end(end: date | None) -> object:
    """The last day of an interval with that end, as texts show it."""
    return end - timedelta(days=1) if end else message("load.derived_end")


def overlapping(snapshot: Snapshot, system: SystemRow | None, header: ReleaseHeader) -> list[str]:
    """Warnings if the version's days overlap those of its neighbours on the track, with the ends that are derived."""
    if system is None:
        return []
    facts = snapshot.facts_of(system)
    others = [v for v in facts.versions if (v.label, v.track) != (header.version, header.track)]
    same = next((v for v in facts.versions if (v.label, v.track) == (header.version, header.track)), None)
    start = header.valid_from or (same.valid_from if same else None)
    end = header.valid_to or (same.valid_to if same else None)
    own = VersionRow(0, system.system_id, header.track, header.version, start, end, "", header.rolling, "", False, 0,
                     None)  # fmt: skip
    timeline = Timeline(replace(facts, versions=(*others, own)))
    rows = timeline.on_track(header.track)
    at = next(n for n, v in enumerate(rows) if v.label == header.version)
    return timeline.overlaps(rows[max(at - 1, 0) : at + 2])
