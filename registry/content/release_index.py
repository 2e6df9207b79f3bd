"""What is worked out once per stored release and kept in memory: its order, its hierarchy, its codes.

Everything here is rebuilt from the store when it is missing, is keyed by release (immutable, so never out of
date) and bounded: the least recently used goes first. Not here: the view that answers from it.
"""

from __future__ import annotations

import threading
import weakref
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from pyroaring import BitMap

from registry.content.hierarchy import Closure
from registry.content.system_index import SystemIndex
from registry.entities.errors import StoreDamaged
from registry.entities.offload import require_offload
from registry.store.bounded import Bounded
from registry.store.codes import SystemCodes
from registry.store.engine import Connection, Database
from registry.store.states import unpack_ordering

__all__ = ["ReleaseIndex", "release_index"]

_RELEASES = 512  #: indexes kept per database; empty ones cost next to nothing
_CONCEPTS = 1_500_000  #: concepts in the closures kept per database: about 85 MB
_WORTH = 300  #: codes looked up in a release before its codes are kept
_INLINE_LIMIT = 10_000  #: concepts whose order or hierarchy is made while others wait
_POSITIONS = 4_000_000  #: concepts in the orders kept per database: at most 32 MB


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a release's states; both empty where the ids themselves ascend with it."""

    idents: array[int]
    places: array[int]  #: place in the order, by rank of the id among the members

    @classmethod
    def of(cls, idents: array[int], members: BitMap) -> Order:
        """The order in which the ids stand."""
        if idents == array("I", members):
            return cls(array("I"), array("I"))
        return cls(idents, array("I", sorted(range(len(idents)), key=idents.__getitem__)))


class Indexes:
    """The caches of one database."""

    def __init__(self) -> None:
        self.releases: Bounded[int, ReleaseIndex] = Bounded(_RELEASES)
        self.closures: Bounded[int, Closure] = Bounded(_CONCEPTS, len)
        self.orders: Bounded[int, Order] = Bounded(_POSITIONS, lambda order: len(order.idents) + 1)


class ReleaseIndex:
    """The order and the hierarchy of one release. ``members`` is its bitmap of state ids."""

    def __init__(self, database: Database, indexes: Indexes, release_id: int, members: BitMap) -> None:
        self._database, self._indexes = weakref.ref(database), indexes
        # ids above 2**40 name a release with fragments laid over it: no order of the source's own any more
        self._key, self.release_id, self.members = release_id, release_id & ((1 << 40) - 1), members
        self._patched = release_id >> 40 > 0
        self._guard = threading.RLock()
        self._looked_up = 0

    def _opened(self) -> Database:
        database = self._database()
        if database is None:
            raise StoreDamaged("the database of this release has been closed")
        return database

    def _reader(self) -> Connection:
        return self._opened().reader()

    @cached_property
    def system_id(self) -> int:
        """The number of the release's system in this database."""
        row = self._reader().one("SELECT system_id FROM release WHERE id = ?", (self.release_id,))
        if row is None:
            raise StoreDamaged(f"release {self.release_id} is not in the database")
        return int(row[0])

    def _by_code(self) -> array[int]:
        """State ids by code."""
        statement = "SELECT id FROM concept_state WHERE system_id = ? ORDER BY code"
        members = self.members
        rows = self._reader().execute(statement, (self.system_id,))
        return array("I", [ident for (ident,) in rows if ident in members])

    def _by_source(self) -> array[int] | None:
        """State ids in the source's own order, where it is kept."""
        statement = "SELECT ordering FROM release_content WHERE release_id = ?"
        row = None if self._patched else self._reader().one(statement, (self.release_id,))
        return unpack_ordering(row[0]) if row is not None and row[0] is not None else None

    @property
    def order(self) -> Order:
        """The view's order: the source's where it is kept, else by code."""
        return self._indexes.orders.get(self._key, self._make_order)

    def _make_order(self) -> Order:
        require_offload(len(self.members), _INLINE_LIMIT)
        return Order.of(self._by_source() or self._by_code(), self.members)

    @cached_property
    def system(self) -> SystemIndex:
        """What is kept of the release's system."""
        return SystemIndex(self._opened(), self.system_id)

    def codes(self, wanted: int) -> SystemCodes | None:
        """The codes, for looking so many up; None while that has been asked too rarely to be worth reading them."""
        if self._looked_up >= _WORTH:
            return self.system.codes(self.members)
        self._looked_up += wanted
        return self.system.kept_codes(self.members)

    @property
    def closure(self) -> Closure:
        """The hierarchy, built when first asked for."""
        return self._indexes.closures.get(self._key, self._make_closure)

    def _make_closure(self) -> Closure:
        require_offload(len(self.members), _INLINE_LIMIT)
        with self._guard:  # a second thread waits rather than building the same
            built = self._indexes.closures.peek(self._key)
            return built or Closure.load(self._reader(), self.system_id, self.members)

    def structural(self, containing: Callable[[str], Sequence[str]]) -> Closure:
        """The hierarchy that follows from the codes (``containing`` as for ``Closure.of_codes``), built when first used."""
        return self._indexes.closures.get(-1 - self._key, lambda: self._make_structural(containing))

    def _make_structural(self, containing: Callable[[str], Sequence[str]]) -> Closure:
        require_offload(len(self.members), _INLINE_LIMIT)
        with self._guard:
            if (built := self._indexes.closures.peek(-1 - self._key)) is not None:
                return built
            statement = "SELECT id, code FROM concept_state WHERE system_id = ? ORDER BY id"
            rows = self._reader().execute(statement, (self.system_id,))
            return Closure.of_codes([(i, code) for i, code in rows if i in self.members], containing)

    def arrange(self, idents: Iterable[int]) -> list[int]:
        """The ids in the view's order; meant for sets that are small against the release."""
        places, rank = self.order.places, self.members.rank
        if not places:
            return sorted(idents)
        return sorted(idents, key=lambda ident: places[rank(ident) - 1])

    def page(self, idents: BitMap, offset: int, count: int | None) -> list[int]:
        """One page of a set in the view's order; the set must be of members."""
        stop = len(self.members) if count is None else offset + count
        order = self.order.idents
        if not order:
            return list(idents[offset:stop])
        if len(idents) == len(self.members):
            return order[offset:stop].tolist()
        if len(idents) * 8 < len(self.members):
            return self.arrange(idents)[offset:stop]
        return list(islice((ident for ident in order if ident in idents), offset, stop))


_INDEXES: weakref.WeakKeyDictionary[Database, Indexes] = weakref.WeakKeyDictionary()
_INDEXES_GUARD = threading.Lock()


def release_index(database: Database, release_id: int, members: BitMap) -> ReleaseIndex:
    """The index of a release, shared by every view of it."""
    with _INDEXES_GUARD:
        indexes = _INDEXES.setdefault(database, Indexes())
    return indexes.releases.get(release_id, lambda: ReleaseIndex(database, indexes, release_id, members))
