"""The stored text index: segments of words, one per load, and their removal.

Many segments are merged into one. The format of a segment is in ``registry.store.word_segment``, search in
``registry.store.word_index``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pyroaring import BitMap

from registry.entities.records import ConceptRecord
from registry.store.description_segment import description_segment
from registry.store.engine import Connection
from registry.store.word_segment import Segment, SegmentBuilder, merge

if TYPE_CHECKING:
    from polars import Series

__all__ = ["TermsWriter", "read_terms", "remove_terms", "replace_terms"]

_SEGMENTS = 8  #: number of segments of a system that the next load merges
_ALIGNED = 0xFFFF  #: a base ends in sixteen zero bits, so that shifted bitmaps keep their containers


class TermsWriter:
    """Indexes the texts of a load's new states, in batches; part of the caller's transaction.

    ``kind``: empty for states of concepts, ``description`` for rows of descriptions.
    """

    def __init__(self, connection: Connection, system_id: int, *, kind: str = "") -> None:
        self._connection, self._system_id, self._kind = connection, system_id, kind
        self._builder: SegmentBuilder | None = None
        self._whole: list[bytes] = []  #: packed segments of rows of descriptions, which are numbered from 1

    def add(self, states: Sequence[tuple[int, ConceptRecord]]) -> None:
        """Index (state id, record) pairs, ids ascending from batch to batch."""
        if states:
            self._segment(states[0][0]).add(states)

    def add_descriptions(self, first: int, kinds: Series, texts: Series) -> None:
        """Index the descriptions of rows from ``first`` on."""
        self._whole.append(description_segment(0, first, kinds, texts).pack())

    def _segment(self, first: int) -> SegmentBuilder:
        if self._builder is None:
            statement = "SELECT body FROM word_segment WHERE system_id = ? AND kind = ? AND number = 0"
            row = self._connection.one(statement, (self._system_id, self._kind))
            base = Segment.unpack(bytes(row[0])).base if row else first & ~_ALIGNED
            self._builder = SegmentBuilder(base)
        return self._builder

    def finish(self) -> None:
        """Store the segment of all indexed states."""
        found = [*self._whole, *([self._builder.packed()] if self._builder is not None else [])]
        if not found:
            return
        packed = found[0] if len(found) == 1 else merge([Segment.unpack(part) for part in found]).pack()
        place = (self._system_id, self._kind)
        statement = "SELECT count(*) FROM word_segment WHERE system_id = ? AND kind = ?"
        row = self._connection.one(statement, place)
        number = int(row[0]) if row else 0
        if number < _SEGMENTS:
            _insert(self._connection, *place, number, packed)
        else:
            segments = [*_stored(self._connection, *place), Segment.unpack(packed)]
            replace_terms(self._connection, self._system_id, merge(segments), kind=self._kind)


def remove_terms(
    connection: Connection, system_id: int, states: BitMap, *, kind: str = "", top: int | None = None
) -> None:
    """Remove deleted states from the index, and the words that only they have.

    ``top``: the greatest number that remains; None = that of the states of concepts.
    """
    found = _stored(connection, system_id, kind)
    if top is None:
        row = connection.one("SELECT max(id) FROM concept_state WHERE system_id = ?", (system_id,))
        top = int(row[0]) if row and row[0] is not None else 0
    if found and top:
        replace_terms(connection, system_id, merge(found).without(states, top=top), kind=kind)
    else:
        connection.execute("DELETE FROM word_segment WHERE system_id = ? AND kind = ?", (system_id, kind))


def read_terms(connection: Connection, system_id: int, kind: str = "") -> Segment:
    """All words of a system."""
    return merge(_stored(connection, system_id, kind) or [Segment(0, -1)])


def _stored(connection: Connection, system_id: int, kind: str) -> list[Segment]:
    statement = "SELECT body FROM word_segment WHERE system_id = ? AND kind = ? ORDER BY number"
    return [Segment.unpack(bytes(body)) for (body,) in connection.all(statement, (system_id, kind))]


def _insert(connection: Connection, system_id: int, kind: str, number: int, packed: bytes) -> None:
    connection.insert(
        "word_segment", ("system_id", "kind", "number", "body"), [(system_id, kind, number, packed)]
    )


def replace_terms(connection: Connection, system_id: int, segment: Segment, *, kind: str = "") -> None:
    """Store a segment in place of all segments of a system."""
    connection.execute("DELETE FROM word_segment WHERE system_id = ? AND kind = ?", (system_id, kind))
    _insert(connection, system_id, kind, 0, segment.pack())
