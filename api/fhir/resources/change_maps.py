"""Derived concept maps: the changes from one version to another, by their canonical URL.

``SYSTEM?fhir_cm=changes/V1/V2`` is the map of all codes that changed. Also writes the ``group`` of maps that are not
stored as JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from msgspec.structs import replace

from mappings.change_maps import change_map
from registry.entities.canonical import join
from registry.entities.errors import UnknownTarget
from registry.entities.records import MapRowRecord
from registry.terminology.conceptmap import ConceptMap, MapGroupView
from registry.terminology.loaded_maps import concept_map

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["groups_json", "implied_map"]

Json = dict[str, Any]
_MARK = "?fhir_cm=changes/"


def implied_map(registry: Registry, url: str) -> ConceptMap | None:
    """The change map with the URL; None if the URL is not that of one, or a version is not loaded."""
    system, mark, versions = url.partition(_MARK)
    labels = [unquote(v) for v in versions.split("/")]
    row = registry.system(system) if mark and len(labels) == 2 else None
    if row is None:
        return None
    try:
        record = change_map(registry, row.slug, *labels)
    except UnknownTarget:
        return None
    made = concept_map(record, record.rows, lambda slug: system)
    return replace(made, url=url, shell={**made.shell, "url": url})


def groups_json(one: ConceptMap) -> list[Json]:
    """``ConceptMap.group`` in R5. Rows with several source codes cannot be expressed and are left out."""
    return [_group(g) for g in one.groups]


def _group(group: MapGroupView) -> Json:
    elements: dict[str, list[MapRowRecord]] = {}
    for row in group.rows():
        if len(row.sources) == 1:
            elements.setdefault(row.sources[0], []).append(row)
    return {
        "source": join(group.source, group.source_version),
        "target": join(group.target, group.target_version),
        "element": [_element(code, rows) for code, rows in elements.items()],
    }


def _element(code: str, rows: list[MapRowRecord]) -> Json:
    element: Json = {"code": code}
    if rows[0].source_display:
        element["display"] = rows[0].source_display
    targets = [_target(row) for row in rows if row.target]
    return {**element, "target": targets} if targets else {**element, "noMap": True}


def _target(row: MapRowRecord) -> Json:
    target: Json = {
        "code": row.target,
        "display": row.target_display,
        "relationship": row.relationship or "related-to",
        "comment": row.comment,
    }
    return {name: value for name, value in target.items() if value}
