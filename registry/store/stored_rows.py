"""Reading whole tables for verification and repair, and the database's own check of its file.

Rows come in the order of their ids. They are compared in ``registry.writing.verification``.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from registry.store.engine import Connection

__all__ = [
    "StoredRelease",
    "StoredState",
    "damage_of_file",
    "each_component_kind",
    "each_concept",
    "each_property_bitmap",
    "each_release_content",
    "each_release_part",
    "each_segment",
    "each_state",
    "stored_releases",
]


class StoredState(NamedTuple):
    """A row of ``concept_state``."""

    id: int
    system_id: int
    concept_id: int
    code: str
    compact: str
    parents: bytes | None
    hash: bytes
    body: bytes


class StoredRelease(NamedTuple):
    """Columns of ``release``, with a name for messages."""

    id: int
    system_id: int
    content_sha256: str
    concepts: int
    purged: str
    name: str  #: label of its version, start of its hash


def damage_of_file(connection: Connection, seconds: float | None = None) -> list[str]:
    """Damage that SQLite reports of the database file, at most ten lines; empty on other engines.

    With ``seconds`` only the pages are checked, without the indexes, and no longer than that.
    """
    if connection.dialect != "sqlite":
        return []
    if seconds is None:
        return _reported(connection, "PRAGMA integrity_check(10)")
    end = time.monotonic() + seconds
    connection.raw.set_progress_handler(lambda: time.monotonic() > end, 10_000)
    try:
        return _reported(connection, "PRAGMA quick_check(10)")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return []
    finally:
        connection.raw.set_progress_handler(None, 0)


def _reported(connection: Connection, pragma: str) -> list[str]:
    return [text for (text,) in connection.raw.execute(pragma) if text != "ok"]


def stored_releases(connection: Connection) -> dict[int, StoredRelease]:
    """Every release, by id; its header is not decoded."""
    statement = (
        "SELECT r.id, r.system_id, r.content_sha256, r.concepts, r.purged, r.source_sha256, v.label"
        " FROM release r LEFT JOIN version v ON v.version_id = r.version_id ORDER BY r.id, v.row_id"
    )
    rows = connection.all(statement)
    return {r[0]: StoredRelease._make((*r[:5], f"{r[6]}@{str(r[5])[:12]}")) for r in rows}


def each_state(connection: Connection) -> Iterator[StoredState]:
    """Every concept state."""
    columns = ", ".join(StoredState._fields)
    return map(StoredState._make, connection.each(f"SELECT {columns} FROM concept_state ORDER BY id"))


def each_concept(connection: Connection) -> Iterator[tuple[int, int, str]]:
    """(id, system, key) of every concept."""
    return _rows(connection, "SELECT id, system_id, key FROM concept ORDER BY id")


def each_component_kind(connection: Connection) -> list[tuple[int, str]]:
    """(system, kind) of component rows."""
    rows = connection.all("SELECT DISTINCT system_id, kind FROM component_pack ORDER BY system_id, kind")
    return [(int(system), str(kind)) for system, kind in rows]


def each_release_content(
    connection: Connection,
) -> Iterator[tuple[int, bytes, str, bytes | None]]:
    """(release, packed bitmap, its hash, packed ids of removed concepts) of every release with content."""
    statement = "SELECT release_id, bitmap, bitmap_sha256, removed FROM release_content ORDER BY release_id"
    return _rows(connection, statement)


def each_release_part(connection: Connection) -> Iterator[tuple[int, str, bytes, str]]:
    """(release, kind, packed bitmap, its hash) of the components of every release."""
    statement = (
        "SELECT release_id, kind, bitmap, bitmap_sha256 FROM release_components ORDER BY release_id, kind"
    )
    return _rows(connection, statement)


def each_property_bitmap(connection: Connection) -> Iterator[tuple[int, str, str, bytes]]:
    """(system, property, value, packed bitmap) of every value of a property."""
    return _rows(connection, "SELECT system_id, property, value, bitmap FROM property_bitmap")


def each_segment(connection: Connection) -> Iterator[tuple[int, str, int, bytes]]:
    """(system, kind, number, packed segment) of the text index."""
    return _rows(
        connection, "SELECT system_id, kind, number, body FROM word_segment ORDER BY system_id, kind, number"
    )


def _rows(connection: Connection, statement: str) -> Iterator[Any]:
    rows: Iterator[Any] = connection.each(statement)
    return rows
