"""The result types of all queries: one shape for Python, REST and ``--json``.

Frozen dataclasses. Dates are ``datetime.date``; an open end is None; every ``*_to`` is exclusive.
Fields may be added, but are not renamed (``docs/reference``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from typing import Any

import msgspec

__all__ = [
    "UNKNOWN",
    "Applicable",
    "ApplicableVersion",
    "Change",
    "Changes",
    "CodeDisplay",
    "ConceptAnswer",
    "DesignationAnswer",
    "Disagreement",
    "Feed",
    "FeedEntry",
    "Gap",
    "Hierarchy",
    "History",
    "LoadReport",
    "Log",
    "LogEntry",
    "Lookup",
    "PropertyAnswer",
    "ReleaseAnswer",
    "RoleIssue",
    "ScopeRow",
    "SearchHit",
    "SearchResult",
    "Span",
    "SpanChange",
    "Subsumption",
    "SystemAnswer",
    "Validity",
    "Verdict",
    "VerifyReport",
    "SystemSet",
    "VersionAnswer",
    "VersionSet",
    "Written",
    "plain",
]


#: Reasons of an answer that is neither yes nor no but unknown (DOMAIN 2).
UNKNOWN = frozenset(
    {"before_first", "gap", "after_last", "not_loaded", "purged", "outside_coverage", "unknown"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemAnswer:
    """A code system in the catalogue."""

    slug: str
    url: str
    oids: list[str]
    aliases: list[str]
    titles: dict[str, str]
    owner: str
    licence: str
    access: str
    redistribution: str
    versions: int  #: number of known versions, including declared ones
    end_rule: str
    version_order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionAnswer:
    """A version of a system. ``status`` on a date: upcoming, current, expired or undated."""

    version: str
    track: str
    status: str
    valid_from: date | None
    valid_to: date | None
    undated: bool
    published: str
    rolling: bool
    loaded: bool
    same_as: str
    provisional: bool
    releases: int
    concepts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAnswer:
    """One immutable loaded content of a version. ``superseded`` is derived for the ``known_at`` of the request."""

    version: str
    track: str
    release: str  #: source_sha256
    content_sha256: str
    source_line: str
    kind: str
    effective_from: date | None
    coverage: str
    facets: list[str]
    testimony: str
    status: str
    published: str
    recorded: str  #: instant, Europe/Oslo
    retracted: str  #: instant or empty
    purged: str  #: reason or empty
    superseded: bool
    concepts: int
    files: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicableVersion:
    """A version that applied. ``release`` is the source hash of the content in force on that date."""

    version: str
    track: str
    status: str  #: in_force, permitted, required, grace, not_yet, expired
    valid_from: date | None
    valid_to: date | None
    undated: bool
    allowed_from: date | None
    required_from: date | None
    accepted_until: date | None
    release: str | None
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicable:
    """The versions that applied on ``on``, or the ``reason`` why none did (DOMAIN 2)."""

    system: str
    on: date
    scope: str | None
    role: str | None
    known_at: str | None
    versions: list[ApplicableVersion]
    reason: str | None  #: before_first, gap, after_last, not_loaded, unknown
    not_loaded: list[ApplicableVersion] = field(
        default_factory=list
    )  #: labels of versions that apply but are not loaded
    others: list[ApplicableVersion] = field(
        default_factory=list
    )  #: versions of the scope that are not_yet or expired on the date
    warnings: list[str] = field(default_factory=list)
    message: str = ""


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
class CodeDisplay:
    code: str
    display: str


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
    """What a code meant on a date or in a version; if ``found`` is False, ``reason`` says why (DOMAIN 2).

    ``reason``: null, unknown_system, unknown_version, unknown_code, recoded, outside_coverage, purged, before_first,
    gap, after_last, not_loaded, unknown.
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
class SpanChange:
    """The change with which a span began. ``after`` and ``before`` bound its date if a version between is not loaded."""

    type: str
    aspects: list[str]
    from_: list[str]
    to: list[str]
    source: str
    reviewed: bool
    after: str | None = None  #: label of the last version known not to have it
    by: str | None = None  #: label of the first version known to have it
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Days between two loaded versions: ``[valid_from, valid_to)``."""

    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Consecutive versions without a change of the concept other than of wording."""

    code: str  #: the concept's code in these versions
    concept: str
    display: str
    from_version: str
    to_version: str
    valid_from: date | None
    valid_to: date | None
    inactive: bool
    change: SpanChange | None
    ends: str = ""  #: deleted, outside_coverage, not_loaded, or empty
    ended: SpanChange | None = None  #: the change that ended it, if the code ended
    displays: list[str] = field(default_factory=list)  #: all wordings in the span, in order of time
    gaps: list[Gap] = field(default_factory=list)  #: days inside the span that no loaded version covers


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Spans of every concept that ever had the code, also where it had another code, in order of time."""

    system: str
    code: str
    spans: list[Span]
    reason: str | None = None
    message: str = ""
    versions_not_loaded: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A typed change; ``relationship`` old → new in FHIR R5's words (DOMAIN, change types)."""

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

    Unknown: no version known for the day (before_first, gap, after_last), content not loaded or purged, a code
    outside the coverage, no rows for the scope (DOMAIN 2).
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRow:
    """Applicability of one version in one scope and date role."""

    scope: str
    system: str
    version: str
    track: str
    role: str
    allowed_from: date | None
    required_from: date | None
    accepted_until: date | None
    legal_basis: str
    codes: str = ""  #: pattern of the codes the row applies to; empty = all


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """Result of a load; with ``dry_run``, what the load would do."""

    system: str
    version: str
    track: str
    release: str
    outcome: str  #: loaded, amended, unchanged (the same content); kept (a resource), enriched, dry_run
    kind: str  #: correction, update; ValueSet or ConceptMap (``system`` is then its URL); entry
    concepts: int
    new_states: int
    created_system: bool
    inferred: dict[str, str]
    notices: list[str]
    warnings: list[str]
    counts: dict[str, int] = field(default_factory=dict)  #: number of changes to the earlier content, by type
    seconds: float = 0.0
    other_bytes: bool = False  #: unchanged, though the source's bytes are others than those of ``release``
    would: str = (
        ""  #: outcome that a dry run would have: loaded, amended, unchanged; dates (only these change)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One publication, that is, one change of the registry."""

    number: int
    recorded: str
    action: str
    system: str
    version: str
    release: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    entries: list[FeedEntry]
    cursor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a publication did to one row of metadata: added, changed or ended; only fields that differ are given."""

    kind: str  #: system, version, release, scope, applicability, resource, map
    name: str
    change: str  #: added, changed, ended
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One publication: when, by whom, why, and what it wrote."""

    number: int
    recorded: str  #: instant, Europe/Oslo
    action: str
    system: str
    version: str
    release: str
    summary: str
    by: str  #: user of the command line or name of the token; empty if not known
    why: str
    wrote: list[Written]
    more: int  #: further rows that are not listed in ``wrote``


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Publications, newest first; ``cursor`` gives the next, older ones (None = there are no older ones)."""

    entries: list[LogEntry]
    cursor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSet:
    """The dates of a version after ``version set``, and those before; every ``valid_to`` is exclusive."""

    system: str
    version: str
    track: str
    changed: bool
    valid_from: date | None
    valid_to: date | None
    before_valid_from: date | None
    before_valid_to: date | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemSet:
    """The fields of a catalogue entry that ``system set`` changed, before and after."""

    system: str
    changed: bool
    before: dict[str, Any]
    after: dict[str, Any]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """``repairable``: all damage is in derived data, which ``repair`` makes anew. ``quick``: only part was checked."""

    ok: bool
    releases: int
    states: int
    problems: list[str]
    repairable: bool = False
    quick: bool = False


def plain(value: Any) -> Any:
    """The JSON form of a result: dicts and lists, ISO dates, ``from_`` as ``from``.

    >>> plain(CodeDisplay(code="K63.8", display="x"))
    {'code': 'K63.8', 'display': 'x'}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name.rstrip("_"): plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    return value
