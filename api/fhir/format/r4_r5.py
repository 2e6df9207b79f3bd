"""A resource in the elements of one FHIR release, whatever release it was written in.

Elements that only R5 has are written in R4 as the extensions that FHIR defines for them; elements without an equivalent
are left out. A resource that is already in the release is unchanged. Groups of a ConceptMap are converted by
``conceptmap_r4_r5``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from api.fhir.format.conceptmap_r4_r5 import map_to_r4, map_to_r5
from loaders.formats.fhir.reading import PERIODS

__all__ = ["ELEMENTS", "R5_ELEMENT", "in_release"]

Json = dict[str, Any]
#: what R4 calls an element that only R5 has, before its path
R5_ELEMENT = "http://hl7.org/fhir/5.0/StructureDefinition/extension-"
_COMMON = frozenset(
    [
        "resourceType",
        "id",
        "meta",
        "implicitRules",
        "language",
        "text",
        "contained",
        "extension",
        "modifierExtension",
        "url",
        "identifier",
        "version",
        "name",
        "title",
        "status",
        "experimental",
        "date",
        "publisher",
        "contact",
        "description",
        "useContext",
        "jurisdiction",
        "purpose",
        "copyright",
    ]
)
_CODE_SYSTEM = frozenset(
    [
        "caseSensitive",
        "valueSet",
        "hierarchyMeaning",
        "compositional",
        "versionNeeded",
        "content",
        "supplements",
        "count",
        "filter",
        "property",
        "concept",
    ]
)
#: metadata that only R5 has, with the value type of its extension in R4
_METADATA = {
    "versionAlgorithmString": ("versionAlgorithm", "valueString"),
    "versionAlgorithmCoding": ("versionAlgorithm", "valueCoding"),
    "copyrightLabel": ("copyrightLabel", "valueString"),
    "approvalDate": ("approvalDate", "valueDate"),
    "lastReviewDate": ("lastReviewDate", "valueDate"),
    "effectivePeriod": ("effectivePeriod", "valuePeriod"),
    "topic": ("topic", "valueCodeableConcept"),
    "author": ("author", "valueContactDetail"),
    "editor": ("editor", "valueContactDetail"),
    "reviewer": ("reviewer", "valueContactDetail"),
    "endorser": ("endorser", "valueContactDetail"),
}
_LISTS = frozenset({"topic", "author", "editor", "reviewer", "endorser"})
_R5 = _COMMON | _METADATA.keys() | {"relatedArtifact"}
_VALUE_SET = frozenset({"immutable", "compose", "expansion"})
_SCOPES = frozenset(f"{side}{kind}" for side in ("source", "target") for kind in ("Uri", "Canonical"))
_R5_SCOPES = frozenset(s.replace("Uri", "ScopeUri").replace("Canonical", "ScopeCanonical") for s in _SCOPES)
#: the elements of each resource in each release, ``resourceType`` among them
ELEMENTS: dict[tuple[str, str], frozenset[str]] = {
    ("CodeSystem", "R4"): _COMMON | _CODE_SYSTEM,
    ("CodeSystem", "R5"): _R5 | _CODE_SYSTEM,
    ("ValueSet", "R4"): _COMMON | _VALUE_SET,
    ("ValueSet", "R5"): _R5 | _VALUE_SET | {"scope"},
    ("ConceptMap", "R4"): _COMMON | {"group"} | _SCOPES,
    ("ConceptMap", "R5"): _R5 | {"group", "property", "additionalAttribute"} | _R5_SCOPES,
}


def _known(resource: Json, kind: str, release: str) -> Json:
    """The resource without elements that its type does not have in the release."""
    known = ELEMENTS[kind, release]
    return {k: v for k, v in resource.items() if k.removeprefix("_") in known}


#: elements that all three have in both releases, without elements inside
_SAME = frozenset(
    {"resourceType", "id", "language", "url", "version", "name", "title", "status", "experimental", "date"}
    | {"publisher"}
)


def in_release(resource: Json, release: str) -> Json:
    """A CodeSystem, ValueSet or ConceptMap in R4's or R5's elements; any other resource as it is."""
    kind = str(resource.get("resourceType", ""))
    if (kind, release) not in ELEMENTS:
        return resource
    if resource.keys() <= _SAME:
        return dict(resource)
    made = _metadata_to_r4(resource, kind) if release == "R4" else _metadata_to_r5(resource, kind)
    if kind == "ValueSet":
        made = _value_set(made, _to_extension if release == "R4" else _from_extension)
    elif kind == "ConceptMap":
        made = map_to_r4(made) if release == "R4" else map_to_r5(made)
    if isinstance(made.get("contained"), list):
        made["contained"] = [in_release(c, release) if isinstance(c, dict) else c for c in made["contained"]]
    return _known(made, kind, release)


def _metadata_to_r4(resource: Json, kind: str) -> Json:
    made = dict(resource)
    added: list[Json] = []
    for name, (plain, value) in _METADATA.items():
        if name in made:
            given = made.pop(name)
            each = given if name in _LISTS and isinstance(given, list) else [given]
            added += [{"url": f"{R5_ELEMENT}{kind}.{plain}", value: g} for g in each]
    scope = made.pop("scope", None) if kind == "ValueSet" else None
    if isinstance(scope, dict):
        parts = [{"url": k, "valueString": v} for k, v in scope.items() if k.endswith("Criteria")]
        added.append({"url": f"{R5_ELEMENT}ValueSet.scope", "extension": parts})
    if added:
        own = tuple(e["url"] for e in added) + (PERIODS if "effectivePeriod" in resource else ())
        made["extension"] = [
            e for e in _extensions(resource) if not str(e.get("url", "")).endswith(own)
        ] + added
    return made


def _extensions(owner: Json) -> list[Json]:
    found = owner.get("extension")
    return [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []


def _metadata_to_r5(resource: Json, kind: str) -> Json:
    made, kept = dict(resource), []
    for extension in _extensions(resource):
        url = str(extension.get("url", ""))
        name = "effectivePeriod" if url.endswith(PERIODS) else _element(url, kind, extension)
        if not name:
            kept.append(extension)
        elif name == "scope":
            made[name] = {
                p.get("url", ""): p["valueString"] for p in _extensions(extension) if "valueString" in p
            }
        elif name in _LISTS:
            made[name] = [*made.get(name, []), extension[_METADATA[name][1]]]
        else:
            made.setdefault(name, extension.get(_METADATA[name][1]))
    return _with_list(made, "extension", kept)


def _element(url: str, kind: str, extension: Json) -> str:
    """The R5 element that an extension represents; empty for any other extension."""
    plain = url.removeprefix(f"{R5_ELEMENT}{kind}.") if url.startswith(R5_ELEMENT) else ""
    if plain == "scope" and kind == "ValueSet":
        return plain
    return next((n for n, (p, value) in _METADATA.items() if p == plain and value in extension), "")


def _with_list(owner: Json, name: str, values: list[Any]) -> Json:
    """The object with a list, without an empty one."""
    rest = {k: v for k, v in owner.items() if k != name}
    return {**rest, name: values} if values else rest


Turn = Callable[[Json, str, str, str], Json]


def _to_extension(owner: Json, name: str, place: str, value: str) -> Json:
    given = owner.get(name)
    if given is None:
        return owner
    each = given if isinstance(given, list) else [given]
    made = {k: v for k, v in owner.items() if k != name}
    added = [{"url": f"{R5_ELEMENT}ValueSet.{place}", value: g} for g in each]
    return {**made, "extension": [*_extensions(owner), *added]}


def _from_extension(owner: Json, name: str, place: str, value: str) -> Json:
    url = f"{R5_ELEMENT}ValueSet.{place}"
    found = [e[value] for e in _extensions(owner) if e.get("url") == url and value in e]
    if not found or name in owner:
        return owner
    made = _with_list(owner, "extension", [e for e in _extensions(owner) if e.get("url") != url])
    return {**made, name: found[0] if name == "copyright" else found}


def _value_set(resource: Json, turn: Turn) -> Json:
    """The elements inside ``compose`` and ``expansion`` that only R5 has."""
    compose = resource.get("compose")
    if isinstance(compose, dict):
        made = turn(compose, "property", "compose.property", "valueString")
        resource = {**resource, "compose": _each(made, ("include", "exclude"), lambda i: _include(i, turn))}
    expansion = resource.get("expansion")
    if isinstance(expansion, dict) and turn is _to_extension:
        shown = {k: v for k, v in expansion.items() if k != "next"}
        shown = _as_parts(shown, "expansion.property")
        resource = {**resource, "expansion": _each(shown, ("contains",), _contains)}
    return resource


def _include(include: Json, turn: Turn) -> Json:
    made = turn(include, "copyright", "compose.include.copyright", "valueString")
    place = "compose.include.concept.designation.additionalUse"
    return _each(made, ("concept",), lambda c: _each(c, ("designation",), lambda d: turn(d, *_use(place))))


def _use(place: str) -> tuple[str, str, str]:
    return "additionalUse", place, "valueCoding"


def _contains(entry: Json) -> Json:
    place = "expansion.contains.designation.additionalUse"
    made = _each(entry, ("designation",), lambda d: _to_extension(d, *_use(place)))
    return _each(_as_parts(made, "expansion.contains.property"), ("contains",), _contains)


def _as_parts(owner: Json, place: str) -> Json:
    """``property`` of an expansion or entry as R4's extension."""
    found = owner.get("property")
    if not isinstance(found, list):
        return owner
    made = {k: v for k, v in owner.items() if k != "property"}
    added = [{"url": f"{R5_ELEMENT}ValueSet.{place}", "extension": list(_parts(p))} for p in found]
    return {**made, "extension": [*_extensions(owner), *added]}


def _parts(item: Json) -> Iterable[Json]:
    kinds = {"code": "valueCode", "uri": "valueUri"}
    for name, value in item.items():
        if name in kinds:
            yield {"url": name, kinds[name]: value}
        elif name.startswith("value"):
            yield {"url": "value", name: value}


def _each(owner: Json, names: tuple[str, ...], turn: Callable[[Json], Json]) -> Json:
    """The object with ``turn`` applied to every object in its lists of those names."""
    made = owner
    for name in names:
        if isinstance(owner.get(name), list):
            made = {**made, name: [turn(i) if isinstance(i, dict) else i for i in owner[name]]}
    return made
