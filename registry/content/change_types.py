"""The types of change, each with its relationship, and whether data can be converted automatically.

``TYPES`` is the table "Change types" of the domain description, most important first. Pure data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from registry.entities.relationships import BROADER, EQUIVALENT, NARROWER, NOT_RELATED, RELATED
from registry.entities.results.changes import Change

__all__ = ["TYPES", "ChangeType", "by_gravity", "count_types", "gravity"]


@dataclass(frozen=True, slots=True)
class ChangeType:
    """Relationship old → new (FHIR R5) and whether conversion is automatic forward and back."""

    relationship: str | None
    forward: bool
    back: bool


#: All types, most important first: the most important aspect of an event gives its type.
TYPES: dict[str, ChangeType] = {
    "code_reused": ChangeType(NOT_RELATED, False, False),
    "activated": ChangeType(NOT_RELATED, False, False),
    "transferred": ChangeType(RELATED, False, False),
    "split": ChangeType(BROADER, False, True),
    "merged": ChangeType(NARROWER, True, False),
    "split_off": ChangeType(BROADER, False, True),
    "taken_over": ChangeType(NARROWER, True, False),
    "deleted": ChangeType(None, False, False),
    "created": ChangeType(None, False, False),
    "criteria_changed": ChangeType(RELATED, False, False),
    "relabelled": ChangeType(RELATED, False, False),
    "rule_changed": ChangeType(RELATED, False, False),
    "dimension_added": ChangeType(BROADER, False, True),
    "recoded": ChangeType(EQUIVALENT, True, True),
    "retired_for_use": ChangeType(EQUIVALENT, False, False),
    "inactivated": ChangeType(EQUIVALENT, False, False),
    "reactivated": ChangeType(EQUIVALENT, True, True),
    "property_changed": ChangeType(EQUIVALENT, True, True),
    "reparented": ChangeType(EQUIVALENT, True, True),
    "clarified": ChangeType(EQUIVALENT, True, True),
}
_GRAVITY = {name: n for n, name in enumerate(TYPES)}


def gravity(name: str) -> int:
    """Position of a type in the order of importance; 0 = the most important."""
    return _GRAVITY[name]


def by_gravity(names: Iterable[str]) -> list[str]:
    """The types without repetition, most important first.

    >>> by_gravity(["clarified", "split_off", "clarified"])
    ['split_off', 'clarified']
    """
    return sorted(set(names), key=gravity)


def count_types(changes: Iterable[Change]) -> dict[str, int]:
    """Number of events by type, most important type first.

    >>> count_types([])
    {}
    """
    counts = Counter(c.type for c in changes)
    return {name: counts[name] for name in TYPES if counts[name]}
