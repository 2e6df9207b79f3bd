"""Components of a release: descriptions and relationships of a concept, members and acceptability of reference sets.

``StoredComponents`` reads them from the store by bitmaps; ``MemoryComponents`` scans plain records and is the
slow twin of the tests. Systems whose sources do not version such rows have none; their concepts' states have everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from pyroaring import BitMap

from registry.entities.records import Component, DescriptionRecord, MemberRecord, RelationshipRecord
from registry.store.component_rows import (
    component_bitmap,
    component_ids,
    reference_set,
    reference_sets,
    states_about,
)
from registry.store.content import concept_id, concept_keys
from registry.store.engine import Connection, Database
from registry.store.states import decode_component

__all__ = ["ComponentView", "MemoryComponents", "StoredComponents"]

_R = TypeVar("_R", DescriptionRecord, RelationshipRecord, MemberRecord)


class ComponentView(Protocol):
    """Read-only components of one release; concepts are named by their stable keys."""

    def descriptions(self, concept: str) -> list[DescriptionRecord]:
        """The concept's texts, inactive ones included, by key."""

    def relationships(self, concept: str) -> list[RelationshipRecord]:
        """The concept's attribute rows, inactive ones included, by key."""

    def reference_sets(self) -> list[tuple[str, str]]:
        """(reference set, acceptability) of every set with members, sorted."""

    def members(self, refset: str) -> list[str]:
        """Stable keys of the concepts in a reference set, sorted."""

    def acceptability(self, refset: str, description: str) -> str:
        """``preferred``, ``acceptable`` or empty: how a language reference set takes a description."""


class MemoryComponents:
    """Over records in memory: the newest record of a key is used."""

    def __init__(self, records: Iterable[Component]) -> None:
        self._records = {(type(r), r.key): r for r in records}

    def _all(self, kind: type[_R]) -> list[_R]:
        return sorted((r for r in self._records.values() if isinstance(r, kind)), key=lambda r: r.key)

    def _active(self) -> list[MemberRecord]:
        return [r for r in self._all(MemberRecord) if not r.inactive]

    def descriptions(self, concept: str) -> list[DescriptionRecord]:
        """The concept's texts, inactive ones included, by key."""
        return [r for r in self._all(DescriptionRecord) if r.concept == concept]

    def relationships(self, concept: str) -> list[RelationshipRecord]:
        """The concept's attribute rows, inactive ones included, by key."""
        return [r for r in self._all(RelationshipRecord) if r.concept == concept]

    def reference_sets(self) -> list[tuple[str, str]]:
        """(reference set, acceptability) of every set with members, sorted."""
        return sorted({(r.refset, r.acceptability) for r in self._active()})

    def members(self, refset: str) -> list[str]:
        """Stable keys of the concepts in a reference set, sorted."""
        return sorted({r.referenced for r in self._active() if (r.refset, r.acceptability) == (refset, "")})

    def acceptability(self, refset: str, description: str) -> str:
        """``preferred``, ``acceptable`` or empty: how a language reference set takes a description."""
        named = [r for r in self._active() if r.refset == refset and r.referenced == description]
        return max((r.acceptability for r in named), default="")


class StoredComponents:
    """Over a stored release, including the modules it depends on."""

    def __init__(self, database: Database, system_id: int, release_id: int) -> None:
        self._database, self._system_id, self._release_id = database, system_id, release_id
        self._bitmaps: dict[str, BitMap] = {}
        self._sets: dict[tuple[str, str], BitMap] = {}

    @property
    def _connection(self) -> Connection:
        return self._database.reader()

    def descriptions(self, concept: str) -> list[DescriptionRecord]:
        """The concept's texts, inactive ones included, by key."""
        return self._about("description", DescriptionRecord, concept)

    def relationships(self, concept: str) -> list[RelationshipRecord]:
        """The concept's attribute rows, inactive ones included, by key."""
        return self._about("relationship", RelationshipRecord, concept)

    def reference_sets(self) -> list[tuple[str, str]]:
        """(reference set, acceptability) of every set with members, sorted."""
        return reference_sets(self._connection, self._release_id)

    def members(self, refset: str) -> list[str]:
        """Stable keys of the concepts in a reference set, sorted."""
        return sorted(concept_keys(self._connection, self.set(refset)))

    def acceptability(self, refset: str, description: str) -> str:
        """``preferred``, ``acceptable`` or empty: how a language reference set takes a description."""
        ids = component_ids(self._connection, self._system_id, "description", [description])
        ways = ((ident, way) for ident in ids.values() for way in ("preferred", "acceptable"))
        return next((way for ident, way in ways if ident in self.set(refset, way)), "")

    def set(self, refset: str, acceptability: str = "") -> BitMap:
        """Concept ids of a reference set; with acceptability, component ids of descriptions. Cached: never changes."""
        found = self._sets.get((refset, acceptability))
        if found is None:
            found = reference_set(self._connection, self._release_id, refset, acceptability)
            self._sets[refset, acceptability] = found
        return found

    def _about(self, kind: str, record: type[_R], concept: str) -> list[_R]:
        subject = concept_id(self._connection, self._system_id, concept)
        if subject is None:
            return []
        members = self._bitmaps.get(kind)
        if members is None:
            members = self._bitmaps[kind] = component_bitmap(self._connection, self._release_id, kind)
        found = (
            decode_component(b) for i, b in states_about(self._connection, subject, kind) if i in members
        )
        return sorted((r for r in found if isinstance(r, record)), key=lambda r: r.key)
