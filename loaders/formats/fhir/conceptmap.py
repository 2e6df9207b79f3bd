"""Reads a ConceptMap (R4, R5) into groups with the relationships of R5, and into a map for the store."""

from __future__ import annotations

from msgspec.structs import replace

from loaders.formats.fhir.reading import Json, items, period, shell_of, text
from registry.entities.canonical import split
from registry.entities.records import MapPair, MapRecord
from registry.entities.relationships import NOT_RELATED, from_r4
from registry.terminology.conceptmap import ConceptMap, MapElement, MapGroup, MapTarget, Unmapped

__all__ = ["map_record", "read_concept_map"]

_SOURCES = ("sourceScopeUri", "sourceScopeCanonical", "sourceUri", "sourceCanonical")
_TARGETS = ("targetScopeUri", "targetScopeCanonical", "targetUri", "targetCanonical")


def read_concept_map(resource: Json, path: str = "ConceptMap") -> ConceptMap:
    """Read a resource; raises ContentError naming the element that is wrong."""
    valid_from, valid_to = period(resource, path)
    return ConceptMap(
        url=text(resource, "url", path),
        version=text(resource, "version", path),
        status=text(resource, "status", path) or "unknown",
        source_scope=_first(resource, _SOURCES, path),
        target_scope=_first(resource, _TARGETS, path),
        purpose=text(resource, "purpose", path),
        groups=tuple(_group(g, where) for g, where in items(resource, "group", path)),
        valid_from=valid_from,
        valid_to=valid_to,
        shell=shell_of(resource, ("group", "text", "meta")),
        definition={"group": resource["group"]} if "group" in resource else {},
    )


def map_record(read: ConceptMap) -> MapRecord:
    """The map as the store keeps it: a header with its pairs of systems, and rows that count them."""
    pairs = tuple(
        MapPair(
            source=g.source,
            target=g.target,
            source_version=g.source_version,
            target_version=g.target_version,
            unmapped=g.unmapped,
        )
        for g in read.groups
    )
    rows = (replace(row, group=n) if n else row for n, g in enumerate(read.groups) for row in g.rows())
    return MapRecord(
        slug=read.url,
        url=read.url,
        version=read.version,
        purpose=read.purpose,
        source_system=pairs[0].source if pairs else "",
        target_system=pairs[0].target if pairs else "",
        published=str(read.shell.get("date", "")),
        status=read.status,
        source_scope=read.source_scope,
        target_scope=read.target_scope,
        valid_from=read.valid_from,
        valid_to=read.valid_to,
        pairs=pairs,
        rows=tuple(rows),
    )


def _first(resource: Json, names: tuple[str, ...], path: str) -> str:
    return next((text(resource, name, path) for name in names if name in resource), "")


def _group(item: Json, path: str) -> MapGroup:
    source, source_version = split(text(item, "source", path))
    target, target_version = split(text(item, "target", path))
    unmapped = item.get("unmapped")
    return MapGroup(
        source=source,
        target=target,
        source_version=source_version or text(item, "sourceVersion", path),
        target_version=target_version or text(item, "targetVersion", path),
        elements=tuple(_element(e, where) for e, where in items(item, "element", path)),
        unmapped=_unmapped(unmapped, f"{path}.unmapped") if isinstance(unmapped, dict) else None,
    )


def _element(item: Json, path: str) -> MapElement:
    targets = tuple(_target(t, where) for t, where in items(item, "target", path))
    return MapElement(
        code=text(item, "code", path),
        display=text(item, "display", path),
        targets=targets,
        no_map=item.get("noMap") is True,
    )


def _relationship(item: Json, path: str) -> str:
    if "relationship" in item:
        return text(item, "relationship", path)
    return from_r4(text(item, "equivalence", path)) or NOT_RELATED


def _target(item: Json, path: str) -> MapTarget:
    products = tuple(_attribute(p, where) for p, where in items(item, "product", path))
    conditions = tuple(_attribute(d, where) for d, where in items(item, "dependsOn", path))
    return MapTarget(
        code=text(item, "code", path),
        relationship=_relationship(item, path),
        display=text(item, "display", path),
        comment=text(item, "comment", path),
        products=products,
        conditions=conditions,
    )


def _attribute(item: Json, path: str) -> tuple[str, str, str]:
    attribute = text(item, "attribute", path) or text(item, "property", path)
    value = next((str(v) for k, v in item.items() if k.startswith("value") and isinstance(v, str)), "")
    return attribute, text(item, "system", path), value


def _unmapped(item: Json, path: str) -> Unmapped:
    mode = {"provided": "use-source-code"}.get(text(item, "mode", path), text(item, "mode", path))
    return Unmapped(
        mode=mode,
        code=text(item, "code", path),
        display=text(item, "display", path),
        relationship=_relationship(item, path),
        other_map=text(item, "otherMap", path) or text(item, "url", path),
    )
