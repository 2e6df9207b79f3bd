"""``verify`` finds every changed cell, every lost row and every flipped byte that changes something."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table
from sqlmodel import SQLModel

import registry.entities.model  # noqa: F401 - fills the metadata
from registry import Registry
from registry.entities.errors import GyldigError
from registry.store import seals
from registry.store.engine import Connection
from tests.registry.everything import fill

TABLES = list(SQLModel.metadata.sorted_tables)


def _changed(value: Any, column_type: str) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return 1 - value if column_type == "BOOLEAN" else value + 1_000_003
    if isinstance(value, bytes | memoryview):
        return bytes(value)[:-1] + bytes([bytes(value)[-1] ^ 1]) if len(value) else b"\1"
    if isinstance(value, str):
        return f"{value}x"
    return b"\1" if column_type in ("BLOB", "BYTEA") else 7 if "INT" in column_type else "x"


def _set(connection: Connection, table: Table, column: str, value: Any, key: dict[str, Any]) -> None:
    where = " AND ".join(f"{name} = ?" for name in key)
    connection.execute(f"UPDATE {table.name} SET {column} = ? WHERE {where}", (value, *key.values()))


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    names = [c.name for c in table.columns]
    return [
        dict(zip(names, r, strict=True))
        for r in connection.all(f"SELECT {', '.join(names)} FROM {table.name}")
    ]


def test_the_sealed_columns_are_all_columns() -> None:
    """A new column of these tables must be sealed too."""
    tables = {t.name: {c.name for c in t.columns} for t in TABLES}
    later = {"recorded_from", "recorded_to"}
    for name, (key, columns, ends) in seals.RECORDED.items():
        more = later if ends else {"recorded_from"}
        assert {key, *columns} | more | ({"purged"} if name == "release" else set()) == tables[name]
    for name, (_, owner, columns) in seals.BELONGING.items():
        assert {owner, *columns} == tables[name]


def test_every_changed_cell_is_found(registry: Registry) -> None:
    fill(registry)
    assert registry.verify().problems == []
    connection = registry.database.connect()
    unseen, cells = [], 0
    for table in TABLES:
        rows = _rows(connection, table)
        assert rows, f"nothing in {table.name}: fill it in tests/registry/everything.py"
        for column in table.columns:
            row = next((r for r in rows if r[column.name] is not None), rows[0])
            key = {c.name: row[c.name] for c in table.primary_key.columns}
            new = _changed(row[column.name], str(column.type))
            _set(connection, table, column.name, new, key)
            cells += 1
            if registry.verify().ok:
                unseen.append(f"{table.name}.{column.name}")
            moved = key | ({column.name: new} if column.name in key else {})
            _set(connection, table, column.name, row[column.name], moved)
    connection.close()
    assert cells > 120 and unseen == []
    assert registry.verify().problems == []


def test_every_lost_row_is_found(registry: Registry) -> None:
    fill(registry)
    connection = registry.database.connect()
    unseen = []
    for table in TABLES:
        if table.name == "load":
            continue  # a log: it may be shortened
        names = ", ".join(c.name for c in table.columns)
        marks = ", ".join("?" * len(table.columns))
        row = _rows(connection, table)[-1]
        key = [row[c.name] for c in table.primary_key.columns]
        where = " AND ".join(f"{c.name} = ?" for c in table.primary_key.columns)
        connection.execute(f"DELETE FROM {table.name} WHERE {where}", key)
        if registry.verify().ok:
            unseen.append(table.name)
        connection.execute(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(row.values()))
    connection.close()
    assert unseen == []
    assert registry.verify().problems == []


def test_access_opened_by_hand_is_found_when_a_server_starts(registry: Registry) -> None:
    fill(registry)
    assert registry.verify(quick=True).ok
    connection = registry.database.connect()
    body = str(connection.all("SELECT body FROM code_system WHERE slug = 'closed'")[0][0])
    forged = body.replace("{", '{"access":"open",', 1)
    connection.execute("UPDATE code_system SET body = ? WHERE slug = 'closed'", (forged,))
    connection.close()
    registry.reader.forget()
    report = registry.verify(quick=True)
    assert not report.ok and "code_system" in report.problems[0]


def _dump(path: Path) -> object:
    """All rows of all tables, or the error that reading them gives."""
    try:
        with sqlite3.connect(f"file:{path}?immutable=1", uri=True) as raw:
            raw.text_factory = bytes
            return [raw.execute(f"SELECT * FROM {t.name} ORDER BY 1").fetchall() for t in TABLES]
    except sqlite3.Error as error:
        return str(error)


@pytest.mark.parametrize("seed", range(60))
def test_a_flipped_bit_is_found_or_changes_nothing(seed: int, filled_file: bytes, tmp_path: Path) -> None:
    """Unused bytes of a page may flip: then no row changes."""
    data, chance, path = bytearray(filled_file), random.Random(seed), tmp_path / "flipped.sqlite"
    path.write_bytes(data)
    before = _dump(path)
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)
    try:
        with Registry.open(str(path), readonly=True) as registry:
            found = not registry.verify().ok
    except GyldigError:
        found = True  # refused when opened
    assert found or _dump(path) == before


@pytest.fixture(scope="module")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a registry with rows in every table, without unused pages."""
    path = tmp_path_factory.mktemp("filled") / "r.sqlite"
    with Registry.open(str(path)) as registry:
        fill(registry)
        connection = registry.database.connect()
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("DELETE FROM word_segment", "text index"),
        ("DELETE FROM property_bitmap", "property"),
        ("UPDATE concept_state SET parents = NULL", "columns"),
        ("UPDATE concept_state SET compact = 'x', code = code || 'y'", "columns"),
        ("DELETE FROM word_segment WHERE kind = 'description'", "text index"),
    ],
)
def test_repair_rebuilds_what_is_derived(
    open_registry: Callable[..., Registry], statement: str, table: str
) -> None:
    registry = open_registry()
    fill(registry)
    connection = registry.database.connect()
    connection.execute(statement)
    connection.close()
    report = registry.verify()
    assert report.repairable and table in report.problems[0]
    assert registry.repair().ok
    assert registry.verify().ok


def test_repair_leaves_what_is_not_derived(registry: Registry) -> None:
    fill(registry)
    connection = registry.database.connect()
    connection.execute("UPDATE scope SET title = 'forged'")
    connection.close()
    report = registry.repair()
    assert not report.ok and not report.repairable and "scope" in report.problems[0]
