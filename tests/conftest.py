"""Fixtures that all tests share: a fresh registry on each database, and where the sample data lies."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from registry.entities.authorship import set_author

if TYPE_CHECKING:
    from registry import Registry

# Tests share the machine with others: how long the drawing of examples takes says nothing about the code.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")

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


@pytest.fixture(autouse=True)
def _no_author() -> None:
    """Commands that tests run in this process state who writes; the next test begins without."""
    set_author("")


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


def new_database(kind: str, path: Path) -> AbstractContextManager[str]:
    """The URL of an empty database, ``sqlite`` (at the path) or ``postgres``; it is gone afterwards."""
    return contextmanager(_postgres_database)() if kind == "postgres" else nullcontext(f"{path}.sqlite")


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


@pytest.fixture(scope="session")
def demo_db(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a registry with the made-up system; tests only read it."""
    from api.demo.filling import fill
    from registry import Registry

    url = str(tmp_path_factory.mktemp("demo") / "demo.sqlite")
    with Registry.open(url) as registry:
        fill(registry)
    return url


class Ran(NamedTuple):
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def gyldig(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs the command line in this process, in English and without what the environment says."""
    from api.cli.main import run

    for name in [n for n in os.environ if n.startswith("GYLDIG_") and n != "GYLDIG_TEST_POSTGRES"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GYLDIG_LANG", "en")

    def call(*arguments: object) -> Ran:
        capsys.readouterr()
        code = 0
        try:
            copy_context().run(run, [str(a) for a in arguments])  # a command has a process of its own
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return call
