"""Versions that applied to a scope on a date, with their status, from applicability rows (DOMAIN 3).

Validity of versions without a scope is in ``registry.time.timeline``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from registry.entities.results.scopes import ApplicableVersion
from registry.store.metadata import ApplicabilityRow, VersionRow
from registry.time.in_force import RANKS, Interval, begun, reason_on
from registry.time.in_force import status_on as interval_status
from registry.time.timeline import Timeline

__all__ = ["RANKS", "scoped", "scoped_reason", "status_on"]


def status_on(row: ApplicabilityRow, successor_required: date | None, day: date) -> str:
    """Status of a row on a day: not_yet, permitted, required, grace or expired; ``accepted_until`` is exclusive.

    >>> from datetime import date
    >>> row = ApplicabilityRow("npr", 1, "", "2020", "", "", date(2020,1,1), date(2020,5,1), None, "", 0, None)
    >>> status_on(row, None, date(2020, 3, 1)), status_on(row, date(2021, 1, 1), date(2021, 2, 1))
    ('permitted', 'grace')
    """
    outside = interval_status(Interval(row.allowed_from or row.required_from, row.accepted_until), day)
    if outside in ("upcoming", "expired"):
        return "not_yet" if outside == "upcoming" else "expired"
    if begun(successor_required, day):
        return "grace"
    return "required" if begun(row.required_from, day) else "permitted"


def scoped(
    timeline: Timeline, scope: str, role: str | None, day: date, code: str | None = None
) -> list[tuple[VersionRow, ApplicabilityRow, str]]:
    """Versions with a row for the scope and the date role, with their status on the day."""
    rows = _rows(timeline, scope, role, code)
    found = []
    for row, version in rows:
        later = [r.required_from for r, v in rows if r.required_from and _follows(r, v, row, version)]
        found.append((version, row, status_on(_filled(row, version), min(later, default=None), day)))
    return found


def _rows(
    timeline: Timeline, scope: str, role: str | None, code: str | None
) -> list[tuple[ApplicabilityRow, VersionRow]]:
    rows = (r for r in timeline.facts.applicability if r.scope == scope)
    matching = [r for r in rows if r.role == (role or "") and _concerns(r, code)]
    narrowed = {(r.track, r.label) for r in matching if r.codes}
    kept = [r for r in matching if r.codes or (r.track, r.label) not in narrowed]
    pairs = [(r, timeline.find(r.label, r.track)) for r in kept]
    return [(r, v) for r, v in pairs if v is not None]


def _concerns(row: ApplicabilityRow, code: str | None) -> bool:
    """Whether the row applies to the code; without a code, rows restricted to some codes do not apply."""
    if not row.codes:
        return True
    import re2  # imported only for rows restricted to codes: the import takes longer than most queries

    return code is not None and re2.fullmatch(row.codes, code) is not None


def _filled(row: ApplicabilityRow, version: VersionRow) -> ApplicabilityRow:
    """The row; if it has no start date, with the start of its version."""
    if row.allowed_from or row.required_from:
        return row
    return ApplicabilityRow(
        row.scope, row.system_id, row.track, row.label, row.role, row.codes, version.valid_from, None,
        row.accepted_until, row.legal_basis, row.recorded_from, row.recorded_to, row.row_id,
    )  # fmt: skip


def _follows(r: ApplicabilityRow, v: VersionRow, row: ApplicabilityRow, version: VersionRow) -> bool:
    """Whether ``r`` is for a successor of ``row``'s version on the same track."""
    if v.version_id == version.version_id or v.track != version.track:
        return False
    own = row.required_from or row.allowed_from or version.valid_from or date.min
    return (r.required_from or date.max) > own or (v.valid_from or date.min) > (
        version.valid_from or date.max
    )


def scoped_reason(statuses: Sequence[tuple[VersionRow, ApplicabilityRow, str]], day: date) -> str | None:
    """Why a scope accepts no version on the day; None if it accepts one."""
    if not statuses:
        return "unknown"
    if any(s in RANKS for _, _, s in statuses):
        return None
    starts = [(r.allowed_from or r.required_from or v.valid_from, r.accepted_until) for v, r, _ in statuses]
    return reason_on([Interval(*bounds) for bounds in starts], day)


def answer(
    timeline: Timeline, version: VersionRow, status: str, day: date, row: ApplicabilityRow | None = None
) -> ApplicableVersion:
    """A version of the answer, with the hash of the content in force on the day."""
    segment = timeline.segment_on(version, day)
    primary = segment.primary
    return ApplicableVersion(
        version=version.label,
        track=version.track,
        status=status,
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        undated=version.undated,
        allowed_from=row.allowed_from if row else None,
        required_from=row.required_from if row else None,
        accepted_until=row.accepted_until if row else None,
        release=primary.source_sha256 if primary else None,
        provisional=segment.provisional,
    )
