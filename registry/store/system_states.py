"""All states of one system, in any release, for the indexes in memory and for the writer.

Iterators read rows one at a time. Single states are read in ``registry.store.state_lookup``.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.store.engine import Connection

__all__ = ["codes_of", "concepts_of_states", "each_code", "each_concept", "each_hash", "each_link", "keys_of"]

_CODES = "SELECT DISTINCT code FROM concept_state WHERE system_id = ? ORDER BY code"
_EACH_CODE = "SELECT id, code FROM concept_state WHERE system_id = ? ORDER BY id"
_EACH_CONCEPT = "SELECT id, concept_id, code FROM concept_state WHERE system_id = ?"
_EACH_HASH = "SELECT hash, id FROM concept_state WHERE system_id = ?"
_EACH_LINK = "SELECT id, concept_id, parents FROM concept_state WHERE system_id = ? ORDER BY id"
_KEYS = "SELECT key, id FROM concept WHERE system_id = ?"


def codes_of(connection: Connection, system_id: int) -> list[str]:
    """Every code that the system ever had, sorted."""
    return [code for (code,) in connection.all(_CODES, (system_id,))]


def keys_of(connection: Connection, system_id: int) -> dict[str, int]:
    """Concept ids by stable key."""
    return dict(connection.all(_KEYS, (system_id,)))


def each_code(connection: Connection, system_id: int) -> Iterator[tuple[int, str]]:
    """(state id, code), by id."""
    rows: Iterator[tuple[int, str]] = connection.each(_EACH_CODE, (system_id,))
    return rows


def each_concept(connection: Connection, system_id: int) -> Iterator[tuple[int, int, str]]:
    """(state id, concept id, code), in no particular order."""
    rows: Iterator[tuple[int, int, str]] = connection.each(_EACH_CONCEPT, (system_id,))
    return rows


def concepts_of_states(connection: Connection, system_id: int) -> list[tuple[int, int]]:
    """(state id, concept id), by state id."""
    statement = "SELECT id, concept_id FROM concept_state WHERE system_id = ? ORDER BY id"
    return [(int(state), int(concept)) for state, concept in connection.each(statement, (system_id,))]


def each_hash(connection: Connection, system_id: int) -> Iterator[tuple[bytes, int]]:
    """(hash, state id), in no particular order."""
    rows: Iterator[tuple[bytes, int]] = connection.each(_EACH_HASH, (system_id,))
    return rows


def each_link(connection: Connection, system_id: int) -> Iterator[tuple[int, int, bytes | None]]:
    """(state id, concept id, packed concept ids of its parents), by id."""
    rows: Iterator[tuple[int, int, bytes | None]] = connection.each(_EACH_LINK, (system_id,))
    return rows
