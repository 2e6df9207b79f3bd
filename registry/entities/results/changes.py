"""Results about the differences between two versions of a system."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from registry.entities.results.codes import CodeDisplay

__all__ = ["Change", "Changes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A typed change; ``relationship`` old → new in FHIR R5's words."""

    type: str
    inputs: list[CodeDisplay]
    outputs: list[CodeDisplay]
    aspects: list[str]
    relationship: str | None
    automatic_forward: bool
    automatic_back: bool
    source: str  #: derived, structural, official, curated
    reviewed: bool
    note: str = ""
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed between two versions, and what could not be compared.

    With a filter by type, ``changes`` and ``counts`` have only the events of these types.
    """

    system: str
    from_: str
    to: str
    counts: dict[str, int]
    not_comparable: dict[str, int]  #: facet, or ``codes`` outside common coverage, → number of codes
    changes: list[Change]
    added: list[str]  #: codes only in ``to``, sorted
    removed: list[str]  #: codes only in ``from``, sorted
    unchanged: int
    reason: str | None = None
    message: str = ""
    releases: dict[str, list[str]] = field(default_factory=dict)
    types: list[str] = field(default_factory=list)  #: the filter: only events of these types; empty = all
    left_out: int = 0  #: events that the filter left out
    note: str = ""  #: rows of official change tables that could not be used, if any
    more: bool = False  #: of a page: ``changes``, ``added`` or ``removed`` continue on the next one
    cursor: str | None = None  #: of the next page
