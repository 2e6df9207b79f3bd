"""Which databases are used, migrated or refused, and that a refusal says what to do."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

import registry.entities.model  # noqa: F401 - fills the metadata
from registry.entities.errors import StoreError
from registry.store import schema
from registry.store.engine import APPLICATION_ID
from registry.store.migrations import versions
from registry.store.opening import open_database


def _mark() -> int:
    """A mark of every table, index and statement that the migrations run."""
    written = []
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        for table in SQLModel.metadata.sorted_tables:
            written.append(str(CreateTable(table).compile(dialect=dialect)))
            indexes = sorted(table.indexes, key=lambda index: str(index.name))
            written += [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]
    folder = Path(versions.__file__).parent
    written += [path.read_text() for path in sorted(folder.glob("0*.py"))]
    return int.from_bytes(hashlib.sha256("\n".join(written).encode()).digest()[:2], "big")


def test_the_mark_is_of_these_tables() -> None:
    """A change of the tables: set MARK to the value below; after a release, also add a migration and raise SCHEMA."""
    assert f"{schema.MARK:#06x}" == f"{_mark():#06x}"


def _stamp(database: str, number: int, mark: int = 0) -> None:
    """Give an existing database another stamp."""
    opened = open_database(database)
    connection = opened.connect()
    value = number << 16 | mark
    if opened.dialect == "sqlite":
        connection.execute(f"PRAGMA user_version={value}")
    else:
        connection.execute("UPDATE gyldig_schema SET stamp = ?", (value,))
    connection.close()
    opened.close()


def _remove_stamp(database: str) -> None:
    opened = open_database(database)
    connection = opened.connect()
    connection.execute("PRAGMA user_version=0" if opened.dialect == "sqlite" else "DROP TABLE gyldig_schema")
    connection.close()
    opened.close()


def test_a_new_database_is_created_and_opened_again(database: str) -> None:
    for _ in range(2):
        opened = open_database(database)
        assert opened.epoch() == 0
        opened.close()
    if not database.startswith("postgres"):
        with sqlite3.connect(database) as raw:
            assert raw.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
            assert raw.execute("PRAGMA user_version").fetchone()[0] == schema.stamp()


@pytest.mark.parametrize(
    ("number", "mark", "says", "bokmaal"),
    [
        (
            schema.SCHEMA + 1,
            0,
            "newer version of gyldig (schema 3; this one has 2): update gyldig",
            "nyere versjon av gyldig (skjema 3; denne har 2)",
        ),
        (
            schema.SCHEMA,
            schema.MARK ^ 1,
            "development version of gyldig (schema 2 mark",
            "utviklingsversjon av gyldig (skjema 2 merke",
        ),
        (
            1,
            7,
            "development version of gyldig (schema 1): load its sources again",
            "utviklingsversjon av gyldig (skjema 1): last kildene",
        ),
    ],
)
def test_another_schema_is_refused_by_name(
    database: str, number: int, mark: int, says: str, bokmaal: str
) -> None:
    _stamp(database, number, mark)
    with pytest.raises(StoreError) as caught:
        open_database(database)
    assert says in str(caught.value)
    assert bokmaal in caught.value.in_language("nb")
    assert "--db" in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_schema_from_before_stamps_is_refused(database: str) -> None:
    _remove_stamp(database)
    with pytest.raises(StoreError, match=r"development version of gyldig \(schema 1\)"):
        open_database(database)


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE bookmarks (url TEXT)")
    with pytest.raises(StoreError, match="of another program; select another one with --db") as caught:
        open_database(str(path))
    assert "SQLite-filen til et annet program" in caught.value.in_language("nb")
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]


def _with_a_later_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(schema._MIGRATIONS, folder)
    (folder / "versions" / "0003_more.py").write_text(
        'from alembic import op\nrevision = "0003"\ndown_revision = "0002"\n'
        f"def upgrade() -> None:\n    op.execute({statement!r})\n"
    )
    monkeypatch.setattr(schema, "_MIGRATIONS", folder)
    monkeypatch.setattr(schema, "SCHEMA", 3)


def test_an_older_schema_is_migrated(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_database(database).close()
    _with_a_later_migration(tmp_path, monkeypatch, "CREATE TABLE later (x INTEGER)")
    with pytest.raises(StoreError, match="has an older schema and is opened read-only"):
        open_database(database, readonly=True)
    opened = open_database(database)
    assert opened.reader().all("SELECT x FROM later") == []
    opened.close()
    open_database(database, readonly=True).close()


def test_a_failed_migration_leaves_the_database_as_it_was(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_database(database).close()
    with monkeypatch.context() as patched:
        _with_a_later_migration(tmp_path, patched, "CREATE TABLE publication (x INTEGER)")
        with pytest.raises(StoreError, match="nothing was changed: .*already exists"):
            open_database(database)
    open_database(database).close()


def test_a_failed_creation_leaves_nothing(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        _with_a_later_migration(tmp_path, patched, "CREATE TABLE publication (x INTEGER)")
        with pytest.raises(StoreError, match="nothing was changed: .*already exists"):
            open_database(database)
    opened = open_database(database)
    assert opened.epoch() == 0
    opened.close()
