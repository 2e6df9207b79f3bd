"""Data in memory per stored release: the order of its concepts and its hierarchy.

Most data is shared by all releases of a system (``registry.content.system_index``), so that a view of another version
costs almost nothing. The data of a release is rebuilt from the store if it is missing; it is keyed by release, which
never changes, and bounded in bytes.
"""

from __future__ import annotations

import weakref
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice

from pyroaring import BitMap

from registry.content.hierarchy import Closure
from registry.content.links import SystemLinks
from registry.content.release_hierarchy import ReleaseHierarchy
from registry.content.system_index import SystemIndex
from registry.entities.errors import StoreDamaged
from registry.entities.messages import message
from registry.entities.offload import require_offload
from registry.store.bounded import Bounded
from registry.store.code_order import SystemCodes
from registry.store.content import release_ordering, system_of_release
from registry.store.engine import Connection, Database
from registry.store.system_states import each_code

__all__ = ["ReleaseIndex", "release_index"]

_RELEASES = 4_000_000  #: bytes of the indexes themselves, at 2 KB each
_CLOSURES = 85_000_000  #: bytes of closures
_ORDERS = 40_000_000  #: bytes of orders that are neither that of the codes nor that of the ids
_WORTH = 300  #: codes looked up by SQL in a release before the codes of its system are read into memory
_INLINE_LIMIT = 10_000  #: most concepts whose order or hierarchy is built on the event loop


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a release's states; without ids, the order of the ids themselves or of the codes."""

    idents: array[int]
    places: array[int]  #: position in the order, by rank of the id among the members
    codes: bool = False

    @property
    def nbytes(self) -> int:
        return 300 + 8 * len(self.idents)

    @classmethod
    def of(cls, idents: array[int], members: BitMap, by_code: Iterable[int]) -> Order:
        """The order of the given ids."""
        nothing = array("I")
        if idents == array("I", members):
            return cls(nothing, nothing)
        if idents == array("I", by_code):
            return cls(nothing, nothing, codes=True)
        return cls(idents, array("I", sorted(range(len(idents)), key=idents.__getitem__)))


class ReleaseIndex:
    """The order and the hierarchy of one release. ``members`` is its bitmap of state ids."""

    nbytes = 2000

    def __init__(self, database: Database, release_id: int, members: BitMap) -> None:
        self._database = database
        # ids above 2**40 are releases with fragments applied, which have no order of the source
        self._key, self.release_id, self.members = release_id, release_id & ((1 << 40) - 1), members
        self._patched = release_id >> 40 > 0
        self._looked_up = 0
        self._known_codes: Callable[[], SystemCodes | None] = lambda: None
        self._structural: ReleaseHierarchy | None = None
        self._plain_order: Order | None = None

    def _reader(self) -> Connection:
        return self._database.reader()

    @cached_property
    def system_id(self) -> int:
        """The id of the release's system."""
        found = system_of_release(self._reader(), self.release_id)
        if found is None:
            raise StoreDamaged(message("error.release_missing", release=self.release_id))
        return found

    @cached_property
    def system(self) -> SystemIndex:
        """The shared data of the release's system."""
        return SystemIndex(self._database, self.system_id)

    def codes(self, wanted: int) -> SystemCodes | None:
        """The codes, for looking up ``wanted`` of them; None while too few lookups are known to justify reading them."""
        found = self._known_codes()
        if found is not None:
            return found
        if self._looked_up >= _WORTH:
            found = self.system.codes(self.members)
        else:
            self._looked_up += wanted
            found = self.system.kept_codes(self.members)
        if found is not None:
            self._known_codes = weakref.ref(found)
        return found

    def warm_up(self) -> None:
        """Read codes, words, links and order into memory."""
        self.system.codes(self.members)
        self.system.words(self.members)
        self.system.links(self.members)
        self._looked_up = _WORTH
        _ = self.order

    def _by_source(self) -> array[int]:
        """State ids in the source's order; empty if the source has none."""
        return array("I") if self._patched else release_ordering(self._reader(), self.release_id)

    @property
    def order(self) -> Order:
        """The view's order: the source's if it has one, else by code."""
        if self._plain_order is not None:
            return self._plain_order
        orders: Bounded[int, Order] = self._database.caches.named("orders of releases", _ORDERS)
        found = orders.get(self._key, self._make_order)
        if not found.idents:
            self._plain_order = found
        return found

    def _make_order(self) -> Order:
        idents = self._by_source()
        if not idents:
            return Order(array("I"), array("I"), codes=True)
        require_offload(len(self.members), _INLINE_LIMIT)
        return Order.of(idents, self.members, self.system.codes(self.members).ordered(self.members))

    @cached_property
    def hierarchy(self) -> ReleaseHierarchy:
        """The hierarchy that the release asserts."""
        return self._hierarchy(self._key, lambda: self.system.links(self.members), self._closure)

    def _closure(self) -> Closure:
        with self._database.snapshot() as connection:  # closed afterwards, with the pages that it read
            return Closure.load(connection, self.system_id, self.members)

    def structural(self, containing: Callable[[str], Sequence[str]]) -> ReleaseHierarchy:
        """The hierarchy that follows from the codes; ``containing`` as for ``Closure.of_codes``."""

        if self._structural is not None:
            return self._structural

        def closure() -> Closure:
            rows = each_code(self._reader(), self.system_id)
            return Closure.of_codes([(i, code) for i, code in rows if i in self.members], containing)

        links = partial(self.system.structural_links, self.members, containing)
        self._structural = self._hierarchy(-1 - self._key, links, closure)
        return self._structural

    def _hierarchy(
        self, key: int, links: Callable[[], SystemLinks], load: Callable[[], Closure]
    ) -> ReleaseHierarchy:
        closures: Bounded[int, Closure] = self._database.caches.named(
            "closures of releases", _CLOSURES, lambda closure: 50 * len(closure) + 8 * closure.links
        )

        def made() -> Closure:
            require_offload(len(self.members), _INLINE_LIMIT)
            return load()

        return ReleaseHierarchy(
            self.members, links, lambda: closures.peek(key), lambda: closures.get(key, made)
        )

    def arrange(self, idents: Iterable[int]) -> list[int]:
        """The ids in the view's order; for sets that are small compared with the release."""
        few = list(idents)
        if len(few) < 2:
            return few
        order = self.order
        if order.codes:
            return self.system.codes(self.members).by_code(few)
        if not order.places:
            return sorted(few)
        places, rank = order.places, self.members.rank
        return sorted(few, key=lambda ident: places[rank(ident) - 1])

    def page(self, idents: BitMap, offset: int, count: int | None) -> list[int]:
        """One page of a set in the view's order; the set must be of members."""
        stop = len(self.members) if count is None else offset + count
        order = self.order
        if not order.codes and not order.idents:
            return list(idents[offset:stop])
        if len(idents) * 8 < len(self.members):
            return self.arrange(idents)[offset:stop]
        if order.codes:
            return list(islice(self.system.codes(self.members).ordered(idents), offset, stop))
        if len(idents) == len(self.members):
            return order.idents[offset:stop].tolist()
        return list(islice((ident for ident in order.idents if ident in idents), offset, stop))


def release_index(database: Database, release_id: int, members: BitMap) -> ReleaseIndex:
    """The index of a release, shared by every view of it."""
    releases: Bounded[int, ReleaseIndex] = database.caches.named("releases", _RELEASES)
    return releases.get(release_id, lambda: ReleaseIndex(database, release_id, members))
