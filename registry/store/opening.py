"""Opening a registry database: connect (``registry.store.engine``), then check its tables (``registry.store.schema``)."""

from __future__ import annotations

from os import PathLike

from registry.store.engine import Database
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
    except BaseException:
        database.close()
        raise
    return database
