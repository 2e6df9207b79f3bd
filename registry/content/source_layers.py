"""Several source lines of one version read as one: facets that the first does not assert come from the next (DOMAIN 6).

The first layer decides which concepts exist. The counterpart of a concept in another layer has the same stable
key; without one, the same code, unless the first layer has that layer's concept of this code under another code.
The layers are chosen in ``registry.time.timeline``; records are merged in ``registry.content.layers``.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property, partial
from typing import NamedTuple

from pyroaring import BitMap

from registry.content.layers import MergedConcept, each_state_once, merge_sources
from registry.entities.errors import StoreDamaged
from registry.entities.messages import message
from registry.entities.records import ConceptRecord, ReleaseHeader
from registry.store.bounded import Bounded
from registry.store.engine import Connection, Database
from registry.store.state_lookup import states_of_concept, states_of_same_code, states_of_same_concept
from registry.store.states import canonical, decode
from registry.store.system_states import each_concept

__all__ = ["LayerAlignment", "Layer", "SourceLayers"]

_ALIGNMENTS = 80_000_000  #: bytes of alignments


class Layer(NamedTuple):
    """One release that a view reads from: its id, its bitmap of state ids, its header."""

    release_id: int
    bitmap: BitMap
    header: ReleaseHeader


class IdMap:
    """A map of ids in two sorted arrays, a tenth of the size of a dict."""

    __slots__ = ("_keys", "_values")

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(pairs)
        self._keys = array("I", [key for key, _ in ordered])
        self._values = array("I", [value for _, value in ordered])

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, key: int) -> int | None:
        """The id to which an id is mapped."""
        at = bisect_left(self._keys, key)
        return self._values[at] if at < len(self._keys) and self._keys[at] == key else None


class LayerAlignment:
    """Maps between state ids of a further layer and those of the first, in both directions."""

    def __init__(self, connection: Connection, system_id: int, first: BitMap, other: BitMap) -> None:
        concepts: dict[int, int] = {}
        codes: dict[str, int] = {}
        later: list[tuple[int, int, str]] = []
        for ident, concept, code in each_concept(connection, system_id):
            if ident in first:
                concepts[concept] = codes[code] = ident
            if ident in other:
                later.append((ident, concept, code))
        same = {i: concepts[concept] for i, concept, _ in later if concept in concepts}
        paired = set(same.values())
        for ident, concept, code in later:
            if concept not in concepts and code in codes and codes[code] not in paired:
                same[ident] = codes[code]
        self.to_first = IdMap(same.items())
        self.from_first = IdMap((own, theirs) for theirs, own in same.items())

    @property
    def nbytes(self) -> int:
        """Estimated size in bytes."""
        return 16 * len(self.to_first)

    def translate(self, idents: Iterable[int]) -> BitMap:
        """Ids of the layer as ids of the first layer; those without a counterpart are left out."""
        return BitMap([own for ident in idents if (own := self.to_first.get(ident)) is not None])


class SourceLayers:
    """The further layers of a view with more than one."""

    def __init__(self, database: Database, system_id: int, layers: Sequence[Layer]) -> None:
        self._database, self.system_id, self.layers = database, system_id, tuple(layers)

    @property
    def counterparts(self) -> list[LayerAlignment]:
        """The alignment of each further layer, in order."""
        first, *others = self.layers
        kept: Bounded[tuple[int, int], LayerAlignment]
        kept = self._database.caches.named("alignments of source layers", _ALIGNMENTS)
        return [
            kept.get((first.release_id, layer.release_id), partial(self._aligned, first.bitmap, layer.bitmap))
            for layer in others
        ]

    def _aligned(self, first: BitMap, other: BitMap) -> LayerAlignment:
        return LayerAlignment(self._database.reader(), self.system_id, first, other)

    def asserting(self, facet: str) -> int | None:
        """Number of the first layer that asserts the facet (0 = the first), or None."""
        return next((n for n, layer in enumerate(self.layers) if facet in layer.header.facets), None)

    @cached_property
    def everything(self) -> BitMap:
        """State ids of all layers, for search."""
        return BitMap.union(*(layer.bitmap for layer in self.layers))

    def first_of(self, ident: int) -> int | None:
        """The id in the first layer of a state of any layer."""
        if ident in self.layers[0].bitmap:
            return ident
        found = (c.to_first.get(ident) for c in self.counterparts)
        return next((mine for mine in found if mine is not None), None)

    def merged(self, ident: int) -> MergedConcept:
        """The merged record of a member or group; raises ``StoreDamaged`` for an unknown id."""
        states = self._states(ident)
        if not states:
            raise StoreDamaged(message("error.state_missing", ident=ident))
        found = ((states[n][0], self.layers[n].header, decode(states[n][1])) for n in sorted(states))
        return merge_sources(each_state_once(found))

    def record(self, ident: int) -> ConceptRecord:
        """The merged record in canonical form."""
        return canonical(self.merged(ident).record)

    def counterpart(self, ident: int, number: int) -> int | None:
        """The id in a further layer of a concept of the first, without aligning the whole layers."""
        found = self._states(ident).get(number)
        return found[0] if found is not None else None

    def _states(self, ident: int) -> dict[int, tuple[int, bytes]]:
        """The concept's state and body in each layer that has it, by the layer's number."""
        reader, found = self._database.reader(), dict[int, tuple[int, bytes]]()
        for state, body in states_of_same_concept(reader, ident):
            for n, layer in enumerate(self.layers):
                if state in layer.bitmap:
                    found[n] = state, body
        without = [n for n in range(1, len(self.layers)) if n not in found]
        if without and 0 in found:
            for state, concept, body in states_of_same_code(reader, ident):
                layers = [n for n in without if state in self.layers[n].bitmap]
                if layers and not self._has(concept):
                    found |= dict.fromkeys(layers, (state, body))
        return found

    def _has(self, concept: int) -> bool:
        """Whether the first layer has the concept, under any code."""
        states = states_of_concept(self._database.reader(), concept)
        return any(state in self.layers[0].bitmap for state in states)
