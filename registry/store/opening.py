"""Opening a registry database: connecting, then making sure that its tables are those of this program.

Not here: connections (``registry.store.engine``), which schema is accepted (``registry.store.schema``).
"""

from __future__ import annotations

from registry.store.engine import Database
from registry.store.schema import ensure_schema

__all__ = ["open_database"]


def open_database(url: str | None = None, *, readonly: bool = False, create: bool = True) -> Database:
    """The database at an SQLite path or a PostgreSQL URL, created or migrated where that is needed.

    Raises ``StoreError`` saying what to do where there is none and ``create`` is false, or where its tables are others.
    """
    database = Database(url, readonly=readonly, create=create)
    try:
        ensure_schema(database)
    except BaseException:
        database.close()
        raise
    return database
