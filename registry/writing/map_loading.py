"""Loading a map: canonical codes, check of its targets, storing, report. Tables are in ``registry.store.maps``."""

from __future__ import annotations

from registry.entities.records import MapRecord
from registry.entities.results.loading import LoadReport
from registry.reader import Reader
from registry.store.ledger_writer import Writer
from registry.store.maps import behaviours, map_digest, store_map
from registry.writing.map_checks import check_targets

__all__ = ["load_map"]


def load_map(reader: Reader, record: MapRecord, *, dry_run: bool = False, wait: bool = True) -> LoadReport:
    """Check and store a map; raises ContentError if most of its targets are not codes of the target system."""
    file, snapshot = record.files[0].name if record.files else "", reader.moment().snapshot
    canonical = behaviours(snapshot)(record.target_system).canonical
    targets = {canonical(row.target) for row in record.rows if row.target}
    notices = check_targets(reader.connection, snapshot, record.target_system, targets, file=file)
    outcome = "dry_run"
    if not dry_run:
        with reader.database.load_lock(wait=wait), reader.database.transaction() as connection:
            outcome = store_map(Writer(connection), record)
    return LoadReport(
        system=record.slug, version=record.version, track="", release=map_digest(record), outcome=outcome, kind="map",
        concepts=len(record.rows), new_states=0, created_system=False, inferred={},
        notices=[*record.notices, *notices], warnings=[],
    )  # fmt: skip
