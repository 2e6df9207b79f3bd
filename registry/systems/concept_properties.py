"""Properties that every code system may have under codes of its own: named by URI, found by their standard name."""

from __future__ import annotations

from collections.abc import Iterable

from registry.entities.records import PropertyDefinition

__all__ = ["codes_of", "standard_name", "standard_uri"]

_PREFIX = "http://hl7.org/fhir/concept-properties#"


def standard_uri(name: str) -> str:
    """The URI of a standard property.

    >>> standard_uri("status")
    'http://hl7.org/fhir/concept-properties#status'
    """
    return _PREFIX + name


def standard_name(uri: str) -> str:
    """The name of the standard property that a URI stands for; empty for any other URI."""
    return uri.removeprefix(_PREFIX) if uri.startswith(_PREFIX) else ""


def codes_of(declared: Iterable[PropertyDefinition], name: str) -> frozenset[str]:
    """The codes under which a system declares a standard property; its own name if it declares none."""
    uri = _PREFIX + name
    return frozenset(p.code for p in declared if p.uri == uri) or frozenset({name})
