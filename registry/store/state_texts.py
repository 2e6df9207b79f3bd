"""Texts that follow from single states, written once: by state id, bounded in bytes for all tables of a registry together.

A table belongs to one way of writing (its key). A part that many texts have in common is kept once and known by its
number. When half of the limit is new, what has not been used since then is dropped.
Not here: what the texts contain (``api.fhir.operations.fragment_cache``).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from weakref import WeakSet

__all__ = ["StateTexts", "StateTextTables"]

_TEXT_BYTES = 130  #: bytes that a text takes besides its length
_TABLE_BYTES = 1000  #: bytes of an empty table
_SHARED = 2000  #: common parts of one table


class StateTexts:
    """Texts by state id. Used by several threads: one may write a text again that another wrote."""

    __slots__ = ("__weakref__", "_numbers", "_older", "_owner", "_recent", "_shared")

    def __init__(self, owner: StateTextTables | None = None) -> None:
        """Without an owner nothing bounds the table: for views of one request."""
        self._owner = owner
        self._recent: dict[int, bytes] = {}
        self._older: dict[int, bytes] = {}
        self._shared: list[bytes] = []
        self._numbers: dict[bytes, bytes] = {}

    def __len__(self) -> int:
        return len(self._recent)

    def get(self, ident: int) -> bytes | None:
        """The text of a state; None if it is not written."""
        found = self._recent.get(ident)
        return self._from_older(ident) if found is None and self._older else found

    def get_many(self, idents: Sequence[int]) -> list[bytes | None]:
        """The texts of many states, in their order."""
        found = list(map(self._recent.get, idents))
        return [self.get(ident) for ident in idents] if self._older and None in found else found

    def put(self, ident: int, text: bytes) -> None:
        """Keep a text."""
        self._recent[ident] = text
        if self._owner is not None:
            self._owner.add(len(text) + _TEXT_BYTES)

    def share(self, part: bytes) -> bytes | None:
        """The number of a part that texts have in common, as a text; None where there are too many already."""
        found = self._numbers.get(part)
        if found is None and len(self._shared) < _SHARED:
            # a part that two threads add at the same time has two numbers
            self._shared.append(part)
            found = self._numbers.setdefault(part, b"%d" % self._shared.index(part))
        return found

    def shared(self, number: bytes) -> bytes:
        """The part of that number."""
        return self._shared[int(number)]

    def age(self) -> bool:
        """What is recent now goes next time unless it is used again; gives whether anything is left."""
        self._older, self._recent = self._recent, {}
        return bool(self._older)

    def clear(self) -> None:
        """Forget everything."""
        self._older, self._recent = {}, {}

    def _from_older(self, ident: int) -> bytes | None:
        found = self._older.get(ident)
        if found is not None:
            self.put(ident, found)
        return found


class StateTextTables:
    """All tables of a registry; together at most ``limit`` bytes. ``hits`` and ``misses`` are not counted."""

    def __init__(self, limit: int) -> None:
        self.limit, self.hits, self.misses = limit, 0, 0
        self._new = self._before = 0
        self._tables: dict[Hashable, StateTexts] = {}
        # tables that were dropped may still be in use, and are to be aged too
        self._all: WeakSet[StateTexts] = WeakSet()

    def __len__(self) -> int:
        return sum(map(len, list(self._tables.values())))

    @property
    def weight(self) -> int:
        """Bytes of what is kept, about."""
        return self._new + self._before

    def table(self, key: Hashable) -> StateTexts:
        """The table of one way of writing."""
        found = self._tables.get(key)
        if found is None:
            found = self._tables.setdefault(key, StateTexts(self))
            self._all.add(found)
            self.add(_TABLE_BYTES)
        return found

    def add(self, weight: int) -> None:
        """Note new bytes."""
        self._new += weight
        if self._new > self.limit // 2:
            self._before, self._new = self._new, 0
            left = {table for table in list(self._all) if table.age()}
            self._tables = {key: table for key, table in self._tables.items() if table in left}

    def clear(self) -> None:
        """Forget everything: ids of deleted states may be given again."""
        for table in list(self._all):
            table.clear()
        self._tables = {}
        self._new = self._before = 0
