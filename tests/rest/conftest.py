"""Fixtures of the REST tests: a client on the machine itself and one from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings

TOKEN = "secret-of-the-tests"


@pytest.fixture
def client_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., TestClient]]:
    """A client of an application with these settings, by default calling from the machine itself."""
    with ExitStack() as stack:

        def make(host: str = "127.0.0.1", **settings: Any) -> TestClient:
            app = create_app(Settings(**settings))
            return stack.enter_context(TestClient(app, client=(host, 5000), raise_server_exceptions=False))

        yield make


@pytest.fixture
def client(client_of: Callable[..., TestClient], demo_db: str) -> TestClient:
    """A client of the made-up system."""
    return client_of(db=demo_db, token=TOKEN)
