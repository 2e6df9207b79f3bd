"""Small writes, one publication each: catalogue entries, declared versions, scopes, retraction, purging; and backup.

Content is loaded by ``registry.writing.loading``, checked by ``verification``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
import re2

from registry.content.text_search import remove_terms
from registry.entities.errors import StoreError, UnknownTarget, UsageError
from registry.entities.intervals import iso
from registry.entities.messages import message
from registry.entities.records import ReleaseHeader, SystemRecord
from registry.entities.results.catalogue import VersionSet
from registry.entities.results.scopes import ScopeRow
from registry.store.component_rows import delete_components, dependents
from registry.store.content import release_bitmap
from registry.store.engine import Database
from registry.store.ledger_writer import Writer
from registry.store.metadata import ReleaseRow, SystemRow, VersionRow
from registry.store.properties import remove_states
from registry.store.purging import delete_content, delete_states, delete_unused, erase_deleted
from registry.time.timeline import Timeline
from registry.writing.importing import ensure_system, put_system, put_version
from registry.writing.version_dates import changed

__all__ = [
    "ScopeEntry",
    "add_scopes",
    "add_system",
    "add_version",
    "backup",
    "end_release",
    "enrich_system",
    "purge",
    "retract",
    "retract_every",
    "set_version",
]


class ScopeEntry(NamedTuple):
    """A register, message or sector to record; an empty title or kind keeps the recorded one."""

    slug: str
    title: str = ""
    kind: str = ""


def _system(writer: Writer, reference: str) -> SystemRow:
    row = writer.snapshot.system(reference)
    if row is None:
        raise UnknownTarget(message("error.no_system_create", system=reference))
    return row


def _version(writer: Writer, system: SystemRow, label: str, track: str | None = None) -> VersionRow:
    row = Timeline(writer.snapshot.facts_of(system)).find(label, track)
    if row is None:
        raise UnknownTarget(message("error.no_version", system=system.slug, version=label))
    return row


def add_system(database: Database, record: SystemRecord) -> None:
    """Create a system, or correct its catalogue entry; the same entry again is a no-op."""
    with database.transaction() as connection:
        writer = Writer(connection)
        row, created = ensure_system(writer, record)
        if not created and row.record == record:
            return
        if not created:
            put_system(writer, row.system_id, record)
        writer.publish(
            "system", record.slug, summary="catalogue entry added" if created else "catalogue entry corrected"
        )


def enrich_system(database: Database, record: SystemRecord) -> None:
    """Fill the empty fields of a catalogue entry; other fields are unchanged."""
    with database.transaction() as connection:
        writer = Writer(connection)
        row = writer.snapshot.slugs.get(record.slug) or (
            writer.snapshot.system(record.url) if record.url else None
        )
        if row is None:
            ensure_system(writer, record)
            writer.publish("system", record.slug, summary="catalogue entry added")
        elif (enriched := _enriched(row.record, record)) != row.record:
            put_system(writer, row.system_id, enriched)
            writer.publish("system", row.slug, summary="catalogue entry enriched")


def _enriched(record: SystemRecord, more: SystemRecord) -> SystemRecord:
    fields = ("url", "titles", "owner", "licence", "language")
    empty = {f: getattr(more, f) for f in fields if not getattr(record, f) and getattr(more, f)}
    aliases = dict.fromkeys(
        (*record.aliases, *more.aliases, *([more.url] if record.url and more.url != record.url else []))
    )
    oids = dict.fromkeys((*record.oids, *more.oids))
    return msgspec.structs.replace(record, **empty, aliases=tuple(a for a in aliases if a), oids=tuple(oids))


def add_version(
    database: Database,
    system: str,
    label: str,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
    track: str = "",
    same_as: str = "",
    published: str = "",
) -> None:
    """Declare a version whose content is not loaded; of a known version, change what is given and keep the rest."""
    if valid_from and valid_to and valid_to <= valid_from:
        raise UsageError(message("error.ends_before_start", version=label, end=valid_to, start=valid_from))
    with database.transaction() as connection:
        writer = Writer(connection)
        row = _system(writer, system)
        if same_as and _version(writer, row, same_as, track).label == label:
            raise UsageError(message("error.same_as_itself", version=label))
        current = writer.snapshot.version(row.system_id, label, track)
        header = ReleaseHeader(
            system=row.slug, version=label, source_line="", facets=(), track=track, valid_from=valid_from,
            valid_to=valid_to, published=published, rolling=current.rolling if current else False,
        )  # fmt: skip
        if current is not None:
            same_as = same_as or current.same_as
            header = _kept(header, current)
            writer.end("version", current.row_id)
        version_id = current.version_id if current else writer.next_id("version", "version_id")
        put_version(writer, version_id, row.system_id, header, same_as=same_as, declared=True)
        writer.publish(
            "version", row.slug, label, summary="version corrected" if current else "version declared"
        )


def _kept(header: ReleaseHeader, current: VersionRow) -> ReleaseHeader:
    """The header with the dates of the known version where none is given; raises ``UsageError`` if they cannot be."""
    start, end = header.valid_from or current.valid_from, header.valid_to or current.valid_to
    if start and end and end <= start:
        raise UsageError(message("error.ends_before_start", version=current.label, end=end, start=start))
    published = header.published or current.published
    return msgspec.structs.replace(header, valid_from=start, valid_to=end, published=published)


def set_version(
    database: Database,
    system: str,
    label: str,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
    open_end: bool = False,
    track: str | None = None,
) -> VersionSet:
    """Change the dates of a version; what is not given is kept. ``open_end``: no end of its own.

    From then on no load changes them unless its caller states dates. Raises ``UnknownTarget`` and ``UsageError``.
    """
    if open_end and valid_to:
        raise UsageError(message("error.end_or_none"))
    with database.transaction() as connection:
        writer = Writer(connection)
        row = _system(writer, system)
        found = _version(writer, row, label, track)
        current = next(v for v in writer.snapshot.versions[row.system_id] if v.row_id == found.row_id)
        old = (current.valid_from, current.valid_to)
        new = (valid_from or old[0], None if open_end else valid_to or old[1])
        if new[0] and new[1] and new[1] <= new[0]:
            raise UsageError(message("error.ends_before_start", version=label, end=new[1], start=new[0]))
        if new != old or not current.declared:
            _put_dates(writer, row, current, new)
        text = changed(label, old, new)
        if new != old:
            writer.publish("version", row.slug, label, summary=str(text))
        elif not current.declared:
            writer.publish("version", row.slug, label, summary="version dates stated")
    return VersionSet(
        system=row.slug, version=label, track=current.track, changed=new != old, valid_from=new[0], valid_to=new[1],
        before_valid_from=old[0], before_valid_to=old[1], message=text,
    )  # fmt: skip


def _put_dates(
    writer: Writer, system: SystemRow, current: VersionRow, new: tuple[date | None, date | None]
) -> None:
    """Record a version again with other dates, stated by hand."""
    releases = writer.snapshot.releases.get(current.version_id, [])
    header = ReleaseHeader(
        system=system.slug, version=current.label, source_line="", facets=(), track=current.track, valid_from=new[0],
        valid_to=new[1], published=max([current.published, *(r.published for r in releases)]), rolling=current.rolling,
    )  # fmt: skip
    writer.end("version", current.row_id)
    put_version(writer, current.version_id, system.system_id, header, same_as=current.same_as, declared=True)


def add_scopes(database: Database, scopes: Sequence[ScopeEntry], rows: Sequence[ScopeRow] = ()) -> None:
    """Create or rename registers, messages or sectors, and record which versions they accept: all or nothing.

    An empty title or kind keeps the recorded one. A row for the same scope, version, role and codes is corrected.
    """
    with database.transaction() as connection:
        writer = Writer(connection)
        changed = [entry.slug for entry in scopes if _put_scope(writer, entry)]
        known = {*writer.snapshot.scopes, *changed}
        for row in rows:
            _add_row(writer, row, known)
        if rows:
            names = ", ".join(sorted({r.system for r in rows}))
            writer.publish("applicability", rows[0].system, summary=f"{len(rows)} rows for {names}")
        elif changed:
            writer.publish("scope", "", summary=f"scope {', '.join(changed)}")


def _put_scope(writer: Writer, entry: ScopeEntry) -> bool:
    """Record a scope; False if it is recorded like that already."""
    if not entry.slug.strip():
        raise UsageError(message("error.scope_needs_name"))
    known = writer.snapshot.scopes.get(entry.slug)
    title = entry.title or (known.title if known else entry.slug)
    kind = entry.kind or (known.kind if known else "register")
    if known is not None and (known.title, known.kind) == (title, kind):
        return False
    writer.end("scope", entry.slug, key="slug")
    writer.insert(
        "scope", ("slug", "title", "kind", "recorded_from"), [(entry.slug, title, kind, writer.recorded)]
    )
    return True


def _add_row(writer: Writer, row: ScopeRow, scopes: Collection[str]) -> None:
    system = _system(writer, row.system)
    _version(writer, system, row.version, row.track)
    _check_dates(row)
    if row.scope not in scopes:
        raise UnknownTarget(message("error.no_scope", scope=row.scope))
    for old in writer.snapshot.applicability:
        same = (old.scope, old.system_id, old.track, old.label, old.role, old.codes)
        if same == (row.scope, system.system_id, row.track, row.version, row.role, row.codes):
            writer.end("applicability", old.row_id)
    columns = ("scope", "system_id", "track", "label", "role", "codes", "allowed_from", "required_from",
               "accepted_until", "legal_basis", "recorded_from")  # fmt: skip
    values = (row.scope, system.system_id, row.track, row.version, row.role, row.codes, iso(row.allowed_from),
              iso(row.required_from), iso(row.accepted_until), row.legal_basis, writer.recorded)  # fmt: skip
    writer.insert("applicability", columns, [values])


def _check_dates(row: ScopeRow) -> None:
    dates = [d for d in (row.allowed_from, row.required_from, row.accepted_until) if d]
    if not _compiles(row.codes):
        raise UsageError(message("error.code_pattern", scope=row.scope, version=row.version, codes=row.codes))
    if dates != sorted(dates):
        raise UsageError(message("error.scope_dates_order", scope=row.scope, version=row.version))


def _compiles(pattern: str) -> bool:
    """Whether a pattern of codes is valid in RE2's syntax, which matches in linear time."""
    try:
        re2.compile(pattern)
    except re2.error:
        return False
    return True


def retract_every(database: Database, versions: Sequence[tuple[str, str]], *, why: str) -> None:
    """End every release of versions (system, label), all or nothing; an earlier ``known_at`` still shows them."""
    _need_reason(why)
    with database.transaction() as connection:
        writer = Writer(connection)
        names = [end_release(writer, system, label, every=True) for system, label in versions]
        row, release_hash = names[0]
        writer.publish("retract", row.slug, versions[0][1], release_hash, why)


def retract(database: Database, system: str, version: str, *, release: str | None = None, why: str) -> None:
    """End a release from now on; an earlier ``known_at`` still shows it.

    Without a release: the version's only one, or a declared version without releases.
    """
    _need_reason(why)
    with database.transaction() as connection:
        writer = Writer(connection)
        row, release_hash = end_release(writer, system, version, release=release)
        writer.publish("retract", row.slug, version, release_hash, why)


def end_release(
    writer: Writer, system: str, version: str, *, release: str | None = None, every: bool = False
) -> tuple[SystemRow, str]:
    """End a release, and its version if nothing else is left of it; returns the system and the release's hash.

    ``every``: end all releases of the version, so that no earlier one takes its place.
    """
    row = _system(writer, system)
    target = _version(writer, row, version)
    live = writer.snapshot.releases.get(target.version_id, [])
    declared_only = target.declared and not live and release is None
    ended = [] if declared_only else list(live) if every else _named(live, row, version, release)
    for r in ended:
        writer.end("release", r.id, key="id")
    if declared_only or (len(ended) == len(live) and not target.declared):
        writer.end("version", target.row_id)
    return row, ended[0].source_sha256 if ended else ""


def _need_reason(why: str) -> None:
    if not why.strip():
        raise UsageError(message("error.why"))


def _named(live: list[ReleaseRow], system: SystemRow, version: str, release: str | None) -> list[ReleaseRow]:
    found = [r for r in live if release is None or r.source_sha256.startswith(release)]
    if not found:
        raise UnknownTarget(f"{system.slug} {version} has no release {release or ''}".rstrip())
    hashes = sorted({r.source_sha256[:12] for r in found})
    if len(hashes) > 1:
        raise UsageError(
            message("error.several_releases", system=system.slug, version=version, hashes=", ".join(hashes))
        )
    return found


def purge(database: Database, system: str, version: str, *, release: str, why: str) -> None:
    """Delete a release's content physically; a tombstone with hash and reason remains (DOMAIN 13)."""
    _need_reason(why)
    with database.load_lock(), database.transaction(secure_delete=True) as connection:
        writer = Writer(connection)
        row = _system(writer, system)
        recorded = writer.ledger.systems[row.system_id]
        rows = [r for r in recorded.releases.values() if not r.purged]
        ids = {v.version_id for v in recorded.versions.values() if v.label == version}
        own = [r for r in rows if r.version_id in ids]
        if len(release) < 6:
            raise UsageError(message("error.six_digits"))
        target = _named(own, row, version, release)
        if any(dependents(connection, r.id) for r in target):
            raise UsageError(message("error.extended_by_others", system=system, version=version))
        for r in target:
            _purge_one(writer, r, rows, why)
        writer.publish("purge", row.slug, version, target[0].source_sha256, why)
    if not erase_deleted(database):
        raise StoreError(message("error.log_not_emptied"))


def _purge_one(writer: Writer, release: ReleaseRow, rows: list[ReleaseRow], why: str) -> None:
    connection = writer.connection
    bitmaps = {r.id: release_bitmap(connection, r.id) for r in rows if r.id != release.id}
    orphans = release_bitmap(connection, release.id)
    for other in bitmaps.values():
        orphans -= other
    delete_states(connection, orphans)
    remove_terms(connection, release.system_id, orphans)
    remove_states(connection, release.system_id, orphans)
    gone = delete_components(connection, release.id, release.system_id, list(bitmaps))
    remove_terms(connection, release.system_id, gone.rows, kind="description", top=gone.top)
    delete_content(connection, release.id, why=why)
    delete_unused(connection, release.system_id)
    writer.end("release", release.id, key="id")
    writer.note_purged(release.id)


def backup(database: Database, target: str | Path) -> Path:
    """Copy a live SQLite database to a file; PostgreSQL has pg_dump for that."""
    path = Path(target)
    if database.dialect != "sqlite":
        raise UsageError(message("error.pg_backup"))
    if path.exists():
        raise UsageError(message("error.file_exists", path=path))
    source = database.connect()
    try:
        with sqlite3.connect(path) as copy:
            source.raw.backup(copy)
        copy.close()
    except sqlite3.Error as error:
        path.unlink(missing_ok=True)
        raise StoreError(message("error.backup_failed", path=path, error=error)) from error
    finally:
        source.close()
    return path
