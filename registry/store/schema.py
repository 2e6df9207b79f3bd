"""Schema of a database: recognise, create, migrate or refuse it.

A database has a stamp: ``user_version`` in SQLite (with ``application_id``), the one row of ``gyldig_schema`` in
PostgreSQL. The stamp is the number of the schema and a mark of its exact tables, so that a database written by a
development version differs from one of the release with the same number.

==============================================  ===============================================================
database                                        what happens
==============================================  ===============================================================
no tables                                       created
tables of another program                       refused
this number and mark                            used
an older number that has migrations             migrated; refused when opened read-only
an older number without, no stamp, other mark   refused: made by a development version; load the sources again
a newer number                                  refused: update the program
==============================================  ===============================================================

A refusal is a ``StoreError``. Opening a database of this schema takes two queries; Alembic is imported only for
creation and migration.
"""

from __future__ import annotations

from pathlib import Path

from registry.entities.errors import StoreError
from registry.entities.messages import message
from registry.store.engine import APPLICATION_ID, Connection, Database

__all__ = ["MARK", "SCHEMA", "ensure_schema", "stamp", "stamp_statements"]

SCHEMA = 2  #: number of the schema; goes up with every release that changes a table
MARK = 0x4E55  #: mark of the exact tables (tests/registry/test_schema.py computes its value)
_OLDEST = 2  #: the oldest number that the migrations lead on from
_MIGRATIONS = Path(__file__).parent / "migrations"
_OWN_TABLES = ("publication", "concept_state", "release_content", "alembic_version")


def stamp() -> int:
    """The stamp of the current schema: number << 16 | mark."""
    return SCHEMA << 16 | MARK


def stamp_statements(dialect: str) -> tuple[str, ...]:
    """The SQL that stamps a database; migrations run it in the transaction that creates the tables."""
    if dialect == "sqlite":
        return f"PRAGMA application_id={APPLICATION_ID}", f"PRAGMA user_version={stamp()}"
    return (
        "CREATE TABLE IF NOT EXISTS gyldig_schema (stamp INTEGER NOT NULL)",
        "DELETE FROM gyldig_schema",
        f"INSERT INTO gyldig_schema VALUES ({stamp()})",
    )


def ensure_schema(database: Database) -> None:
    """Create or upgrade the schema; raises ``StoreError``, with what to do, for any other database."""
    connection = database.connect()
    try:
        found = _found_stamp(connection, database.location)
    finally:
        connection.close()
    if found == stamp():
        return
    if found is not None:
        _check(found, database.location)
    if database.readonly:
        what = message("error.schema_empty" if found is None else "error.schema_older")
        raise StoreError(message("error.readonly_schema", location=database.location, what=what))
    with database.load_lock():
        _migrate(database)


def _check(found: int, location: str) -> None:
    """Raise ``StoreError`` if the stamp cannot be migrated."""
    number = found >> 16
    if number > SCHEMA:
        raise StoreError(message("error.newer_schema", location=location, schema=number, own=SCHEMA))
    if number == SCHEMA or number < _OLDEST:
        key = "error.schema_mark" if number == SCHEMA else "error.schema_number"
        name = message(key, number=number, mark=f"{found & 0xFFFF:04x}")
        raise StoreError(message("error.development_schema", location=location, name=name))


def _found_stamp(connection: Connection, location: str) -> int | None:
    """The stamp of a database, None for one without tables; schemas from before stamps count as number 1."""
    if connection.dialect == "postgresql":
        return _postgres_stamp(connection)
    application, tables = _pragma(connection, "application_id"), _sqlite_tables(connection)
    if not tables:
        return None
    if application != APPLICATION_ID:
        raise StoreError(message("error.foreign_sqlite", location=location))
    return _pragma(connection, "user_version") or 1 << 16


def _sqlite_tables(connection: Connection) -> int:
    row = connection.one("SELECT count(*) FROM sqlite_master")
    return int(row[0]) if row else 0


def _pragma(connection: Connection, name: str) -> int:
    row = connection.one(f"PRAGMA {name}")
    return int(row[0]) if row else 0


def _postgres_stamp(connection: Connection) -> int | None:
    """The stamp in PostgreSQL; a database that other programs use too counts as empty if it has no table of Gyldig."""
    if _has_table(connection, "gyldig_schema"):
        row = connection.one("SELECT stamp FROM gyldig_schema")
        return int(row[0]) if row else 1 << 16
    return 1 << 16 if any(_has_table(connection, name) for name in _OWN_TABLES) else None


def _has_table(connection: Connection, name: str) -> bool:
    row = connection.one("SELECT to_regclass(?) IS NOT NULL", (name,))
    return bool(row and row[0])


def _migrate(database: Database) -> None:
    """Run the migrations up to this schema, all in one transaction."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy.exc import SQLAlchemyError

    if database.dialect == "sqlite":
        connection = database.connect()
        connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = database.url
    try:
        command.upgrade(config, "head")
    except SQLAlchemyError as error:
        message = (
            f"the tables of {database.location} could not be made or migrated; nothing was changed: {error}"
        )
        raise StoreError(message) from error
