"""The result types of all queries: one shape for Python, REST and ``--json``.

Frozen dataclasses, one module per subject; this package gives all of them to users of the library, and to the
description of the REST interface. Dates are ``datetime.date``; an open end is None; every ``*_to`` is exclusive.
Fields may be added, but are not renamed (``docs/reference``).
"""

from __future__ import annotations

from registry.entities.results.administration import VerifyReport
from registry.entities.results.catalogue import (
    ReleaseAnswer,
    SystemAnswer,
    SystemSet,
    VersionAnswer,
    VersionSet,
)
from registry.entities.results.changes import Change, Changes
from registry.entities.results.codes import (
    UNKNOWN,
    CodeDisplay,
    ConceptAnswer,
    ConstraintResult,
    DesignationAnswer,
    Disagreement,
    Lookup,
    PropertyAnswer,
    RoleIssue,
    SearchHit,
    SearchResult,
    Validity,
    Verdict,
)
from registry.entities.results.hierarchy import Hierarchy, Subsumption
from registry.entities.results.history import Gap, History, Span, SpanChange
from registry.entities.results.loading import LoadReport
from registry.entities.results.log import Feed, FeedEntry, Log, LogEntry, Written
from registry.entities.results.plain_form import plain
from registry.entities.results.scopes import Applicable, ApplicableVersion, ScopeRow

__all__ = [
    "Applicable",
    "ApplicableVersion",
    "Change",
    "Changes",
    "CodeDisplay",
    "ConceptAnswer",
    "ConstraintResult",
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
    "SystemSet",
    "UNKNOWN",
    "Validity",
    "Verdict",
    "VerifyReport",
    "VersionAnswer",
    "VersionSet",
    "Written",
    "plain",
]
