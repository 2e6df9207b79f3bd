"""Results about systems, their versions and releases, and what a change of their metadata did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

__all__ = ["ReleaseAnswer", "SystemAnswer", "SystemSet", "VersionAnswer", "VersionSet"]


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
