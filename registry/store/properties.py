"""The inverted index ``property_bitmap``: the states of a system with a value of a property.

A view filters them in ``registry.content.property_sets``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pyroaring import BitMap

from registry.store.engine import Connection
from registry.store.stored_values import bitmap_of

__all__ = ["add_states", "remove_states", "states_by_value", "states_with_value"]

_EQUALS = "SELECT bitmap FROM property_bitmap WHERE system_id = ? AND property = ? AND value = ?"
_ROWS = "SELECT property, value, bitmap FROM property_bitmap WHERE system_id = ?"
_DELETE = "DELETE FROM property_bitmap WHERE system_id = ? AND property = ? AND value = ?"
_REPLACE = "UPDATE property_bitmap SET bitmap = ? WHERE system_id = ? AND property = ? AND value = ?"
_VALUES = "SELECT value, bitmap FROM property_bitmap WHERE system_id = ? AND property = ? ORDER BY value"


def states_with_value(connection: Connection, system_id: int, code: str, value: str) -> BitMap:
    """State ids of the system with the value."""
    row = connection.one(_EQUALS, (system_id, code, value))
    return BitMap() if row is None else bitmap_of(row[0])


def states_by_value(connection: Connection, system_id: int, code: str) -> Iterator[tuple[str, BitMap]]:
    """Each value of the property in the system with its state ids, values sorted."""
    for value, blob in connection.all(_VALUES, (system_id, code)):
        yield value, bitmap_of(blob)


def add_states(
    connection: Connection, system_id: int, found: Mapping[tuple[str, str], Iterable[int]]
) -> None:
    """Add states to the bitmaps of their values; ``found`` gives the state ids of each (property, value)."""
    kept: dict[tuple[str, str], BitMap] = {}
    for name in sorted({name for name, _ in found}):
        stored = connection.all(_VALUES, (system_id, name))
        kept |= {(name, v): bitmap_of(b) for v, b in stored if (name, v) in found}
    for name, value in kept:
        connection.execute(_DELETE, (system_id, name, value))
    added = []
    for (name, value), idents in found.items():
        bitmap = kept.get((name, value), BitMap()) | BitMap(idents)
        bitmap.run_optimize()
        added.append((system_id, name, value, bitmap.serialize()))
    if added:
        connection.insert("property_bitmap", ("system_id", "property", "value", "bitmap"), added)


def remove_states(connection: Connection, system_id: int, removed: BitMap) -> None:
    """Remove states from every bitmap of the system; a value without states is deleted."""
    for name, value, packed in connection.all(_ROWS, (system_id,)):
        before = bitmap_of(packed)
        after = before - removed
        if not after:
            connection.execute(_DELETE, (system_id, name, value))
        elif len(after) != len(before):
            connection.execute(_REPLACE, (after.serialize(), system_id, name, value))
