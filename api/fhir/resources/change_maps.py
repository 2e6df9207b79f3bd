"""Concept maps that nobody wrote down: the changes from one version to another, by their canonical URL.

``SYSTEM?fhir_cm=changes/V1/V2`` is the map of every code that changed. Also a map's ``group`` as FHIR JSON,
where it was not stored as JSON. Not here: stored maps as they were given, translation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from mappings.changes import change_map
from registry.entities.errors import UnknownTarget
from registry.terminology.conceptmap import ConceptMap, MapElement, MapGroup
from registry.terminology.loaded_maps import concept_map

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["groups_json", "implied_map"]

Json = dict[str, Any]
_MARK = "?fhir_cm=changes/"


def implied_map(registry: Registry, url: str) -> ConceptMap | None:
    """The change map that the URL names; None where it names none, or a version that is not loaded."""
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
    return _named(made, url)


def _named(made: ConceptMap, url: str) -> ConceptMap:
    fields = {name: getattr(made, name) for name in made.__struct_fields__}
    return ConceptMap(**{**fields, "url": url, "shell": {**made.shell, "url": url}})


def groups_json(one: ConceptMap) -> list[Json]:
    """``ConceptMap.group`` in R5's shape."""
    return [_group(g) for g in one.groups]


def _group(group: MapGroup) -> Json:
    return {
        "source": _versioned(group.source, group.source_version),
        "target": _versioned(group.target, group.target_version),
        "element": [_element(e) for e in group.elements],
    }


def _versioned(url: str, version: str) -> str:
    return f"{url}|{version}" if version else url


def _element(element: MapElement) -> Json:
    written: Json = {"code": element.code}
    if element.display:
        written["display"] = element.display
    if element.no_map:
        return {**written, "noMap": True}
    targets = []
    for t in element.targets:
        target: Json = {
            "code": t.code,
            "display": t.display,
            "relationship": t.relationship,
            "comment": t.comment,
        }
        targets.append({name: value for name, value in target.items() if value})
    return {**written, "target": targets}
