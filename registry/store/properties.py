"""Reading the inverted index ``property_bitmap``: the states of a system that have a value of a property.

Not here: what is indexed (``registry.writing``), which of the states a view shows (``registry.content.property_sets``).
"""

from __future__ import annotations

from collections.abc import Iterator

from pyroaring import BitMap

from registry.store.engine import Connection

__all__ = ["states_by_value", "states_with_value"]

_EQUALS = "SELECT bitmap FROM property_bitmap WHERE system_id = ? AND property = ? AND value = ?"
_VALUES = "SELECT value, bitmap FROM property_bitmap WHERE system_id = ? AND property = ? ORDER BY value"


def states_with_value(connection: Connection, system_id: int, code: str, value: str) -> BitMap:
    """State ids of the system that have the value; empty where none has."""
    row = connection.one(_EQUALS, (system_id, code, value))
    return BitMap() if row is None else BitMap.deserialize(row[0])


def states_by_value(connection: Connection, system_id: int, code: str) -> Iterator[tuple[str, BitMap]]:
    """Each value of the property in the system with its state ids, values sorted."""
    for value, blob in connection.all(_VALUES, (system_id, code)):
        yield value, BitMap.deserialize(blob)
