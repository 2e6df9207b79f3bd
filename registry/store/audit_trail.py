"""The audit trail of refused requests, as a chain; writes are publications, which have a chain of their own.

``digest`` of an entry is the SHA-256 of the digest before it and the entry's own columns. ``audit_end`` has the newest
number and digest, and every publication seals them, so that changed, added and lost entries are found. Entries have no
contents of queries: neither codes nor search texts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from registry.store.engine import Connection, now_us
from registry.store.seals import Seals, decode_seals, each_publication, row_bytes
from registry.store.stored_values import UNREADABLE

__all__ = ["AUDIT", "AuditEntry", "Refusal", "append", "audit_entries", "audit_seal", "broken_at"]

AUDIT = "audit"  #: the name of the seal
_START = "gyldig-audit-1"  #: takes the place of the digest before the first entry
_LONGEST = 300  #: most characters of a field
_PAGE = 5000


class Refusal(NamedTuple):
    """Requests that were refused: whose, from where, the route, the system, and how many."""

    actor: str
    origin: str
    request: str
    system: str = ""
    requests: int = 1


class AuditEntry(NamedTuple):
    """A refusal as stored. ``recorded``: microseconds since 1970 UTC."""

    number: int
    recorded: int
    actor: str
    origin: str
    request: str
    system: str
    requests: int
    digest: str


_SELECT = f"SELECT {', '.join(AuditEntry._fields)} FROM audit_entry"


def append(connection: Connection, refusals: Iterable[Refusal]) -> None:
    """Add entries within the writer's transaction, which orders all writers."""
    row = connection.one(f"{_SELECT} ORDER BY number DESC LIMIT 1")
    last = AuditEntry(*row) if row else AuditEntry(0, 0, "", "", "", "", 0, _START)
    rows = []
    for refusal in refusals:
        last = _after(last, refusal)
        rows.append(last)
    if rows:
        connection.insert("audit_entry", AuditEntry._fields, rows)
        connection.execute("DELETE FROM audit_end")
        connection.insert("audit_end", ("row_id", "number", "digest"), [(1, last.number, last.digest)])


def _after(last: AuditEntry, refusal: Refusal) -> AuditEntry:
    actor, origin, request, system = (field[:_LONGEST] for field in refusal[:4])
    recorded = max(now_us(), last.recorded + 1)
    entry = AuditEntry(last.number + 1, recorded, actor, origin, request, system, refusal.requests, "")
    return entry._replace(digest=_digest(last.digest, entry))


def _digest(before: str, entry: AuditEntry) -> str:
    return hashlib.sha256(row_bytes((before, *entry[:-1]))).hexdigest()


def audit_seal(connection: Connection) -> Seals:
    """The seal of the trail as it is now: number and digest of the newest entry; none for an empty trail."""
    row = connection.one("SELECT number, digest FROM audit_end")
    return {AUDIT: f"{row[0]} {row[1]}"} if row else {}


def audit_entries(connection: Connection, after: int = 0) -> Iterator[AuditEntry]:
    """The entries with a greater number, oldest first."""
    while rows := connection.all(f"{_SELECT} WHERE number > ? ORDER BY number LIMIT {_PAGE}", (after,)):
        yield from (AuditEntry(*row) for row in rows)
        after = rows[-1][0]


def broken_at(connection: Connection) -> int | None:
    """The number of the first entry that is changed or missing, or is not the one of a seal; None if all are whole."""
    ends = connection.all("SELECT row_id, number, digest FROM audit_end")
    expected: dict[int, str] = _sealed(connection) | {number: digest for _, number, digest in ends}
    number, digest = 0, _START
    for entry in audit_entries(connection):
        fits = entry.number == number + 1 and entry.digest == _digest(digest, entry)
        if not fits or expected.pop(entry.number, entry.digest) != entry.digest:
            return number + 1
        number, digest = entry.number, entry.digest
    if expected:
        return min(expected)
    return None if ends == ([(1, number, digest)] if number else []) else number


def _sealed(connection: Connection) -> dict[int, str]:
    """The digests that publications sealed, by number of the entry."""
    found: dict[int, str] = {}
    for row in each_publication(connection):
        with suppress(*UNREADABLE):  # then the digest of the publication does not fit either
            number, _, digest = decode_seals(row.seals).get(AUDIT, "0 ").partition(" ")
            found[int(number)] = digest
    found.pop(0, None)
    return found
