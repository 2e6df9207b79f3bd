"""Components of a release as records: descriptions and relationships of a concept, members and acceptability of reference sets.

``StoredComponents`` reads them from packed arrays; ``MemoryComponents`` scans plain records and is the slow twin of the tests.
Systems whose sources do not version such rows have none; their concepts' states have everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from pyroaring import BitMap

from registry.content.component_arrays import ReleaseComponents
from registry.entities.records import Component, DescriptionRecord, MemberRecord, RelationshipRecord
from registry.store.component_reader import read_components
from registry.store.component_rows import components_with_keys
from registry.store.content import concept_id, concept_keys, release_bitmap
from registry.store.engine import Connection, Database

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

    def rows(self, refset: str) -> list[MemberRecord]:
        """The rows of a reference set, inactive ones included, by key."""

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
        named = (r for r in self._active() if r.kind_of_referenced == "concept")
        return sorted({r.referenced for r in named if r.refset == refset})

    def rows(self, refset: str) -> list[MemberRecord]:
        """The rows of a reference set, inactive ones included, by key."""
        return [r for r in self._all(MemberRecord) if r.refset == refset]

    def acceptability(self, refset: str, description: str) -> str:
        """``preferred``, ``acceptable`` or empty: how a language reference set takes a description."""
        named = [r for r in self._active() if r.refset == refset and r.referenced == description]
        return max((r.acceptability for r in named), default="")


class StoredComponents:
    """Over a stored release, including the modules it depends on. ``arrays``: the same content as packed arrays."""

    def __init__(
        self, database: Database, system_id: int, release_id: int, members: BitMap | None = None
    ) -> None:
        self._database, self._system_id = database, system_id
        own = release_bitmap(database.reader(), release_id) if members is None else members
        self.arrays = ReleaseComponents(database, system_id, release_id, own)

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
        held, found = self.arrays.system("member"), set()
        for refset in self.arrays.reference_sets():
            ways = held.columns["acceptability"][self.arrays.members_of(refset)]
            found |= {(refset, held.names[way]) for way in set(ways.tolist())}
        return sorted(found)

    def members(self, refset: str) -> list[str]:
        """Stable keys of the concepts in a reference set, sorted."""
        held, rows = self.arrays.system("member"), self.arrays.members_of(refset)
        concepts = rows[held.columns["of"][rows] == held.numbers.get("concept", -1)]
        subjects = BitMap(held.columns["subject"][concepts].tolist())
        return sorted(concept_keys(self._connection, subjects))

    def rows(self, refset: str) -> list[MemberRecord]:
        """The rows of a reference set, inactive ones included, by key."""
        held, rows = self.arrays.system("member"), self.arrays.rows("member", active=None)
        mine = rows[held.columns["refset"][rows] == held.numbers.get(refset, -1)]
        found = read_components(self._connection, self._system_id, "member", BitMap(mine.tolist()))
        return [r for r in found if isinstance(r, MemberRecord)]

    def acceptability(self, refset: str, description: str) -> str:
        """``preferred``, ``acceptable`` or empty: how a language reference set takes a description."""
        found = components_with_keys(self._connection, self._system_id, "description", [description])
        component = found.get(description, 0)
        for way in ("preferred", "acceptable"):
            if component in self.arrays.accepted(refset, way):
                return way
            if description in self.arrays.accepted_by_key(refset, way):
                return way
        return ""

    def _about(self, kind: str, record: type[_R], concept: str) -> list[_R]:
        subject = concept_id(self._connection, self._system_id, concept)
        rows = BitMap(self.arrays.about(kind, subject)) if subject is not None else BitMap()
        if not rows:
            return []
        found = read_components(self._connection, self._system_id, kind, rows)
        return [r for r in found if isinstance(r, record)]
