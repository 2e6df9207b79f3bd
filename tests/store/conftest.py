"""A database of each engine for the tests of the store; PostgreSQL only where GYLDIG_TEST_POSTGRES names a server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry.store.engine import Database
from tests.store.world import World


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    url = str(tmp_path / "test.sqlite")
    if request.param == "postgresql":
        url = os.environ.get("GYLDIG_TEST_POSTGRES", "")
        if not url:
            pytest.skip("GYLDIG_TEST_POSTGRES names no PostgreSQL server")
        _empty(url)
    opened = Database(url)
    yield opened
    opened.close()


def _empty(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS public CASCADE")
        connection.execute("CREATE SCHEMA public")


@pytest.fixture
def world(database: Database) -> World:
    """A code system without releases."""
    return World(database)
