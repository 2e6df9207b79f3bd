"""The registry's own maps (``records.MapRecord``) as concept maps that the translate operation reads.

Official change tables, maps that a list carries, and change maps between versions. Not here: FHIR's JSON,
deriving changes (``mappings``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from registry.entities.records import MapRecord, MapRowRecord
from registry.store.engine import Connection
from registry.store.maps import map_headers, map_rows
from registry.terminology.conceptmap import ConceptMap, MapElement, MapGroup, MapTarget

__all__ = ["concept_map", "loaded_maps", "map_url"]

#: Gives the canonical URL of a system's slug, or None where the registry does not know it.
Canonicals = Callable[[str], str | None]


def map_url(record: MapRecord, canonicals: Canonicals) -> str:
    """The map's canonical: its own, else the source system's with ``?fhir_cm=`` and the map's name."""
    base = canonicals(record.source_system) or f"urn:gyldig:{record.source_system}"
    return record.url or f"{base}?fhir_cm={record.slug}"


def loaded_maps(connection: Connection, canonicals: Canonicals) -> list[ConceptMap]:
    """Every live map of the store, rows included."""
    return [
        concept_map(record, map_rows(connection, ident), canonicals)
        for ident, record in map_headers(connection)
    ]


def concept_map(record: MapRecord, rows: Iterable[MapRowRecord], canonicals: Canonicals) -> ConceptMap:
    """One map; a row of several source codes has no place in FHIR's elements and is left out."""
    source = canonicals(record.source_system) or f"urn:gyldig:{record.source_system}"
    target = canonicals(record.target_system) or f"urn:gyldig:{record.target_system}"
    elements: dict[str, list[MapRowRecord]] = {}
    for row in rows:
        if len(row.sources) == 1:
            elements.setdefault(row.sources[0], []).append(row)
    group = MapGroup(
        source=source,
        target=target,
        source_version=record.source_version,
        target_version=record.target_version,
        elements=tuple(_element(code, found) for code, found in elements.items()),
    )
    return ConceptMap(
        url=map_url(record, canonicals),
        version=record.version,
        source_scope=f"{source}?fhir_vs",
        target_scope=f"{target}?fhir_vs",
        groups=(group,),
        shell=_shell(record, canonicals),
    )


def _element(code: str, rows: list[MapRowRecord]) -> MapElement:
    targets = tuple(
        MapTarget(
            code=r.target,
            relationship=r.relationship or "related-to",
            display=r.target_display,
            comment=r.comment,
        )
        for r in rows
        if r.target
    )
    return MapElement(code=code, display=rows[0].source_display, targets=targets, no_map=not targets)


def _shell(record: MapRecord, canonicals: Canonicals) -> dict[str, Any]:
    shell = {
        "id": f"{record.slug}-{record.version}"[:64],
        "url": map_url(record, canonicals),
        "version": record.version,
        "name": record.slug,
        "title": record.title or record.slug,
        "status": "active",
        "purpose": record.purpose,
        "date": record.published[:10],
    }
    return {name: value for name, value in shell.items() if value}
