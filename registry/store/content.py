"""Reading states and release bitmaps straight from the driver: the content path's few statements.

Here: SQL on ``concept_state`` and ``release_content``. Not here: what the states mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyroaring import BitMap

from registry.store.engine import Connection

__all__ = [
    "family_codes",
    "patched",
    "release_bitmap",
    "states_by_code",
    "states_by_ids",
    "storable",
]

_CHUNK = 500


def release_bitmap(connection: Connection, release_id: int) -> BitMap:
    """The state ids of a release; empty where its content was purged."""
    row = connection.one("SELECT bitmap FROM release_content WHERE release_id = ?", (release_id,))
    return BitMap.deserialize(bytes(row[0])) if row else BitMap()


def patched(connection: Connection, base: BitMap, patch: BitMap) -> BitMap:
    """The base with the states of every concept that the patch speaks of replaced by the patch's."""
    concepts: list[int] = []
    for ident in patch:
        row = connection.one("SELECT concept_id FROM concept_state WHERE id = ?", (ident,))
        concepts += row or ()
    replaced = BitMap()
    for concept in concepts:
        rows = connection.all("SELECT id FROM concept_state WHERE concept_id = ?", (concept,))
        replaced |= BitMap(r[0] for r in rows)
    return (base - replaced) | patch


def storable(text: str) -> bool:
    """Whether a text can be in the database at all: no NUL, no halves of characters."""
    if "\0" in text:
        return False
    return text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text)


def states_by_code(connection: Connection, system_id: int, code: str) -> list[tuple[int, bytes]]:
    """(state id, body) of every state that ever had the code in the system."""
    if not storable(code):
        return []
    return connection.all(
        "SELECT id, body FROM concept_state WHERE system_id = ? AND code = ?", (system_id, code)
    )


def states_by_ids(connection: Connection, idents: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """(state id, body) of the ids, in no particular order."""
    wanted = list(idents)
    if connection.dialect == "postgresql":
        yield from connection.all("SELECT id, body FROM concept_state WHERE id = ANY(?)", (wanted,))
        return
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        marks = ",".join("?" * len(chunk))
        yield from connection.execute(f"SELECT id, body FROM concept_state WHERE id IN ({marks})", chunk)


def family_codes(connection: Connection, system_id: int, compact_prefix: str) -> list[tuple[int, str]]:
    """(state id, code) of every state whose compact code begins with the prefix."""
    if not storable(compact_prefix):
        return []
    return connection.all(
        "SELECT id, code FROM concept_state WHERE system_id = ? AND compact >= ? AND compact < ?",
        (system_id, compact_prefix, compact_prefix + "\U0010ffff"),
    )
