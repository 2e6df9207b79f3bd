"""Concept maps and official change tables in the store: loading and reading rows.

Not here: translating with them (``mappings``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator

import msgspec

from registry.entities.records import MapRecord, MapRowRecord
from registry.entities.results import LoadReport
from registry.store.engine import Connection, Database
from registry.store.ledger_writer import Writer

__all__ = ["known_codes", "load_map", "map_headers", "map_rows"]


def load_map(
    database: Database, record: MapRecord, *, dry_run: bool = False, wait: bool = True
) -> LoadReport:
    """Store a map as given; the identical source again is a no-op, another one of the same version amends it."""
    digest = hashlib.sha256(msgspec.json.encode(record.rows)).hexdigest()
    outcome = "dry_run"
    if not dry_run:
        with database.load_lock(wait=wait), database.transaction() as connection:
            outcome = _store(Writer(connection), record, digest)
    return LoadReport(
        system=record.slug, version=record.version, track="", release=digest, outcome=outcome, kind="map",
        concepts=len(record.rows), new_states=0, created_system=False, inferred={}, notices=list(record.notices), warnings=[],
    )  # fmt: skip


def _store(writer: Writer, record: MapRecord, digest: str) -> str:
    connection = writer.connection
    live = connection.all(
        "SELECT map_id, source_sha256 FROM concept_map WHERE slug = ? AND version = ? AND recorded_to IS NULL",
        (record.slug, record.version),
    )
    if any(sha == digest for _, sha in live):
        return "unchanged"
    for map_id, _ in live:
        writer.end("concept_map", map_id, key="map_id")
    map_id = writer.next_id("concept_map", "map_id")
    header = msgspec.json.encode(msgspec.structs.replace(record, rows=(), notices=())).decode()
    columns = (
        "map_id",
        "slug",
        "version",
        "purpose",
        "source_system",
        "target_system",
        "source_sha256",
        "header",
        "recorded_from",
    )
    row = (
        map_id,
        record.slug,
        record.version,
        record.purpose,
        record.source_system,
        record.target_system,
        digest,
        header,
        writer.recorded,
    )
    connection.insert("concept_map", columns, [row])
    rows = (
        (map_id, r.sources[0] if r.sources else "", r.target, msgspec.json.encode(r).decode())
        for r in record.rows
    )
    connection.insert("map_row", ("map_id", "source", "target", "body"), rows)
    writer.publish("map", record.slug, record.version, digest, f"{len(record.rows)} rows, {record.purpose}")
    return "amended" if live else "loaded"


def known_codes(connection: Connection, system_id: int, codes: Collection[str]) -> set[str]:
    """Those of the codes that some release of the system has or had."""
    wanted, found = sorted(codes), set[str]()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        marks = ", ".join("?" * len(part))
        rows = connection.all(
            f"SELECT DISTINCT code FROM concept_state WHERE system_id = ? AND code IN ({marks})",
            (system_id, *part),
        )
        found.update(str(code) for (code,) in rows)
    return found


def map_headers(connection: Connection) -> list[tuple[int, MapRecord]]:
    """Every live map, without its rows, by slug and version."""
    rows = connection.all(
        "SELECT map_id, header FROM concept_map WHERE recorded_to IS NULL ORDER BY slug, version, map_id"
    )
    return [(map_id, msgspec.json.decode(header, type=MapRecord)) for map_id, header in rows]


def map_rows(connection: Connection, map_id: int, source: str | None = None) -> Iterator[MapRowRecord]:
    """Rows of a map in their order, all or those of one source code."""
    where, params = ("", (map_id,)) if source is None else (" AND source = ?", (map_id, source))
    for (body,) in connection.execute(
        f"SELECT body FROM map_row WHERE map_id = ?{where} ORDER BY row_id", params
    ):
        yield msgspec.json.decode(body, type=MapRowRecord)
