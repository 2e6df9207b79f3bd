"""Text search over the descriptions of a release: the concepts with an active description that matches, best first.

First the concepts whose code begins with the text, by code; then by the band of the best description that matches every word
(its kind and length), then by code. Which description a dialect prefers does not change the order.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import and_, or_

import numpy as np
from pyroaring import BitMap

from registry.content.component_arrays import ReleaseComponents, bitmap_of_array
from registry.content.query import Query, parse
from registry.content.system_index import SystemIndex

__all__ = ["DescriptionSearch"]

_FEW = 200  #: most descriptions that are ranked one by one; more are ranked band by band


class DescriptionSearch:
    """Searches of one release. ``members``: its state ids."""

    def __init__(self, system: SystemIndex, components: ReleaseComponents, members: BitMap) -> None:
        self._system, self._components, self._members = system, components, members

    def search(self, text: str, within: BitMap | None = None) -> Iterator[int]:
        """State ids that match every word as a prefix, best first, each once; ``within``: only these."""
        query, wanted = parse(text), self._wanted(within)
        seen = BitMap()
        for ident in self._ranked(query, wanted) if query.words and wanted else ():
            if ident not in seen:
                seen.add(ident)
                yield ident

    def matching(self, text: str, within: BitMap | None = None) -> BitMap:
        """All ids that ``search`` would return."""
        query, wanted = parse(text), self._wanted(within)
        if not query.words or not wanted:
            return BitMap()
        return (self._states(self._rows(query)) | BitMap(self._coded(query))) & wanted

    def _wanted(self, within: BitMap | None) -> BitMap:
        return self._members if within is None else self._members & within

    def _ranked(self, query: Query, wanted: BitMap) -> Iterator[int]:
        yield from (ident for ident in self._coded(query) if ident in wanted)
        rows = self._rows(query)
        codes = self._system.codes(self._members)
        for band in self._bands(rows):
            yield from codes.by_code(list(self._states(band) & wanted))

    def _bands(self, rows: BitMap) -> Iterator[BitMap]:
        """The rows by the band of their text, best first."""
        index = self._system.description_words(self._components.bitmap("description"))
        if not rows:
            return
        if len(rows) <= _FEW:
            bands: dict[int, BitMap] = {}
            for band, row in index.best_first([(0, rows.shift(-index.base))]):
                bands.setdefault(band, BitMap()).add(row + index.base)
            yield from (bands[band] for band in sorted(bands))
            return
        for texts in index.bands:
            for _, states in texts:
                if found := states.shift(index.base) & rows:
                    yield found

    def _states(self, rows: BitMap) -> BitMap:
        """The states of the concepts that rows are of."""
        numbers = np.frombuffer(rows.to_array(), dtype=np.uint32)
        return self._components.states(self._components.system("description").columns["subject"][numbers])

    def _coded(self, query: Query) -> list[int]:
        """States whose code begins with the text, in order."""
        codes = self._system.codes(self._members)
        return codes.compact(query.code, whole=not query.code_prefix).tolist()

    def _rows(self, query: Query) -> BitMap:
        """The active descriptions that match every word by one of its alternatives, each of which needs all its tokens."""
        index = self._system.description_words(self._components.bitmap("description"))

        def of_token(token: str) -> BitMap:
            return index.starting(token).shift(index.base) | self._of_codes(token)

        def of_all(tokens: tuple[str, ...]) -> BitMap:
            return reduce(and_, map(of_token, tokens))

        found = reduce(and_, (reduce(or_, map(of_all, ways)) for ways in query.words))
        return found & self._components.naming_rows

    def _of_codes(self, token: str) -> BitMap:
        """The descriptions of the concepts whose code begins with the token, if codes are short enough to count as words."""
        codes = self._system.codes(self._members)
        states = BitMap(codes.compact(token)) & codes.short & self._members
        if not states:
            return BitMap()
        concepts = [self._components.concept(state) for state in states]
        rows = self._components.rows("description")
        subjects = self._components.system("description").columns["subject"][rows]
        return bitmap_of_array(rows[np.isin(subjects, np.array(concepts, dtype=np.uint32))])
