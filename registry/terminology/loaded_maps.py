"""Maps of the store and derived maps (``records.MapRecord``) as concept maps for the translate operation.

Official change tables, maps contained in a list, change maps between versions, and stored ConceptMap resources.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.entities.records import MapPair, MapRecord, MapRowRecord, Unmapped
from registry.store.maps import MapRows, RowPages
from registry.systems import SystemBehaviour
from registry.terminology.conceptmap import ConceptMap, MapGroup

__all__ = ["StoredMapGroup", "concept_map", "map_url", "resource_map", "stored_groups", "stored_map"]

#: slug of a system → canonical URL, or None if it is unknown.
Canonicals = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class StoredMapGroup:
    """Rows of one pair of systems of a stored map, read from the store by code."""

    pair: MapPair
    pages: RowPages
    number: int
    store: MapRows

    @property
    def source(self) -> str:
        """Canonical URL of the source system."""
        return self.pair.source

    @property
    def target(self) -> str:
        """Canonical URL of the target system."""
        return self.pair.target

    @property
    def source_version(self) -> str:
        """The source version that the map names."""
        return self.pair.source_version

    @property
    def target_version(self) -> str:
        """The target version that the map names."""
        return self.pair.target_version

    @property
    def unmapped(self) -> Unmapped | None:
        """The rule for a code without a row."""
        return self.pair.unmapped

    def by_source(self, code: str, behaviour: SystemBehaviour) -> Sequence[MapRowRecord]:
        """Rows that have the code among their sources."""
        key = behaviour.key(code)
        found = self.store.by_source(self.pages, behaviour.canonical(code))
        return [
            r
            for r in found
            if r.group == self.number
            and (code in r.sources or any(behaviour.key(s) == key for s in r.sources))
        ]

    def by_target(self, code: str, behaviour: SystemBehaviour) -> Sequence[MapRowRecord]:
        """Rows that have the code as target."""
        key = behaviour.key(code)
        found = self.store.by_target(self.pages, behaviour.canonical(code))
        return [
            r
            for r in found
            if r.group == self.number and (code == r.target or behaviour.key(r.target) == key)
        ]

    def rows(self) -> Iterator[MapRowRecord]:
        """Every row of the group."""
        return (row for row in self.store.all(self.pages.map_id) if row.group == self.number)

    def __len__(self) -> int:
        return 0


def map_url(record: MapRecord, canonicals: Canonicals) -> str:
    """The map's canonical: its URL, else the source system's URL with ``?fhir_cm=`` and the map's name."""
    return record.url or f"{_canonical(record.source_system, canonicals)}?fhir_cm={record.slug}"


def stored_groups(record: MapRecord, pages: RowPages, store: MapRows) -> tuple[StoredMapGroup, ...]:
    """The groups of a stored map, from the pairs of systems in its header."""
    return tuple(StoredMapGroup(pair, pages, n, store) for n, pair in enumerate(record.pairs))


def resource_map(record: MapRecord, pages: RowPages, store: MapRows) -> ConceptMap:
    """A stored map resource from its header; the reader of the format adds the resource's metadata."""
    return ConceptMap(
        url=record.url,
        version=record.version,
        status=record.status,
        source_scope=record.source_scope,
        target_scope=record.target_scope,
        purpose=record.purpose,
        groups=stored_groups(record, pages, store),
        valid_from=record.valid_from,
        valid_to=record.valid_to,
    )


def stored_map(record: MapRecord, pages: RowPages, store: MapRows, canonicals: Canonicals) -> ConceptMap:
    """A stored map without its rows."""
    return _made(record, canonicals, (StoredMapGroup(_pair(record, canonicals), pages, 0, store),))


def concept_map(record: MapRecord, rows: Iterable[MapRowRecord], canonicals: Canonicals) -> ConceptMap:
    """A map with its rows in memory."""
    pair = _pair(record, canonicals)
    group = MapGroup(
        source=pair.source,
        target=pair.target,
        source_version=pair.source_version,
        target_version=pair.target_version,
        records=tuple(rows),
    )
    return _made(record, canonicals, (group,))


def _pair(record: MapRecord, canonicals: Canonicals) -> MapPair:
    return MapPair(
        source=_canonical(record.source_system, canonicals),
        target=_canonical(record.target_system, canonicals),
        source_version=record.source_version,
        target_version=record.target_version,
    )


def _canonical(slug: str, canonicals: Canonicals) -> str:
    return canonicals(slug) or f"urn:gyldig:{slug}"


def _made(
    record: MapRecord, canonicals: Canonicals, groups: tuple[StoredMapGroup, ...] | tuple[MapGroup, ...]
) -> ConceptMap:
    return ConceptMap(
        url=map_url(record, canonicals),
        version=record.version,
        source_scope=f"{groups[0].source}?fhir_vs",
        target_scope=f"{groups[0].target}?fhir_vs",
        purpose=record.purpose,
        groups=groups,
        valid_from=record.valid_from,
        valid_to=record.valid_to,
        shell=_shell(record, canonicals),
    )


def _shell(record: MapRecord, canonicals: Canonicals) -> dict[str, Any]:
    start: date | None = record.valid_from
    name = f"{record.slug}-{record.version}" + (f"-{start.isoformat()}" if start else "")
    shell = {
        "id": name[-64:],
        "url": map_url(record, canonicals),
        "version": record.version,
        "name": record.slug,
        "title": record.title or record.slug,
        "status": record.status,
        "purpose": record.purpose,
        "date": record.published[:10],
    }
    return {name: value for name, value in shell.items() if value}
