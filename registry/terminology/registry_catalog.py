"""``Catalog`` of loaded resources: code systems by version in force, stored value sets and maps.

Without a version, the version in force on the date (default today) is used, never the newest loaded one. Value sets and
maps are read by an ``ArtifactReader``, which knows their format.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar

import msgspec

from registry.content.view import ContentView
from registry.reader import Moment, Reader
from registry.store.artifacts import ArtifactRow, read_artifact
from registry.store.bounded import Bounded
from registry.store.cache import bytes_of
from registry.store.ledger import epoch_at
from registry.store.maps import MapRows, map_headers
from registry.store.metadata import SystemRow
from registry.systems import SystemBehaviour, behaviour_of_url
from registry.terminology.catalog import CodeValidity, MemoryCatalog, Missing
from registry.terminology.conceptmap import ConceptMap
from registry.terminology.loaded_maps import resource_map, stored_groups, stored_map
from registry.terminology.stored_resources import ArtifactReader, Stored, StoredResources
from registry.terminology.valueset import ValueSet
from registry.time.timeline import Timeline
from registry.time.version_order import has_wildcard, latest, matches

__all__ = ["ArtifactReader", "RegistryCatalog", "Stored"]

T = TypeVar("T")

_IMPLIED_KEPT = 32
_STORED = 2  #: states of the resources that are kept: the one in use and the one that is prepared
_TIMES_KEPT = 8  #: most instants whose catalogs are cached
_MADE = 32_000_000  #: bytes of values derived from the catalog's resources


#: Whether a code of a system (slug) is valid on a day, as known at an instant.
CodeJudge = Callable[[str, str, date, str | None], CodeValidity]


#: Why a version (slug, label) lacks a code on a day, as known at an instant, if an update of it is not loaded; else empty.
UpdateJudge = Callable[[str, str, str, date, str | None], str]


class RegistryCatalog:
    """The resources of an opened registry, as known now or at an instant, as if it were ``today``.

    Without a reader of stored bodies there are no value sets, and only those maps that were loaded as tables.
    """

    def __init__(
        self,
        context: Reader,
        reader: ArtifactReader | None = None,
        *,
        known_at: str | None = None,
        implied_map: Callable[[str], ConceptMap | None] | None = None,
        code_judge: CodeJudge | None = None,
        update_judge: UpdateJudge | None = None,
        map_rows: MapRows | None = None,
        resources: StoredResources | None = None,
    ) -> None:
        self._context, self._reader, self._known_at, self._implied_map = (
            context,
            reader,
            known_at,
            implied_map,
        )
        self._update_judge = update_judge
        self._code_judge, self._map_rows = code_judge, map_rows or MapRows(context.database)
        self._stored: Bounded[int, MemoryCatalog] = Bounded(_STORED)
        self._resources = resources or StoredResources(context, self._parsed)
        self._other_times: Bounded[str | None, RegistryCatalog] = Bounded(_TIMES_KEPT)
        self._implied_maps: dict[tuple[int, str], ConceptMap | None] = {}

    def _moment(self) -> Moment:
        return self._context.moment(self._known_at)

    def cache_key(self) -> object | None:
        """The registry (the object, because an id may be reused), the epoch, the day and the instant of the request.

        A publication about scopes changes nothing that a catalog gives.
        """
        return (self._context, self._context.ledger().content_epoch, self._known_at, self._context.today())

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """A value derived from the catalog, computed once per ``cache_key``."""
        cache: Bounded[Hashable, T] = self._context.caches.named("made of catalogs", _MADE, bytes_of)
        return cache.get((self.cache_key(), key), make)

    def _system(self, url: str) -> SystemRow | None:
        """The system with the canonical URL or URN; a slug alone is not a canonical."""
        snapshot = self._moment().snapshot
        ident = snapshot.aliases.get(url) if ":" in url else None
        return snapshot.systems.get(ident) if ident is not None else None

    def _timeline(self, url: str) -> Timeline | None:
        row = self._system(url)
        return self._moment().timeline(row) if row is not None else None

    def versions(self, url: str) -> list[str]:
        """Labels of the loaded versions, oldest first."""
        timeline = self._timeline(url)
        return _labels(timeline) if timeline is not None else []

    def version_order(self, url: str) -> str:
        """The order that the system declares."""
        row = self._system(url)
        return row.record.version_order if row is not None else "natural"

    def code_system(self, url: str, version: str = "", on: date | None = None) -> ContentView | Missing:
        """The given version, else the one in force on the day, else why there is none."""
        found = self._content(url, version, on)
        if not isinstance(found, Missing) and found.info.content == "supplement":
            return Missing("supplement", url, found.info.version)
        return found

    def _content(self, url: str, version: str, on: date | None) -> ContentView | Missing:
        timeline = self._timeline(url)
        if timeline is None:
            return Missing("unknown_url", url, version)
        label: str | None = version or None
        if version == "*":
            label = None
        elif version and has_wildcard(version):
            label = self._fitting(timeline, version, on or self._day())
            if label is None:
                return Missing("unknown_version", url, version)
        resolved = self._context.resolve(timeline.system.slug, on=on, version=label, known_at=self._known_at)
        if resolved.segment is None:
            reason = resolved.reason or "unknown"
            return Missing("unknown_url" if reason == "unknown" else reason, url, version)
        return self._context.view(resolved)

    def _fitting(self, timeline: Timeline, pattern: str, day: date) -> str | None:
        """The version for a pattern: the preferred one of those in force that match, else the newest that matches."""
        live = [v for v in timeline.in_force(day) if timeline.loaded(v, day) and matches(pattern, v.label)]
        chosen = timeline.preferred(live)
        return (
            chosen.label
            if chosen is not None
            else latest(_labels(timeline), pattern, timeline.system.record.version_order)
        )

    def behaviour(self, url: str) -> SystemBehaviour:
        """The behaviour of the system; of an unknown system, that of the built-in catalogue."""
        row = self._system(url)
        return row.rules if row is not None else behaviour_of_url(url)

    def code_validity(self, url: str, code: str, on: date | None = None) -> CodeValidity:
        """Whether the code is valid on the day; unknown without a judge or for an unknown system."""
        row = self._system(url)
        if row is None or self._code_judge is None:
            return CodeValidity(valid=None)
        return self._code_judge(row.slug, code, on or self._day(), self._known_at)

    def missing_update(self, url: str, version: str, code: str, on: date | None = None) -> str:
        """By the official change tables; empty without a judge or for an unknown system."""
        row = self._system(url)
        if row is None or self._update_judge is None:
            return ""
        return self._update_judge(row.slug, version, code, on or self._day(), self._known_at)

    def require_redistribution(self, url: str, version: str = "", *, end: int | None = None) -> None:
        """Does not check licences; the API layer does."""

    def supplement(self, url: str, version: str = "") -> ContentView | None:
        """A loaded supplement by its canonical."""
        found = self._content(url, version, None)
        return None if isinstance(found, Missing) or found.info.content != "supplement" else found

    def value_set(self, url: str, version: str = "", on: date | None = None) -> ValueSet | Missing:
        """A stored value set, the all-codes value set that a system names, or an implicit one."""
        day = on or self._day()
        return self._artifacts().value_set(url, version, day)

    def concept_map(self, url: str, version: str = "", on: date | None = None) -> ConceptMap | Missing:
        """A stored map, or one derived from the contents."""
        found = self._artifacts().concept_map(url, version, on or self._day())
        return self._implied(url) or found if isinstance(found, Missing) else found

    def _implied(self, url: str) -> ConceptMap | None:
        """A map derived from the contents; a few are cached until the next publication."""
        if self._implied_map is None:
            return None
        key = (self._context.ledger().content_epoch, url)
        if key not in self._implied_maps:
            if len(self._implied_maps) >= _IMPLIED_KEPT:
                self._implied_maps.clear()
            self._implied_maps[key] = self._implied_map(url)
        return self._implied_maps[key]

    def _day(self) -> date:
        return self._context.day(None, self._moment())

    def _artifacts(self) -> MemoryCatalog:
        """Stored resources on top of this catalog's code systems, rebuilt after a publication that affects them."""
        instant = self._moment().snapshot.instant
        epoch = (
            self._context.ledger().content_epoch
            if instant is None
            else epoch_at(self._context.connection, instant)
        )
        return self._stored.get(epoch, lambda: self._filled(self._resources.at(instant)))

    def _parsed(self, rows: Sequence[ArtifactRow]) -> Stored:
        """The values of stored rows: maps whose rows are in the map store read them there."""
        others = [r for r in rows if r.pages is None]
        stored = self._reader(others) if self._reader is not None else Stored()
        stored.concept_maps += [self._resource_map(r) for r in rows if r.pages is not None]
        return stored

    def _filled(self, stored: Stored) -> MemoryCatalog:
        catalog = MemoryCatalog(_SystemsOnly(self))
        for value_set in stored.value_sets:
            catalog.add_value_set(value_set)
        for concept_map in (*self._loaded_maps(), *stored.concept_maps):
            catalog.add_concept_map(concept_map)
        for url, (system, version) in self._all_codes().items():
            catalog.add_all_codes(url, system, version)
        return catalog

    def _resource_map(self, row: ArtifactRow) -> ConceptMap:
        """A stored map resource: its header from the reader of resources, its rows from the store."""
        if (kept := row.map) is None or row.pages is None:
            raise ValueError("the map's rows are not in the store")
        if self._reader is None:
            return resource_map(kept, row.pages, self._map_rows)
        (header,) = self._reader([row]).concept_maps
        return msgspec.structs.replace(
            header,
            groups=stored_groups(kept, row.pages, self._map_rows),
            read_definition=partial(self._definition, row.row_id),
        )

    def _definition(self, row_id: int) -> dict[str, Any]:
        """The rows of a stored map resource as they were loaded."""
        row = read_artifact(self._context.connection, row_id)
        found = self._reader([row]).concept_maps if self._reader is not None and row is not None else []
        return found[0].definition if found else {}

    def _loaded_maps(self) -> list[ConceptMap]:
        """Official change tables and other maps that were loaded as maps, as known at the instant."""
        snapshot = self._moment().snapshot

        def canonical(slug: str) -> str | None:
            row = snapshot.slugs.get(slug)
            return row.record.canonical if row else None

        headers = map_headers(self._context.connection, snapshot.instant)
        return [stored_map(h.record, h.pages, self._map_rows, canonical) for h in headers]

    def _all_codes(self) -> dict[str, tuple[str, str]]:
        """Value sets of all codes, as named by systems, with the system; each for the version that names it."""
        found: dict[str, tuple[str, str]] = {}
        snapshot = self._moment().snapshot
        for rows in snapshot.releases.values():
            for release in rows:
                named = release.header.shell.get("valueSet")
                system = snapshot.systems.get(release.system_id)
                if named and system is not None:
                    found[str(named)] = (system.record.canonical, "")
        return found

    def code_systems(self) -> list[str]:
        """Canonical URLs of every code system with content."""
        moment = self._moment()
        rows = moment.snapshot.systems.values()
        return sorted(r.record.canonical for r in rows if _labels(moment.timeline(r)))

    def value_sets(self) -> Iterable[ValueSet]:
        """Every stored value set, all versions."""
        return self._artifacts().value_sets()

    def concept_maps(self) -> Iterable[ConceptMap]:
        """Every stored map, all versions."""
        return self._artifacts().concept_maps()

    def as_known_at(self, known_at: str | None) -> RegistryCatalog:
        """This catalog as the registry knew it at an instant."""
        if known_at == self._known_at:
            return self
        return self._other_times.get(known_at, lambda: self._at(known_at))

    def _at(self, known_at: str | None) -> RegistryCatalog:
        return RegistryCatalog(
            self._context,
            self._reader,
            known_at=known_at,
            implied_map=self._implied_map,
            code_judge=self._code_judge,
            update_judge=self._update_judge,
            map_rows=self._map_rows,
            resources=self._resources,
        )


class _SystemsOnly:
    """The code systems of a registry's catalog, under its stored resources."""

    def __init__(self, catalog: RegistryCatalog) -> None:
        self._catalog = catalog
        self.cache_key, self.kept, self.versions = catalog.cache_key, catalog.kept, catalog.versions
        self.version_order = catalog.version_order
        self.code_system, self.code_systems = catalog.code_system, catalog.code_systems
        self.supplement, self.require_redistribution = catalog.supplement, catalog.require_redistribution
        self.behaviour, self.code_validity = catalog.behaviour, catalog.code_validity
        self.missing_update = catalog.missing_update

    def value_set(self, url: str, version: str = "", on: date | None = None) -> ValueSet | Missing:
        """None but stored ones."""
        return Missing("unknown_url", url, version)

    def concept_map(self, url: str, version: str = "", on: date | None = None) -> ConceptMap | Missing:
        """None but stored ones."""
        return Missing("unknown_url", url, version)

    def value_sets(self) -> Iterable[ValueSet]:
        """None."""
        return ()

    def concept_maps(self) -> Iterable[ConceptMap]:
        """None."""
        return ()

    def as_known_at(self, known_at: str | None) -> _SystemsOnly:
        """The code systems of that time."""
        return _SystemsOnly(self._catalog.as_known_at(known_at))


def _labels(timeline: Timeline) -> list[str]:
    """Labels of loaded versions: of the default track, then of the others."""
    rows = sorted(timeline.versions, key=lambda v: v.track != timeline.default_track)
    return list(dict.fromkeys(v.label for v in rows if any(s.layers for s in timeline.segments(v))))
