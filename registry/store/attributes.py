"""Attributes of one release in packed arrays: 13 bytes a row (source, type, target or value, group).

A row says that a concept has a property with another concept as its value, or a plain value, in a relationship group.
Rows come from relationship components where the release has them, else from properties of states that are in a group
or name a concept (type ``code``). Sets are state ids of the release. Immutable once built, so any thread may read.
Properties without groups are indexed in ``registry.store.properties``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pyroaring import BitMap

from registry.entities.records import Component, Property, RelationshipRecord
from registry.store.component_reader import read_components
from registry.store.component_rows import component_bitmap
from registry.store.content import states_by_ids, system_of_release
from registry.store.engine import Connection
from registry.store.states import decode

__all__ = ["AttributeIndex", "AttributeRow", "read_attributes"]


class AttributeRow(NamedTuple):
    """``target`` is the state id of the concept that is the value; 0 if the value is plain text."""

    source: int
    type: str
    target: int
    value: str
    group: int


class AttributeIndex:
    """Rows by type and target, and by source."""

    def __init__(self, rows: Iterable[AttributeRow]) -> None:
        found = sorted(set(rows), key=lambda r: (r.type, r.target, r.value, r.source, r.group))
        self._types = sorted({r.type for r in found})
        self._values = sorted({r.value for r in found if not r.target})
        values = {text: n for n, text in enumerate(self._values)}
        self._starts = array("I", [bisect_left(found, t, key=_type) for t in self._types] + [len(found)])
        self._sources = array("I", (r.source for r in found))
        self._targets = array("I", (r.target or values[r.value] for r in found))
        self._groups = array("H", (r.group for r in found))
        self._coded = bytearray(bool(r.target) for r in found)
        self._by_source = array("I", sorted(range(len(found)), key=lambda at: self._sources[at]))

    def __len__(self) -> int:
        return len(self._sources)

    def types(self) -> list[str]:
        """The properties that occur, sorted."""
        return list(self._types)

    def of(self, source: int) -> list[AttributeRow]:
        """The rows of a concept, by group, type and value."""
        first = bisect_left(self._by_source, source, key=self._sources.__getitem__)
        last = bisect_right(self._by_source, source, key=self._sources.__getitem__)
        rows = (self._row(at) for at in self._by_source[first:last])
        return sorted(rows, key=lambda r: (r.group, r.type, r.target, r.value))

    def with_target(self, type: str, targets: BitMap) -> BitMap:
        """Concepts that have the property with one of the targets as its value."""
        return BitMap(self._sources[at] for at in self._places(type, targets))

    def with_value(self, type: str, value: str) -> BitMap:
        """Concepts that have the property with the plain value, compared as text."""
        at = bisect_left(self._values, value)
        if at == len(self._values) or self._values[at] != value:
            return BitMap()
        start, end = self._range(type)
        plain = end if self._coded[start:end].find(1) < 0 else start + self._coded[start:end].find(1)
        first = bisect_left(self._targets, at, start, plain)
        return BitMap(self._sources[first : bisect_right(self._targets, at, first, plain)])

    def in_one_group(self, conditions: Sequence[tuple[str, BitMap]]) -> BitMap:
        """Concepts with a group that meets every condition (property, targets); a row without group is a group by itself."""
        met: set[tuple[int, int]] | None = None
        for type, targets in conditions:
            groups = {(self._sources[at], self._groups[at] or -at - 1) for at in self._places(type, targets)}
            met = groups if met is None else met & groups
        return BitMap(source for source, _ in met or ())

    def _range(self, type: str) -> tuple[int, int]:
        number = bisect_left(self._types, type)
        if number == len(self._types) or self._types[number] != type:
            return 0, 0
        return self._starts[number], self._starts[number + 1]

    def _places(self, type: str, targets: BitMap) -> Iterator[int]:
        """Indexes of the rows with one of the targets: by binary search for few targets, else by a scan."""
        start, end = self._range(type)
        flag = self._coded.find(1, start, end)
        if flag < 0:
            return
        if len(targets) * 20 > end - flag:
            yield from (at for at in range(flag, end) if self._targets[at] in targets)
            return
        for target in targets:
            first = bisect_left(self._targets, target, flag, end)
            yield from range(first, bisect_right(self._targets, target, first, end))

    def _row(self, at: int) -> AttributeRow:
        type = self._types[bisect_right(self._starts, at) - 1]
        number, coded = self._targets[at], self._coded[at]
        value = "" if coded else self._values[number]
        return AttributeRow(self._sources[at], type, number if coded else 0, value, self._groups[at])


def _type(row: AttributeRow) -> str:
    return row.type


def read_attributes(connection: Connection, release_id: int, members: BitMap) -> AttributeIndex:
    """The index of a release, read from the store; ``members`` are its state ids. Slow: cache the result."""
    relationships = component_bitmap(connection, release_id, "relationship")
    if not relationships:
        return AttributeIndex(_from_states(connection, members))
    system = system_of_release(connection, release_id) or 0
    rows = read_components(connection, system, "relationship", relationships)
    return AttributeIndex(_from_components(connection, rows, members))


def _from_states(connection: Connection, members: BitMap) -> Iterator[AttributeRow]:
    records = {state: decode(body) for state, body in states_by_ids(connection, members)}
    keys = {key: state for state, r in records.items() for key in (r.code, r.stable_key)}
    for state, record in records.items():
        for p in record.properties:
            if p.group or p.type == "code":
                yield _row(state, p, keys)


def _from_components(
    connection: Connection, rows: Iterable[Component], members: BitMap
) -> Iterator[AttributeRow]:
    records = [(state, decode(body)) for state, body in states_by_ids(connection, members)]
    states = {record.stable_key: state for state, record in records}
    keys = states | {record.code: state for state, record in records}
    for record in rows:
        if isinstance(record, RelationshipRecord) and not record.inactive and record.concept in states:
            yield _row(states[record.concept], record.property, keys)


def _row(source: int, p: Property, keys: dict[str, int]) -> AttributeRow:
    target = keys.get(p.text, 0) if p.type in ("code", "Coding") else 0
    return AttributeRow(source, p.code, target, "" if target else p.text, p.group)
