"""Results about one code: its content, its validity; and the hits of a search by text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

__all__ = [
    "CodeDisplay",
    "ConceptAnswer",
    "ConstraintResult",
    "DesignationAnswer",
    "Disagreement",
    "Lookup",
    "PropertyAnswer",
    "RoleIssue",
    "SearchHit",
    "SearchResult",
    "UNKNOWN",
    "Validity",
    "Verdict",
]


#: Reasons of an answer that is neither yes nor no but unknown.
UNKNOWN = frozenset(
    {
        "before_first",
        "gap",
        "after_last",
        "not_loaded",
        "update_not_loaded",
        "not_recorded_then",
        "purged",
        "outside_coverage",
        "unknown",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDisplay:
    code: str
    display: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignationAnswer:
    kind: str
    language: str
    text: str
    source_line: str = ""
    reconstructed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyAnswer:
    code: str
    value: Any
    type: str
    source_line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """Two source lines of one version differ in a facet of the code."""

    facet: str
    used: str
    used_line: str
    other: str
    other_line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptAnswer:
    """The content of a concept in a release, or in several complementing ones."""

    code: str
    concept: str  #: stable key
    display: str
    designations: list[DesignationAnswer]
    notes: list[dict[str, str]]
    parents: list[CodeDisplay] | None  #: None = no source asserts a hierarchy
    properties: list[PropertyAnswer]
    inactive: bool
    selectable: bool | None
    disagreements: list[Disagreement] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What a code meant on a date or in a version; if ``found`` is False, ``reason`` says why.

    ``reason``: null, unknown_system, unknown_version, unknown_code, recoded, outside_coverage, purged, before_first,
    gap, after_last, not_loaded, update_not_loaded,
    not_recorded_then, unknown.
    """

    system: str
    code: str
    found: bool
    reason: str | None
    message: str
    on: date | None
    known_at: str | None
    version: str | None
    track: str | None
    version_status: str | None  #: in_force, upcoming, expired, undated
    valid_from: date | None
    valid_to: date | None
    release: str | None
    releases: list[str]  #: hashes of all releases used
    provisional: bool
    concept: ConceptAnswer | None
    also_in: list[str] = field(default_factory=list)  #: other versions that have the code
    #: the concept's codes in the version (reason ``recoded``)
    recoded_to: list[CodeDisplay] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    version: str
    status: str
    valid: bool | None  #: None = unknown
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleIssue:
    """A rule about the use of a valid code that is broken: star_alone, additional_first, sex, unspecified."""

    version: str
    issue: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """Whether the code was valid on a date: True (in at least one version in force), False, or None = unknown.

    Unknown: no version known for the day (before_first, gap, after_last), content not loaded or purged, an update of it not loaded, a code
    outside the coverage, no rows for the scope.
    """

    system: str
    code: str
    on: date
    scope: str | None
    role: str | None
    known_at: str | None
    valid: bool | None
    reason: str | None
    message: str
    verdicts: list[Verdict]
    role_issues: list[RoleIssue]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstraintResult:
    """The concepts of an expression constraint (ECL), or the values that it projects: ``fields`` and ``rows``.

    ``total`` counts all of them; ``concepts`` and ``rows`` are the first ones. ``reason`` if no version answers.
    """

    ecl: str
    on: date | None
    version: str | None = None
    total: int = 0
    concepts: list[CodeDisplay] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    reason: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    system: str
    version: str
    code: str
    display: str
    matched: str  #: the text that matched
    selectable: bool | None
    inactive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    query: str
    on: date | None
    hits: list[SearchHit]
    more: bool
    cursor: str | None
    reason: str | None = None
    message: str = ""
