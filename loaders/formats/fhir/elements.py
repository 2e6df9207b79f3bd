"""The elements of FHIR's types, in order, with their kind: what JSON needs and XML does not state.

Derived from the models of ``fhir.resources``, which are imported at first use. ``fhir_xml`` converts with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any, Literal, get_args, get_origin

from registry.entities.errors import ContentError
from registry.entities.messages import message

__all__ = ["ElementDefinition", "TypeDefinition", "resource_type"]

Kind = Literal["text", "boolean", "integer", "integer64", "decimal", "complex", "resource", "xhtml"]
_PACKAGES = {"R4": "fhir.resources.R4B", "R4B": "fhir.resources.R4B", "R5": "fhir.resources"}


@dataclass(frozen=True, slots=True)
class ElementDefinition:
    """One element: what kind of value, whether it repeats, and for a complex one its type's model."""

    name: str
    kind: Kind
    many: bool
    model: Any = None

    @property
    def type(self) -> TypeDefinition:
        return _definition(self.model)


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A type: its elements by name, in the order that XML wants; ``attributes`` are XML's attributes."""

    name: str
    elements: dict[str, ElementDefinition]
    attributes: frozenset[str]


def resource_type(name: str, release: str) -> TypeDefinition:
    """A resource type of a release of FHIR (R4, R4B, R5); raises ContentError for one that it does not have.

    >>> list(resource_type("CodeSystem", "R5").elements)[:3]
    ['id', 'meta', 'implicitRules']
    """
    return _definition(_resource_model(name, release))


@cache
def _resource_model(name: str, release: str) -> Any:
    package = _PACKAGES.get(release)
    if package is None:
        raise ContentError(message("fhir.no_release", release=release, releases=", ".join(_PACKAGES)))
    try:
        model = getattr(import_module(f"{package}.{name.lower()}"), name) if name.isalpha() else None
    except (ModuleNotFoundError, AttributeError):
        model = None
    if model is None or "implicitRules" not in model.model_fields:
        raise ContentError(message("fhir.no_resource_type", release=release, name=name[:60]))
    return model


@cache
def _definition(model: Any) -> TypeDefinition:
    resource = "implicitRules" in model.model_fields
    attributes = set() if resource else {"id"}
    if model.__name__ == "Extension":
        attributes.add("url")
    elements = {}
    for name in model.elements_sequence():
        field = _field(model, name)
        if name not in attributes and field is not None:
            elements[name] = _element(name, field.annotation, model.__name__)
    return TypeDefinition(model.__name__, elements, frozenset(attributes))


def _field(model: Any, name: str) -> Any:
    """The field of an element: Python's keywords are spelled otherwise there."""
    found = model.model_fields.get(name)
    return found or next((f for f in model.model_fields.values() if f.alias == name), None)


def _element(name: str, annotation: Any, owner: str) -> ElementDefinition:
    many, inner = _unwrapped(annotation)
    kind = _kind(inner)
    if kind == "complex" and inner.__name__ == "ResourceType":
        return ElementDefinition(name, "resource", many)
    if kind == "complex":
        return ElementDefinition(name, "complex", many, inner.get_model_klass())
    if owner == "Narrative" and name == "div":
        return ElementDefinition(name, "xhtml", many)
    return ElementDefinition(name, kind, many)


def _unwrapped(annotation: Any) -> tuple[bool, Any]:
    """Whether it is a list, and the type without Optional and List."""
    many = False
    while (inner := [a for a in get_args(annotation) if a is not type(None)]) and not hasattr(
        annotation, "__metadata__"
    ):
        many = many or get_origin(annotation) is list
        annotation = inner[0]
    return many, annotation


def _kind(annotation: Any) -> Kind:
    marks = {type(m).__name__ for m in getattr(annotation, "__metadata__", ())}
    base = get_args(annotation)[0] if marks else annotation
    if hasattr(base, "get_model_klass"):
        return "complex"
    if "Integer64" in marks:
        return "integer64"
    if base is bool:
        return "boolean"
    if base is int:
        return "integer"
    return "decimal" if base is Decimal else "text"
