"""Writing derived data anew, for ``registry.writing.repair``."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import Any

from registry.store.engine import Connection
from registry.store.properties import add_states
from registry.store.terms import replace_terms
from registry.store.word_segment import Segment

__all__ = ["correct_state", "keys_by_id", "rebuild_indexes", "replace_indexes"]

_STATE = "UPDATE concept_state SET concept_id = ?, code = ?, compact = ?, parents = ? WHERE id = ?"


def keys_by_id(rows: Iterable[tuple[int, int, str]]) -> dict[tuple[int, str], int]:
    """Ids by (system, key)."""
    return {(system, key): ident for ident, system, key in rows}


def rebuild_indexes(connection: Connection) -> None:
    """Make the database's own indexes anew (SQLite)."""
    if connection.dialect == "sqlite":
        connection.execute("REINDEX")


def correct_state(connection: Connection, ident: int, values: tuple[Any, ...]) -> None:
    """Set concept, code, compact code and packed parents of a state."""
    connection.execute(_STATE, (*values, ident))


def replace_indexes(
    connection: Connection,
    values: Mapping[tuple[int, str, str], array[int]],
    segments: Mapping[tuple[int, str], Segment],
) -> None:
    """Replace the index of properties (state ids by system, property and value) and the text index (by system and kind)."""
    connection.execute("DELETE FROM property_bitmap")
    by_system: dict[int, dict[tuple[str, str], array[int]]] = {}
    for (system, name, value), idents in values.items():
        by_system.setdefault(system, {})[name, value] = idents
    for system, found in by_system.items():
        add_states(connection, system, found)
    connection.execute("DELETE FROM word_segment")
    for (system, kind), segment in segments.items():
        replace_terms(connection, system, segment, kind=kind)
