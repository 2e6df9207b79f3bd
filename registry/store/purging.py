"""Deleting content physically: states, components, and everything of them that other tables hold.

All of it happens in the caller's transaction. What remains of a purged release is its row and its publications. The
pages of deleted rows are overwritten (``secure_delete``); ``erase_deleted`` removes what older pages and the
write-ahead log still hold, after the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable

from registry.store.component_rows import delete_unused_names, used_concepts
from registry.store.engine import Connection, Database
from registry.store.states import unpack_numbers
from registry.store.stored_values import bitmap_of

__all__ = ["delete_content", "delete_states", "delete_unused", "erase_deleted"]

_CHUNK = 500
_TABLES = ("concept", "concept_state", "component_name", "component_pack", "component_text", "property_bitmap",
           "word_segment", "release_content", "release_components", "release_dependency")  # fmt: skip


def delete_content(connection: Connection, release_id: int, *, why: str) -> None:
    """Delete the content of a release; its row remains, with the reason."""
    connection.execute("DELETE FROM release_content WHERE release_id = ?", (release_id,))
    connection.execute("UPDATE release SET purged = ? WHERE id = ?", (why, release_id))


def delete_states(connection: Connection, idents: Iterable[int]) -> None:
    """Delete concept states."""
    _delete(connection, "concept_state", idents)


def delete_unused(connection: Connection, system_id: int) -> None:
    """Delete the concepts and names of a system that no state, fragment or component names."""
    concepts = used_concepts(connection, system_id)
    for concept, parents in connection.each(
        "SELECT concept_id, parents FROM concept_state WHERE system_id = ?", (system_id,)
    ):
        concepts.add(concept)
        concepts.update(unpack_numbers(bytes(parents)) if parents is not None else ())
    for (removed,) in connection.each(
        "SELECT c.removed FROM release_content c JOIN release r ON r.id = c.release_id"
        " WHERE r.system_id = ? AND c.removed IS NOT NULL",
        (system_id,),
    ):
        concepts |= bitmap_of(removed)
    rows = connection.all("SELECT id FROM concept WHERE system_id = ?", (system_id,))
    _delete(connection, "concept", [ident for (ident,) in rows if ident not in concepts])
    delete_unused_names(connection, system_id)


def _delete(connection: Connection, table: str, idents: Iterable[int]) -> None:
    wanted = list(idents)
    for start in range(0, len(wanted), _CHUNK):
        some = wanted[start : start + _CHUNK]
        connection.execute(f"DELETE FROM {table} WHERE id IN ({', '.join('?' * len(some))})", some)


def erase_deleted(database: Database) -> bool:
    """Rewrite the database without what was deleted; False if readers kept the write-ahead log from being emptied.

    Call it after the transaction that deleted, with no transaction open in this thread.
    """
    connection = database.connect()
    try:
        if connection.dialect == "postgresql":
            for table in _TABLES:
                connection.execute(f"VACUUM FULL {table}")
            return True
        connection.execute("VACUUM")
        row = connection.one("PRAGMA wal_checkpoint(TRUNCATE)")
        return row is not None and row[0] == 0
    finally:
        connection.close()
