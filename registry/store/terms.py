"""The stored text index: segments of words, one per load, and their removal.

Segments become one when there are many. Not here: what is in a segment (``registry.store.word_segment``), questions
(``registry.store.words``).
"""

from __future__ import annotations

from collections.abc import Sequence

from pyroaring import BitMap

from registry.entities.records import ConceptRecord
from registry.store.engine import Connection
from registry.store.word_segment import Segment, build, merge

__all__ = ["add_terms", "read_terms", "remove_terms"]

_SEGMENTS = 8  #: so many of a system are made one at the next load
_ALIGNED = 0xFFFF  #: a base ends in sixteen zero bits, so that shifted bitmaps keep their containers


def add_terms(connection: Connection, system_id: int, states: Sequence[tuple[int, ConceptRecord]]) -> None:
    """Index the texts of new states, given as (state id, record), ids ascending; part of the caller's transaction."""
    if not states:
        return
    found = _stored(connection, system_id)
    base = found[0].base if found else states[0][0] & ~_ALIGNED
    segment = build(base, states)
    if len(found) < _SEGMENTS:
        _insert(connection, system_id, len(found), segment)
    else:
        _replace(connection, system_id, merge([*found, segment]))


def remove_terms(connection: Connection, system_id: int, states: BitMap) -> None:
    """Take states out of the index, words that only they have included."""
    if found := _stored(connection, system_id):
        _replace(connection, system_id, merge(found).without(states))


def read_terms(connection: Connection, system_id: int) -> Segment:
    """All words of a system."""
    return merge(_stored(connection, system_id) or [Segment(0, -1)])


def _stored(connection: Connection, system_id: int) -> list[Segment]:
    statement = "SELECT body FROM word_segment WHERE system_id = ? ORDER BY number"
    return [Segment.unpack(bytes(body)) for (body,) in connection.all(statement, (system_id,))]


def _insert(connection: Connection, system_id: int, number: int, segment: Segment) -> None:
    connection.insert("word_segment", ("system_id", "number", "body"), [(system_id, number, segment.pack())])


def _replace(connection: Connection, system_id: int, segment: Segment) -> None:
    connection.execute("DELETE FROM word_segment WHERE system_id = ?", (system_id,))
    _insert(connection, system_id, 0, segment)
