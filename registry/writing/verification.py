"""``verify``: proves everything stored, or says what is damaged.

1. The chain: each publication has the digest of the one before it, and the rows it wrote are those it sealed
   (``registry.store.seals``): catalogue, versions, dates, licences, scopes, tokens, releases, bitmaps, orders, maps, resources.
2. States: each has the hash of its content, and columns and links that follow from it (``state_check``); component
   rows can be read (``component_check``).
3. Releases: each consists of states and components whose hashes give the hash of its content.
4. Derived data is rebuilt and compared: text index, property index.
5. The audit trail is a chain of its own, whose newest digest each publication seals.
6. The database's own check of its file and indexes.

``quick`` does the chain with the metadata, and the pages of the file for a limited time.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator

from registry.entities.errors import StoreError
from registry.entities.messages import message
from registry.entities.results.administration import VerifyReport
from registry.store.audit_trail import AUDIT, broken_at
from registry.store.component_rows import KINDS
from registry.store.engine import Connection, Database
from registry.store.load_log import damaged_loads
from registry.store.seals import (
    METADATA,
    PublicationRow,
    Seals,
    decode_seals,
    each_publication,
    publication_digest,
    stored_seals,
)
from registry.store.states import release_hash
from registry.store.stored_rows import (
    damage_of_file,
    each_release_content,
    each_release_part,
    stored_releases,
)
from registry.store.stored_values import UNREADABLE, bitmap_of
from registry.writing.finding import Finding
from registry.writing.state_check import StateCheck

__all__ = ["verify"]

_SECONDS = 2.0  #: longest check of the pages at the start of a server
_MOST = 200  #: most findings of a report
_BELONGING = ("release_content", "release_dependency", "release_components")


def verify(database: Database, *, quick: bool = False) -> VerifyReport:
    """Check everything (``quick``: what takes a short time); never raises because of damage."""
    counts = {"releases": 0, "states": 0}
    findings: list[Finding] = []
    try:
        with database.snapshot() as connection:
            for finding in _findings(connection, counts, quick=quick):
                findings.append(finding)
                if len(findings) > _MOST:
                    break
    except (StoreError, sqlite3.Error, UnicodeError, *UNREADABLE) as error:
        findings.append(Finding(message("damage.unreadable", error=str(error))))
    problems = [f.text for f in findings[:_MOST]]
    if len(findings) > _MOST:
        problems.append(message("damage.more"))
    repairable = bool(findings) and all(f.derived for f in findings)
    return VerifyReport(ok=not findings, problems=problems, repairable=repairable, quick=quick, **counts)


def _findings(connection: Connection, counts: dict[str, int], *, quick: bool) -> Iterator[Finding]:
    for text in damage_of_file(connection, _SECONDS if quick else None):
        yield Finding(message("damage.file", error=text), derived="index" in text)
    yield from _chain_problems(connection, quick=quick)
    if quick:
        return
    for number in damaged_loads(connection):
        yield Finding(message("damage.load", number=number))
    if (entry := broken_at(connection)) is not None:
        yield Finding(message("damage.audit", number=entry))
    check = StateCheck(connection)
    yield from check.findings()
    counts["states"] = len(check.states)
    releases = stored_releases(connection)
    counts["releases"] = len(releases)
    yield from _release_problems(connection, check)
    yield from check.unused()


def _chain_problems(connection: Connection, *, quick: bool) -> Iterator[Finding]:
    """Publications that do not follow from the one before, or whose rows are not those they wrote."""
    found = stored_seals(connection, metadata_only=quick)
    purged: set[int] = set()
    publications = list(each_publication(connection))
    previous: PublicationRow | None = None
    for number, row in enumerate(publications, 1):
        follows = row.number == number and (previous is None or row.recorded > previous.recorded)
        digest = publication_digest(previous.digest if previous else "", row[:-1])
        if not follows or digest != row.digest:
            yield Finding(message("damage.publication", number=row.number))
        previous = row
    sealed = {row.recorded: _seals(row) for row in publications}
    for row in publications:
        purged |= {int(n) for n in sealed[row.recorded].get("purged", "").split()}
    for row in publications:
        yield from _seal_problems(row, sealed[row.recorded], found.pop(row.recorded, {}), purged, quick=quick)
    for rows in found.values():
        for name in rows:
            yield Finding(message("damage.no_publication", table=name.partition(" ")[0]))
    yield from _purge_problems(connection, publications, sealed)


def _seals(row: PublicationRow) -> Seals:
    try:
        return decode_seals(row.seals)
    except UNREADABLE:
        return {}  # its digest does not fit either


def _seal_problems(
    row: PublicationRow, sealed: Seals, found: Seals, purged: set[int], *, quick: bool
) -> Iterator[Finding]:
    """Tables whose rows are not those that the publication wrote; purged content is gone."""
    for name in sorted({*sealed, *found} - {"purged", AUDIT}):
        table, _, number = name.partition(" ")
        purged_content = table in _BELONGING and number.isdecimal() and int(number) in purged
        expected = None if purged_content else sealed.get(name)
        if quick and name not in found and not _is_metadata(name):
            continue
        if found.get(name) != expected:
            yield Finding(
                message("damage.rows", table=table, number=row.number, action=row.action, system=row.system)
            )


def _is_metadata(name: str) -> bool:
    return name.removesuffix(" ended") in METADATA


def _purge_problems(
    connection: Connection, publications: list[PublicationRow], sealed: dict[int, Seals]
) -> Iterator[Finding]:
    """Releases marked as purged, or not, otherwise than the publications say."""
    reasons = {
        int(number): row.summary
        for row in publications
        for number in sealed[row.recorded].get("purged", "").split()
    }
    for ident, row in stored_releases(connection).items():
        if row.purged != reasons.get(ident, ""):
            yield Finding(message("damage.purged", release=row.name))


def _release_problems(connection: Connection, check: StateCheck) -> Iterator[Finding]:
    """Releases whose states and components do not give the hash of their content."""
    releases = stored_releases(connection)
    for number, _, packed, digest in each_release_part(connection):
        yield from _bitmap_problems(number, packed, digest)
    with_content = set()
    for number, packed, digest, removed in each_release_content(connection):
        with_content.add(number)
        yield from _bitmap_problems(number, packed, digest)
        row = releases.get(number)
        if row is None or row.purged:
            yield Finding(message("damage.content_of_none", number=number))
            continue
        members = bitmap_of(packed)
        keys = sorted(check.keys(bitmap_of(removed))) if removed is not None else []
        parts = check.components.hashes.get(number, {})
        further = [*keys, *(parts[kind] for kind in KINDS if kind in parts)]
        hashes = check.hashes(members, row.system_id)
        if hashes is None:
            yield Finding(message("damage.states_missing", release=row.name))
        elif release_hash(hashes, further) != row.content_sha256 or len(members) != row.concepts:
            yield Finding(message("damage.content", release=row.name))
    for number, row in releases.items():
        if not row.purged and number not in with_content:
            yield Finding(message("damage.content_missing", release=row.name))


def _bitmap_problems(number: int, packed: bytes, digest: str) -> Iterator[Finding]:
    if hashlib.sha256(bytes(packed)).hexdigest() != digest:
        yield Finding(message("damage.bitmap", number=number))
