"""Fixtures of the REST tests: a client on the machine itself and one from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from benchmarks.synthetic import yearly
from loaders.contract import ParsedRelease
from registry import Registry
from registry.entities.records import ConceptRecord, Designation, ReleaseHeader, SourceFile, SystemRecord

TOKEN = "secret-of-the-tests"


@pytest.fixture(scope="module")
def big_db(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A registry with two versions of 30,000 codes."""
    url = str(tmp_path_factory.mktemp("big") / "big.sqlite")
    with Registry.open(url) as registry:
        registry.add_system(
            SystemRecord(slug="big", titles={"en": "Big"}, access="open", redistribution="yes")
        )
        for parsed in yearly("big", 2021, 2, 30_000):
            registry.load_parsed(parsed)
    return url


@pytest.fixture
def client_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., TestClient]]:
    """A client of an application with these settings, by default calling from the machine itself."""
    with ExitStack() as stack:

        def make(host: str = "127.0.0.1", **settings: Any) -> TestClient:
            app = create_app(Settings(**{"host": "127.0.0.1", **settings}))
            client = TestClient(
                app, client=(host, 5000), base_url="http://localhost", raise_server_exceptions=False
            )
            return stack.enter_context(client)

        yield make


@pytest.fixture
def client(client_of: Callable[..., TestClient], demo_db: str) -> TestClient:
    """A client of the made-up system."""
    return client_of(db=demo_db, token=TOKEN)


def add_system(registry: Registry, slug: str, **flags: Any) -> None:
    registry.load_parsed(
        ParsedRelease(
            header=ReleaseHeader(
                system=slug, version="1", source_line="list", facets=("display",),
                files=(SourceFile(name="x", sha256=slug.encode().hex().ljust(64, "0")[:64], size=1),),
            ),
            concepts=[ConceptRecord(code="A", designations=(Designation("display", "alfa", "nb"),))],
            system=SystemRecord(slug=slug, **flags),
        )
    )  # fmt: skip


@pytest.fixture
def licensed(database: str) -> str:
    with Registry.open(database) as registry:
        add_system(registry, "secret")
        add_system(registry, "readable", access="open", redistribution="no")
        add_system(registry, "free", access="open", redistribution="yes")
    return database
