"""Stores the components of one release (descriptions, relationships, members) and its reference sets.

Input: component records and removals, a batch at a time. Output: a bitmap of component state ids for each kind,
including those of the releases it starts from, and the reference sets' differences to these releases.
Concepts are stored by ``content_writer``; rows are read by ``registry.store.component_rows``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pyroaring import BitMap

from registry.entities.composed_text import composed
from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.entities.records import Component, MemberRecord, Removal
from registry.store.component_rows import (
    KINDS,
    component_bitmap,
    component_ids,
    component_rows,
    reference_set,
    reference_sets,
    states_about,
    states_of_components,
)
from registry.store.content import ids_by_hash
from registry.store.ledger_writer import Writer
from registry.store.states import component_hash, decode_component, encoded_component, state_hash

__all__ = ["ComponentWriter"]

_COLUMNS = ("id", "system_id", "component_id", "subject_id", "kind", "refset", "acceptability", "inactive", "hash",
            "body")  # fmt: skip
Place = tuple[str, str]  #: reference set, acceptability


@dataclass(slots=True)
class _Kind:
    """State of one kind of component during a load."""

    base: BitMap
    touched: BitMap = field(default_factory=BitMap)  #: components that the release contains itself
    own: BitMap = field(default_factory=BitMap)  #: their states
    removed: BitMap = field(default_factory=BitMap)


@dataclass(slots=True)
class ComponentWriter:
    """Writes within the caller's transaction. ``starts``: releases that the content starts from (base or modules).

    ``number``: stable key → concept id. With ``changes_base`` reference sets are written whole, because the
    release does not depend on its base. ``given``: number of records stored.
    """

    writer: Writer
    system_id: int
    starts: Sequence[int]
    number: Callable[[str], int]
    changes_base: bool = False
    given: int = 0
    _kinds: dict[str, _Kind] = field(default_factory=dict)
    _members: dict[str, BitMap] = field(default_factory=dict)

    def add(self, records: Sequence[Component]) -> None:
        """Store a batch; raises ``ContentError`` for a component with two states."""
        self.given += len(records)
        for tag, some in groupby(sorted(records, key=_tag), key=_tag):
            self._add(tag, list(some))

    def _add(self, tag: str, records: list[Component]) -> None:
        kind, connection = self._kind(tag), self.writer.connection
        pairs = [encoded_component(r) for r in records]
        records, bodies = [r for r, _ in pairs], [body for _, body in pairs]
        ids = self._identify(tag, [r.key for r in records])
        digests = [state_hash(body) for body in bodies]
        known = ids_by_hash(connection, self.system_id, digests, table="component_state")
        start = self.writer.next_id("component_state", "id")
        rows: list[tuple[object, ...]] = []
        subjects = self._subjects(records)
        for record, body, digest, subject in zip(records, bodies, digests, subjects, strict=True):
            component = ids[record.key]
            ident = known.get(digest)
            if ident is None:
                ident = known[digest] = start + len(rows)
                place = (
                    (record.refset, record.acceptability) if isinstance(record, MemberRecord) else ("", "")
                )
                rows.append(
                    (ident, self.system_id, component, subject, tag, *place, record.inactive, digest, body)
                )
            if component in kind.touched and ident not in kind.own:
                raise ContentError(message("error.twice_component", kind=tag, key=record.key))
            kind.touched.add(component)
            kind.own.add(ident)
        connection.insert("component_state", _COLUMNS, rows)

    def _subjects(self, records: list[Component]) -> Iterator[int]:
        """Ids of the concepts or components that the records refer to."""
        described = [r.referenced for r in records if isinstance(r, MemberRecord) and r.acceptability]
        descriptions = self._identify("description", described) if described else {}
        for r in records:
            if isinstance(r, MemberRecord):
                yield descriptions[r.referenced] if r.acceptability else self.number(r.referenced)
            else:
                yield self.number(r.concept)

    def _identify(self, tag: str, keys: list[str]) -> dict[str, int]:
        """Component ids by key; an unknown key gets a new id."""
        connection = self.writer.connection
        found = component_ids(connection, self.system_id, tag, keys)
        start = self.writer.next_id("component", "id")
        fresh = [key for key in dict.fromkeys(keys) if key not in found]
        rows = [(start + n, self.system_id, tag, key) for n, key in enumerate(fresh)]
        connection.insert("component", ("id", "system_id", "kind", "key"), rows)
        return found | {row[3]: row[0] for row in rows}

    def remove(self, removal: Removal) -> None:
        """Remove a component of the releases that the content starts from; unknown keys are ignored."""
        ids = component_ids(self.writer.connection, self.system_id, removal.kind, [composed(removal.key)])
        self._kind(removal.kind).removed.update(ids.values())

    def _kind(self, tag: str) -> _Kind:
        if tag not in self._kinds:
            bitmaps = (component_bitmap(self.writer.connection, release, tag) for release in self.starts)
            self._kinds[tag] = _Kind(BitMap.union(BitMap(), *bitmaps))
        return self._kinds[tag]

    def finish(self) -> list[str]:
        """Build the bitmaps; returns a hash for each kind of component present."""
        hashes = []
        for tag in KINDS:
            kind = self._kind(tag)
            self._members[tag] = (kind.base - self._replaced(kind)) | kind.own
            if self._members[tag]:
                rows = component_rows(self.writer.connection, "hash", self._members[tag])
                hashes.append(component_hash(tag, b"".join(bytes(row[0]) for row in rows)))
        return hashes

    def _replaced(self, kind: _Kind) -> BitMap:
        """States of the releases it starts from that the release replaces or removes."""
        return (
            states_of_components(self.writer.connection, kind.touched | kind.removed) & kind.base - kind.own
        )

    def write(self, release_id: int) -> None:
        """Write the bitmaps and reference sets of the release."""
        connection = self.writer.connection
        rows = []
        for tag, members in self._members.items():
            if members:
                members.run_optimize()
                packed = members.serialize()
                rows.append((release_id, tag, packed, hashlib.sha256(packed).hexdigest()))
        connection.insert("release_components", ("release_id", "kind", "bitmap", "bitmap_sha256"), rows)
        sets = [
            (release_id, *place, present.serialize(), absent.serialize())
            for place, (present, absent) in sorted(self._reference_sets().items())
        ]
        columns = ("release_id", "refset", "acceptability", "present", "absent")
        connection.insert("release_membership", columns, sets)

    def _reference_sets(self) -> dict[Place, tuple[BitMap, BitMap]]:
        """By set, the members added and removed, compared with the releases it starts from."""
        kind, found = self._kind("member"), dict[Place, tuple[BitMap, BitMap]]()
        columns = "refset, acceptability, subject_id, inactive"
        connection = self.writer.connection
        for refset, acceptability, subject, inactive in component_rows(connection, columns, kind.own):
            present, absent = found.setdefault((refset, acceptability), (BitMap(), BitMap()))
            (absent if inactive else present).add(subject)
        for refset, acceptability, subject, _ in component_rows(connection, columns, self._replaced(kind)):
            found.setdefault((refset, acceptability), (BitMap(), BitMap()))[1].add(subject)
        for place, (present, absent) in found.items():
            absent -= present
            for subject in list(absent):
                if self._still_member(place, subject):
                    absent.remove(subject)
        return self._whole(found) if self.changes_base else found

    def _whole(self, changes: dict[Place, tuple[BitMap, BitMap]]) -> dict[Place, tuple[BitMap, BitMap]]:
        """The changes applied to the reference sets of the base."""
        connection, (base,) = self.writer.connection, self.starts
        found = {}
        for place in {*changes, *reference_sets(connection, base)}:
            present, absent = changes.get(place, (BitMap(), BitMap()))
            found[place] = ((reference_set(connection, base, *place) - absent) | present, BitMap())
        return found

    def _still_member(self, place: Place, subject: int) -> bool:
        """Whether another row of the release has the subject in the set: some sets have several rows for one."""
        members = self._members["member"]
        rows = (
            decode_component(b)
            for i, b in states_about(self.writer.connection, subject, "member")
            if i in members
        )
        return any(
            isinstance(r, MemberRecord) and not r.inactive and (r.refset, r.acceptability) == place
            for r in rows
        )


def _tag(record: Component) -> str:
    return str(record.__struct_config__.tag)
