"""Results about publications: the feed of what is new, and the log of who wrote what, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Feed", "FeedEntry", "Log", "LogEntry", "Written"]


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
