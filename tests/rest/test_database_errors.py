"""Errors of the database while a request is answered: 503 or 500 in the documented form, with what is wrong."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from registry.store import engine
from tests.rest.test_every_route import ROUTES

DEMO = {"big": "demo-no", "A00": "B10", "2021": "2023"}
ERRORS = {
    "locked": (sqlite3.OperationalError("database is locked"), 503, "written by another process"),
    "input": (sqlite3.OperationalError("disk I/O error"), 503, "could not be read: disk I/O error"),
    "damaged": (sqlite3.DatabaseError("database disk image is malformed"), 500, "damaged"),
    "text": (sqlite3.OperationalError("Could not decode to UTF-8 column 'code'"), 500, "damaged"),
}
MOST = 8  #: statements of a request that fail in turn


class _Rows:
    """The rows of a statement, of which the first cannot be read."""

    def __init__(self, error: sqlite3.Error) -> None:
        self._error = error

    def __iter__(self) -> Iterator[Any]:
        raise self._error
        yield

    def fetchall(self) -> list[Any]:
        raise self._error

    def fetchone(self) -> Any:
        raise self._error


class _Faults:
    """Lets statements fail, when they begin or when their rows are read; ``left`` counts those before the first."""

    def __init__(self) -> None:
        self.left, self.failed = 0, False
        self.armed = False
        self.error: sqlite3.Error = sqlite3.OperationalError()
        self.reading = False

    def arm(self, left: int, error: sqlite3.Error, *, reading: bool) -> None:
        self.left, self.error, self.reading, self.failed = left, error, reading, False
        self.armed = True

    def execute(self, sql: str, run: Callable[[], Any]) -> Any:
        if not self.armed or not sql.startswith("SELECT"):
            return run()
        self.left -= 1
        if self.left >= 0:
            return run()
        self.failed = True
        if self.reading:
            return _Rows(self.error)
        raise self.error


@pytest.fixture(scope="module")
def faults() -> Iterator[_Faults]:
    found = _Faults()

    class Failing(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> Any:  # type: ignore[override]
            return found.execute(sql, lambda: super(Failing, self).execute(sql, parameters))

    connect = sqlite3.connect
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine.sqlite3, "connect", lambda *a, **o: connect(*a, **o, factory=Failing))
        yield found


@pytest.fixture(scope="module")
def client(demo_db: str, faults: _Faults) -> Iterator[TestClient]:
    app = create_app(Settings(db=demo_db, host="127.0.0.1"))
    with TestClient(app, client=("127.0.0.1", 5000), base_url="http://localhost") as client:
        yield client


def _demo(path: str) -> str:
    for old, new in DEMO.items():
        path = path.replace(old, new)
    return path


SYSTEM = "https://example.org/demo-no"
FHIR = [
    "CodeSystem", "CodeSystem/demo-no-2023", "ValueSet", "ConceptMap", "CodeSystem/$lookup?system={url}&code=B10",
    "CodeSystem/$validate-code?url={url}&code=B10", "ValueSet/$expand?url={url}?fhir_vs&count=3",
    "CodeSystem/$subsumes?system={url}&codeA=B10&codeB=B20", "ConceptMap/$translate?system={url}&code=B10&url=x",
    "metadata",
]  # fmt: skip


def _paths(client: TestClient) -> list[str]:
    url = client.get("/api/systems/demo-no").json()["url"]
    rest = [_demo(route.path) for route in ROUTES if route.method == "GET"]
    return [*rest, *(f"/fhir/{path.format(url=url)}" for path in FHIR)]


@contextmanager
def _no_tracebacks(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.clear()
    with caplog.at_level(logging.ERROR):
        yield
    assert [r.getMessage() for r in caplog.records if r.exc_info] == []


@pytest.mark.parametrize("reading", [False, True], ids=["statement", "rows"])
@pytest.mark.parametrize("name", ERRORS)
def test_an_error_of_the_database_is_answered(
    client: TestClient, faults: _Faults, caplog: pytest.LogCaptureFixture, name: str, reading: bool
) -> None:
    error, status, text = ERRORS[name]
    failed = 0
    right = {path: client.get(path).status_code for path in _paths(client)}
    with _no_tracebacks(caplog):
        for path in right:
            for number in range(MOST):
                client.app.state.registry.reader.caches.clear()  # type: ignore[attr-defined]
                faults.arm(number, error, reading=reading)
                answer = client.get(path)
                faults.armed = False
                if not faults.failed:
                    break
                if answer.status_code == right[path]:  # what is in memory is enough
                    continue
                failed += 1
                assert answer.status_code == status, (path, number, answer.text)
                assert text in answer.text, (path, answer.text)
                assert ("retry-after" in answer.headers) == (status == 503), path
                kind = "fhir+json" if path.startswith("/fhir") else "problem+json"
                assert kind in answer.headers["content-type"], path
    assert failed > 60
    assert client.get("/api/systems/demo-no/codes/B10?on=2024-02-01").status_code == 200
