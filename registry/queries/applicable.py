"""Versions that applied on a date, in general or in a scope, permitted or required (DOMAIN 2, 3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from registry.entities.messages import message
from registry.entities.results.scopes import Applicable, ApplicableVersion
from registry.reader import Moment, Reader
from registry.store.metadata import SystemRow
from registry.time.applicability import RANKS, answer, scoped, scoped_reason
from registry.time.reasons import explain, suggest
from registry.time.timeline import Timeline

__all__ = ["applicable", "scope_message"]


def applicable(
    reader: Reader,
    system: str,
    *,
    on: str | date | None = None,
    scope: str | None = None,
    role: str | None = None,
    track: str | None = None,
    known_at: str | date | None = None,
) -> Applicable:
    """Versions in force on the day (or accepted by the scope), each with its status; else the reason."""
    moment = reader.moment(known_at)
    day = reader.day(on, moment)
    row = moment.snapshot.system(system)
    result = partial(Applicable, on=day, scope=scope, role=role, known_at=moment.known_at)
    if row is None:
        reason, why = reader.unknown_system(moment, system, day)
        reason = "unknown" if reason == "unknown_system" else reason
        return result(system=system, versions=[], reason=reason, message=why)
    timeline = moment.timeline(row)
    if scope is None:
        return _by_validity(result, moment, timeline, day, track)
    return _by_scope(result, moment, timeline, day, scope, role)


def _by_validity(
    result: partial[Applicable], moment: Moment, timeline: Timeline, day: date, track: str | None
) -> Applicable:
    rows = timeline.in_force(day, track)
    loaded, missing = _parted([answer(timeline, v, "in_force", day) for v in rows])
    reason = None if loaded else "not_loaded" if missing else timeline.reason_on(day, track)
    first = rows[0] if rows else None
    return result(
        system=timeline.system.slug,
        versions=loaded,
        reason=reason,
        not_loaded=missing,
        warnings=timeline.overlaps(rows),
        message=explain(reason, moment.snapshot, timeline, day, version=first) if reason else "",
    )


def _by_scope(
    result: partial[Applicable], moment: Moment, timeline: Timeline, day: date, scope: str, role: str | None
) -> Applicable:
    statuses = scoped(timeline, scope, role, day)
    reason = scoped_reason(statuses, day)
    statuses.sort(key=lambda found: timeline.preference(found[0], found[2]), reverse=True)
    answers = [answer(timeline, v, status, day, row) for v, row, status in statuses]
    loaded, missing = _parted([a for a in answers if a.status in RANKS])
    if missing and not loaded:
        reason = "not_loaded"
    return result(
        system=timeline.system.slug,
        versions=loaded,
        reason=reason,
        not_loaded=missing,
        others=[a for a in answers if a.status not in RANKS],
        message=scope_message(reason, moment, timeline.system, scope, role, day, missing),
    )


def _parted(versions: list[ApplicableVersion]) -> tuple[list[ApplicableVersion], list[ApplicableVersion]]:
    """The loaded versions, and those whose content is not loaded."""
    return [v for v in versions if v.release is not None], [v for v in versions if v.release is None]


def scope_message(
    reason: str | None,
    moment: Moment,
    system: SystemRow,
    scope: str,
    role: str | None,
    day: date,
    missing: Sequence[ApplicableVersion] = (),
) -> str:
    """The message for a reason in a scope; empty without a reason. ``missing``: versions that are not loaded."""
    if reason is None:
        return ""
    if reason == "unknown":
        return _scope_unknown(moment, system, scope, role)
    if reason == "not_loaded":
        version = missing[0].version
        return message("reason.not_loaded_for_scope", version=version, system=system.slug, scope=scope)
    with_role = message("reason.for_role", role=role) if role else ""
    return message(f"reason.scope_{reason}", scope=scope, system=system.slug, on=day, role=with_role)


def _scope_unknown(moment: Moment, system: SystemRow, scope: str, role: str | None) -> str:
    """Why the scope has no rows: it does not exist, or has none for the system and the date role."""
    if scope not in moment.snapshot.scopes:
        return message("reason.unknown_scope", scope=scope, near=suggest(scope, list(moment.snapshot.scopes)))
    rows = [r for r in moment.snapshot.applicability if r.scope == scope and r.system_id == system.system_id]
    roles = [r or message("reason.no_role") for r in sorted({r.role or "" for r in rows})]
    return message(
        "reason.scope_unknown",
        system=system.slug,
        scope=scope,
        role=message("reason.for_role", role=role) if role else "",
        roles=message("reason.other_roles", roles=roles) if roles else "",
    )
