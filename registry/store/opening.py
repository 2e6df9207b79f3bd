"""Opening a registry database: connect (``registry.store.engine``), then check its tables (``registry.store.schema``)."""

from __future__ import annotations

from contextlib import suppress
from os import PathLike

from registry.entities.errors import LoadBusy
from registry.store.engine import Database
from registry.store.load_log import end_killed, is_any_running
from registry.store.schema import ensure_schema

__all__ = ["open_database"]


def open_database(
    url: str | PathLike[str] | None = None, *, readonly: bool = False, create: bool = True
) -> Database:
    """The database at an SQLite path or a PostgreSQL URL, created or migrated if needed.

    Raises ``StoreError``, with what to do, if it does not exist and ``create`` is false, or has another schema.
    """
    database = Database(url, readonly=readonly, create=create)
    try:
        ensure_schema(database)
        if not readonly:
            _end_killed_loads(database)
    except BaseException:
        database.close()
        raise
    return database


def _end_killed_loads(database: Database) -> None:
    """Record that loads whose process was killed have failed, unless a load is running now."""
    connection = database.connect()
    try:
        running = is_any_running(connection)
    finally:
        connection.close()
    if running:
        with suppress(LoadBusy), database.load_lock(wait=False), database.transaction() as writing:
            end_killed(writing)
