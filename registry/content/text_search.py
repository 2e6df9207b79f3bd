"""Text search in memory: the concepts of a release that match a query, best first.

First the concepts whose code begins with the text (with or without its dot), by compact code; then by the band of
the best text that matches every word, then by code. The result does not depend on the order of loading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from pyroaring import BitMap

from registry.content.query import Query, matched, matches, parse
from registry.content.system_index import SystemIndex
from registry.store.code_order import SystemCodes
from registry.store.terms import TermsWriter, remove_terms
from registry.store.word_index import WordIndex

__all__ = ["Query", "TermsWriter", "matched", "matches", "matching", "parse", "remove_terms", "search"]

_FEW = 200  #: most texts that are ranked one by one; more are ranked band by band


def search(
    system: SystemIndex, text: str, bitmap: BitMap, limit: int | None = None, within: BitMap | None = None
) -> Iterator[int]:
    """State ids of ``bitmap`` (and ``within``) that match every word as a prefix, best first, each once.

    A word matches a word of one designation or the code.
    """
    query = parse(text)
    wanted = bitmap if within is None else bitmap & within
    if not query.words or not wanted:
        return
    found = _Search(system.words(bitmap), system.codes(bitmap), query, wanted)
    for number, ident in enumerate(found.ranked()):
        if number == limit:
            return
        yield ident


def matching(system: SystemIndex, text: str, bitmap: BitMap, within: BitMap | None = None) -> BitMap:
    """All ids that ``search`` would return, as a set: for totals, without ranking."""
    query = parse(text)
    wanted = bitmap if within is None else bitmap & within
    if not query.words or not wanted:
        return BitMap()
    return _Search(system.words(bitmap), system.codes(bitmap), query, wanted).every()


@dataclass(frozen=True, slots=True)
class _Search:
    """One query over the states ``wanted``."""

    index: WordIndex
    codes: SystemCodes
    query: Query
    wanted: BitMap

    def every(self) -> BitMap:
        """Every hit."""
        hits = BitMap().union(*(states for _, states in self._by_text()))
        return hits.shift(self.index.base) | (BitMap(self._coded()) & self.wanted)

    def ranked(self) -> Iterator[int]:
        """Every hit once, in order."""
        seen = BitMap()
        for ident in self._coded():
            if ident in self.wanted:
                seen.add(ident)
                yield ident
        found = self._by_text()
        few = sum(len(states) for _, states in found) <= _FEW
        for ident in self._one_by_one(found) if few else self._by_band(dict(found)):
            if ident not in seen:
                yield ident

    def _coded(self) -> list[int]:
        """States of the system whose code begins with the text, in order."""
        return self.codes.compact(self.query.code, whole=not self.query.code_prefix).tolist()

    def _by_text(self) -> list[tuple[int, BitMap]]:
        """The wanted states, relative to the base of the index, by the position of the text that matches the query."""
        local = self.wanted.shift(-self.index.base)
        found = [(place, states & local) for place, states in self.index.states_of(self._texts())]
        return [(place, states) for place, states in found if states]

    def _texts(self) -> BitMap:
        """The texts that match every word by one of its alternatives, each of which needs all its tokens."""
        return reduce(and_, (reduce(or_, map(self._all_of, ways)) for ways in self.query.words))

    def _all_of(self, tokens: tuple[str, ...]) -> BitMap:
        return reduce(and_, map(self._token, tokens))

    def _token(self, token: str) -> BitMap:
        """The texts with a word that has the prefix, or whose code has it."""
        texts, states = self.index.starting(token), self.codes.compact(token)
        if not states:
            return texts
        return texts | self.index.texts_of(BitMap(states) & self.codes.short)

    def _one_by_one(self, found: list[tuple[int, BitMap]]) -> Iterator[int]:
        """Few hits, by band and code."""
        base, bands = self.index.base, dict[int, list[int]]()
        for band, state in self.index.best_first(found):
            bands.setdefault(band, []).append(state + base)
        for band in sorted(bands):
            yield from self.codes.by_code(bands[band])

    def _by_band(self, found: dict[int, BitMap]) -> Iterator[int]:
        """Many hits, by band and code, no further than the caller reads."""
        base, seen = self.index.base, BitMap()
        for texts in self.index.bands:
            hits = BitMap()
            for place, states in texts:
                if place in found:
                    hits |= found[place] & states
            hits -= seen
            if hits:
                seen |= hits
                yield from self.codes.by_code(hits.shift(base))
