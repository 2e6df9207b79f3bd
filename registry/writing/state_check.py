"""Checks every state of a database and what is derived from states, in one pass over each table.

A state must have the hash of its content; its code, compact code, concept, parents and system must follow from the
content; the text index and the property index must be those that the states give. Concepts and states that nothing uses
are damage too: a write leaves none. Component rows are checked by ``component_check``.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from pyroaring import BitMap

from registry.entities.errors import StoreDamaged
from registry.entities.messages import message
from registry.entities.records import ConceptRecord
from registry.store.engine import Connection
from registry.store.states import decode, state_hash, unpack_numbers
from registry.store.stored_rows import (
    StoredState,
    each_concept,
    each_property_bitmap,
    each_segment,
    each_state,
)
from registry.store.stored_values import UNREADABLE, bitmap_of
from registry.store.tokens import compact_code
from registry.store.word_segment import Segment, SegmentBuilder, merge
from registry.writing.component_check import ComponentCheck
from registry.writing.finding import Finding

__all__ = ["StateCheck", "property_values"]

_BATCH = 2000  #: states indexed at a time


def property_values(record: ConceptRecord) -> Iterator[tuple[str, str]]:
    """(property, value) pairs under which a state is indexed; ``.inactive`` and ``.selectable`` are ours."""
    for p in record.properties:
        yield p.code, p.text
    if record.inactive:
        yield ".inactive", "true"
    if record.selectable is False:
        yield ".selectable", "false"


class StateCheck:
    """The states read so far: ``states`` has (system, hash) by id."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.states: dict[int, tuple[int, bytes]] = {}
        self._concepts = {ident: (system, key) for ident, system, key in each_concept(connection)}
        #: the check of components; its hashes are complete after ``findings``
        self.components = ComponentCheck(connection)
        self._used_concepts, self._used_states = BitMap(), BitMap()
        self._values: dict[tuple[int, str, str], array[int]] = {}
        self._builders: dict[int, SegmentBuilder] = {}
        self._segments: dict[tuple[int, str], list[Segment]] = {}
        self._pending: list[tuple[int, int, ConceptRecord]] = []

    def findings(self) -> Iterator[Finding]:
        """Every damage of states and of their indexes."""
        yield from self._read_segments()
        for row in each_state(self._connection):
            try:
                yield from self._state(row)
            except (StoreDamaged, *UNREADABLE):
                yield Finding(message("damage.state", number=row.id, code=str(row.code)))
        self._index_pending()
        yield from self.components.findings()
        yield from self._property_problems()
        yield from self._text_problems()

    def _state(self, row: StoredState) -> Iterator[Finding]:
        body, digest = bytes(row.body), bytes(row.hash)
        self.states[row.id] = (row.system_id, digest)
        self._used_concepts.add(row.concept_id)
        if state_hash(body) != digest:
            yield Finding(message("damage.state", number=row.id, code=str(row.code)))
            return
        record = decode(body)
        parents = unpack_numbers(bytes(row.parents)) if row.parents is not None else ()
        self._used_concepts.update(parents)
        for key in property_values(record):
            self._values.setdefault((row.system_id, *key), array("I")).append(row.id)
        self._pending.append((row.system_id, row.id, record))
        if len(self._pending) >= _BATCH:
            self._index_pending()
        named = {self._concepts.get(p) for p in parents}
        right = (
            row.code == record.code
            and row.compact == compact_code(record.code)
            and self._concepts.get(row.concept_id) == (row.system_id, record.stable_key)
            and named == {(row.system_id, p) for p in record.parents}
            and len(parents) == len(record.parents)
            and (row.parents is None) == (not record.parents)
        )
        if not right:
            yield Finding(message("damage.state_columns", number=row.id, code=record.code), derived=True)

    def _property_problems(self) -> Iterator[Finding]:
        for system, name, value, packed in each_property_bitmap(self._connection):
            expected = self._values.pop((system, name, value), None)
            try:
                right = expected is not None and BitMap(expected) == bitmap_of(packed)
            except (StoreDamaged, *UNREADABLE):
                right = False
            if not right:
                yield Finding(message("damage.properties", property=str(name)), derived=True)
        for _, name, _ in self._values:
            yield Finding(message("damage.properties", property=name), derived=True)

    def _read_segments(self) -> Iterator[Finding]:
        """Read the stored text index; its first number is where the numbers of its texts begin."""
        for system, kind, number, packed in each_segment(self._connection):
            segments = self._segments.setdefault((system, kind), [])
            try:
                if number != len(segments):
                    raise ValueError(number)
                segments.append(Segment.unpack(bytes(packed)))
            except (StoreDamaged, *UNREADABLE):
                yield Finding(message("damage.words"), derived=True)

    def _index_pending(self) -> None:
        for system, ident, record in self._pending:
            if system not in self._builders:
                stored = self._segments.get((system, ""))
                base = stored[0].base if stored and stored[0].base <= ident else ident & ~0xFFFF
                self._builders[system] = SegmentBuilder(base)
            self._builders[system].add([(ident, record)])
        self._pending.clear()

    def _text_problems(self) -> Iterator[Finding]:
        expected = {(system, ""): builder.finish() for system, builder in self._builders.items()}
        expected |= {(system, "description"): s for system, s in self.components.segments.items()}
        for place in sorted({*self._segments, *expected}):
            segments = self._segments.get(place) or [Segment(0, -1)]
            right = expected.get(place)
            same = right is not None and len({s.base for s in segments}) == 1
            if not same or _content(merge(segments)) != _content(right or segments[0]):
                yield Finding(message("damage.words"), derived=True)

    def hashes(self, members: BitMap, system: int) -> bytes | None:
        """The hashes of states, joined; None if a state is missing or belongs to another system."""
        self._used_states |= members
        found = [self.states.get(ident) for ident in members]
        if any(one is None or one[0] != system for one in found):
            return None
        return b"".join(one[1] for one in found if one is not None)

    def keys(self, concepts: Iterable[int]) -> list[str]:
        """The keys of concepts that a fragment removes."""
        numbers = BitMap(concepts)
        self._used_concepts |= numbers
        return [self._concepts.get(number, (0, ""))[1] for number in numbers]

    def unused(self) -> Iterator[Finding]:
        """States and concepts that nothing uses; after all releases were checked."""
        extra = {
            "concept_state": BitMap(self.states) - self._used_states,
            "concept": BitMap(self._concepts) - self._used_concepts - self.components.concepts,
        }
        for table, numbers in extra.items():
            if numbers:
                yield Finding(message("damage.unused", table=table, n=len(numbers)))


def _content(segment: Segment) -> tuple[object, ...]:
    bands = {band: numbers for band, numbers in segment.bands.items() if numbers}
    return segment.base, segment.top, segment.words, segment.starts, segment.numbers, bands
