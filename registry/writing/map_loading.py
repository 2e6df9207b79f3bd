"""Loading a map: canonical codes, check of its targets, storing, report.

Not here: the tables (``registry.store.maps``), file formats (``loaders``), translating (``registry.terminology``).
"""

from __future__ import annotations

from msgspec.structs import replace

from registry.entities.records import MapRecord
from registry.entities.results import LoadReport
from registry.reader import Reader
from registry.store.maps import load_map as store_map
from registry.writing.map_checks import check_targets

__all__ = ["load_map"]


def load_map(reader: Reader, record: MapRecord, *, dry_run: bool = False, wait: bool = True) -> LoadReport:
    """Check and store a map; raises ContentError if most of its targets are not codes of the target system."""
    file = record.files[0].name if record.files else ""
    notices = check_targets(
        reader.connection,
        reader.moment().snapshot,
        record.target_system,
        {row.target for row in record.rows},
        file=file,
    )
    checked = replace(record, notices=(*record.notices, *notices))
    return store_map(reader.database, checked, dry_run=dry_run, wait=wait)
