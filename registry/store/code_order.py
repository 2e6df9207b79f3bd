"""The codes of one system in memory: the states that ever had a code, and the order of all states by code.

One index serves all releases; a release filters the states found by its bitmap. Covers every state of the system
up to ``top``. About 160 bytes a code up to ``_DICTIONARY`` codes, 50 beyond.
Other ways to write a code are tried in ``registry.content.stored``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import cast

from pyroaring import BitMap

from registry.store.engine import Connection
from registry.store.number_table import NumberTable
from registry.store.sorted_texts import SortedTexts
from registry.store.states import CODE_WORD

__all__ = ["SystemCodes"]

_DICTIONARY = (
    200_000  #: most codes of a system that are found by a dictionary, which takes 30 MB for this number
)
_ENTRY = 150  #: bytes of an entry of a dictionary, with its text and number
#: in order, because a sort of the whole in Python would stop all threads
_STATEMENT = "SELECT id, code, compact FROM concept_state WHERE system_id = ? ORDER BY code, id"


class SystemCodes:
    """State ids by code, exactly as written, and by compact code. Immutable once built."""

    def __init__(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """``rows`` are (state id, code, compact code), ascending by code, then by state id."""
        idents, codes, compact = array("I"), list[str](), list[str]()
        for ident, code, short in rows:
            idents.append(ident)
            codes.append(code)
            compact.append(short)
        self._states = idents
        self._codes, self._starts = _grouped(codes)
        self.top = max(self._states, default=-1)
        self._places = NumberTable("I")
        self._places.put((ident, place) for place, ident in enumerate(self._states))
        self.short = BitMap(
            [ident for ident, text in zip(idents, compact, strict=True) if len(text) <= CODE_WORD]
        )
        self._compact, self._compact_starts, self._by_compact = self._compacted(compact)
        del codes, compact  # their memory is free for the dictionary
        newest = self._dictionary() if len(self._codes) <= _DICTIONARY else None
        #: the greatest state id of a code
        self._newest: Callable[[str], int | None] = self._by_order if newest is None else newest.get
        self.nbytes = 4 * (len(self._states) + len(self._starts)) + self._places.nbytes + self._codes.nbytes
        self.nbytes += _ENTRY * len(self._codes) if newest is not None else 0
        if self._compact is not self._codes:
            self.nbytes += 4 * (len(self._compact_starts) + len(self._by_compact)) + self._compact.nbytes

    @classmethod
    def read(cls, connection: Connection, system_id: int) -> SystemCodes:
        """The codes of a stored system."""
        return cls(connection.each(_STATEMENT, (system_id,)))

    def _dictionary(self) -> dict[str, int]:
        ends = islice(self._starts, 1, None)
        return dict(zip(self._codes, (self._states[end - 1] for end in ends), strict=True))

    def _by_order(self, code: str) -> int | None:
        at = self._codes.find(code)
        return None if at < 0 else self._states[self._starts[at + 1] - 1]

    def _compacted(self, compact: list[str]) -> tuple[SortedTexts, array[int], array[int]]:
        """Compact codes, their starts, and states by (compact code, code); the codes themselves where they are alike."""
        if all(compact[self._starts[n]] == code for n, code in enumerate(self._codes)):
            return self._codes, self._starts, self._states
        order = sorted(range(len(compact)), key=compact.__getitem__)  # stable: by place where they are alike
        texts, starts = _grouped([compact[n] for n in order])
        return texts, starts, array("I", [self._states[n] for n in order])

    def states(self, code: str) -> Sequence[int]:
        """Every state that ever had the code, ascending."""
        at = self.node(code)
        return () if at < 0 else self._states[self._starts[at] : self._starts[at + 1]]

    def find(self, code: str, members: BitMap) -> int | None:
        """The state of the code that is a member."""
        newest = self._newest(code)
        return newest if newest is None or newest in members else self._earlier(newest, members)

    def find_many(self, codes: Iterable[str], members: BitMap) -> list[int | None]:
        """``find`` for many codes, in their order."""
        found = list(map(self._newest, codes))
        if None not in found and BitMap(cast("list[int]", found)) <= members:
            return found
        return [i if i is None or i in members else self._earlier(i, members) for i in found]

    def _earlier(self, newest: int, members: BitMap) -> int | None:
        """The member among the older states of a code whose newest state is not a member."""
        end = self._places[newest]
        start = self._starts[bisect_right(self._starts, end) - 1]
        return next((i for i in self._states[start:end] if i in members), None)

    def node(self, code: str) -> int:
        """The number of a code among all codes in order; -1 if it is unknown."""
        newest = self._newest(code)
        return -1 if newest is None else bisect_right(self._starts, self._places[newest]) - 1

    def each(self) -> Iterator[tuple[int, str, Sequence[int]]]:
        """(number, code, its states) of every code, in order."""
        starts = self._starts
        for n, code in enumerate(self._codes):
            yield n, code, self._states[starts[n] : starts[n + 1]]

    def compact(self, prefix: str, *, whole: bool = False) -> array[int]:
        """States whose compact code has the prefix (``whole``: is equal), by compact code, then by code."""
        if whole:
            first = self._compact.find(prefix)
            end = first + 1
        else:
            first, end = self._compact.starting(prefix)
        if first < 0:
            return array("I")
        return self._by_compact[self._compact_starts[first] : self._compact_starts[end]]

    def by_code(self, idents: Iterable[int]) -> list[int]:
        """States in the order of their codes."""
        few = list(idents)
        return [ident for _, ident in sorted(zip(self._places.get_many(few), few, strict=True))]

    def ordered(self, idents: BitMap) -> Iterator[int]:
        """States of a large set in the order of their codes."""
        return (ident for ident in self._states if ident in idents)


def _grouped(ascending: list[str]) -> tuple[SortedTexts, array[int]]:
    """The distinct texts, and where each begins in the list."""
    starts = array("I", [n for n, text in enumerate(ascending) if not n or text != ascending[n - 1]])
    texts = SortedTexts([ascending[n] for n in starts])
    starts.append(len(ascending))
    return texts, starts
