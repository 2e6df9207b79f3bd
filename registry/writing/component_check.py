"""Checks the component rows of a database: the hash of each release's components, rows that no release has, their text index.

Rows are read once for each system and kind. What is compared with the hash of a release's content is in ``hashes``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyroaring import BitMap

from registry.entities.errors import StoreDamaged
from registry.entities.messages import message
from registry.store.component_frames import KINDS
from registry.store.component_packs import damaged_packs
from registry.store.component_reader import ComponentReader
from registry.store.component_rows import used_concepts
from registry.store.engine import Connection
from registry.store.stored_rows import each_component_kind, each_release_part, stored_releases
from registry.store.stored_values import UNREADABLE, bitmap_of
from registry.store.word_segment import Segment, SegmentBuilder
from registry.writing.finding import Finding

if TYPE_CHECKING:
    from polars import DataFrame

__all__ = ["ComponentCheck", "indexed_descriptions"]


class ComponentCheck:
    """The hashes of every release's components by kind, the concepts that rows name, the text index they give."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.hashes: dict[int, dict[str, str]] = {}
        self.concepts = BitMap()
        self.segments: dict[int, Segment] = {}

    def findings(self) -> Iterator[Finding]:
        """Every damage of component rows."""
        parts: dict[tuple[int, str], list[tuple[int, bytes]]] = {}
        releases = stored_releases(self._connection)
        for number, kind, packed, _ in each_release_part(self._connection):
            system = releases[number].system_id if number in releases else 0
            parts.setdefault((system, kind), []).append((number, packed))
        stored = each_component_kind(self._connection)
        for system, kind in sorted({*parts, *stored}):
            try:
                yield from self._kind(system, kind, parts.get((system, kind), []))
            except (StoreDamaged, *UNREADABLE):
                yield Finding(message("damage.component", kind=kind))
        for system in sorted({system for system, _ in stored}):
            try:
                self.concepts |= used_concepts(self._connection, system)
            except (StoreDamaged, *UNREADABLE):
                yield Finding(message("damage.component", kind="concept"))

    def _kind(self, system: int, kind: str, releases: list[tuple[int, bytes]]) -> Iterator[Finding]:
        if kind not in KINDS:
            yield Finding(message("damage.component", kind=str(kind)))
            return
        if damaged_packs(self._connection, system, kind):
            yield Finding(message("damage.component", kind=kind))
        held, used = ComponentReader(self._connection, system, kind), BitMap()
        for number, packed in releases:
            rows = bitmap_of(packed)
            used |= rows
            self.hashes.setdefault(number, {})[kind] = held.hash(rows) if rows <= held.rows else ""
        if unused := held.rows - used:
            yield Finding(message("damage.unused", table=f"component_pack ({kind})", n=len(unused)))
        if kind == "description" and held.rows:
            self.segments[system] = indexed_descriptions(held.frame(held.rows))


def indexed_descriptions(frame: DataFrame) -> Segment:
    """The text index of descriptions: numbers count from row 0."""
    builder = SegmentBuilder(0)
    builder.add_texts(list(zip(frame["row"], frame["type"], frame["text"], strict=True)))
    return builder.finish()
