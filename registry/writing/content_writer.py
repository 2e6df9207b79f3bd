"""Stores the states of one release from a stream of records, a batch at a time.

Input: records and removals in the source's order. Output: the state ids of the release, its hash, its warnings.
Memory: one batch of records, and for each record its id, its hash and its parents.
Records are checked by ``content_check``; versions and publication are in ``importing``.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from pyroaring import BitMap

from registry.content.text_search import TermsWriter
from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.entities.records import Component, ConceptRecord, ReleaseHeader, Removal
from registry.store.component_frames import ComponentFrame
from registry.store.content import ids_by_hash, release_rows, states_by_ids, states_of_concepts
from registry.store.engine import Connection
from registry.store.ledger_writer import Writer
from registry.store.properties import add_states
from registry.store.states import decode, encoded, release_hash, state_hash, unpack_numbers
from registry.store.system_states import each_hash, keys_of
from registry.store.tokens import compact_code
from registry.writing.component_writer import ComponentWriter
from registry.writing.content_check import ContentCheck

__all__ = ["ContentWriter", "Start", "StoredContent"]

Progress = Callable[[str, int, int | None], None]
Item = ConceptRecord | Removal | Component | ComponentFrame
_BATCH = 25_000
_COLUMNS = ("id", "system_id", "concept_id", "code", "compact", "parents", "hash", "body")


@dataclass(frozen=True, slots=True)
class StoredContent:
    """The stored content of a release. ``order``: state ids in the source's order; empty if it has none."""

    members: BitMap
    removed: BitMap
    order: Sequence[int]
    content_sha256: str
    given: int  #: records that the source gave, components included
    fresh: int  #: states that no release had before
    warnings: list[str]
    components: ComponentWriter | None = None
    modules: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """What changes are applied to: releases (a base, or modules), their members, their order."""

    releases: tuple[int, ...]
    members: BitMap
    order: Sequence[int] = ()


@dataclass(slots=True)
class ContentWriter:
    """Stores one release's content within the caller's transaction. ``start``: only if the release is given as changes.

    ``parent_attribute``: the relationship whose values are a concept's parents, of systems where they are components;
    their relationships come before their concepts.
    """

    writer: Writer
    system_id: int
    header: ReleaseHeader
    start: Start | None = None
    progress: Progress | None = None
    parent_attribute: str = ""
    _parents: dict[int, list[int]] | None = None
    _components: ComponentWriter | None = None
    _idents: array[int] = field(default_factory=lambda: array("I"))
    _fresh: int = 0
    _next: int = 0
    _stored: dict[bytes, int] | None = None
    _values: dict[tuple[str, str], array[int]] = field(default_factory=dict)

    def store(self, items: Iterable[Item], *, ordered: bool) -> StoredContent:
        """Store the new states among the items; raises ``ContentError``."""
        check, terms = self._check(), TermsWriter(self.writer.connection, self.system_id)
        for batch in _batches(items):
            self._store_batch(check, terms, batch)
            if self.progress is not None:
                self.progress(message("progress.storing"), len(check), None)
        self._move_concepts(check, terms)
        check.finish()
        content = self._content(check, ordered=ordered)
        check.numbers.clear()  # of large systems half of the memory, which the words need now
        terms.finish()
        add_states(self.writer.connection, self.system_id, self._values)
        return content

    def _check(self) -> ContentCheck:
        """The check, with the stored concepts of the system; a load of changes looks them up one by one."""
        connection = self.writer.connection
        self._next = self.writer.next_id("concept_state", "id")
        concepts = keys_of(connection, self.system_id)
        if self.start is None and self.header.coverage.kind != "fragment":
            self._stored = {bytes(h): i for h, i in each_hash(connection, self.system_id)}
        return ContentCheck(self.header, concepts, self.writer.next_id("concept", "id"))

    def _store_batch(self, check: ContentCheck, terms: TermsWriter, batch: Iterable[Item]) -> None:
        concepts: list[ConceptRecord] = []
        others: list[Component | ComponentFrame] = []
        for item in batch:
            if isinstance(item, ConceptRecord):
                concepts.append(item)
            else:
                self._take_other(check, item, others)
        if others:
            self._component_writer(check).add(others)
        _write_concepts(self.writer.connection, self.system_id, check)
        if self.parent_attribute and concepts:
            concepts = list(self._with_parents(check, concepts))
        self._store_concepts(check, terms, concepts)

    def _store_concepts(self, check: ContentCheck, terms: TermsWriter, items: list[ConceptRecord]) -> None:
        records, bodies, digests = [], [], []
        for item in items:
            record, body = encoded(item)
            digest = state_hash(body)
            if check.add(record, digest):
                records.append(record)
                bodies.append(body)
                digests.append(digest)
        _write_concepts(self.writer.connection, self.system_id, check)
        new = self._number(digests)
        states = [(ident, records[n]) for ident, n in new]
        rows = self._state_rows(check, states, (bodies[n] for _, n in new), (digests[n] for _, n in new))
        self.writer.connection.insert("concept_state", _COLUMNS, rows)
        self._collect_properties(states)
        terms.add(states)

    def _with_parents(self, check: ContentCheck, concepts: list[ConceptRecord]) -> Iterator[ConceptRecord]:
        """The records with the parents that their relationships say."""
        if self._parents is None:
            self._parents = self._component_writer(check).parents(self.parent_attribute)
        keys = {number: key for key, number in check.numbers.items()} if self._parents else {}
        for record in concepts:
            above = self._parents.get(check.number(record.stable_key), ())
            yield msgspec.structs.replace(record, parents=tuple(keys[p] for p in above))

    def _move_concepts(self, check: ContentCheck, terms: TermsWriter) -> None:
        """Store the concepts of the start whose parents are changed by relationships of the release."""
        if not self.parent_attribute or self.start is None:
            return
        components = self._component_writer(check)
        self._parents = components.parents(self.parent_attribute)
        moved = components.moved(self.parent_attribute) - check.members - check.removed
        states = states_of_concepts(self.writer.connection, moved) & self.start.members
        records = [decode(body) for _, body in sorted(states_by_ids(self.writer.connection, states))]
        given = {r.stable_key: set(r.parents) for r in records}
        changed = (r for r in self._with_parents(check, records) if set(r.parents) != given[r.stable_key])
        self._store_concepts(check, terms, list(changed))

    def _take_other(
        self,
        check: ContentCheck,
        item: Removal | Component | ComponentFrame,
        components: list[Component | ComponentFrame],
    ) -> None:
        if not isinstance(item, Removal):
            components.append(item)
        elif item.kind == "concept":
            check.remove(item)
        else:
            self._component_writer(check).remove(item)

    def _component_writer(self, check: ContentCheck) -> ComponentWriter:
        """Created with the first component, or if the release starts from releases that may have components."""
        if self._components is None:
            if self.header.coverage.kind == "fragment":
                raise ContentError(message("error.fragment_components"), file=check.file)
            starts = self.start.releases if self.start is not None else ()
            self._components = ComponentWriter(self.writer, self.system_id, starts, check.number)
        return self._components

    def _number(self, digests: list[bytes]) -> list[tuple[int, int]]:
        """Assign every record its state id; returns (id, index in the batch) of new states."""
        known = self._stored
        if known is None:
            known = ids_by_hash(self.writer.connection, self.system_id, digests)
        new = []
        for place, digest in enumerate(digests):
            ident = known.get(digest)
            if ident is None:
                ident = self._next
                self._next += 1
                new.append((ident, place))
            self._idents.append(ident)
        self._fresh += len(new)
        return new

    def _state_rows(
        self,
        check: ContentCheck,
        states: list[tuple[int, ConceptRecord]],
        bodies: Iterator[bytes],
        digests: Iterator[bytes],
    ) -> Iterator[tuple[Any, ...]]:
        for (ident, r), body, digest in zip(states, bodies, digests, strict=True):
            concept = check.numbers[r.key or r.code]
            parents = array("I", check.parents[concept]).tobytes() if r.parents else None
            yield ident, self.system_id, concept, r.code, compact_code(r.code), parents, digest, body

    def _collect_properties(self, states: list[tuple[int, ConceptRecord]]) -> None:
        values = self._values
        for ident, r in states:
            for p in r.properties:
                values.setdefault((p.code, p.text), array("I")).append(ident)
            if r.inactive:
                values.setdefault((".inactive", "true"), array("I")).append(ident)
            if r.selectable is False:
                values.setdefault((".selectable", "false"), array("I")).append(ident)

    def _content(self, check: ContentCheck, *, ordered: bool) -> StoredContent:
        members, order = BitMap(self._idents), self._idents if ordered and not check.by_code else array("I")
        removed, start = check.removed, self.start
        hashes: bytes | bytearray = check.hashes
        concepts = check.members
        if start is not None:
            members, order, hashes, concepts = self._applied(check, start, members)
            removed = BitMap()
            self._component_writer(check)
        further = sorted(_keys(check, removed))
        if self._components is not None:
            further += self._components.finish(concepts, check.key_of)
            check.warnings += self._components.warnings
        digest = release_hash(hashes, further)
        modules = start.releases if start is not None and not self.header.base else ()
        given = len(check) + (self._components.given if self._components is not None else 0)
        return StoredContent(
            members, removed, order, digest, given, self._fresh, check.warnings, self._components, modules
        )

    def _applied(
        self, check: ContentCheck, start: Start, changed: BitMap
    ) -> tuple[BitMap, array[int], bytes, BitMap]:
        """The start with the changes applied: members, their order if the base has one, their hashes, their concepts."""
        connection, base = self.writer.connection, start.members
        touched = check.members | check.removed
        removed = states_of_concepts(connection, touched) & base
        members = (base - removed) | changed
        rows = release_rows(connection, members)
        check.warnings += _without_effect(check, removed, connection)
        concepts = BitMap(r[1] for r in rows)
        if len(concepts) < len(rows):
            raise ContentError(
                message("error.modules_differ"),
                file=check.file,
            )
        check.check_parents({c: tuple(unpack_numbers(p)) for _, c, p, _ in rows if p}, concepts)
        order = array("I", (i for i in start.order if i in members))
        if start.order:
            order.extend(i for i in self._idents if i not in base)
        return members, order, b"".join(bytes(r[3]) for r in rows), concepts


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items in batches; a frame is a batch by itself, so that it is let go when it is stored."""
    batch: list[Item] = []
    for item in items:
        if isinstance(item, ComponentFrame):
            if batch:
                yield batch
            yield [item]
            batch = []
            continue
        batch.append(item)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _without_effect(check: ContentCheck, removed: BitMap, connection: Connection) -> list[str]:
    """A warning for each removed concept that the base does not have."""
    found = BitMap(r[1] for r in release_rows(connection, removed))
    absent = check.removed - found
    return [message("load.removed_not_in_base", code=key) for key in sorted(_keys(check, absent))]


def _keys(check: ContentCheck, concepts: BitMap) -> list[str]:
    return [key for key, number in check.numbers.items() if number in concepts] if concepts else []


def _write_concepts(connection: Connection, system_id: int, check: ContentCheck) -> None:
    """Insert the new concepts, including parents that only other releases have."""
    rows = [(check.numbers[key], system_id, key) for key in check.added]
    connection.insert("concept", ("id", "system_id", "key"), rows)
    check.added.clear()
