"""Rows of the text index by token, kept for questions that need every hit: totals, and narrow sets.

A row is one text of a state. The rows of a token in one release are kept as states in the order of the index, place
by place; a place is a band with an ordinal (``registry.store.terms``), so that two rows are of one text when state
and place are the same. Not here: reading the index, ranking inside a band (``registry.content.search``).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from registry.store.bounded import Bounded
from registry.store.terms import BAND, STATE, STATE_MASK

__all__ = ["QueryHits", "KeptPostings", "Postings", "combined"]

Places = dict[int, BitMap]  #: band << 8 | ordinal → states with such a text
Words = tuple[tuple[tuple[str, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Postings:
    """The rows of one token: those of ``places[n]`` are ``states[starts[n]:starts[n + 1]]``."""

    states: array[int]
    places: array[int]
    starts: array[int]

    @classmethod
    def of(cls, rows: Sequence[int], members: BitMap) -> Postings:
        """From row ids, ascending; states that are no members are left out."""
        states, places, starts = array("I"), array("I"), array("I", [0])
        for place, found in _by_place(rows):
            if mine := found & members:
                states.extend(mine)
                places.append(place)
                starts.append(len(states))
        return cls(states, places, starts)

    @property
    def weight(self) -> int:
        """Bytes, about."""
        return 500 + 4 * len(self.states) + 8 * len(self.places)

    def every(self) -> BitMap:
        """All states."""
        return BitMap(self.states)

    def sets(self, wanted: set[int] | None = None) -> Iterator[tuple[int, BitMap]]:
        """Each place (of those wanted) with its states, best first."""
        for n, place in enumerate(self.places):
            if wanted is None or place in wanted:
                yield place, BitMap(self.states[self.starts[n] : self.starts[n + 1]])


KeptPostings = Bounded[str, Postings]


def _by_place(rows: Sequence[int]) -> Iterator[tuple[int, BitMap]]:
    start = 0
    while start < len(rows):
        band = rows[start] >> BAND
        end = bisect_left(rows, band + 1 << BAND, start)
        part, start = rows[start:end], end
        first = BitMap([row >> STATE & STATE_MASK for row in part if not row & 0xFF])
        yield (band & 0x3FF) << 8, first
        if len(first) < len(part):
            yield from _further(band & 0x3FF, part)


def _further(band: int, rows: Sequence[int]) -> Iterator[tuple[int, BitMap]]:
    """Second and later texts of one concept that are equally good."""
    found: Places = {}
    for row in rows:
        if row & 0xFF:
            found.setdefault(band << 8 | row & 0xFF, BitMap()).add(row >> STATE & STATE_MASK)
    yield from sorted(found.items())


@dataclass(frozen=True, slots=True)
class QueryHits:
    """What a query meets: of one token, or already combined."""

    token: Postings | None = None
    places: Places | None = None

    def states(self) -> BitMap:
        """Every state, whichever text meets the query."""
        if self.token is not None:
            return self.token.every()
        return BitMap.union(*self.places.values()) if self.places else BitMap()

    def _sets(self) -> Iterator[tuple[int, BitMap]]:
        return self.token.sets() if self.token is not None else iter(sorted((self.places or {}).items()))

    def bands(self, wanted: BitMap) -> Iterator[list[tuple[int, int]]]:
        """(band, state id) of the wanted states, each once with its best band, band by band."""
        seen, band, here = BitMap(), -1, BitMap()
        for place, states in self._sets():
            if place >> 8 != band:
                if here:
                    yield [(band, state) for state in here]
                seen |= here
                band, here = place >> 8, BitMap()
            here |= (states & wanted) - seen
        if here:
            yield [(band, state) for state in here]


def combined(words: Words, postings: Callable[[str], Postings]) -> QueryHits:
    """The rows that meet every word, by any of its ways, each of which needs all of its tokens."""
    if len(words) == len(words[0]) == len(words[0][0]) == 1:
        return QueryHits(token=postings(words[0][0][0]))
    met = [
        _either([_both([dict(postings(token).sets()) for token in way]) for way in ways]) for ways in words
    ]
    return QueryHits(places=_both(met))


def _both(parts: list[Places]) -> Places:
    first, *others = sorted(parts, key=len)
    for other in others:
        first = {at: both for at, states in first.items() if at in other and (both := states & other[at])}
    return first


def _either(ways: list[Places]) -> Places:
    first, *others = ways
    for other in others:
        merged = dict(first)
        for at, states in other.items():
            merged[at] = merged[at] | states if at in merged else states
        first = merged
    return first
