"""Fixtures that all tests share: a fresh registry on each database, and where the sample data lies."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from registry import Registry

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("GYLDIG_TEST_POSTGRES", "")
DATABASES = [
    "sqlite",
    pytest.param(
        "postgres",
        marks=[
            pytest.mark.postgres,
            pytest.mark.skipif(not POSTGRES, reason="GYLDIG_TEST_POSTGRES names no PostgreSQL server"),
        ],
    ),
]


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of sample data; the test skips where it is absent."""
    named = os.environ.get("GYLDIG_SAMPLES")
    places = [Path(named)] if named else [p / "shared" / "data" for p in (ROOT.parent, *ROOT.parent.parents)]
    for place in places:
        if place.is_dir():
            return place
    pytest.skip("no sample data: set GYLDIG_SAMPLES")


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database that is gone after the test."""
    if request.param == "sqlite":
        yield str(tmp_path / "registry.sqlite")
        return
    yield from _postgres_database()


def _postgres_database() -> Iterator[str]:
    import psycopg

    name = f"gyldig_{uuid.uuid4().hex}"
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{POSTGRES.rpartition('/')[0]}/{name}"
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def open_registry(database: str) -> Iterator[Callable[..., Registry]]:
    """Opens the test's database, also several times; everything is closed afterwards."""
    from registry import Registry

    opened: list[Registry] = []

    def open_(**options: object) -> Registry:
        opened.append(Registry.open(database, **options))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for one in opened:
        one.close()


@pytest.fixture
def registry(open_registry: Callable[..., Registry]) -> Registry:
    """An empty registry."""
    return open_registry()
