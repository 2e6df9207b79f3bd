"""SQL on ``concept_state`` and ``release_content``: reading states and release bitmaps with the driver's statements."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from pyroaring import BitMap

from registry.store.engine import Connection
from registry.store.states import unpack_ordering
from registry.store.stored_values import bitmap_of, damaged
from registry.store.tokens import storable

__all__ = [
    "concept_id",
    "concept_keys",
    "by_code",
    "family_codes",
    "ids_by_hash",
    "keys_of_concepts",
    "patched",
    "release_bitmap",
    "release_ordering",
    "release_removed",
    "release_rows",
    "states_by_code",
    "states_by_ids",
    "states_of_concepts",
    "system_of_release",
    "with_missing",
    "without_codes",
]

_CHUNK = 500


def release_bitmap(connection: Connection, release_id: int) -> BitMap:
    """The state ids of a release; raises ``StoreDamaged`` if they are missing or do not fit their hash."""
    statement = "SELECT bitmap, bitmap_sha256 FROM release_content WHERE release_id = ?"
    row = connection.one(statement, (release_id,))
    if row is None or hashlib.sha256(bytes(row[0])).hexdigest() != row[1]:
        raise damaged(f"content of release {release_id}", "missing" if row is None else "hash")
    return bitmap_of(row[0])


def patched(connection: Connection, base: BitMap, patch_id: int) -> BitMap:
    """The base with a fragment applied: its states replace those of the same concepts, and it removes concepts."""
    patch = release_bitmap(connection, patch_id)
    concepts = BitMap(row[1] for row in release_rows(connection, patch)) | release_removed(
        connection, patch_id
    )
    return (base - states_of_concepts(connection, concepts)) | patch


def release_removed(connection: Connection, release_id: int) -> BitMap:
    """The ids of the concepts that a fragment removes."""
    row = connection.one("SELECT removed FROM release_content WHERE release_id = ?", (release_id,))
    return bitmap_of(row[0]) if row and row[0] is not None else BitMap()


def system_of_release(connection: Connection, release_id: int) -> int | None:
    """The id of a release's system; None if there is no such release."""
    row = connection.one("SELECT system_id FROM release WHERE id = ?", (release_id,))
    return int(row[0]) if row else None


def release_ordering(connection: Connection, release_id: int) -> array[int]:
    """The state ids of a release in the source's order; empty if the source has none."""
    row = connection.one("SELECT ordering FROM release_content WHERE release_id = ?", (release_id,))
    return unpack_ordering(bytes(row[0])) if row and row[0] is not None else array("I")


def release_rows(connection: Connection, idents: Iterable[int]) -> list[tuple[int, int, bytes | None, bytes]]:
    """(state id, concept id, packed parents, hash) of the ids, in no particular order."""
    return list(_by_ids(connection, "id, concept_id, parents, hash", "id", list(idents)))


def states_of_concepts(connection: Connection, concepts: Iterable[int]) -> BitMap:
    """The ids of every state of the concepts, in whatever release."""
    return BitMap(row[0] for row in _by_ids(connection, "id", "concept_id", list(concepts)))


def concept_id(connection: Connection, system_id: int, key: str) -> int | None:
    """The id of the concept with that stable key."""
    row = connection.one("SELECT id FROM concept WHERE system_id = ? AND key = ?", (system_id, key))
    return int(row[0]) if row else None


def keys_of_concepts(connection: Connection, concepts: Iterable[int]) -> dict[int, str]:
    """The stable keys of concepts, by id."""
    return dict(_by_ids(connection, "id, key", "id", list(concepts), table="concept"))


def concept_keys(connection: Connection, concepts: Iterable[int]) -> list[str]:
    """The stable keys of concepts, in no particular order."""
    return [row[0] for row in _by_ids(connection, "key", "id", list(concepts), table="concept")]


def ids_by_hash(
    connection: Connection, system_id: int, hashes: Sequence[bytes], *, table: str = "concept_state"
) -> dict[bytes, int]:
    """State ids by hash, of those hashes that the system has."""
    if connection.dialect == "postgresql":
        statement = f"SELECT hash, id FROM {table} WHERE system_id = ? AND hash = ANY(?)"
        return {bytes(h): i for h, i in connection.all(statement, (system_id, list(hashes)))}
    found: dict[bytes, int] = {}
    for start in range(0, len(hashes), _CHUNK):
        chunk = hashes[start : start + _CHUNK]
        marks = ",".join("?" * len(chunk))
        statement = f"SELECT hash, id FROM {table} WHERE system_id = ? AND hash IN ({marks})"
        found |= connection.all(statement, (system_id, *chunk))
    return found


def _by_ids(
    connection: Connection, columns: str, column: str, wanted: list[int], *, table: str = "concept_state"
) -> Iterator[Any]:
    if connection.dialect == "postgresql":
        yield from connection.all(f"SELECT {columns} FROM {table} WHERE {column} = ANY(?)", (wanted,))
        return
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        marks = ",".join("?" * len(chunk))
        yield from connection.each(f"SELECT {columns} FROM {table} WHERE {column} IN ({marks})", chunk)


def by_code(connection: Connection, system_id: int, members: BitMap) -> list[int]:
    """The state ids of a set, by code."""
    statement = "SELECT id FROM concept_state WHERE system_id = ? ORDER BY code"
    return [ident for (ident,) in connection.each(statement, (system_id,)) if ident in members]


def without_codes(
    connection: Connection, system_id: int, base: BitMap, covered: Callable[[str], bool]
) -> BitMap:
    """The base without the states whose code is covered."""
    rows = connection.each("SELECT id, code FROM concept_state WHERE system_id = ?", (system_id,))
    return base - BitMap([ident for ident, code in rows if ident in base and covered(code)])


def with_missing(connection: Connection, system_id: int, base: BitMap, more: BitMap) -> BitMap:
    """The base with the states of those concepts that it lacks."""
    rows = connection.all("SELECT id, concept_id FROM concept_state WHERE system_id = ?", (system_id,))
    concepts = {concept for ident, concept in rows if ident in base}
    return base | BitMap([ident for ident, concept in rows if ident in more and concept not in concepts])


def states_by_code(connection: Connection, system_id: int, code: str) -> list[tuple[int, bytes]]:
    """(state id, body) of every state that ever had the code in the system."""
    if not storable(code):
        return []
    return connection.all(
        "SELECT id, body FROM concept_state WHERE system_id = ? AND code = ?", (system_id, code)
    )


def states_by_ids(connection: Connection, idents: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """(state id, body) of the ids, in no particular order."""
    yield from _by_ids(connection, "id, body", "id", list(idents))


def family_codes(connection: Connection, system_id: int, compact_prefix: str) -> list[tuple[int, str]]:
    """(state id, code) of every state whose compact code begins with the prefix."""
    if not storable(compact_prefix):
        return []
    return connection.all(
        "SELECT id, code FROM concept_state WHERE system_id = ? AND compact >= ? AND compact < ?",
        (system_id, compact_prefix, compact_prefix + "\U0010ffff"),
    )
