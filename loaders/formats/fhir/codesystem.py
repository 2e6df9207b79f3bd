"""Reads a CodeSystem: its concepts as records, and the metadata of the version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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

__all__ = ["ConceptReader", "ReadCodeSystem", "merged", "read_code_system", "twice"]

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
    reader = ConceptReader(resource, path)
    found: dict[str, ConceptRecord] = {}
    for record, where in reader.records(items(resource, "concept", path)):
        first = found.setdefault(record.code, record)
        if first is not record:
            if record.designations != first.designations:
                raise twice(record.code, where)
            parents = merged(first.parents, record, where)
            found[record.code] = replace(first, parents=parents)
    for above, code in reader.children:
        below = found.get(code)
        if below is not None and above not in below.parents:
            found[code] = replace(below, parents=(*below.parents, above))
    return ReadCodeSystem(reader.info, list(found.values()))


def twice(code: str, where: str) -> ContentError:
    """The error of a code that comes again as another concept."""
    return ContentError(message("fhir.twice", code=code), line=where)


def merged(parents: tuple[str, ...], record: ConceptRecord, where: str) -> tuple[str, ...]:
    """The parents of a code that stands in several places of the tree; raises ContentError if it is at the top."""
    if not record.parents:
        raise twice(record.code, where)
    return tuple(dict.fromkeys((*parents, *record.parents)))


class ConceptReader:
    """Makes records of the concepts of a resource; ``children``: (above, code) that properties of the concepts name."""

    def __init__(self, resource: Json, path: str) -> None:
        declared = tuple(_definition(p, where) for p, where in items(resource, "property", path))
        self.info = _info(resource, declared, path)
        self._names = _names(declared, self.info.language)
        self._from_above = bool(self._names.child.intersection(self._names.types))
        self.children: list[tuple[str, str]] = []

    def records(
        self, concepts: Iterable[tuple[Json, str]], above: tuple[str, ...] = (), depth: int = 0
    ) -> Iterator[tuple[ConceptRecord, str]]:
        """A record of each concept and of those inside it, with its path."""
        for item, where in concepts:
            if depth > _DEPTH:
                raise ContentError(message("fhir.deep"), line=where)
            record = _record(item, self._names, above, where)
            yield record, where
            if self._from_above:
                self._note_children(item, where)
            if "concept" in item:
                yield from self.records(items(item, "concept", where), (record.code,), depth + 1)

    def _note_children(self, item: Json, path: str) -> None:
        for p, place in items(item, "property", path):
            value = typed_value(p, place)
            if text(p, "code", place) in self._names.child and value is not None:
                self.children.append((text(item, "code", path), str(value[1])))


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
