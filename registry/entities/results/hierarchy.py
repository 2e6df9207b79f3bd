"""Results about what is above and below a code, and how two codes relate."""

from __future__ import annotations

from dataclasses import dataclass

from registry.entities.results.codes import CodeDisplay

__all__ = ["Hierarchy", "Subsumption"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """Parents, children, ancestors or descendants of a code; ``asserted``: a loaded source asserts a hierarchy."""

    system: str
    code: str
    version: str | None
    relation: str  #: parents, children, ancestors, descendants
    asserted: bool
    source: str  #: asserted, structural (from the codes), or empty
    codes: list[CodeDisplay]
    reason: str | None = None
    message: str = ""
    more: bool = False
    cursor: str | None = None  #: of the next page


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsumption:
    """How two codes relate, as in FHIR: equivalent, subsumes, subsumed-by, not-subsumed; None with a ``reason``."""

    system: str
    version: str | None
    code_a: str
    code_b: str
    outcome: str | None
    reason: str | None = None
    message: str = ""
