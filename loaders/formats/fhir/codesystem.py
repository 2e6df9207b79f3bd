"""Reads a CodeSystem: its concepts as records, and the metadata of the version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from loaders.formats.fhir.reading import (
    Json,
    annotations_of,
    coding,
    items,
    period,
    shell_of,
    text,
    typed_value,
)
from registry.content.view import ViewInfo
from registry.entities.annotations import standards_status
from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.entities.records import ConceptRecord, Designation, Note, Property, PropertyDefinition
from registry.systems.concept_properties import codes_of

__all__ = ["ReadCodeSystem", "read_code_system"]

_INACTIVE = frozenset({"retired", "inactive", "withdrawn"})
_DEPTH = 200


@dataclass(slots=True)
class ReadCodeSystem:
    """A CodeSystem resource as values."""

    info: ViewInfo
    records: list[ConceptRecord] = field(default_factory=list)


@dataclass(slots=True)
class _Names:
    """Under which codes this system declares the properties that mean something to everybody."""

    types: dict[str, str]
    inactive: frozenset[str]
    status: frozenset[str]
    not_selectable: frozenset[str]
    parent: frozenset[str]
    child: frozenset[str]
    language: str


def read_code_system(resource: Json, path: str = "CodeSystem") -> ReadCodeSystem:
    """Read a resource; raises ContentError naming the element that is wrong."""
    declared = tuple(_definition(p, where) for p, where in items(resource, "property", path))
    info = _info(resource, declared, path)
    names = _names(declared, info.language)
    found: dict[str, ConceptRecord] = {}
    for record, where in _walk(resource, names, (), path, 0):
        if record.code in found:
            _merge(found, record, where)
        else:
            found[record.code] = record
    _add_parents(found, resource, names, path)
    return ReadCodeSystem(info, list(found.values()))


def _add_parents(found: dict[str, ConceptRecord], resource: Json, names: _Names, path: str) -> None:
    """Parents that a system states from above, by a property that names children."""
    if not names.child.intersection(names.types):
        return
    for above, code in list(_children(resource, names, path)):
        record = found.get(code)
        if record is not None and above not in record.parents:
            found[code] = replace(record, parents=(*record.parents, above))


def _children(parent: Json, names: _Names, path: str) -> Iterator[tuple[str, str]]:
    for item, where in items(parent, "concept", path):
        for p, place in items(item, "property", where):
            value = typed_value(p, place)
            if text(p, "code", place) in names.child and value is not None:
                yield text(item, "code", where), str(value[1])
        yield from _children(item, names, where)


def _merge(found: dict[str, ConceptRecord], record: ConceptRecord, where: str) -> None:
    """A code that occurs in several places of the tree has several parents; other differences are an error."""
    first = found[record.code]
    if not record.parents or record.designations != first.designations:
        raise ContentError(message("fhir.twice", code=record.code), line=where)
    parents = tuple(dict.fromkeys((*first.parents, *record.parents)))
    found[record.code] = replace(first, parents=parents)


def _definition(item: Json, path: str) -> PropertyDefinition:
    return PropertyDefinition(
        code=text(item, "code", path),
        type=text(item, "type", path) or "string",
        uri=text(item, "uri", path),
        description=text(item, "description", path),
    )


def _info(resource: Json, declared: tuple[PropertyDefinition, ...], path: str) -> ViewInfo:
    valid_from, valid_to = period(resource, path)
    return ViewInfo(
        system="",
        url=text(resource, "url", path),
        version=text(resource, "version", path),
        case_sensitive=resource.get("caseSensitive", True) is not False,
        content=text(resource, "content", path) or "complete",
        language=text(resource, "language", path),
        title=text(resource, "title", path),
        name=text(resource, "name", path),
        status=text(resource, "status", path) or "unknown",
        experimental=resource.get("experimental") is True,
        standards_status=standards_status(annotations_of(resource, path)),
        valid_from=valid_from,
        valid_to=valid_to,
        compositional=resource.get("compositional") is True,
        version_needed=resource.get("versionNeeded") is True,
        supplements=text(resource, "supplements", path),
        value_set=text(resource, "valueSet", path),
        properties=declared,
        shell=shell_of(resource, ("concept", "text")),
    )


def _names(declared: tuple[PropertyDefinition, ...], language: str) -> _Names:
    types = {p.code: p.type for p in declared}
    return _Names(
        types,
        codes_of(declared, "inactive"),
        codes_of(declared, "status"),
        codes_of(declared, "notSelectable"),
        codes_of(declared, "parent"),
        codes_of(declared, "child"),
        language,
    )


def _walk(
    parent: Json, names: _Names, above: tuple[str, ...], path: str, depth: int
) -> Iterator[tuple[ConceptRecord, str]]:
    if depth > _DEPTH:
        raise ContentError(message("fhir.deep"), line=path)
    for item, where in items(parent, "concept", path):
        record = _record(item, names, above, where)
        yield record, where
        yield from _walk(item, names, (record.code,), where, depth + 1)


def _record(item: Json, names: _Names, above: tuple[str, ...], path: str) -> ConceptRecord:
    code = text(item, "code", path)
    if not code:
        raise ContentError(message("fhir.concept_code"), line=path)
    properties = tuple(p for q, where in items(item, "property", path) if (p := _property(q, names, where)))
    definition = text(item, "definition", path)
    parents = tuple(str(p.value) for p in properties if p.code in names.parent)
    return ConceptRecord(
        code=code,
        designations=tuple(_designations(item, names, path)),
        notes=(Note("definition", definition, names.language),) if definition else (),
        parents=tuple(dict.fromkeys((*above, *parents))),
        properties=tuple(p for p in properties if p.code not in ("parent", "child")),
        inactive=any(_is(p, names.inactive, "true") or _retired(p, names) for p in properties),
        selectable=_selectable(properties, names),
        annotations=annotations_of(item, path),
    )


def _is(p: Property, codes: frozenset[str], value: str) -> bool:
    return p.code in codes and str(p.value).lower() == value


def _retired(p: Property, names: _Names) -> bool:
    return p.code in names.status and isinstance(p.value, str) and p.value.lower() in _INACTIVE


def _selectable(properties: tuple[Property, ...], names: _Names) -> bool | None:
    flags = [str(p.value).lower() for p in properties if p.code in names.not_selectable]
    return None if not flags else "true" not in flags


def _property(item: Json, names: _Names, path: str) -> Property | None:
    code = text(item, "code", path)
    found = typed_value(item, path)
    if found is None:
        return None
    kind, value = found
    return Property(code, value, kind, annotations_of(item, path))


def _designations(item: Json, names: _Names, path: str) -> Iterator[Designation]:
    display = text(item, "display", path)
    if display:
        yield Designation("display", display, names.language)
    for d, where in items(item, "designation", path):
        yield read_designation(d, where)


def read_designation(item: Json, path: str) -> Designation:
    """A designation of a code system's or value set's concept."""
    use: Any = item.get("use")
    also = tuple(coding(u, where) for u, where in items(item, "additionalUse", path))
    return Designation(
        kind="designation",
        text=text(item, "value", path),
        language=text(item, "language", path),
        use=coding(use, f"{path}.use") if use is not None else None,
        additional_uses=also,
        annotations=annotations_of(item, path),
    )
