"""Several source lines of one version read as one: what the first does not assert comes from the next (DOMAIN 6).

The first layer decides which concepts there are. LayerAlignment in other layers have the same stable key, else the
same code. Not here: which layers, in which order (``registry.time.timeline``); listing disagreements.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from pyroaring import BitMap

from registry.content.layers import merge_sources
from registry.entities.records import ConceptRecord, ReleaseHeader
from registry.store.engine import Connection, Database
from registry.store.states import canonical, decode

__all__ = ["LayerAlignment", "Layer", "SourceLayers"]


class Layer(NamedTuple):
    """One release that a view reads from: its id, its bitmap of state ids, what it asserts."""

    release_id: int
    bitmap: BitMap
    header: ReleaseHeader


class IdMap:
    """Ids and their partners in two sorted arrays: a tenth of what a dict takes; views are many."""

    __slots__ = ("_keys", "_values")

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(pairs)
        self._keys = array("I", [key for key, _ in ordered])
        self._values = array("I", [value for _, value in ordered])

    def get(self, key: int) -> int | None:
        """The partner of an id."""
        at = bisect_left(self._keys, key)
        return self._values[at] if at < len(self._keys) and self._keys[at] == key else None


class LayerAlignment:
    """State ids of a further layer against those of the first, both ways."""

    def __init__(self, connection: Connection, system_id: int, first: BitMap, other: BitMap) -> None:
        concepts: dict[int, int] = {}
        codes: dict[str, int] = {}
        later: list[tuple[int, int, str]] = []
        statement = "SELECT id, concept_id, code FROM concept_state WHERE system_id = ?"
        for ident, concept, code in connection.execute(statement, (system_id,)):
            if ident in first:
                concepts[concept] = codes[code] = ident
            if ident in other:
                later.append((ident, concept, code))
        found = [(i, mine) for i, concept, code in later if (mine := concepts.get(concept, codes.get(code)))]
        self.to_first = IdMap(found)
        self.from_first = IdMap((mine, theirs) for theirs, mine in found)

    def translate(self, idents: Iterable[int]) -> BitMap:
        """Ids of the layer as ids of the first; those without a counterpart are left out."""
        return BitMap([mine for ident in idents if (mine := self.to_first.get(ident)) is not None])


class SourceLayers:
    """The further layers of a view with more than one."""

    def __init__(self, database: Database, system_id: int, layers: Sequence[Layer]) -> None:
        self._database, self.system_id, self.layers = database, system_id, tuple(layers)

    @cached_property
    def counterparts(self) -> list[LayerAlignment]:
        """Of each further layer, in order."""
        first, reader = self.layers[0].bitmap, self._database.reader()
        return [LayerAlignment(reader, self.system_id, first, layer.bitmap) for layer in self.layers[1:]]

    def asserting(self, facet: str) -> int | None:
        """Number of the first layer that asserts the facet (0 = the first), or None."""
        return next((n for n, layer in enumerate(self.layers) if facet in layer.header.facets), None)

    @cached_property
    def everything(self) -> BitMap:
        """State ids of all layers: where search looks."""
        return BitMap.union(*(layer.bitmap for layer in self.layers))

    def first_of(self, ident: int) -> int | None:
        """The id in the first layer of a state of any layer."""
        if ident in self.layers[0].bitmap:
            return ident
        found = (c.to_first.get(ident) for c in self.counterparts)
        return next((mine for mine in found if mine is not None), None)

    def record(self, ident: int, base: ConceptRecord) -> ConceptRecord:
        """The record of the first layer with what further layers add."""
        found = [(self.layers[0].header, base)]
        for layer, counterparts in zip(self.layers[1:], self.counterparts, strict=True):
            other = counterparts.from_first.get(ident)
            if other is not None:
                found.append((layer.header, self._record(other)))
        return canonical(merge_sources(found).record) if len(found) > 1 else base

    def _record(self, ident: int) -> ConceptRecord:
        row = self._database.reader().one("SELECT body FROM concept_state WHERE id = ?", (ident,))
        return decode(row[0]) if row is not None else ConceptRecord(code="")
