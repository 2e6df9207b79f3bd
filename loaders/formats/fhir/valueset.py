"""Reads a ValueSet into its definition; it is evaluated in ``registry.terminology``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from loaders.formats.fhir.codesystem import read_designation
from loaders.formats.fhir.reading import (
    Json,
    annotations_of,
    extensions,
    items,
    period,
    read_date,
    shell_of,
    text,
    texts,
)
from registry.entities.annotations import standards_status
from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.terminology.issues import Place
from registry.terminology.valueset import ConceptReference, Filter, Include, ValueSet

__all__ = ["read_value_set"]

_EXTENSION = "http://hl7.org/fhir/StructureDefinition/valueset-"
_SUPPLEMENT, _PARAMETER = _EXTENSION + "supplement", _EXTENSION + "expansion-parameter"
_REPEATED = ("compose", "contained", "extension")
_DEFINITION = frozenset({*_REPEATED, "expansion", "text", "meta"})


def read_value_set(resource: Json, path: str = "ValueSet", *, within: Place = ()) -> ValueSet:
    """Read a resource, or one ``within`` another; raises ContentError naming the element that is wrong."""
    compose = resource.get("compose", {})
    if not isinstance(compose, dict):
        raise ContentError(message("fhir.name_object", name="compose"), line=f"{path}.compose")
    own, where = extensions(resource, path), f"{path}.compose"
    valid_from, valid_to = period(resource, path)
    includes = tuple(_includes(compose, "include", where, within))
    inactive = compose.get("inactive")
    return ValueSet(
        url=text(resource, "url", path),
        version=text(resource, "version", path),
        status=text(resource, "status", path) or "unknown",
        standards_status=standards_status(annotations_of(resource, path)) if own else "",
        experimental=resource.get("experimental") is True,
        language=text(resource, "language", path),
        includes=includes or tuple(_from_expansion(resource, path, within)),
        excludes=tuple(_includes(compose, "exclude", where, within)),
        inactive=inactive if isinstance(inactive, bool) else None,
        locked_date=read_date(text(compose, "lockedDate", path), f"{where}.lockedDate"),
        supplements=tuple([str(value_of(e)) for e in own if e.get("url") == _SUPPLEMENT]),
        parameters=_parameters((*own, *extensions(compose, path))),
        properties=texts(compose, "property", where),
        contained=_contained(resource, path, within) if "contained" in resource else {},
        valid_from=valid_from,
        valid_to=valid_to,
        shell=shell_of(resource, _DEFINITION),
        definition={k: resource[k] for k in _REPEATED if k in resource},
    )


def value_of(extension: Json) -> Any:
    """The value of an extension, whatever its type; None without one."""
    return next((v for k, v in extension.items() if k.startswith("value")), None)


def _contained(resource: Json, path: str, within: Place) -> dict[str, ValueSet]:
    return {
        str(item.get("id", "")): read_value_set(item, where, within=(*within, "contained", number))
        for number, (item, where) in enumerate(items(resource, "contained", path))
        if item.get("resourceType") == "ValueSet" and "contained" not in item
    }


def _parameters(found: tuple[dict[str, object], ...]) -> dict[str, tuple[str, ...]]:
    """The expansion parameters of the value set itself."""
    parameters: dict[str, tuple[str, ...]] = {}
    for extension in found:
        parts = extension.get("extension") if extension.get("url") == _PARAMETER else None
        named = {p.get("url"): value_of(p) for p in parts} if isinstance(parts, list) else {}
        if "name" in named:
            name = str(named["name"])
            parameters[name] = (*parameters.get(name, ()), str(named.get("value", "")))
    return parameters


def _includes(compose: Json, name: str, path: str, within: Place) -> Iterator[Include]:
    if name not in compose:
        return
    for number, (item, where) in enumerate(items(compose, name, path)):
        codes, concepts = _listed(item, where) if "concept" in item else ((), ())
        yield Include(
            system=text(item, "system", where),
            version=text(item, "version", where),
            codes=codes,
            concepts=concepts,
            filters=tuple([_filter(f, w) for f, w in items(item, "filter", where)])
            if "filter" in item
            else (),
            value_sets=texts(item, "valueSet", where),
            place=(*within, name, number),
        )


def _listed(include: Json, path: str) -> tuple[tuple[str, ...], tuple[ConceptReference, ...]]:
    """The list of an include, as ``codes`` or as ``concepts``."""
    if codes := _codes_alone(include["concept"]):
        return codes, ()
    return (), tuple([_concept(c, w) for c, w in items(include, "concept", path)])


def _codes_alone(listed: Any) -> tuple[str, ...]:
    """The codes of a list that states nothing but codes, as most do; empty for any other, which is read item by item."""
    try:
        if set(map(len, listed)) == {1} and set(map(type, codes := [c["code"] for c in listed])) == {str}:
            return tuple(codes)
    except (TypeError, KeyError):
        pass
    return ()


def _concept(item: Json, path: str) -> ConceptReference:
    return ConceptReference(
        code=text(item, "code", path),
        display=text(item, "display", path),
        designations=tuple(read_designation(d, w) for d, w in items(item, "designation", path)),
        annotations=annotations_of(item, path),
    )


def _filter(item: Json, path: str) -> Filter:
    value = item.get("value")
    if value is not None and not isinstance(value, str):
        raise ContentError(message("fhir.name_text", name="value"), line=f"{path}.value")
    return Filter(text(item, "property", path), text(item, "op", path), value)


def _from_expansion(resource: Json, path: str, within: Place) -> Iterator[Include]:
    """A value set that has only an expansion lists its codes there."""
    expansion = resource.get("expansion")
    if not isinstance(expansion, dict) or "compose" in resource:
        return
    listed: dict[tuple[str, str], list[ConceptReference]] = {}
    _collect(expansion, f"{path}.expansion", listed)
    for (system, version), concepts in listed.items():
        place = (*within, "expansion")
        yield Include(system=system, version=version, concepts=tuple(concepts), place=place)


def _collect(parent: Json, path: str, listed: dict[tuple[str, str], list[ConceptReference]]) -> None:
    for item, where in items(parent, "contains", path):
        code = text(item, "code", where)
        if code:
            key = (text(item, "system", where), text(item, "version", where))
            listed.setdefault(key, []).append(ConceptReference(code, text(item, "display", where)))
        _collect(item, where, listed)
