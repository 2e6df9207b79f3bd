"""Publishing a release: all or nothing, one transaction, in order, under the writer's lock.

From records to states, bitmaps, text index and one publication row. A load that fails, is killed or meets a
full disk leaves nothing behind and can be repeated (ARCHITECTURE, Storage).

Not here: file formats (``loaders``), what a release means in time (``registry.time.timeline``).
"""

from __future__ import annotations

import hashlib
import os
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from pyroaring import BitMap

from registry.content.hierarchy import check_acyclic
from registry.content.search import add_terms
from registry.entities import exact_json
from registry.entities.errors import ContentError
from registry.entities.intervals import iso
from registry.entities.records import ConceptRecord, ReleaseHeader, SystemRecord
from registry.store.engine import Connection, Database, now_us
from registry.store.ledger_writer import Writer
from registry.store.metadata import SystemRow
from registry.store.states import encode, pack_ordering, state_hash
from registry.store.text import compact_code
from registry.systems import known

__all__ = [
    "Prepared",
    "ensure_system",
    "load_log",
    "prepare",
    "publish",
    "source_hash",
    "write_release",
]

Progress = Callable[[str, int, int | None], None]


@dataclass(slots=True)
class Prepared:
    """A release in memory, checked and hashed, before anything is written. Lists run parallel."""

    header: ReleaseHeader
    system: SystemRecord
    ordered: bool
    source_sha256: str
    content_sha256: str = ""
    records: list[ConceptRecord] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def source_hash(header: ReleaseHeader) -> str:
    """Hash of the sorted file hashes."""
    parts = sorted(f.sha256 for f in header.files)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def prepare(parsed: Any, progress: Progress | None = None) -> Prepared:
    """Read all records of a parsed release, check them and hash them. Raises ``ContentError``."""
    header: ReleaseHeader = parsed.header
    system = parsed.system or known(header.system) or SystemRecord(slug=header.system)
    prepared = Prepared(header, system, parsed.ordered, source_hash(header))
    _collect(prepared, parsed.concepts, progress)
    if not prepared.records and not getattr(parsed, "may_be_empty", False):
        raise ContentError("there is no code in it", file=_file(prepared))
    pairs = sorted(zip((r.code for r in prepared.records), (h.hex() for h in prepared.hashes), strict=True))
    prepared.content_sha256 = hashlib.sha256(msgspec.json.encode(pairs)).hexdigest()
    if header.rolling:  # every download holds all versions: the content alone tells one release from another
        prepared.source_sha256 = hashlib.sha256(
            f"{header.version}\n{prepared.content_sha256}".encode()
        ).hexdigest()
    if not header.files:
        prepared.source_sha256 = hashlib.sha256(b"".join(sorted(prepared.hashes))).hexdigest()
    _check_parents(prepared)
    return prepared


def _collect(prepared: Prepared, concepts: Any, progress: Progress | None) -> None:
    """Encode and hash every record; one code with two states in one release stops the load."""
    seen: dict[str, bytes] = {}
    codes: dict[str, str] = {}
    records, bodies, hashes = prepared.records, prepared.bodies, prepared.hashes
    for record in concepts:
        body = encode(record)
        digest = state_hash(body)
        key = record.key or record.code
        if (before := seen.get(key)) is not None:
            _refuse_two_states(prepared, record, before, digest)
            continue
        if codes.setdefault(record.code, key) != key:
            raise ContentError(
                f"code {record.code!r} stands for two concepts: {codes[record.code]} and {key}",
                file=_file(prepared),
            )
        seen[key] = digest
        records.append(record)
        bodies.append(body)
        hashes.append(digest)
        if progress is not None and len(records) % 20000 == 0:
            progress("reading", len(records), None)


def _refuse_two_states(prepared: Prepared, record: ConceptRecord, before: bytes, digest: bytes) -> None:
    if before != digest:
        raise ContentError(f"code {record.code!r} occurs twice with different content", file=_file(prepared))
    prepared.warnings.append(f"code {record.code!r} occurs twice with the same content; kept once")


def _file(prepared: Prepared) -> str:
    return prepared.header.files[0].name if prepared.header.files else prepared.header.format


def _check_parents(prepared: Prepared) -> None:
    """Every parent is in the release (unless it is a part only), and nothing is its own ancestor."""
    parents = {r.stable_key: r.parents for r in prepared.records if r.parents}
    if not parents:
        return
    keys = {r.stable_key for r in prepared.records}
    if prepared.header.coverage.kind == "complete":
        for key, above in parents.items():
            for parent in above:
                if parent not in keys:
                    raise ContentError(
                        f"code {key!r} has the parent {parent!r}, which is not in the file",
                        file=_file(prepared),
                    )
    if cycle := check_acyclic(parents):
        raise ContentError(f"the parents form a cycle: {' → '.join(cycle)}", file=_file(prepared))


def ensure_system(writer: Writer, record: SystemRecord) -> tuple[SystemRow, bool]:
    """The system of that slug, created where it is unknown; True if it was."""
    if (row := writer.snapshot.slugs.get(record.slug)) is not None:
        return row, False
    system_id = writer.next_id("code_system", "system_id")
    put_system(writer, system_id, record)
    return SystemRow(system_id, record, writer.recorded, None), True


def put_system(writer: Writer, system_id: int, record: SystemRecord) -> None:
    """Record a catalogue entry (after ending an older one) with all names it can be asked by."""
    connection, now = writer.connection, writer.recorded
    connection.execute(
        "UPDATE code_system SET recorded_to = ? WHERE system_id = ? AND recorded_to IS NULL", (now, system_id)
    )
    connection.execute(
        "UPDATE system_alias SET recorded_to = ? WHERE system_id = ? AND recorded_to IS NULL",
        (now, system_id),
    )
    body = msgspec.json.encode(record).decode()
    connection.insert(
        "code_system", ("system_id", "slug", "body", "recorded_from"), [(system_id, record.slug, body, now)]
    )
    names = {
        record.slug,
        record.canonical,
        *record.oids,
        *record.aliases,
        *(f"urn:oid:{o}" for o in record.oids),
    } - {""}
    connection.insert(
        "system_alias", ("alias", "system_id", "recorded_from"), [(n, system_id, now) for n in sorted(names)]
    )


def write_release(writer: Writer, prepared: Prepared, progress: Progress | None = None) -> tuple[int, int]:
    """Write states, indexes and the release; gives the version id and the number of new states."""
    system, _ = ensure_system(writer, prepared.system)
    version_id = _ensure_version(writer, system, prepared.header)
    idents, fresh = _write_states(writer, system, prepared, progress)
    header, connection = prepared.header, writer.connection
    release_id = writer.next_id("release", "id")
    stripped = msgspec.structs.replace(header, inferred=header.inferred, notices=())
    columns = ("id", "version_id", "system_id", "source_sha256", "content_sha256", "source_line", "header",
               "concepts", "ready", "purged", "recorded_from")  # fmt: skip
    row = (release_id, version_id, system.system_id, prepared.source_sha256, prepared.content_sha256, header.source_line,
           exact_json.encode(stripped).decode(), len(idents), True, "", writer.recorded)  # fmt: skip
    connection.insert("release", columns, [row])
    bitmap = BitMap(idents)
    bitmap.run_optimize()
    packed = bitmap.serialize()
    order = pack_ordering(idents) if prepared.ordered and not _by_code(prepared) else None
    connection.insert(
        "release_content",
        ("release_id", "bitmap", "bitmap_sha256", "ordering"),
        [(release_id, packed, hashlib.sha256(packed).hexdigest(), order)],
    )
    return version_id, fresh


def _by_code(prepared: Prepared) -> bool:
    codes = [r.code for r in prepared.records]
    return codes == sorted(codes)


def _ensure_version(writer: Writer, system: SystemRow, header: ReleaseHeader) -> int:
    """The version's id; its dates follow the live source of greatest priority unless declared by hand."""
    current = writer.snapshot.version(system.system_id, header.version, header.track)
    if current is None:
        version_id = writer.next_id("version", "version_id")
        put_version(writer, version_id, system.system_id, header)
        return version_id
    dated = (header.valid_from, header.valid_to) not in ((None, None), (current.valid_from, current.valid_to))
    others = [r.header for r in writer.snapshot.releases.get(current.version_id, []) if r.header.valid_from]
    rank = (header.priority, header.published, header.kind == "correction")
    beaten = any((h.priority, h.published, h.kind == "correction") > rank for h in others)
    if dated and not current.declared and not beaten and header.kind == "correction":
        writer.end("version", current.row_id)
        put_version(writer, current.version_id, system.system_id, header)
    return current.version_id


def put_version(
    writer: Writer,
    version_id: int,
    system_id: int,
    header: ReleaseHeader,
    *,
    same_as: str = "",
    declared: bool = False,
) -> None:
    """Insert a version row."""
    columns = ("version_id", "system_id", "track", "label", "valid_from", "valid_to", "published", "rolling",
               "same_as", "declared", "recorded_from")  # fmt: skip
    row = (version_id, system_id, header.track, header.version, iso(header.valid_from), iso(header.valid_to),
           header.published, header.rolling, same_as, declared, writer.recorded)  # fmt: skip
    writer.connection.insert("version", columns, [row])


def _write_states(
    writer: Writer, system: SystemRow, prepared: Prepared, progress: Progress | None
) -> tuple[list[int], int]:
    """Insert the states that no release of the system has yet; gives all state ids in source order."""
    connection, system_id = writer.connection, system.system_id
    stored = {
        bytes(h): i
        for h, i in connection.all("SELECT hash, id FROM concept_state WHERE system_id = ?", (system_id,))
    }
    fresh = [n for n, h in enumerate(prepared.hashes) if h not in stored]
    start = writer.next_id("concept_state", "id")
    for offset, n in enumerate(fresh):
        stored[prepared.hashes[n]] = start + offset
    concepts = _write_concepts(connection, writer, system_id, prepared)
    if progress is not None:
        progress("storing", 0, len(fresh))
    connection.insert(
        "concept_state",
        ("id", "system_id", "concept_id", "code", "compact", "parents", "hash", "body"),
        _state_rows(prepared, fresh, start, system_id, concepts),
    )
    new = [(start + offset, prepared.records[n]) for offset, n in enumerate(fresh)]
    _index_properties(connection, system_id, new)
    if progress is not None:
        progress("indexing", 0, len(fresh))
    add_terms(connection, system_id, new)
    return [stored[h] for h in prepared.hashes], len(fresh)


def _write_concepts(
    connection: Connection, writer: Writer, system_id: int, prepared: Prepared
) -> dict[str, int]:
    """Concept ids by stable key, parents that only other releases hold included."""
    concepts = dict(connection.all("SELECT key, id FROM concept WHERE system_id = ?", (system_id,)))
    wanted = dict.fromkeys(r.stable_key for r in prepared.records)
    wanted |= dict.fromkeys(p for r in prepared.records for p in r.parents)
    start = writer.next_id("concept", "id")
    added = {key: start + n for n, key in enumerate(k for k in wanted if k not in concepts)}
    connection.insert("concept", ("id", "system_id", "key"), [(i, system_id, k) for k, i in added.items()])
    return concepts | added


def _state_rows(
    prepared: Prepared,
    fresh: list[int],
    start: int,
    system_id: int,
    concepts: dict[str, int],
) -> Iterator[tuple[Any, ...]]:
    for offset, n in enumerate(fresh):
        r = prepared.records[n]
        parents = array("I", (concepts[p] for p in r.parents)).tobytes() if r.parents else None
        yield (start + offset, system_id, concepts[r.key or r.code], r.code, compact_code(r.code), parents,
               prepared.hashes[n], prepared.bodies[n])  # fmt: skip


def _index_properties(connection: Connection, system_id: int, new: list[tuple[int, ConceptRecord]]) -> None:
    """Add the new states to the inverted bitmaps of their property values and flags."""
    found: dict[tuple[str, str], list[int]] = {}
    for ident, r in new:
        for p in r.properties:
            found.setdefault((p.code, p.text), []).append(ident)
        if r.inactive:
            found.setdefault((".inactive", "true"), []).append(ident)
        if r.selectable is False:
            found.setdefault((".selectable", "false"), []).append(ident)
    if not found:
        return
    names = sorted({name for name, _ in found})
    kept: dict[tuple[str, str], BitMap] = {}
    for name in names:
        rows = connection.all(
            "SELECT value, bitmap FROM property_bitmap WHERE system_id = ? AND property = ?",
            (system_id, name),
        )
        kept |= {(name, v): BitMap.deserialize(bytes(b)) for v, b in rows if (name, v) in found}
    gone = [(system_id, name, value) for name, value in kept]
    for key in gone:
        connection.execute(
            "DELETE FROM property_bitmap WHERE system_id = ? AND property = ? AND value = ?", key
        )
    rows = []
    for (name, value), idents in found.items():
        bitmap = kept.get((name, value), BitMap()) | BitMap(idents)
        bitmap.run_optimize()
        rows.append((system_id, name, value, bitmap.serialize()))
    connection.insert("property_bitmap", ("system_id", "property", "value", "bitmap"), rows)


@contextmanager
def load_log(database: Database, source: str) -> Iterator[None]:
    """Note in the load table, apart from the load's own transaction, that it runs and how it ended."""
    with database.transaction() as connection:
        row = connection.one("SELECT max(id) FROM load")
        ident = int(row[0] or 0) + 1 if row else 1
        connection.insert("load", ("id", "state", "source", "message", "pid", "started"),
                          [(ident, "running", source, "", os.getpid(), now_us())])  # fmt: skip
    state, message = "failed", "interrupted"
    try:
        yield
        state, message = "ready", ""
    except BaseException as error:
        message = str(error) or type(error).__name__
        raise
    finally:
        with database.transaction() as connection:
            connection.execute(
                "UPDATE load SET state = ?, message = ?, ended = ? WHERE id = ?",
                (state, message[:2000], now_us(), ident),
            )


def publish(writer: Writer, prepared: Prepared, action: str) -> None:
    """The publication row of a release."""
    h = prepared.header
    writer.publish(
        action,
        h.system,
        h.version,
        prepared.source_sha256,
        f"{len(prepared.records)} codes from {h.source_line}",
    )
