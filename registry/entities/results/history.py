"""Results about a code over time: spans of versions without a change, and the changes between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

__all__ = ["Gap", "History", "Span", "SpanChange"]


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
    #: days that no loaded version covers, inside spans and between them
    gaps: list[Gap] = field(default_factory=list)
