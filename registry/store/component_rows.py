"""Component rows of releases: their bitmaps, what releases depend on, and deleting those of a release.

A release has a bitmap of rows for each kind, those of the modules it depends on included. Rows are stored by
``registry.writing.component_writer`` in the form of ``registry.store.component_packs`` and read by ``component_reader``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pyroaring import BitMap

from registry.store.component_frames import KINDS
from registry.store.component_packs import (
    NAMED,
    PACKED,
    UNKNOWN,
    greatest,
    names_of,
    read_packs,
    read_texts,
    write_pack,
    write_texts,
)
from registry.store.engine import Connection
from registry.store.stored_values import bitmap_of

__all__ = [
    "KINDS",
    "all_dependencies",
    "component_bitmap",
    "components_with_keys",
    "DeletedRows",
    "delete_components",
    "delete_unused_names",
    "dependencies",
    "dependents",
    "has_components",
    "used_concepts",
]


def component_bitmap(connection: Connection, release_id: int, kind: str) -> BitMap:
    """Rows of a release's components of a kind, including those of its modules."""
    row = connection.one(
        "SELECT bitmap FROM release_components WHERE release_id = ? AND kind = ?", (release_id, kind)
    )
    return bitmap_of(row[0]) if row else BitMap()


def has_components(connection: Connection, release_id: int) -> bool:
    """Whether a release has components of any kind."""
    row = connection.one("SELECT 1 FROM release_components WHERE release_id = ? LIMIT 1", (release_id,))
    return row is not None


def dependencies(connection: Connection, release_id: int) -> list[int]:
    """Releases of the modules that a release includes directly."""
    statement = "SELECT depends_on FROM release_dependency WHERE release_id = ? ORDER BY depends_on"
    return [int(row[0]) for row in connection.all(statement, (release_id,))]


def all_dependencies(connection: Connection, release_id: int) -> set[int]:
    """Releases that a release depends on, directly or through others."""
    found: set[int] = set()
    for module in dependencies(connection, release_id):
        found |= {module} | all_dependencies(connection, module)
    return found


def dependents(connection: Connection, release_id: int) -> list[int]:
    """Releases with content that include this one."""
    statement = "SELECT d.release_id FROM release_dependency d WHERE d.depends_on = ? ORDER BY d.release_id"
    return [int(row[0]) for row in connection.all(statement, (release_id,))]


def components_with_keys(
    connection: Connection, system_id: int, kind: str, keys: Iterable[str]
) -> dict[str, int]:
    """The components of a kind by key, of those keys that the system has; reads all keys."""
    import polars as pl

    table = read_packs(connection, system_id, kind, ("key", "component")).unique("key")
    found = table.filter(table["key"].is_in(pl.Series(list(keys), dtype=pl.String).implode()))
    return dict(zip(found["key"].to_list(), found["component"].to_list(), strict=True))


class DeletedRows(NamedTuple):
    """Rows of descriptions that were deleted, and the greatest that remains."""

    rows: BitMap
    top: int


def delete_components(
    connection: Connection, release_id: int, system_id: int, others: Sequence[int]
) -> DeletedRows:
    """Delete a release's components, and the rows that no other release has."""
    found = DeletedRows(BitMap(), 0)
    for kind in KINDS:
        orphans = component_bitmap(connection, release_id, kind)
        for other in others if orphans else ():
            orphans -= component_bitmap(connection, other, kind)
        top = _delete_rows(connection, system_id, kind, orphans)
        if kind == "description":
            found = DeletedRows(orphans, top)
    for table in ("release_components", "release_dependency"):
        connection.execute(f"DELETE FROM {table} WHERE release_id = ?", (release_id,))
    return found


def _delete_rows(connection: Connection, system_id: int, kind: str, rows: BitMap) -> int:
    """Write the packs anew without the rows, and their texts empty; returns the greatest row that remains."""
    import polars as pl

    place = (system_id, kind)
    packed = read_packs(connection, *place, ("row", "key", *PACKED[kind]))
    if not rows:
        return greatest(packed["row"])
    kept = packed.filter(~packed["row"].is_in(pl.Series(rows.to_array(), dtype=pl.UInt32).implode()))
    numbers = packed["row"].to_list()
    texts = read_texts(connection, *place, numbers) if kind != "relationship" else []
    for table in ("component_pack", "component_text"):
        connection.execute(f"DELETE FROM {table} WHERE system_id = ? AND kind = ?", place)
    if not kept.height:
        return 0
    write_pack(connection, *place, kept)
    first, last = kept["row"][0], kept["row"][-1]
    if texts:
        by_row = dict(zip(numbers, texts, strict=True))
        ordered = (by_row[r] if r in by_row and r not in rows else "" for r in range(first, last + 1))
        write_texts(connection, *place, first, ordered)
    return int(last)


def used_concepts(connection: Connection, system_id: int) -> BitMap:
    """Ids of the concepts that component rows name."""
    found = BitMap()
    for kind in KINDS:
        rows = read_packs(connection, system_id, kind, ("row", *PACKED[kind]))
        if kind == "member":
            concept = names_of(connection, system_id)
            rows = rows.filter([concept[n] == "concept" for n in rows["of"]])
        found.update(rows["subject"].to_list())
        found.update(rows["target"].to_list() if kind == "relationship" else ())
    found.discard(0)
    return found


def delete_unused_names(connection: Connection, system_id: int) -> None:
    """Empty the names that no row has; their numbers remain."""
    used = set[int]()
    for kind in KINDS:
        rows = read_packs(connection, system_id, kind, ("row", *PACKED[kind]))
        for column in rows.columns:
            used |= set(rows[column].unique().to_list()) if column in NAMED else set()
        if kind == "member":
            used |= {n - UNKNOWN for n in rows["subject"].to_list() if n >= UNKNOWN}
    for number, name in enumerate(names_of(connection, system_id)):
        if name and number not in used:
            statement = "UPDATE component_name SET name = '' WHERE system_id = ? AND id = ?"
            connection.execute(statement, (system_id, number))
