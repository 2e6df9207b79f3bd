"""Checks that a resource is valid FHIR before it is read; errors name the element by its path.

``fhir.resources`` validates the resource without its long lists; the lists, tens of thousands of entries, are checked
with the types of ``entry_types``, which are as strict and a hundred times as fast.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

import msgspec

from loaders.formats.fhir.entry_types import Concept, Contains, Element, Reference
from loaders.formats.fhir.mending import completed
from loaders.formats.fhir.reading import Json
from registry.entities.errors import ContentError
from registry.entities.messages import Message, message

__all__ = ["RELEASES", "release_by_shape", "require_concept", "validate"]

RELEASES = ("R4", "R4B", "R5")
#: elements that only R5 has, and such as R5 no longer has
_R5_ONLY = frozenset(
    [
        "versionAlgorithmString",
        "versionAlgorithmCoding",
        "copyrightLabel",
        "approvalDate",
        "lastReviewDate",
        "effectivePeriod",
        "topic",
        "author",
        "editor",
        "reviewer",
        "endorser",
        "relatedArtifact",
        "scope",
        "sourceScopeUri",
        "sourceScopeCanonical",
        "targetScopeUri",
        "targetScopeCanonical",
        "additionalAttribute",
    ]
)
_R4_ONLY = frozenset(["sourceUri", "sourceCanonical", "targetUri", "targetCanonical"])
_AT = re.compile(r" - at `\$(.*)`$")
_FIELD = re.compile(r"field `(\w+)`")
_GOT = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")


def release_by_shape(resource: Json) -> str:
    """R5 or R4 if elements of the resource decide it, else empty."""
    if resource.get("resourceType") == "ConceptMap" and (stated := _map_release(resource)):
        return stated
    if _R5_ONLY & resource.keys():
        return "R5"
    return "R4" if _R4_ONLY & resource.keys() else ""


def _map_release(resource: Json) -> str:
    for group in _dicts(resource.get("group")):
        if "sourceVersion" in group or "targetVersion" in group:
            return "R4"
        for element in _dicts(group.get("element")):
            if "noMap" in element or "valueSet" in element:
                return "R5"
            for target in _dicts(element.get("target")):
                return "R5" if "relationship" in target else "R4"
    return ""


def _dicts(value: Any) -> list[Json]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def validate(resource: Json, path: str, *, release: str = "") -> str:
    """Raise ContentError with the path of the first wrong element; gives the release of FHIR it is valid in.

    Elements that may be missing (``mending``) count as present. Without ``release`` it is derived from the elements; if they
    do not decide, R4 is tried before R5.
    """
    kind = str(resource.get("resourceType", ""))
    for name in ("url", "version"):
        if resource.get(name) == "":
            raise ContentError(message("fhir.empty_text"), line=f"{path}.{name}")
    lean = _check_lists(dict(completed(resource)), path)
    stated = release or release_by_shape(resource)
    problem = _problem(lean, kind, stated or "R4", path)
    if problem is not None and not stated and _problem(lean, kind, "R5", path) is None:
        return "R5"
    if problem is not None:
        raise problem
    return stated or "R4"


@cache
def _model(kind: str, release: str) -> Any:
    """R4 is validated as R4B: these three resources are the same in both."""
    package = "fhir.resources" if release == "R5" else "fhir.resources.R4B"
    return getattr(import_module(f"{package}.{kind.lower()}"), kind)


def _problem(resource: Json, kind: str, release: str, path: str) -> ContentError | None:
    from pydantic import ValidationError

    try:
        _model(kind, release).model_validate(resource)
    except ValidationError as error:
        found = error.errors(include_url=False)
        first = found[0]
        why = _violation(first, release)
        if len(found) > 1:
            why = message("fhir.invalid_more", problem=why, more=len(found) - 1)
        return ContentError(why, line=path + _steps(first["loc"]))
    return _bound(resource, kind, release, path)


def _bound(resource: Json, kind: str, release: str, path: str) -> ContentError | None:
    """What is wrong with the resource's own codes that are of a fixed list (``status``, ``content`` …)."""
    for name, field in _model(kind, release).model_fields.items():
        extra = field.json_schema_extra
        allowed = extra.get("enum_values") if isinstance(extra, dict) else None
        value = resource.get(field.alias or name)
        if allowed and isinstance(value, str) and value not in allowed:
            listed = message("fhir.none_of", value=value, allowed=", ".join(allowed))
            return ContentError(listed, line=f"{path}.{name}")
    return None


def _steps(places: tuple[Any, ...]) -> str:
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in places)


def _violation(error: Any, release: str) -> Message:
    """The message of a validation error of ``fhir.resources``."""
    name = error["loc"][-1] if error["loc"] else "element"
    if error["type"] == "extra_forbidden":
        return message("fhir.unknown_element", release=release, name=name)
    if "missing" in error["type"]:
        return message("fhir.required", name=name)
    return message("fhir.invalid", detail=str(error["msg"]).removeprefix("Value error, "))


def _check_lists(resource: dict[str, Any], path: str) -> dict[str, Any]:
    """Check the long lists by shape, and give the resource without them."""
    kind = resource.get("resourceType")
    if kind == "CodeSystem":
        return _checked(resource, "concept", Concept, path)
    if kind == "ValueSet":
        return _value_set(resource, path)
    if isinstance(resource.get("group"), list):
        resource["group"] = [
            _checked(g, "element", Element, f"{path}.group[{n}]", keep=1) if isinstance(g, dict) else g
            for n, g in enumerate(resource["group"])
        ]
    return resource


def _value_set(resource: dict[str, Any], path: str) -> dict[str, Any]:
    expansion, compose = resource.get("expansion"), resource.get("compose")
    if isinstance(expansion, dict):
        resource["expansion"] = _checked(expansion, "contains", Contains, f"{path}.expansion")
    if isinstance(compose, dict):
        compose = dict(compose)
        for name in ("include", "exclude"):
            if isinstance(compose.get(name), list):
                compose[name] = [
                    _checked(i, "concept", Reference, f"{path}.compose.{name}[{n}]")
                    if isinstance(i, dict)
                    else i
                    for n, i in enumerate(compose[name])
                ]
        resource["compose"] = compose
    return resource


def _checked(parent: Json, name: str, shape: type[Any], path: str, *, keep: int = 0) -> dict[str, Any]:
    """The object without the list, except for its first entries, once all of it has the shape."""
    listed = parent.get(name)
    if name not in parent:
        return dict(parent)
    try:
        msgspec.convert(listed, list[shape])  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        raise _shaped(str(error), f"{path}.{name}") from error
    rest = {k: v for k, v in parent.items() if k != name}
    return rest | {name: listed[:keep]} if keep else rest  # type: ignore[index]


def require_concept(item: Json, path: str) -> None:
    """Raise ContentError unless an element of ``CodeSystem.concept`` has the right shape."""
    try:
        msgspec.convert(item, Concept)
    except msgspec.ValidationError as error:
        raise _shaped(str(error), path) from error


def _shaped(detail: str, path: str) -> ContentError:
    """The error for a list that msgspec refuses, with the place that its text names."""
    at = _AT.search(detail)
    where, detail = path + at[1] if at else path, _AT.sub("", detail)
    if field := _FIELD.search(detail):
        key = "fhir.required" if "missing" in detail else "fhir.unknown_element_any"
        return ContentError(message(key, name=field[1]), line=f"{where}.{field[1]}")
    if got := _GOT.fullmatch(detail):
        return ContentError(message("fhir.got", expected=got[1], found=got[2]), line=where)
    return ContentError(message("fhir.invalid", detail=detail), line=where)
