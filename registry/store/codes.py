"""The codes of one system in memory: which states ever had a code, and the order of all states by code.

One index serves every release, which takes its part of the states that are found. Covers every state of the system
up to ``top``. About 50 bytes a code.
Not here: other ways to write a code (``registry.content.stored``).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

from pyroaring import BitMap

from registry.store.engine import Connection
from registry.store.number_table import NumberTable
from registry.store.sorted_texts import SortedTexts
from registry.store.states import CODE_WORD

__all__ = ["SystemCodes"]

_BUCKET = 16  #: codes in a bucket, on average
_END = "\x00"  #: between codes; no database can hold it in one
_STATEMENT = "SELECT id, code, compact FROM concept_state WHERE system_id = ?"


class SystemCodes:
    """State ids by code, exactly as written, and by compact code. Immutable once built."""

    def __init__(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """``rows`` are (state id, code, compact code)."""
        listed = sorted(rows, key=lambda row: (row[1], row[0]))
        self._states = array("I", [ident for ident, _, _ in listed])
        self._codes, self._starts = _grouped([code for _, code, _ in listed])
        self._buckets = _Buckets(self._codes)
        self.top = max(self._states, default=-1)
        self._places = NumberTable("I")
        self._places.put((ident, place) for place, ident in enumerate(self._states))
        self.short = BitMap([ident for ident, _, compact in listed if len(compact) <= CODE_WORD])
        self._compact, self._compact_starts, self._by_compact = self._compacted([c for _, _, c in listed])
        self.nbytes = 4 * (len(self._states) + len(self._starts)) + self._places.nbytes + self._codes.nbytes
        self.nbytes += self._buckets.nbytes
        if self._compact is not self._codes:
            self.nbytes += 4 * (len(self._compact_starts) + len(self._by_compact)) + self._compact.nbytes

    @classmethod
    def read(cls, connection: Connection, system_id: int) -> SystemCodes:
        """The codes of a stored system."""
        return cls(connection.execute(_STATEMENT, (system_id,)))

    def _compacted(self, compact: list[str]) -> tuple[SortedTexts, array[int], array[int]]:
        """Compact codes, their starts, and states by (compact code, code); the codes themselves where they are alike."""
        order = sorted(range(len(compact)), key=lambda n: (compact[n], n))
        if all(compact[self._starts[n]] == code for n, code in enumerate(self._codes)):
            return self._codes, self._starts, self._states
        texts, starts = _grouped([compact[n] for n in order])
        return texts, starts, array("I", [self._states[n] for n in order])

    def states(self, code: str) -> Sequence[int]:
        """Every state that ever had the code, ascending."""
        at = self._buckets.find(code)
        return () if at < 0 else self._states[self._starts[at] : self._starts[at + 1]]

    def find(self, code: str, members: BitMap) -> int | None:
        """The state of the code that is a member."""
        at = self._buckets.find(code)
        if at < 0:
            return None
        for place in range(self._starts[at], self._starts[at + 1]):
            if (ident := self._states[place]) in members:
                return ident
        return None

    def node(self, code: str) -> int:
        """The number of a code among all codes in order; -1 where there is none."""
        return self._buckets.find(code)

    def each(self) -> Iterator[tuple[int, str, Sequence[int]]]:
        """(number, code, its states) of every code, in order."""
        starts = self._starts
        for n, code in enumerate(self._codes):
            yield n, code, self._states[starts[n] : starts[n + 1]]

    def compact(self, prefix: str, *, whole: bool = False) -> array[int]:
        """States whose compact code begins so (``whole``: is so), by compact code, then by code."""
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
        return sorted(idents, key=self._places.__getitem__)

    def ordered(self, idents: BitMap) -> Iterator[int]:
        """States of a large set in the order of their codes."""
        return (ident for ident in self._states if ident in idents)


class _Buckets:
    """The places of texts by their hash: a text is found in a third of the time that the order takes."""

    __slots__ = ("_count", "_places", "_texts", "nbytes")

    def __init__(self, codes: SortedTexts) -> None:
        self._count = max(1, len(codes) // _BUCKET)
        texts, places = [_END] * self._count, [array("I") for _ in range(self._count)]
        for place, code in enumerate(codes):
            at = hash(code) % self._count
            texts[at] += code + _END
            places[at].append(place)
        self._texts, self._places = texts, places
        self.nbytes = sum(map(len, texts)) + self._count * 150 + 4 * len(codes)

    def find(self, code: str) -> int:
        """The place of a code, -1 where it is not there."""
        bucket = hash(code) % self._count
        text = self._texts[bucket]
        at = text.find(f"{_END}{code}{_END}")
        if at < 0 or _END in code:
            return -1
        return self._places[bucket][text.count(_END, 0, at)]


def _grouped(ascending: list[str]) -> tuple[SortedTexts, array[int]]:
    """The distinct texts, and where each begins in the list."""
    starts = array("I", [n for n, text in enumerate(ascending) if not n or text != ascending[n - 1]])
    texts = SortedTexts([ascending[n] for n in starts])
    starts.append(len(ascending))
    return texts, starts
