"""Bringing a database to the schema of ``registry.entities.model``: stamp, migrations, the text index.

A database that is at the head revision costs one query; Alembic is imported only when there is work to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from registry.entities.errors import StoreError
from registry.store.engine import APPLICATION_ID, Connection

if TYPE_CHECKING:
    from registry.store.engine import Database

__all__ = ["HEAD", "ensure_schema"]

HEAD = "0001"


def ensure_schema(database: Database) -> None:
    """Create or upgrade the schema; refuses files of other programs and of newer versions of this one."""
    connection = database.connect()
    try:
        current = _revision(connection)
        if current == HEAD:
            return
        if database.readonly:
            raise StoreError(
                f"{database.location} has an older schema and is opened read-only: open it once for writing"
            )
        if current is not None and current > HEAD:
            raise StoreError(
                f"{database.location} was written by a newer version of gyldig (schema {current})"
            )
    finally:
        connection.close()
    with database.load_lock():
        _migrate(database)


def _revision(connection: Connection) -> str | None:
    """The revision that the database is stamped with, or None for an empty one."""
    if connection.dialect == "postgresql":
        row = connection.one("SELECT to_regclass('alembic_version') IS NOT NULL")
        if not (row and row[0]):
            return None
        found = connection.one("SELECT version_num FROM alembic_version")
        return str(found[0]) if found else None
    _check_application(connection)
    if not connection.one("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"):
        return None
    found = connection.one("SELECT version_num FROM alembic_version")
    return str(found[0]) if found else None


def _check_application(connection: Connection) -> None:
    row = connection.one("PRAGMA application_id")
    tables = connection.one("SELECT count(*) FROM sqlite_master")
    if row and row[0] != APPLICATION_ID and tables and tables[0]:
        raise StoreError("this SQLite file belongs to another program; name another file with --db")


def _migrate(database: Database) -> None:
    """Run the migrations up to the head, in one transaction each."""
    from alembic import command
    from alembic.config import Config

    if database.dialect == "sqlite":
        connection = database.connect()
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.close()
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = database.url
    command.upgrade(config, HEAD)
