"""Reading for verification: bodies and bitmaps with their hashes, and the database's check of its file.

They are compared in ``registry.writing.maintenance``.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.store.engine import Connection

__all__ = ["bitmap_with_hash", "damage_of_file", "each_component_body", "each_concept_body"]


def damage_of_file(connection: Connection) -> list[str]:
    """Damage that SQLite reports of the database file, at most ten lines; empty on other engines."""
    if connection.dialect != "sqlite":
        return []
    return [text for (text,) in connection.all("PRAGMA integrity_check(10)") if text != "ok"]


def each_concept_body(connection: Connection) -> Iterator[tuple[int, str, bytes, bytes]]:
    """(state id, code, hash, body) of every concept state of the database."""
    rows: Iterator[tuple[int, str, bytes, bytes]]
    rows = connection.execute("SELECT id, code, hash, body FROM concept_state")
    return rows


def each_component_body(connection: Connection) -> Iterator[tuple[int, bytes, bytes]]:
    """(state id, hash, body) of every component state of the database."""
    rows: Iterator[tuple[int, bytes, bytes]]
    rows = connection.execute("SELECT id, hash, body FROM component_state")
    return rows


def bitmap_with_hash(connection: Connection, release_id: int) -> tuple[bytes, str] | None:
    """The packed bitmap of a release and its stored hash; None if its content is missing."""
    statement = "SELECT bitmap, bitmap_sha256 FROM release_content WHERE release_id = ?"
    row = connection.one(statement, (release_id,))
    return None if row is None else (bytes(row[0]), row[1])
