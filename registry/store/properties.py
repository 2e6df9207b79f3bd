"""Sets of a view's concepts by property value, from the inverted index ``property_bitmap``.

The index covers every state of a system; a view sees its part of it, which never changes, so sets are kept per
view. Not here: what is indexed (``registry.writing.importing``).
"""

from __future__ import annotations

from collections.abc import Iterator

from pyroaring import BitMap

from registry.content.source_layers import Layer, SourceLayers
from registry.store.bounded import Bounded
from registry.store.engine import Database

__all__ = ["PropertySets"]

_KEPT = 128
_FLAGS = {".inactive": "inactive", ".selectable": "selectable"}
_EQUALS = "SELECT bitmap FROM property_bitmap WHERE system_id = ? AND property = ? AND value = ?"
_VALUES = "SELECT value, bitmap FROM property_bitmap WHERE system_id = ? AND property = ? ORDER BY value"


class PropertySets:
    """Ids of the first layer by property; a property that it does not assert comes from the first layer that does."""

    def __init__(
        self, database: Database, system_id: int, first: Layer, overlay: SourceLayers | None
    ) -> None:
        self._database, self._system_id, self._members = database, system_id, first.bitmap
        self._overlay = overlay
        self._kept: Bounded[tuple[str, str], BitMap] = Bounded(_KEPT)

    def equals(self, code: str, value: str) -> BitMap:
        """Ids that have the value."""
        return self._kept.get((code, value), lambda: self._equals(code, value)).copy()

    def _equals(self, code: str, value: str) -> BitMap:
        row = self._database.reader().one(_EQUALS, (self._system_id, code, value))
        return BitMap() if row is None else self._mine(code, BitMap.deserialize(row[0]))

    def present(self, code: str) -> BitMap:
        """Ids that have any value of the property."""
        return BitMap.union(BitMap(), *(ids for _, ids in self.values(code)))

    def values(self, code: str) -> Iterator[tuple[str, BitMap]]:
        """Each distinct value with the ids that have it, values sorted."""
        for value, blob in self._database.reader().all(_VALUES, (self._system_id, code)):
            if mine := self._mine(code, BitMap.deserialize(blob)):
                yield value, mine

    def _mine(self, code: str, idents: BitMap) -> BitMap:
        """The part of an indexed set that this view shows, as ids of the first layer."""
        own = idents & self._members
        if self._overlay is None:
            return own
        number = self._overlay.asserting(_FLAGS.get(code, f"property:{code}"))
        if not number:
            return own
        layer, counterparts = self._overlay.layers[number], self._overlay.counterparts[number - 1]
        return own | counterparts.translate(idents & layer.bitmap)
