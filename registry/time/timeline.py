"""Timeline of one system: order of versions, derived ends, content on a date (DOMAIN 1, 2, 6, 12).

Pure functions over the metadata rows of one system. If no version is in force, the answer is a reason, never another
version. Rows are read by ``registry.store.ledger``, content by ``registry.content``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import pairwise

from registry.entities.intervals import overlap
from registry.entities.messages import message
from registry.store.metadata import ReleaseRow, SystemFacts, SystemRow, VersionRow
from registry.time.in_force import contains, in_force, nearest_day, preference, preferred, reason_on
from registry.time.version_order import order_key

__all__ = ["Segment", "Timeline", "rule_end"]

_DAYS = 10_000  #: days whose versions in force are kept


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a version's validity in which its content is the same.

    ``layers``: the releases that give the content; the first decides which codes exist; empty = not loaded.
    """

    version: VersionRow
    valid_from: date | None
    valid_to: date | None
    layers: tuple[ReleaseRow, ...]

    @property
    def primary(self) -> ReleaseRow | None:
        return self.layers[0] if self.layers else None

    @property
    def provisional(self) -> bool:
        return any(r.header.status == "provisional" for r in self.layers)


@dataclass(frozen=True)
class Timeline:
    """All versions of one system as known at one instant, with derived ends, in order."""

    facts: SystemFacts

    @property
    def system(self) -> SystemRow:
        """The system's catalogue entry."""
        return self.facts.row

    @cached_property
    def default_track(self) -> str:
        """The declared track, else the unnamed one, else the first."""
        tracks = {v.track for v in self.facts.versions}
        declared = self.system.record.default_track
        return declared if declared in tracks or not tracks else min(tracks)

    @cached_property
    def versions(self) -> list[VersionRow]:
        """Versions of every track with derived ends, by track, start and version order; undated ones last."""
        rows = sorted(self.facts.versions, key=self._position)
        return [v for _, group in _by_track(rows) for v in self._with_ends(group)]

    def _position(self, v: VersionRow) -> tuple[object, ...]:
        start = v.valid_from or (date.min if v.valid_to else date.max)
        return (v.track, v.undated, start, self.order(v))

    def order(self, v: VersionRow) -> tuple[object, ...]:
        """Sort key of the label by the version order of the system."""
        return order_key(v.label, self.system.record.version_order)

    def _with_ends(self, rows: list[VersionRow]) -> list[VersionRow]:
        starts = sorted({v.valid_from for v in rows if v.valid_from})
        return [
            self._ended(v, next((s for s in starts if v.valid_from and s > v.valid_from), None)) for v in rows
        ]

    def _ended(self, v: VersionRow, successor: date | None) -> VersionRow:
        """The version; if the source gave no end, with the end by the rule of its system (DOMAIN 1)."""
        if v.valid_to is not None or v.valid_from is None:
            return v
        rule = "until-next" if v.rolling else self.system.record.end_rule
        ends = [e for e in (rule_end(rule, v.valid_from), successor if rule != "open" else None) if e]
        end = min(ends) if ends else None
        return VersionRow(
            v.version_id, v.system_id, v.track, v.label, v.valid_from, end, v.published, v.rolling, v.same_as,
            v.declared, v.recorded_from, v.recorded_to, v.row_id,
        )  # fmt: skip

    def on_track(self, track: str | None) -> list[VersionRow]:
        """Versions of a track (None = the default one, ``*`` = all)."""
        selected = self.default_track if track is None else track
        return [v for v in self.versions if selected in ("*", v.track)]

    def find(self, label: str, track: str | None = None) -> VersionRow | None:
        """The version with that label on the given track; without a track, on the default track, else on any."""
        rows = [v for v in self.versions if v.label == label and track in (None, v.track)]
        if not rows:
            named = self.system.rules.names_version
            rows = [v for v in self.versions if track in (None, v.track) and named(v.label, label)]
        return min(rows, key=lambda v: (v.track != self.default_track, v.track)) if rows else None

    def releases(self, version: VersionRow) -> list[ReleaseRow]:
        """Releases of the version that are not retracted, else those of the version it is declared the same as."""
        seen: set[int] = set()
        row: VersionRow | None = version
        while row is not None and row.version_id not in seen:
            seen.add(row.version_id)
            if own := self.facts.releases.get(row.version_id, []):
                return own
            row = self.find(row.same_as, row.track) if row.same_as else None
        return []

    def segments(self, version: VersionRow) -> list[Segment]:
        """The version split at the days on which an update changes its content; one segment if there is no content."""
        cached = self._segments.get(version.version_id)
        if cached is None:
            cached = self._segments[version.version_id] = self._cut(version)
        return cached

    @cached_property
    def _segments(self) -> dict[int, list[Segment]]:
        return {}

    def _cut(self, version: VersionRow) -> list[Segment]:
        releases = self.releases(version)
        points = sorted({d for r in releases if (d := _effective(r)) and contains(version, d)})
        starts = [version.valid_from, *(p for p in points if p != version.valid_from)]
        ends = [*starts[1:], version.valid_to]
        return [Segment(version, s, e, _layers(releases, s)) for s, e in zip(starts, ends, strict=True)]

    def segment_on(self, version: VersionRow, day: date) -> Segment:
        """The segment of the version on a day; outside its validity the nearest segment."""
        segments, inside = self.segments(version), nearest_day(version, day)
        return next((s for s in segments if contains(s, inside)), segments[0])

    def in_force(self, day: date, track: str | None = None) -> list[VersionRow]:
        """Versions whose validity contains the day; undated ones count as in force (DOMAIN 2)."""
        found = self._days.get((day, track))
        if found is None:
            if len(self._days) >= _DAYS:
                self._days.clear()
            found = self._days[day, track] = tuple(in_force(self.on_track(track), day))
        return list(found)

    @cached_property
    def _days(self) -> dict[tuple[date, str | None], tuple[VersionRow, ...]]:
        return {}

    def loaded(self, version: VersionRow, day: date) -> bool:
        """Whether the version's content on that day is loaded."""
        return bool(self.segment_on(version, day).layers)

    def reason_on(self, day: date, track: str | None = None) -> str:
        """Why no version is in force: before_first, gap, after_last; unknown if there are no dated versions."""
        return reason_on(self.on_track(track), day)

    def preferred(self, rows: Iterable[VersionRow]) -> VersionRow | None:
        """The version that takes precedence (DOMAIN 2)."""
        return preferred(rows, self.order)

    def preference(self, v: VersionRow, status: str) -> tuple[object, ...]:
        """Sort key of a version with its status in a scope; the greatest is preferred."""
        return preference(v, self.order(v), status)

    def overlay(self, day: date, primary: VersionRow) -> tuple[ReleaseRow, ...]:
        """Releases of rolling tracks that complement the version on that day (DOMAIN 6)."""
        found: list[ReleaseRow] = []
        for v in self.versions:
            if v.rolling and v.track != primary.track and contains(v, day):
                found += self.segment_on(v, day).layers
        return tuple(found)

    def overlaps(self, rows: Iterable[VersionRow]) -> list[str]:
        """Warnings about versions of one track that are valid at the same time, if the system's rule expects one."""
        dated = [v for v in rows if not v.undated]
        pairs = [(a, b) for a, b in pairwise(dated) if a.track == b.track]
        return [
            message("versions_overlap", a=a.label, b=b.label)
            for a, b in pairs
            if overlap((a.valid_from, a.valid_to), (b.valid_from, b.valid_to))
        ]


def _by_track(rows: Sequence[VersionRow]) -> list[tuple[str, list[VersionRow]]]:
    found: dict[str, list[VersionRow]] = {}
    for row in rows:
        found.setdefault(row.track, []).append(row)
    return list(found.items())


def rule_end(rule: str, start: date | None) -> date | None:
    """End that a system's rule derives from a start: the calendar year, the (US) fiscal year, or none."""
    if start is None:
        return None
    if rule == "calendar-year":
        return date(start.year + 1, 1, 1)
    if rule == "fiscal-year":
        return date(start.year + (start >= date(start.year, 10, 1)), 10, 1)
    return None


def _effective(release: ReleaseRow) -> date | None:
    return release.header.effective_from if release.header.kind == "update" else None


def _layers(releases: Sequence[ReleaseRow], start: date | None) -> tuple[ReleaseRow, ...]:
    """The releases of every source line from that day on, greatest priority first (DOMAIN 6).

    The first release decides which codes exist, together with the partial releases of other lines.
    """
    lines: dict[str, list[ReleaseRow]] = {}
    for r in releases:
        since = _effective(r)
        if since is None or (start is not None and since <= start):
            lines.setdefault(r.source_line, []).append(r)
    found = sorted((_content_of(line) for line in lines.values()), key=_authority, reverse=True)
    partial = tuple(r for r in found[1:] if r.header.coverage.kind != "complete")
    return (replace(found[0], patches=found[0].patches + partial), *found[1:]) if partial else tuple(found)


def _content_of(line: list[ReleaseRow]) -> ReleaseRow:
    """Releases of one source line that give its content: the latest complete one, then later partial ones in order.

    Without a complete release: the latest of each declared subset and the fragments after the first of them; if there
    are only fragments, the latest.
    """
    complete = [r for r in line if r.header.coverage.kind == "complete"]
    latest: dict[tuple[str, str], ReleaseRow] = {}
    for r in sorted(line, key=_lateness):
        if r.header.coverage.kind == "subset":
            latest[r.header.coverage.name, r.header.coverage.pattern] = r
    if not complete and not latest:
        return max(line, key=_lateness)
    base = max(complete, key=_lateness) if complete else min(latest.values(), key=_lateness)
    fragments = [r for r in line if r.header.coverage.kind == "fragment"]
    later = [r for r in (*latest.values(), *fragments) if _lateness(r) > _lateness(base)]
    return replace(base, patches=tuple(sorted(later, key=_lateness)))


def _lateness(r: ReleaseRow) -> tuple[object, ...]:
    return (_effective(r) or date.min, *r.rank)


def _authority(r: ReleaseRow) -> tuple[object, ...]:
    return (r.header.coverage.kind == "complete", r.header.priority, r.source_line)
