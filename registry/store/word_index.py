"""The words of one system's texts in memory, for text search without SQL: bitmaps of text numbers.

Built from the stored segments (``registry.store.word_segment`` defines text numbers). Covers every state of the system
up to ``top``; a release intersects the result with its states. Frequent prefixes are stored as bitmaps, others are
read as one range of an array. Queries and ranking are in ``registry.content``.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyroaring import BitMap

from registry.store.cache import bytes_of
from registry.store.number_table import NumberTable
from registry.store.sorted_texts import SortedTexts
from registry.store.word_segment import PLACE, Segment

__all__ = ["WordIndex"]

_COMMON = 1024  #: least texts of a prefix that has a bitmap
_LONGEST = 12  #: letters of the longest such prefix
_FEW_PLACES = 8  #: most numbers that are tested one by one


class WordIndex:
    """Texts by prefixes of their words. Immutable once built, so any thread may read."""

    def __init__(self, segment: Segment) -> None:
        self.base, self.top = segment.base, segment.top
        self._words = SortedTexts(segment.words)
        self._starts, self._numbers = segment.starts, segment.numbers
        everything = BitMap().union(*(BitMap(numbers) for numbers in segment.bands.values()))
        places = (everything.max() >> PLACE) + 1 if everything else 0
        self._masks = [BitMap(range(p << PLACE, (p + 1) << PLACE)) for p in range(places)]
        self._texts = [self._of_place(everything, p) for p in range(places)]
        #: by band, best first: the states of its texts by place
        self.bands = [self._banded(BitMap(numbers)) for _, numbers in sorted(segment.bands.items())]
        self._band_of = [NumberTable("H") for _ in range(places)]
        for number, found in enumerate(self.bands):
            for place, states in found:
                self._band_of[place].put((state, number) for state in states)
        self._common: dict[tuple[int, int], BitMap] = {}
        self._keep(0, len(segment.words), 0, segment.words)
        self.nbytes = self._size()

    def _banded(self, texts: BitMap) -> list[tuple[int, BitMap]]:
        """(position, states relative to the base) for every position that one of the texts has."""
        return [(p, of) for p in range(len(self._masks)) if (of := self._of_place(texts, p))]

    def _of_place(self, texts: BitMap, place: int) -> BitMap:
        """The states, counted from the base, of the texts of one place."""
        return (texts & self._masks[place]).shift(-(place << PLACE))

    def _keep(self, first: int, end: int, length: int, words: list[str]) -> None:
        """Store the bitmaps of frequent prefixes of the words in a range, which all begin with the same letters."""
        while first < end:
            if len(words[first]) == length:  # the word that is just the letters so far
                last = first + 1
            else:
                last = self._same(words, first, end, length + 1)
            if self._starts[last] - self._starts[first] >= _COMMON:
                self._common[first, last] = BitMap(self._numbers[self._starts[first] : self._starts[last]])
                if last - first > 1 and length + 1 < _LONGEST:
                    self._keep(first, last, length + 1, words)
            first = last

    @staticmethod
    def _same(words: list[str], first: int, end: int, length: int) -> int:
        """The end of the words that share ``length`` letters with the first; the range is ascending."""
        beginning = words[first][:length]
        low, high = first, end
        while low < high:
            middle = (low + high) // 2
            if words[middle][:length] > beginning:
                high = middle
            else:
                low = middle + 1
        return low

    def _size(self) -> int:
        kept = [*self._common.values(), *self._texts, *(states for of in self.bands for _, states in of)]
        tables = sum(table.nbytes for table in self._band_of)
        return 4 * len(self._numbers) + self._words.nbytes + tables + sum(map(bytes_of, kept))

    def starting(self, prefix: str) -> BitMap:
        """The texts with a word that has the prefix; the caller must not change the bitmap."""
        first, end = self._words.starting(prefix)
        found = self._common.get((first, end))
        return found if found is not None else BitMap(self._numbers[self._starts[first] : self._starts[end]])

    def texts_of(self, states: BitMap) -> BitMap:
        """All texts of states."""
        local = states.shift(-self.base)
        return BitMap().union(*((local & of).shift(p << PLACE) for p, of in enumerate(self._texts)))

    def states_of(self, texts: BitMap) -> list[tuple[int, BitMap]]:
        """(place, states counted from the base) for every place that one of the texts has, ascending."""
        if len(self._masks) <= _FEW_PLACES:
            return self._banded(texts)
        found = []
        number: int | None = texts.min() if texts else None
        while number is not None:
            place = number >> PLACE
            found.append((place, self._of_place(texts, place)))
            number = texts.next_set_bit((place + 1) << PLACE) if texts.max() >> PLACE > place else None
        return found

    def best_first(self, found: Iterable[tuple[int, BitMap]]) -> list[tuple[int, int]]:
        """(number of the band, state) of few texts, each state once; ``found``: as ``states_of`` returns it."""
        best: dict[int, int] = {}
        for place, states in found:
            band_of = self._band_of[place]
            for state in states:
                best.setdefault(state, band_of[state])
        return [(band, state) for state, band in best.items()]
