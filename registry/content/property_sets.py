"""Sets of a view's concepts by property value, from the inverted index of the store.

The index covers all states of a system; a view filters it by its states, with a result that never changes.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyroaring import BitMap

from registry.content.source_layers import Layer, SourceLayers
from registry.store.engine import Database
from registry.store.properties import states_by_value, states_with_value

__all__ = ["PropertySets"]

_FLAGS = {".inactive": "inactive", ".selectable": "selectable"}


class PropertySets:
    """Ids of the first layer by property; a property that it does not assert is read from the first layer that does."""

    def __init__(
        self, database: Database, system_id: int, first: Layer, overlay: SourceLayers | None
    ) -> None:
        self._database, self._system_id, self._members = database, system_id, first.bitmap
        self._overlay = overlay

    def equals(self, code: str, value: str) -> BitMap:
        """Ids that have the value."""
        return self._of_view(code, states_with_value(self._database.reader(), self._system_id, code, value))

    def present(self, code: str) -> BitMap:
        """Ids that have any value of the property."""
        return BitMap.union(BitMap(), *(ids for _, ids in self.values(code)))

    def values(self, code: str) -> Iterator[tuple[str, BitMap]]:
        """Each distinct value with the ids that have it, values sorted."""
        for value, states in states_by_value(self._database.reader(), self._system_id, code):
            if idents := self._of_view(code, states):
                yield value, idents

    def _of_view(self, code: str, idents: BitMap) -> BitMap:
        """The part of an indexed set that belongs to this view, as ids of the first layer."""
        own = idents & self._members
        if self._overlay is None:
            return own
        number = self._overlay.asserting(_FLAGS.get(code, f"property:{code}"))
        if not number:
            return own
        layer, counterparts = self._overlay.layers[number], self._overlay.counterparts[number - 1]
        return own | counterparts.translate(idents & layer.bitmap)
