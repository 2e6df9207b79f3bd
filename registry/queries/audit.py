"""The audit trail as one list: every write (publications) and every refused request, with when, who, what and from where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from heapq import merge
from typing import Literal

from registry.entities.budget import spend
from registry.entities.intervals import instant_text, parse_date
from registry.reader import Reader
from registry.store.access_tokens import token_events
from registry.store.audit_trail import AuditEntry, audit_entries, broken_at
from registry.store.engine import Connection
from registry.store.seals import PublicationRow, each_publication

__all__ = ["AuditRecord", "AuditTrail", "audit"]

_ROW_STEPS = 20  #: steps to read an entry and check its place in the chain


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """A write, or ``count`` refused requests within a minute.

    ``what``: the action of the publication, or the route of the request without codes and search texts. ``about``: version
    or token that was written. ``digest``: of the chain of publications or of refusals, in which it has ``number``.
    """

    at: str  #: instant, Europe/Oslo
    who: str
    origin: str  #: address of the connection, or ``command line``; empty for Python
    kind: Literal["write", "refused"]
    what: str
    system: str
    about: str
    summary: str
    why: str
    count: int
    number: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTrail:
    """``broken_at``: the number of the first refusal that was changed or is missing; None if all are whole."""

    entries: list[AuditRecord]
    broken_at: int | None


def audit(reader: Reader, *, since: str | date | None = None) -> AuditTrail:
    """Every write and every refused request from a day (in Oslo) on, oldest first."""
    first = parse_date(since)
    connection = reader.connection
    found = []
    for _, record in merge(_writes(connection), _refusals(connection), key=lambda pair: pair[0]):
        spend(_ROW_STEPS)
        if first is None or record.at[:10] >= first.isoformat():
            found.append(record)
    return AuditTrail(entries=found, broken_at=broken_at(connection))


def _writes(connection: Connection) -> Iterator[tuple[int, AuditRecord]]:
    names = token_events(connection)
    return ((row.recorded, _write(row, names.get(row.recorded, ""))) for row in each_publication(connection))


def _write(row: PublicationRow, token: str) -> AuditRecord:
    return AuditRecord(
        at=instant_text(row.recorded), who=row.author, origin=row.origin, kind="write", what=row.action,
        system=row.system, about=token or row.version, summary=row.summary, why=row.why, count=1, number=row.number, digest=row.digest,
    )  # fmt: skip


def _refusals(connection: Connection) -> Iterator[tuple[int, AuditRecord]]:
    return ((entry.recorded, _refusal(entry)) for entry in audit_entries(connection))


def _refusal(entry: AuditEntry) -> AuditRecord:
    return AuditRecord(
        at=instant_text(entry.recorded), who=entry.actor, origin=entry.origin, kind="refused", what=entry.request,
        system=entry.system, about="", summary="", why="", count=entry.requests, number=entry.number, digest=entry.digest,
    )  # fmt: skip
