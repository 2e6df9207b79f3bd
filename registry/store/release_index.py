"""What is worked out once per stored release and kept in memory: its order and its hierarchy.

Everything here is rebuilt from the store when it is missing, is keyed by release (immutable, so never out of
date) and bounded: the least recently used goes first. Not here: the view that answers from it.
"""

from __future__ import annotations

import threading
import weakref
from array import array
from collections.abc import Iterable
from functools import cached_property

from pyroaring import BitMap

from registry.errors import StoreDamaged
from registry.store.bounded import Bounded
from registry.store.engine import Connection, Database
from registry.store.hierarchy import Closure
from registry.store.search import KeptHits
from registry.store.states import unpack_ordering

__all__ = ["ReleaseIndex", "release_index"]

_QUERIES = 24  #: texts per release whose hits are kept; SNOMED's size takes up to 0.8 MB each
_RELEASES = 12  #: indexes kept per database; SNOMED's size takes about 15 MB each


class ReleaseIndex:
    """The order and the hierarchy of one release. ``members`` is its bitmap of state ids."""

    def __init__(self, database: Database, release_id: int, members: BitMap) -> None:
        self._database = weakref.ref(database)
        # ids above 2**40 name a release with fragments laid over it: no order of the source's own any more
        self.release_id, self.members = release_id & ((1 << 40) - 1), members
        self._patched = release_id >> 40 > 0
        self._guard = threading.RLock()
        self.hits: KeptHits = Bounded(_QUERIES)

    def _reader(self) -> Connection:
        database = self._database()
        if database is None:
            raise StoreDamaged("the database of this release has been closed")
        return database.reader()

    @cached_property
    def system_id(self) -> int:
        """The number of the release's system in this database."""
        row = self._reader().one("SELECT system_id FROM release WHERE id = ?", (self.release_id,))
        if row is None:
            raise StoreDamaged(f"release {self.release_id} is not in the database")
        return int(row[0])

    @cached_property
    def by_code(self) -> array[int]:
        """State ids by code; empty where they ascend with the code, so that the bitmap itself is the order."""
        statement = "SELECT id FROM concept_state WHERE system_id = ? ORDER BY code"
        members = self.members
        order = array(
            "I", [i for (i,) in self._reader().execute(statement, (self.system_id,)) if i in members]
        )
        return array("I") if order == array("I", members) else order

    @cached_property
    def source_order(self) -> array[int]:
        """State ids in the source's own order; empty where it is not kept."""
        if self._patched:
            return array("I")
        row = self._reader().one(
            "SELECT ordering FROM release_content WHERE release_id = ?", (self.release_id,)
        )
        return unpack_ordering(row[0]) if row is not None and row[0] is not None else array("I")

    @cached_property
    def order(self) -> array[int]:
        """State ids in the view's order; empty where the ids themselves ascend with it."""
        order = self.source_order or self.by_code
        return array("I") if self.source_order and order == array("I", self.members) else order

    @cached_property
    def _places(self) -> array[int]:
        """Place in the view's order, by rank of the id among the members."""
        places = array("I", bytes(4 * len(self.members)))
        ranks = {ident: rank for rank, ident in enumerate(self.members)}
        for place, ident in enumerate(self.order):
            places[ranks[ident]] = place
        return places

    @cached_property
    def closure(self) -> Closure:
        """The hierarchy; built once, whoever asks first."""
        with self._guard:
            if "closure" not in self.__dict__:
                self.__dict__["closure"] = Closure.load(self._reader(), self.system_id, self.members)
        closure: Closure = self.__dict__["closure"]
        return closure

    def arrange(self, idents: Iterable[int]) -> list[int]:
        """The ids in the view's order; meant for sets that are small against the release."""
        if not self.order:
            return sorted(idents)
        places, rank = self._places, self.members.rank
        return sorted(idents, key=lambda ident: places[rank(ident) - 1])

    def page(self, idents: BitMap, offset: int, count: int | None) -> list[int]:
        """One page of a set in the view's order; ids that are no members are left out."""
        stop = len(self.members) if count is None else offset + count
        whole = len(idents) == len(self.members)
        if not self.order:
            return list(idents[offset:stop])
        if whole:
            return self.order[offset:stop].tolist()
        if len(idents) * 8 < len(self.members):
            return self.arrange(idents)[offset:stop]
        return self._scan(idents, offset, stop)

    def _scan(self, idents: BitMap, offset: int, stop: int) -> list[int]:
        """A page of a large set: walk the order until the page is full."""
        found: list[int] = []
        for ident in self.order:
            if ident in idents:
                found.append(ident)
                if len(found) == stop:
                    break
        return found[offset:]


_INDEXES: weakref.WeakKeyDictionary[Database, Bounded[int, ReleaseIndex]] = weakref.WeakKeyDictionary()
_INDEXES_GUARD = threading.Lock()


def release_index(database: Database, release_id: int, members: BitMap) -> ReleaseIndex:
    """The index of a release, shared by every view of it."""
    with _INDEXES_GUARD:
        kept = _INDEXES.setdefault(database, Bounded(_RELEASES))
    return kept.get(release_id, lambda: ReleaseIndex(database, release_id, members))
