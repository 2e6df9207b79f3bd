"""``in``: the property has one of the values of a comma-separated list; ``concept in X``: is a member of reference set X.

The second is FHIR's for SNOMED CT; it applies to systems with reference sets.
"""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.terminology.filters.operator_contract import UnknownCode, equals

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """Ids whose property has any of the values."""
    if name == "concept" and (members := _members(content, value)) is not None:
        return members
    return BitMap().union(*(equals(content, name, one.strip()) for one in value.split(",")))


def _members(content: ContentView, value: str) -> BitMap | None:
    """Ids of the members of a reference set; None in a system without reference sets."""
    reference_set = getattr(content, "in_reference_set", None)
    if reference_set is None:
        return None
    if content.find(value) is None:
        raise UnknownCode(value)
    found: BitMap = reference_set(value)
    return found
