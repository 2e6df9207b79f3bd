"""Reading component rows (descriptions, relationships, members) of releases, and deleting those of a release.

A release has a bitmap of rows for each kind, those of the modules it depends on included. Rows are stored by
``registry.writing.component_writer`` in the form of ``registry.store.component_packs``.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pyroaring import BitMap

from registry.entities.records import Component
from registry.store.component_frames import COLUMNS, KINDS, SEPARATOR, records_of
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
from registry.store.stored_values import bitmap_of, damaged

if TYPE_CHECKING:
    from polars import DataFrame, Series

__all__ = [
    "KINDS",
    "all_dependencies",
    "component_bitmap",
    "component_hash",
    "components_with_keys",
    "DeletedRows",
    "delete_components",
    "delete_unused_names",
    "dependencies",
    "dependents",
    "has_components",
    "read_components",
    "read_frame",
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


def read_components(connection: Connection, system_id: int, kind: str, rows: BitMap) -> list[Component]:
    """The records of rows, by key."""
    return records_of(kind, read_frame(connection, system_id, kind, rows).sort("key"))


def read_frame(connection: Connection, system_id: int, kind: str, rows: BitMap) -> DataFrame:
    """Rows of a kind with their numbers, keys and names as texts (``component_frames``), ascending; raises ``StoreDamaged``."""
    import polars as pl

    packed = read_packs(connection, system_id, kind, ("row", "key", *PACKED[kind]))
    packed = packed.filter(packed["row"].is_in(pl.Series(rows.to_array(), dtype=pl.UInt32).implode()))
    if packed.height < len(rows):
        raise damaged("component", f"{kind}: rows missing")
    return _semantic(connection, system_id, kind, packed)


def _semantic(connection: Connection, system_id: int, kind: str, packed: DataFrame) -> DataFrame:
    import polars as pl

    names = pl.Series("name", names_of(connection, system_id), dtype=pl.String)
    found = {c: packed[c] for c in ("key", "module", "effective", "inactive")}
    try:
        found |= {c: names.gather(packed[c]) for c in PACKED[kind] if c in NAMED}
    except pl.exceptions.PolarsError as error:
        raise damaged("component", error) from error
    keys = _concept_keys(connection, system_id)
    if kind == "relationship":
        target = _looked_up(packed["target"], keys, "id", "key")
        found["value"] = pl.select(
            pl.when(packed["target"] > 0).then(target).otherwise(found["value"])
        ).to_series()
        found["group"] = packed["group"]
    if kind == "member":
        found["referenced"] = _referenced(connection, system_id, packed, keys, names)
    else:
        found["concept"] = _looked_up(packed["subject"], keys, "id", "key")
    if kind != "relationship":
        texts = read_texts(connection, system_id, kind, packed["row"].to_list())
        if kind == "description":
            texts = [t.partition(SEPARATOR)[2] for t in texts]
        found["text"] = pl.Series(texts, dtype=pl.String)
    return pl.DataFrame({"row": packed["row"]} | {c: found[c] for c in COLUMNS[kind]})


def _concept_keys(connection: Connection, system_id: int) -> DataFrame:
    import polars as pl

    rows = connection.all("SELECT id, key FROM concept WHERE system_id = ? ORDER BY id", (system_id,))
    return pl.DataFrame(rows, schema={"id": pl.UInt32, "key": pl.String}, orient="row")


def _looked_up(wanted: Series, table: DataFrame, column: str, value: str) -> Series:
    """For each number the value of the row of a table with that number; empty where there is none."""
    import polars as pl

    left = pl.DataFrame({column: wanted})
    found = left.join(table, on=column, how="left", maintain_order="left")[value]
    return found.fill_null("")


def _referenced(
    connection: Connection, system_id: int, packed: DataFrame, keys: DataFrame, names: Series
) -> Series:
    """What members name: concepts, components, or components that are not stored."""
    import polars as pl

    of = names.gather(packed["of"])
    subject = packed["subject"]
    found = _looked_up(subject, keys, "id", "key")
    for kind in ("description", "relationship"):
        if (of == kind).any():
            table = read_packs(connection, system_id, kind, ("component", "key")).unique("component")
            named = _looked_up(subject, table, "component", "key")
            found = pl.select(pl.when(of == kind).then(named).otherwise(found)).to_series()
    if (subject >= UNKNOWN).any():
        unknown = names.gather(
            pl.select(pl.when(subject >= UNKNOWN).then(subject - UNKNOWN).otherwise(0)).to_series()
        )
        found = pl.select(pl.when(subject >= UNKNOWN).then(unknown).otherwise(found)).to_series()
    return found


def component_hash(kind: str, frame: DataFrame) -> str:
    """The identity of a release's components of a kind, an input of ``release_hash``: SHA-256 of the rows by key."""
    digest, ordered = hashlib.sha256(), frame.select(COLUMNS[kind]).sort("key")
    for start in range(0, ordered.height, 100_000):
        written = io.BytesIO()
        part = ordered.slice(start, 100_000)
        part.write_csv(written, include_header=False, separator="\x1e", quote_style="never")
        digest.update(written.getbuffer())
    return f"{kind}:{digest.hexdigest()}"


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
