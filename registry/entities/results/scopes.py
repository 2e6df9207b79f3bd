"""Results about which version applied on a date, and the rows that say what a scope accepts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

__all__ = ["Applicable", "ApplicableVersion", "ScopeRow"]


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
    """The versions that applied on ``on``, or the ``reason`` why none did."""

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
