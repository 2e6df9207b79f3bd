"""Stores the components of one release: descriptions, relationships and members of reference sets.

Input: records or frames (``registry.store.component_frames``) and removals. Output: a bitmap of rows for each kind, including
those of the releases it starts from. A row that any release of the system has already is stored once. Concepts are stored by
``content_writer``; rows are read by ``registry.store.component_rows``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyroaring import BitMap

from registry.entities.composed_text import composed
from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.entities.records import Component, Removal
from registry.store.component_frames import KINDS, SEPARATOR, ComponentFrame, frames_of, is_reference
from registry.store.component_packs import (
    NAMED,
    NONE,
    PACKED,
    UNKNOWN,
    add_names,
    bitmap_of_numbers,
    greatest,
    names_of,
    read_packs,
    read_texts,
    write_pack,
    write_texts,
)
from registry.store.component_reader import ComponentReader
from registry.store.component_rows import component_bitmap
from registry.store.ledger_writer import Writer
from registry.store.terms import TermsWriter
from registry.writing.component_warnings import dangling, repeated_acceptability

if TYPE_CHECKING:
    from polars import DataFrame, Series

__all__ = ["ComponentWriter"]


@dataclass(slots=True)
class _Kind:
    """State of one kind of component during a load: ``stored`` has every row of the system, ``keys`` every component."""

    base: BitMap
    stored: DataFrame
    keys: DataFrame
    next_row: int
    next_component: int
    touched: BitMap = field(default_factory=BitMap)  #: components that the release contains itself
    own: BitMap = field(default_factory=BitMap)  #: their rows
    removed: BitMap = field(default_factory=BitMap)


class _Names:
    """Names by text, with those that the load adds."""

    def __init__(self, writer: Writer, system_id: int) -> None:
        self._writer, self._system_id = writer, system_id
        self.known = {
            name: n for n, name in enumerate(names_of(writer.connection, system_id)) if name or not n
        }
        self._next = len(names_of(writer.connection, system_id))

    def add(self, texts: Sequence[str]) -> None:
        """Give every text a number."""
        fresh = [t for t in texts if t not in self.known]
        add_names(self._writer.connection, self._system_id, self._next, fresh)
        self.known |= {t: self._next + n for n, t in enumerate(fresh)}
        self._next += len(fresh)


class ComponentWriter:
    """Writes within the caller's transaction. ``starts``: releases that the content starts from (base or modules).

    ``number``: stable key → concept id. ``given``: number of rows stored. ``warnings``: what the user should know of them.
    """

    def __init__(
        self, writer: Writer, system_id: int, starts: Sequence[int], number: Callable[[str], int]
    ) -> None:
        self._writer, self._system_id, self._starts, self._number = writer, system_id, starts, number
        self.given = 0
        self.warnings: list[str] = []
        self._kinds: dict[str, _Kind] = {}
        self._members: dict[str, BitMap] = {}
        self._names = _Names(writer, system_id)
        self._known: DataFrame | None = None  #: ids of concepts by key, of those asked for
        self._terms = TermsWriter(writer.connection, system_id, kind="description")

    def add(self, items: Sequence[Component | ComponentFrame]) -> None:
        """Store a batch; raises ``ContentError`` for a component with two states."""
        frames = [i for i in items if isinstance(i, ComponentFrame)]
        records = [i for i in items if not isinstance(i, ComponentFrame)]
        self.warnings += [notice for f in frames for notice in f.notices]
        given = {f.kind: f for f in frames_of(records)}
        for found in (*(given[k] for k in KINDS if k in given), *frames):
            if len(found):
                self.given += len(found)
                self._add(found.kind, found.frame)

    def _add(self, tag: str, frame: DataFrame) -> None:
        import polars as pl

        kind = self._kind(tag)
        frame = _distinct(tag, _composed(frame))
        earlier = kind.next_component
        coded = self._coded(tag, kind, frame)
        known = coded["component"] < earlier
        rows = self._stored_rows(tag, kind, coded, frame) if known.any() else known.cast(pl.UInt32)
        if bitmap_of_numbers(coded["component"].filter(known)) & kind.touched:
            self._refuse_second(tag, kind, coded, rows, frame)
        kind.touched |= bitmap_of_numbers(coded["component"])
        kind.own |= bitmap_of_numbers(rows.filter(rows > 0))
        self._store_new(tag, kind, coded.filter(rows == 0), frame.filter(rows == 0))

    def _refuse_second(self, tag: str, kind: _Kind, coded: DataFrame, rows: Series, frame: DataFrame) -> None:
        """Raise ``ContentError`` if a component of the batch has another row in the release already."""
        for component, row, key in zip(coded["component"], rows, frame["key"], strict=True):
            if component in kind.touched and row not in kind.own:
                raise ContentError(message("error.twice_component", kind=tag, key=key))

    def _coded(self, tag: str, kind: _Kind, frame: DataFrame) -> DataFrame:
        """The rows as numbers, with their keys and in their order."""
        import polars as pl

        found = {"key": frame["key"], "component": self._components(kind, frame["key"])}
        for name in PACKED[tag]:
            if name in NAMED and name != "value":
                self._names.add(frame[name].unique(maintain_order=True).to_list())
                found[name] = _mapped(frame[name], self._names.known)
        found |= {n: frame[n] for n in ("effective", "inactive", "group") if n in frame.columns}
        if tag == "member":
            found["subject"] = self._subjects(frame)
        else:
            found["subject"] = self._concepts(frame["concept"])
        if tag == "relationship":
            named = _is_named(frame["value_type"], frame["extra"])
            keys = pl.select(pl.when(named).then(frame["value"]).otherwise(pl.lit(None))).to_series()
            found["target"] = self._concepts(keys)
            plain = pl.select(pl.when(named).then(pl.lit("")).otherwise(frame["value"])).to_series()
            self._names.add(plain.unique(maintain_order=True).to_list())
            found["value"] = _mapped(plain, self._names.known)
        return pl.DataFrame({n: found[n] for n in ("key", *PACKED[tag])})

    def _components(self, kind: _Kind, keys: Series) -> Series:
        """Components by key; an unknown key gets a new one."""
        import polars as pl

        frame = pl.DataFrame({"key": keys})
        fresh = frame.unique(maintain_order=True)
        if kind.keys.height:
            fresh = fresh.join(kind.keys, on="key", how="anti", maintain_order="left")
        new = fresh.with_columns(component=pl.int_range(fresh.height, dtype=pl.UInt32) + kind.next_component)
        kind.next_component += fresh.height
        kind.keys = pl.concat([kind.keys, new.with_columns(pl.col("component").cast(pl.UInt32))])
        return frame.join(kind.keys, on="key", how="left", maintain_order="left")["component"]

    def _concepts(self, keys: Series) -> Series:
        """Ids of concepts by key; 0 where there is none."""
        import polars as pl

        frame = pl.DataFrame({"text": keys.cast(pl.String)})
        new = frame.drop_nulls().unique(maintain_order=True)
        if self._known is not None:
            new = new.join(self._known, on="text", how="anti", maintain_order="left")
        numbers = pl.Series("number", [self._number(key) for key in new["text"]], dtype=pl.UInt32)
        added = new.with_columns(numbers)
        self._known = added if self._known is None else pl.concat([self._known, added])
        return frame.join(self._known, on="text", how="left", maintain_order="left")["number"].fill_null(0)

    def _subjects(self, frame: DataFrame) -> Series:
        """The concepts or components that members name; a component that is not stored by its name."""
        import polars as pl

        of, referenced = frame["of"], frame["referenced"]
        concept = of == "concept"
        found = self._concepts(
            pl.select(pl.when(concept).then(referenced).otherwise(pl.lit(None))).to_series()
        )
        if concept.all():
            return found
        for tag in ("description", "relationship"):
            known = pl.DataFrame({"key": referenced}).join(
                self._kind(tag).keys, on="key", how="left", maintain_order="left"
            )["component"]
            found = pl.select(pl.when(of == tag).then(known).otherwise(found)).to_series()
        missing = found.is_null()
        if missing.any():
            self._names.add(referenced.filter(missing).unique(maintain_order=True).to_list())
            named = _mapped(referenced.filter(missing), self._names.known) + UNKNOWN
            found = found.scatter(missing.arg_true(), named.cast(pl.UInt32))
        return found

    def _stored_rows(self, tag: str, kind: _Kind, coded: DataFrame, frame: DataFrame) -> Series:
        """The number of the stored row with the same content as each row; 0 for a new one."""
        import polars as pl

        columns = list(PACKED[tag])
        wanted = coded.select(columns).with_row_index("place")
        found = wanted.join(kind.stored, on=columns, how="inner").select("place", "row").unique()
        if tag != "relationship" and found.height:
            found = found.sort("row")
            stored = read_texts(self._writer.connection, self._system_id, tag, found["row"].to_list())
            own = _texts(tag, frame).gather(found["place"])
            found = found.filter(own == pl.Series(stored, dtype=pl.String))
        found = found.unique("place", keep="first")
        rows = wanted.select("place").join(found, on="place", how="left", maintain_order="left")["row"]
        return rows.fill_null(0).cast(pl.UInt32)

    def _store_new(self, tag: str, kind: _Kind, coded: DataFrame, frame: DataFrame) -> None:
        """Store rows that no release has, by what they are about."""
        import polars as pl

        if not coded.height:
            return
        order = coded.select(pl.arg_sort_by("subject", "component")).to_series()
        coded, frame = coded[order], frame[order]
        first, connection = kind.next_row, self._writer.connection
        kind.next_row += coded.height
        coded = coded.with_columns(row=pl.int_range(first, kind.next_row, dtype=pl.UInt32))
        write_pack(connection, self._system_id, tag, coded)
        if tag != "relationship":
            write_texts(connection, self._system_id, tag, first, _texts(tag, frame).to_list())
        if tag == "description":
            self._terms.add_descriptions(first, frame["type"], frame["text"])
        kind.stored = pl.concat([kind.stored, coded.select(kind.stored.columns)])
        kind.own.add_range(first, kind.next_row)

    def remove(self, removal: Removal) -> None:
        """Remove a component of the releases that the content starts from; unknown keys are ignored."""
        kind = self._kind(removal.kind)
        found = kind.keys.filter(kind.keys["key"] == composed(removal.key))
        kind.removed.update(found["component"].to_list())

    def _kind(self, tag: str) -> _Kind:
        import polars as pl

        if tag not in self._kinds:
            connection, system_id = self._writer.connection, self._system_id
            bitmaps = (component_bitmap(connection, release, tag) for release in self._starts)
            stored = read_packs(connection, system_id, tag, ("row", *PACKED[tag]))
            stored = stored.with_columns(pl.col("inactive").cast(pl.Boolean))
            keys = read_packs(connection, system_id, tag, ("key", "component")).unique("key")
            rows, components = greatest(stored["row"]), greatest(keys["component"])
            base = BitMap.union(BitMap(), *bitmaps)
            self._kinds[tag] = _Kind(base, stored, keys, rows + 1, components + 1)
        return self._kinds[tag]

    def parents(self, attribute: str) -> dict[int, list[int]]:
        """Concepts with their parents: values of the active rows of a relationship in the release so far."""
        import polars as pl

        kind = self._kind("relationship")
        members = (kind.base - self._replaced(kind)) | kind.own
        active = _of_rows(self._of_type(attribute), members).filter(~pl.col("inactive"))
        grouped = active.group_by("subject", maintain_order=True).agg(pl.col("target").unique())
        return dict(zip(grouped["subject"].to_list(), grouped["target"].to_list(), strict=True))

    def moved(self, attribute: str) -> BitMap:
        """Concepts for which the release itself has, replaces or removes rows of the relationship."""
        kind = self._kind("relationship")
        changed = _of_rows(self._of_type(attribute), kind.own | self._replaced(kind))
        return bitmap_of_numbers(changed["subject"])

    def _of_type(self, attribute: str) -> DataFrame:
        stored, number = self._kind("relationship").stored, self._names.known.get(attribute, 0)
        return stored.filter(stored["type"] == number)

    def finish(self, concepts: BitMap, key_of: Callable[[int], str]) -> list[str]:
        """Build the bitmaps; returns a hash for each kind of component present.

        ``concepts``: ids of the release's concepts, for warnings of rows that name others; ``key_of``: their keys.
        """
        self._terms.finish()
        hashes = []
        for tag in KINDS:
            kind = self._kind(tag)
            members = self._members[tag] = (kind.base - self._replaced(kind)) | kind.own
            if members:
                self._warn(tag, _of_rows(kind.stored, members), concepts, key_of)
                kind.stored, kind.keys = kind.stored.clear(), kind.keys.clear()
                hashes.append(ComponentReader(self._writer.connection, self._system_id, tag).hash(members))
        return hashes

    def _warn(self, tag: str, rows: DataFrame, concepts: BitMap, key_of: Callable[[int], str]) -> None:
        names = self._names.known
        self.warnings += dangling(tag, rows, concepts, names.get("concept", NONE), key_of)
        if tag == "member":
            self.warnings += repeated_acceptability(rows, names)

    def _replaced(self, kind: _Kind) -> BitMap:
        """Rows of the releases it starts from that the release replaces or removes."""
        import polars as pl

        gone = kind.touched | kind.removed
        if not gone or not kind.base:
            return BitMap()
        components = pl.Series(gone.to_array(), dtype=pl.UInt32)
        found = kind.stored.filter(pl.col("component").is_in(components.implode()))["row"]
        return (bitmap_of_numbers(found) & kind.base) - kind.own

    def write(self, release_id: int) -> None:
        """Write the bitmaps of the release."""
        rows = []
        for tag, members in self._members.items():
            if members:
                members.run_optimize()
                packed = members.serialize()
                rows.append((release_id, tag, packed, hashlib.sha256(packed).hexdigest()))
        self._writer.connection.insert(
            "release_components", ("release_id", "kind", "bitmap", "bitmap_sha256"), rows
        )


def _is_named(types: Series, extra: Series) -> Series:
    """Which values of relationships are keys of concepts: texts of the types that name concepts."""
    import polars as pl

    named = [t for t in types.unique() if is_reference(t)]
    return types.is_in(pl.Series(named, dtype=pl.String).implode()) & ~extra.str.contains(
        '"json":true', literal=True
    )


def _texts(tag: str, frame: DataFrame) -> Series:
    """The texts of rows as pages have them."""
    return frame["key"] + SEPARATOR + frame["text"] if tag == "description" else frame["text"]


def _mapped(texts: Series, numbers: dict[str, int]) -> Series:
    """The number of each text; 0 for null."""
    import polars as pl

    table = pl.DataFrame(
        {"text": list(numbers), "number": list(numbers.values())},
        schema={"text": pl.String, "number": pl.UInt32},
    )
    left = pl.DataFrame({"text": texts.cast(pl.String)})
    return left.join(table, on="text", how="left", maintain_order="left")["number"].fill_null(0)


def _composed(frame: DataFrame) -> DataFrame:
    """The frame with all texts in Unicode's composed form; columns of ASCII are left as they are."""
    import polars as pl

    texts = [c for c, t in frame.schema.items() if t == pl.String]
    other = [c for c in texts if (frame[c].str.len_bytes() != frame[c].str.len_chars()).any()]
    return frame.with_columns(pl.col(other).str.normalize("NFC")) if other else frame


def _distinct(tag: str, frame: DataFrame) -> DataFrame:
    """The frame without repetitions; raises ``ContentError`` for a key with different rows."""
    keys = frame["key"]
    if keys.n_unique() == frame.height:
        return frame
    found = frame.unique(maintain_order=True)
    twice = found["key"].is_duplicated()
    if twice.any():
        raise ContentError(message("error.twice_component", kind=tag, key=found["key"].filter(twice)[0]))
    return found


def _of_rows(frame: DataFrame, rows: BitMap) -> DataFrame:
    import polars as pl

    return frame.filter(pl.col("row").is_in(pl.Series(rows.to_array(), dtype=pl.UInt32).implode()))
