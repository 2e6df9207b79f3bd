"""An opened registry for reading: snapshots, timelines, views, and resolution of a system, date and label to a version.

Caches are keyed by the epoch (number of the last publication) or by releases, which never change. Answers are made in
``registry.queries`` and ``registry.terminology``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from pyroaring import BitMap

from registry.entities.errors import UsageError
from registry.entities.intervals import instant_text, known_at_us, parse_date, today_oslo
from registry.entities.messages import message
from registry.entities.offload import require_offload
from registry.entities.results.codes import CodeDisplay
from registry.store.bounded import Bounded
from registry.store.cache import bytes_of
from registry.store.component_rows import has_components
from registry.store.content import patched, release_bitmap, with_missing, without_codes
from registry.store.current_ledger import LARGE, CurrentLedger
from registry.store.engine import Connection, Database, now_us
from registry.store.ledger import Ledger
from registry.store.metadata import ReleaseRow, Snapshot, SystemRow, VersionRow
from registry.systems import behaviour_of
from registry.systems.coverage import covered_by
from registry.time.in_force import nearest_day, status_on
from registry.time.reasons import explain
from registry.time.timeline import Segment, Timeline

if TYPE_CHECKING:
    from registry.content.source_layers import Layer
    from registry.content.stored import StoredView

__all__ = ["Moment", "Reader", "Resolved"]

_BITMAPS, _VIEWS, _MOMENTS, _PARENTS = 64_000_000, 8_000_000, 64_000_000, 4_000_000  #: bytes
_ROW = 1500  #: estimated bytes of a row of metadata in a moment
_RESOLVED = 4096
_RELEASE = (1 << 40) - 1  #: bits of a layer id that are the release's id
_INLINE_LIMIT = 20  #: most systems whose metadata as known earlier is selected on the event loop


@dataclass(frozen=True)
class Moment:
    """The metadata as known at one instant, with its timelines."""

    snapshot: Snapshot
    known_at: str | None
    timelines: dict[int, Timeline]
    resolved: dict[tuple[object, ...], Resolved]

    @property
    def nbytes(self) -> int:
        """Estimated size in bytes."""
        snapshot = self.snapshot
        versions = sum(len(rows) for rows in snapshot.versions.values())
        releases = sum(len(rows) for rows in snapshot.releases.values())
        return _ROW * (versions + releases + len(snapshot.systems) + 1)

    def timeline(self, system: SystemRow) -> Timeline:
        found = self.timelines.get(system.system_id)
        if found is None:
            found = self.timelines[system.system_id] = Timeline(self.snapshot.facts_of(system))
        return found

    def remember(self, key: tuple[object, ...], found: Resolved) -> None:
        """Cache the resolution of a request; the cache is cleared when it is full."""
        if len(self.resolved) > _RESOLVED:
            self.resolved.clear()
        self.resolved[key] = found


def _renewed(moments: dict[int | None, Moment], older: Ledger, newer: Ledger) -> dict[int | None, Moment]:
    """Cached moments that are still correct under a newer ledger: past ones, and the unchanged parts of the current one."""
    found = dict[int | None, Moment]()
    for instant, moment in moments.items():
        if instant is not None and instant <= older.recorded and newer.purges == older.purges:
            found[instant] = moment
    if (now := moments.get(None)) is not None:
        found[None] = _carried(now, older, newer)
    return found


def _carried(now: Moment, older: Ledger, newer: Ledger) -> Moment:
    """The current moment under a newer ledger, with the timelines and resolutions of unchanged systems."""
    same = newer.unchanged(older)
    timelines = {ident: t for ident, t in now.timelines.items() if ident in same}
    names = newer.aliases is older.aliases and len(newer.facts) == len(older.facts)
    resolved = {k: r for k, r in now.resolved.items() if r.system is not None and r.system.system_id in same}
    return Moment(newer.at(None), None, timelines, resolved if names else {})


def _itself(moment: Moment) -> Moment:
    return moment


@dataclass(frozen=True, slots=True)
class Resolved:
    """The content that a request is about; without a ``segment``, ``reason`` and ``message`` say why there is none."""

    system: SystemRow | None
    timeline: Timeline | None
    version: VersionRow | None
    segment: Segment | None
    layers: tuple[ReleaseRow, ...]
    day: date | None
    status: str | None  #: in_force, upcoming, expired, undated
    reason: str | None
    message: str
    known_at: str | None
    warnings: tuple[str, ...] = ()
    key: tuple[str | int | None, ...] = ()  #: identifies the content


class Reader:
    """Shared by all queries of one opened registry; safe for several reading threads."""

    def __init__(self, database: Database, *, today: date | Callable[[], date] | None = None) -> None:
        self.database = database
        #: (system, known_at, code) → first day of use and first day after it; set by the façade, which may import history
        self.code_dates: Callable[[str, str | None, str], tuple[date | None, date | None]] | None = None
        self._today = today
        self.current = CurrentLedger(database, carry=self._carry_moments, replaced=self._replaced)
        self._newest: tuple[Ledger, Moment] | None = None  #: the metadata as known now
        self.caches = caches = database.caches
        self._moments: Bounded[tuple[int, int | None], Moment] = caches.named("moments", _MOMENTS)
        self._with_components: Bounded[int, bool]
        self._with_components = caches.named("releases with components", 100_000, lambda found: 1)
        self._bitmaps: Bounded[int, BitMap] = caches.named("bitmaps", _BITMAPS, bytes_of)
        #: parents shown in lookups, by the releases of the content and the parent's key or id
        self.parents: Bounded[tuple[tuple[int, ...], int | str], tuple[int, CodeDisplay] | None]
        self.parents = caches.named("parents in lookups", _PARENTS, lambda parent: 500)
        self._views: Bounded[tuple[str | int | None, ...], StoredView]
        self._views = caches.named("views", _VIEWS, lambda view: 6000)

    def today(self) -> date:
        """The default date of requests: the setting, else today in Oslo."""
        if self._today is None:
            return today_oslo()
        return self._today() if callable(self._today) else self._today

    @property
    def connection(self) -> Connection:
        return self.database.reader()

    def forget(self) -> None:
        """Read the metadata again, after a write by this process."""
        self.current.forget()

    def _replaced(self, older: Ledger, newer: Ledger) -> None:
        """Clear what the newer ledger makes useless; all caches if content was deleted, because state ids may be reused."""
        if newer.purges != older.purges and older.epoch:
            self.caches.clear()
        for key, moment in self._moments.items():
            if key[0] != newer.epoch:
                self._moments.discard(key, moment)

    def _carry_moments(self, older: Ledger, newer: Ledger) -> None:
        """Keep the cached moments that a publication has not changed, also under the newer epoch."""
        cached = {instant: m for (epoch, instant), m in self._moments.items() if epoch == older.epoch}
        for instant, moment in _renewed(cached, older, newer).items():
            self._moments.get((newer.epoch, instant), partial(_itself, moment))

    def ledger(self) -> Ledger:
        """All metadata rows ever recorded."""
        return self.current.read()

    def moment(self, known_at: str | date | int | None = None) -> Moment:
        """The metadata as known at the instant (None = now)."""
        ledger, newest = self.current.read(), self._newest
        if known_at is None and newest is not None and newest[0] is ledger:
            return newest[1]
        instant = None if known_at is None else known_at_us(known_at, now_us=now_us())
        text = instant_text(instant) or None
        found = self._moments.get((ledger.epoch, instant), lambda: self._moment(ledger, instant, text))
        if known_at is None and ledger is self.current.in_use:
            self._newest = ledger, found
        return found

    def _moment(self, ledger: Ledger, instant: int | None, text: str | None) -> Moment:
        """The metadata of the ledger as known at an instant; that of an earlier one is selected row by row."""
        require_offload(0 if instant is None else len(ledger.facts), _INLINE_LIMIT)
        return Moment(ledger.at(instant), text, {}, {})

    def bitmap(self, release: ReleaseRow) -> BitMap:
        """State ids of a release with its patches, cached: releases never change."""
        return self._bitmaps.get(layer_id(release), lambda: self._bitmap(release))

    def _bitmap(self, release: ReleaseRow) -> BitMap:
        found = release_bitmap(self.connection, release.id)
        for patch in release.patches:
            found = self._with_patch(release, found, patch)
        return found

    def _with_patch(self, release: ReleaseRow, base: BitMap, patch: ReleaseRow) -> BitMap:
        """The base combined with a partial release: of the same line it replaces the codes it covers, of another line it adds."""
        if patch.source_line != release.source_line:
            return with_missing(self.connection, release.system_id, base, self.bitmap(patch))
        if patch.header.coverage.kind == "subset":
            covered = covered_by(patch.header.coverage, behaviour_of(patch.header.system))
            base = without_codes(self.connection, release.system_id, base, covered)
        return patched(self.connection, base, patch.id)

    def view(self, resolved: Resolved) -> StoredView:
        """The content of a resolved version, cached by its releases."""
        if resolved.segment is None or not resolved.layers:
            raise UsageError(resolved.message)
        return self._views.get(resolved.key, lambda: self._view(resolved))

    def _view(self, resolved: Resolved) -> StoredView:
        from registry.content.source_layers import Layer
        from registry.content.view_info import view_info

        if resolved.system is None or resolved.segment is None:
            raise UsageError(resolved.message)
        layers = [Layer(layer_id(r), self.bitmap(r), r.header) for r in resolved.layers]
        info = view_info(resolved.system, resolved.segment, resolved.layers)
        kind = self._kind_of_view(layers)
        found = kind(self.database, layers, info, resolved.system.rules)
        if self.code_dates is not None:
            found.tell_dates = partial(self.code_dates, resolved.system.slug, resolved.known_at)
        return found

    def composed_view(self, system_id: int, release: ReleaseRow) -> StoredView | None:
        """The view of one release with components; None for a release of plain records."""
        from registry.content.source_layers import Layer
        from registry.content.view import ViewInfo

        ident = layer_id(release)
        if not self._with_components.get(ident, lambda: has_components(self.connection, release.id)):
            return None
        layers, system = [Layer(ident, self.bitmap(release), release.header)], self._system(system_id)
        info = ViewInfo(system=system.slug, url=system.record.canonical, version=release.header.version)
        made = partial(self._kind_of_view(layers), self.database, layers, info, system.rules)
        return self._views.get(("composed", ident), made)

    def _system(self, system_id: int) -> SystemRow:
        return self.moment().snapshot.systems[system_id]

    def _kind_of_view(self, layers: Sequence[Layer]) -> type[StoredView]:
        """The view of a release with components, else that of plain records."""
        from registry.content.stored import StoredView

        release_id = layers[0].release_id & _RELEASE  # without the fingerprint of fragments
        if len(layers) > 1 or not has_components(self.connection, release_id):
            return StoredView
        from registry.content.composed_view import ComposedView

        return ComposedView

    def warm_up(self) -> None:
        """Read into memory the data that first requests need, for large systems in the versions in force today."""
        for slug in sorted(self.moment().snapshot.slugs):
            resolved = self.resolve(slug)
            if resolved.segment is not None and resolved.layers[0].concepts >= LARGE:
                self.view(resolved).warm_up()

    def resolve(
        self,
        system: str,
        *,
        on: str | date | None = None,
        version: str | None = None,
        known_at: str | date | int | None = None,
    ) -> Resolved:
        """The content of the named version, or of the version in force on the day; never that of a nearest version."""
        moment = self.moment(known_at)
        key = (system, version, on, self.day(None, moment) if on is None else None)
        found = moment.resolved.get(key)
        if found is None:
            found = self._resolve(moment, system, version, self.day(on, moment), given=on is not None)
            moment.remember(key, found)
        return found

    def content(self, moment: Moment, version: VersionRow, day: date) -> Resolved:
        """The content of a version on a day, which may be outside its validity."""
        key = (version.row_id, day)
        found = moment.resolved.get(key)
        if found is None:
            timeline = moment.timeline(moment.snapshot.systems[version.system_id])
            found = _of_segment(moment, timeline, timeline.segment_on(version, day), day)
            moment.remember(key, found)
        return found

    def unknown_system(self, moment: Moment, name: str, day: date) -> tuple[str, str]:
        """Reason and message for a system that is not known at the moment: it never was, or was recorded later."""
        ledger = self.ledger()
        later = ledger.at(None).system(name) if moment.snapshot.instant is not None else None
        if later is None:
            return "unknown_system", explain("unknown_system", moment.snapshot, None, day, name=name)
        first = min(row.recorded_from for row in ledger.systems[later.system_id].systems.values())
        return "not_recorded_then", message(
            "reason.not_recorded_then", system=later.slug, then=moment.known_at, first=instant_text(first)
        )

    def day(self, on: str | date | None, moment: Moment) -> date:
        """The day of the request: as given, else the day of ``known_at``, else today."""
        if type(on) is date:  # the usual case, and no datetime
            return on
        day = parse_date(on, what="date")
        if day is not None:
            return day
        return date.fromisoformat(moment.known_at[:10]) if moment.known_at else self.today()

    def _resolve(self, moment: Moment, name: str, version: str | None, day: date, *, given: bool) -> Resolved:
        system = moment.snapshot.system(name)
        if system is None:
            reason, why = self.unknown_system(moment, name, day)
            return Resolved(None, None, None, None, (), day, None, reason, why, moment.known_at)
        timeline = moment.timeline(system)
        track = system.rules.track_named(version) if version is not None else ""
        if version is not None and not track:
            return self._explicit(moment, timeline, version, day, given=given)
        rows = timeline.in_force(day, track or None)
        loaded = [v for v in rows if timeline.loaded(v, day)]
        chosen = timeline.preferred(loaded)
        if chosen is None:
            missing = timeline.preferred(rows)
            purged = moment.snapshot.purged.get(missing.version_id) if missing else None
            reason = "purged" if purged else "not_loaded" if rows else timeline.reason_on(day)
            why = purged[0].purged if purged else ""
            return _nothing(reason, moment, day, timeline=timeline, version=missing, name=why)
        found = _found(moment, timeline, timeline.segment_on(chosen, day), day)
        overlaps = timeline.overlaps(rows)
        return replace(found, warnings=(*found.warnings, *overlaps)) if overlaps else found

    def _explicit(
        self, moment: Moment, timeline: Timeline, label: str, day: date, *, given: bool
    ) -> Resolved:
        name, _, wanted = label.partition("@")
        version = timeline.find(name)
        if version is None:
            return _nothing("unknown_version", moment, day, timeline=timeline, name=name)
        if not given:
            day = nearest_day(version, day)
        segment = timeline.segment_on(version, day)
        if wanted:
            found = named_segment(timeline, version, wanted)
            if found is None:
                return _nothing(
                    "unknown_release", moment, day, timeline=timeline, version=version, name=label
                )
            segment = found
        return _of_segment(moment, timeline, segment, day)


def _of_segment(moment: Moment, timeline: Timeline, segment: Segment, day: date) -> Resolved:
    """The segment's content, or the reason why there is none."""
    if segment.layers:
        return _found(moment, timeline, segment, day)
    version = segment.version
    purged = moment.snapshot.purged.get(version.version_id)
    reason, why = ("purged", purged[0].purged) if purged else ("not_loaded", "")
    return _nothing(reason, moment, day, timeline=timeline, version=version, name=why)


def layer_id(release: ReleaseRow) -> int:
    """Identifies a release with its patches: the release's id, and above 2**40 a fingerprint of the patches."""
    if not release.patches:
        return release.id
    names = " ".join(str(layer_id(patch)) for patch in release.patches)
    fingerprint = int.from_bytes(hashlib.blake2b(names.encode(), digest_size=8).digest()) | 1
    return release.id + (fingerprint << 40)


def named_segment(timeline: Timeline, version: VersionRow, name: str) -> Segment | None:
    """The content of ``VERSION@name``; the name is a release hash (6 or more digits) or an effective date."""
    for segment in timeline.segments(version):
        if segment.valid_from is not None and segment.valid_from.isoformat() == name:
            return segment
    for release in timeline.releases(version):
        if len(name) >= 6 and release.source_sha256.startswith(name):
            return Segment(version, version.valid_from, version.valid_to, (release,))
    return None


def _found(moment: Moment, timeline: Timeline, segment: Segment, day: date) -> Resolved:
    """A loaded segment with the rolling sources that complement it on the day."""
    version = segment.version
    layers = segment.layers
    if not version.rolling:
        layers += timeline.overlay(nearest_day(version, day), version)
    warnings = [message("content_provisional")] if segment.provisional else []
    key = (moment.known_at, version.row_id, *map(layer_id, layers))
    return Resolved(timeline.system, timeline, version, segment, layers, day, status_on(version, day), None, "",
                    moment.known_at, tuple(warnings), key)  # fmt: skip


def _nothing(
    reason: str,
    moment: Moment,
    day: date,
    *,
    timeline: Timeline | None = None,
    version: VersionRow | None = None,
    name: str = "",
) -> Resolved:
    message = explain(reason, moment.snapshot, timeline, day, version=version, name=name)
    system = timeline.system if timeline else None
    return Resolved(system, timeline, version, None, (), day, None, reason, message, moment.known_at)
