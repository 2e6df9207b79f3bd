"""An opened database of each engine for the tests of the store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry.store.engine import Database
from registry.store.opening import open_database
from tests.store.world import World


@pytest.fixture
def database(database: str) -> Iterator[Database]:
    """An empty database, opened."""
    opened = open_database(database)
    yield opened
    opened.close()


@pytest.fixture
def world(database: Database) -> World:
    """A code system without releases."""
    return World(database)
