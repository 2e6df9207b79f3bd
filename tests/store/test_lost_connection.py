"""PostgreSQL: a lost connection is replaced and the read repeated once; the number of connections is limited."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from registry import Registry
from registry.entities.errors import LoadBusy, StoreError
from registry.entities.offload import EVENT_LOOP_GUARD, NeedsOffload
from registry.store import engine
from tests.conftest import POSTGRES, new_database

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not POSTGRES, reason="GYLDIG_TEST_POSTGRES names no PostgreSQL server"),
]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with new_database("postgres", tmp_path / "x") as found:
        yield found


def terminate(url: str) -> int:
    """End every other connection to the database; returns their number."""
    with psycopg.connect(url, autocommit=True) as other:
        ended = other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return len(ended.fetchall())


def test_reads_go_on_after_the_connection_is_lost(url: str) -> None:
    with Registry.open(url) as registry:
        registry.add_scope("first")
        assert [s.scope for s in registry.scopes()] == []
        assert terminate(url) >= 1
        assert registry.reader.connection.one("SELECT 1") == (1,)
        registry.add_scope("second")
        assert terminate(url) >= 1
        assert registry.database.epoch() == 2


def test_requests_are_answered_after_the_connections_are_lost(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("registry.store.current_ledger.EPOCH_SECONDS", 0)
    with Registry.open(url) as registry:
        registry.add_version("list", "1", valid_from=date(2020, 1, 1)) if registry.system("list") else None
    app = create_app(Settings(db=url, token="t"))
    paths = ["/api/systems", "/api/changes", "/fhir/CodeSystem", "/api/scopes", "/api/lookup?system=x&code=y"]
    with TestClient(app, client=("127.0.0.1", 5000), raise_server_exceptions=False) as client:
        for _ in range(3):
            assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)
            terminate(url)
        entry, token = {"scope": "after"}, {"Authorization": "Bearer t"}
        assert client.post("/api/scopes", json=entry, headers=token).status_code == 201


def test_the_event_loop_does_not_wait_for_a_new_connection(url: str) -> None:
    with Registry.open(url) as registry:
        connection = registry.database.reader()
        assert connection.one("SELECT 1") == (1,)
        terminate(url)
        with EVENT_LOOP_GUARD, pytest.raises(NeedsOffload):
            connection.one("SELECT 1")
        assert connection._replacing is not None
        connection._replacing.join(10)
        with EVENT_LOOP_GUARD:
            assert connection.one("SELECT 1") == (1,)


def test_a_lost_transaction_is_an_error_and_is_not_repeated(url: str) -> None:
    with (
        Registry.open(url) as registry,
        pytest.raises(StoreError),
        registry.database.transaction() as connection,
    ):
        terminate(url)
        connection.execute("SELECT 1")


def test_connections_are_limited_and_returned(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_CONNECTIONS", 2)
    monkeypatch.setattr(engine, "_WRITE_WAIT", 0.05)
    database = engine.Database(url)
    first, second = database.connect(), database.connect()
    with pytest.raises(LoadBusy):
        database.connect()
    second.close()
    second.close()
    database.connect().close()
    first.close()


def test_a_database_that_is_gone_is_an_error(url: str) -> None:
    database: Any = engine.Database(url)
    connection = database.reader()
    connection.one("SELECT 1")
    database.location = "postgresql://nobody@127.0.0.1:1/none"
    terminate(url)
    with pytest.raises(StoreError):
        connection.one("SELECT 1")
