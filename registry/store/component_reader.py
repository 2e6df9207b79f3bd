"""Reads stored component rows back: as frames with keys and names as texts, as records, and their hash.

The rows of a system and kind are read once; frames and hashes of several releases are made from them, a part at a time.
"""

from __future__ import annotations

import hashlib
import io
from functools import cached_property
from typing import TYPE_CHECKING

from pyroaring import BitMap

from registry.entities.records import Component
from registry.store.component_frames import COLUMNS, SEPARATOR, records_of
from registry.store.component_packs import (
    NAMED,
    PACKED,
    UNKNOWN,
    bitmap_of_numbers,
    names_of,
    read_packs,
    read_texts,
)
from registry.store.engine import Connection
from registry.store.stored_values import damaged

if TYPE_CHECKING:
    from polars import DataFrame, Series

__all__ = ["ComponentReader", "read_components"]

_PART = 200_000  #: rows that are made into texts at a time
_FEW = 5000  #: most rows whose texts are read page by page


class ComponentReader:
    """The rows of one kind of a system; every method raises ``StoreDamaged`` for what cannot be read."""

    def __init__(self, connection: Connection, system_id: int, kind: str) -> None:
        self._connection, self._system_id, self._kind = connection, system_id, kind
        self._packed = read_packs(connection, system_id, kind, ("row", "key", *PACKED[kind]))

    @cached_property
    def rows(self) -> BitMap:
        """The numbers of all rows."""
        return bitmap_of_numbers(self._packed["row"])

    def frame(self, rows: BitMap) -> DataFrame:
        """Rows with their numbers, keys and names as texts (``component_frames``), ascending."""
        return self._as_texts(self._chosen(rows, texts=self._kind != "relationship"))

    def hash(self, rows: BitMap) -> str:
        """The identity of a release's components of the kind, an input of ``release_hash``: SHA-256 of the rows by key."""
        digest, chosen = hashlib.sha256(), self._chosen(rows, texts=self._kind != "relationship")
        order = chosen["key"].arg_sort()
        for start in range(0, len(order), _PART):
            part = self._as_texts(chosen[order[start : start + _PART]])
            written = io.BytesIO()
            columns = part.select(COLUMNS[self._kind])
            columns.write_csv(written, include_header=False, separator="\x1e", quote_style="never")
            digest.update(written.getbuffer())
        return f"{self._kind}:{digest.hexdigest()}"

    def _chosen(self, rows: BitMap, *, texts: bool) -> DataFrame:
        import polars as pl

        few = len(rows) <= _FEW
        source = self._packed if few or not texts else self._with_texts
        found = source
        if rows != self.rows:
            found = source.filter(source["row"].is_in(pl.Series(rows.to_array(), dtype=pl.UInt32).implode()))
        if found.height < len(rows):
            raise damaged("component", f"{self._kind}: rows missing")
        return found.with_columns(text=self._texts(found["row"])) if few and texts else found

    @cached_property
    def _with_texts(self) -> DataFrame:
        return self._packed.with_columns(text=self._texts(self._packed["row"]))

    def _texts(self, rows: Series) -> Series:
        import polars as pl

        found = read_texts(self._connection, self._system_id, self._kind, rows.to_list())
        if self._kind == "description":
            found = [text.partition(SEPARATOR)[2] for text in found]
        return pl.Series(found, dtype=pl.String)

    @cached_property
    def _names(self) -> Series:
        import polars as pl

        return pl.Series("name", names_of(self._connection, self._system_id), dtype=pl.String)

    @cached_property
    def _keys(self) -> DataFrame:
        """The keys of concepts."""
        import polars as pl

        statement = "SELECT id, key FROM concept WHERE system_id = ? ORDER BY id"
        rows = self._connection.all(statement, (self._system_id,))
        return pl.DataFrame(rows, schema={"id": pl.UInt32, "key": pl.String}, orient="row")

    @cached_property
    def _components(self) -> dict[str, DataFrame]:
        """The keys of the components that members name, by kind."""
        return {
            kind: read_packs(self._connection, self._system_id, kind, ("component", "key")).unique(
                "component"
            )
            for kind in ("description", "relationship")
        }

    def _as_texts(self, packed: DataFrame) -> DataFrame:
        import polars as pl

        kind = self._kind
        found = {c: packed[c] for c in ("key", "module", "effective", "inactive")}
        try:
            found |= {c: self._names.gather(packed[c]) for c in PACKED[kind] if c in NAMED}
        except pl.exceptions.PolarsError as error:
            raise damaged("component", error) from error
        if kind == "relationship":
            target = _looked_up(packed["target"], self._keys, "id", "key")
            value = pl.when(packed["target"] > 0).then(target).otherwise(found["value"])
            found["value"], found["group"] = pl.select(value).to_series(), packed["group"]
        else:
            found["text"] = packed["text"]
        if kind == "member":
            found["referenced"] = self._referenced(packed, found["of"])
        else:
            found["concept"] = _looked_up(packed["subject"], self._keys, "id", "key")
        return pl.DataFrame({"row": packed["row"]} | {c: found[c] for c in COLUMNS[kind]})

    def _referenced(self, packed: DataFrame, of: Series) -> Series:
        """What members name: concepts, components, or components that are not stored."""
        import polars as pl

        subject = packed["subject"]
        found = _looked_up(subject, self._keys, "id", "key")
        for kind in ("description", "relationship"):
            if (of == kind).any():
                named = _looked_up(subject, self._components[kind], "component", "key")
                found = pl.select(pl.when(of == kind).then(named).otherwise(found)).to_series()
        if (subject >= UNKNOWN).any():
            numbers = pl.select(pl.when(subject >= UNKNOWN).then(subject - UNKNOWN).otherwise(0)).to_series()
            unknown = self._names.gather(numbers)
            found = pl.select(pl.when(subject >= UNKNOWN).then(unknown).otherwise(found)).to_series()
        return found


def _looked_up(wanted: Series, table: DataFrame, column: str, value: str) -> Series:
    """For each number the value of the row of a table with that number; empty where there is none."""
    import polars as pl

    left = pl.DataFrame({column: wanted})
    found = left.join(table, on=column, how="left", maintain_order="left")[value]
    return found.fill_null("")


def read_components(connection: Connection, system_id: int, kind: str, rows: BitMap) -> list[Component]:
    """The records of rows, by key."""
    return records_of(kind, ComponentReader(connection, system_id, kind).frame(rows).sort("key"))
