"""The stored text index: segments of words, one per load, and their removal.

Many segments are merged into one. The format of a segment is in ``registry.store.word_segment``, search in
``registry.store.word_index``.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyroaring import BitMap

from registry.entities.records import ConceptRecord
from registry.store.engine import Connection
from registry.store.word_segment import Segment, SegmentBuilder, merge

__all__ = ["TermsWriter", "read_terms", "remove_terms", "replace_terms"]

_SEGMENTS = 8  #: number of segments of a system that the next load merges
_ALIGNED = 0xFFFF  #: a base ends in sixteen zero bits, so that shifted bitmaps keep their containers


class TermsWriter:
    """Indexes the texts of a load's new states, in batches; part of the caller's transaction."""

    def __init__(self, connection: Connection, system_id: int) -> None:
        self._connection, self._system_id = connection, system_id
        self._builder: SegmentBuilder | None = None

    def add(self, states: Sequence[tuple[int, ConceptRecord]]) -> None:
        """Index (state id, record) pairs, ids ascending from batch to batch."""
        if not states:
            return
        if self._builder is None:
            statement = "SELECT body FROM word_segment WHERE system_id = ? AND number = 0"
            row = self._connection.one(statement, (self._system_id,))
            self._builder = SegmentBuilder(
                Segment.unpack(bytes(row[0])).base if row else states[0][0] & ~_ALIGNED
            )
        self._builder.add(states)

    def finish(self) -> None:
        """Store the segment of all indexed states."""
        if self._builder is None:
            return
        segment = self._builder.finish()
        row = self._connection.one(
            "SELECT count(*) FROM word_segment WHERE system_id = ?", (self._system_id,)
        )
        number = int(row[0]) if row else 0
        if number < _SEGMENTS:
            _insert(self._connection, self._system_id, number, segment)
        else:
            found = _stored(self._connection, self._system_id)
            replace_terms(self._connection, self._system_id, merge([*found, segment]))


def remove_terms(connection: Connection, system_id: int, states: BitMap) -> None:
    """Remove deleted states from the index, and the words that only they have."""
    found = _stored(connection, system_id)
    row = connection.one("SELECT max(id) FROM concept_state WHERE system_id = ?", (system_id,))
    if found and row and row[0] is not None:
        replace_terms(connection, system_id, merge(found).without(states, top=int(row[0])))
    else:
        connection.execute("DELETE FROM word_segment WHERE system_id = ?", (system_id,))


def read_terms(connection: Connection, system_id: int) -> Segment:
    """All words of a system."""
    return merge(_stored(connection, system_id) or [Segment(0, -1)])


def _stored(connection: Connection, system_id: int) -> list[Segment]:
    statement = "SELECT body FROM word_segment WHERE system_id = ? ORDER BY number"
    return [Segment.unpack(bytes(body)) for (body,) in connection.all(statement, (system_id,))]


def _insert(connection: Connection, system_id: int, number: int, segment: Segment) -> None:
    connection.insert("word_segment", ("system_id", "number", "body"), [(system_id, number, segment.pack())])


def replace_terms(connection: Connection, system_id: int, segment: Segment) -> None:
    """Store a segment in place of all segments of a system."""
    connection.execute("DELETE FROM word_segment WHERE system_id = ?", (system_id,))
    _insert(connection, system_id, 0, segment)
