"""Every route outside FHIR, found by walking the application: nothing long and no write on the event loop, and a budget.

A new route is walked without being named here; only a parameter or body of a new name needs a value below.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Route

from api.app import create_app
from api.rest import lanes
from api.settings import Settings
from api.workers import Busy
from registry import Registry
from registry.entities.budget import spend
from registry.store.engine import Database

TOKEN = "secret-of-the-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LONGEST = 0.05  #: seconds of the processor that one turn of the event loop may take
_VALUES: dict[str, str] = {
    "system": "big", "code": "A00", "version": "2022", "from": "2021", "to": "2022", "q": "b", "a": "A00",
    "b": "A00.0", "relation": "descendants",
}  # fmt: skip
_BODIES: dict[str, dict[str, Any]] = {
    "ScopeEntry": {"scope": "walked", "system": "big", "version": "2022", "allowed_from": "2022-01-01"},
    "SystemFields": {"owner": "walked"},
    "VersionDates": {"valid_from": "2022-01-01"},
}


@dataclass(frozen=True)
class Walked:
    """A route with a request that it answers."""

    name: str
    method: str
    path: str
    body: dict[str, Any] | None


def _routes(routes: Iterable[Any]) -> Iterator[Any]:
    for route in routes:
        yield route
        inner = getattr(route, "original_router", route)
        yield from _routes(getattr(inner, "routes", None) or [])


def _walk(app: FastAPI) -> Iterator[Walked]:
    for route in _routes(app.routes):
        if isinstance(route, APIRoute):
            yield _request(route)
        elif isinstance(route, Route):
            yield Walked(f"GET {route.path}", "GET", route.path, None)


def _request(route: APIRoute) -> Walked:
    dependant = route.dependant
    needed = {p.alias: _VALUES[p.alias] for p in dependant.query_params if p.field_info.is_required()}
    path = name = route.path if route.path == "/" else "/api" + route.path.removeprefix("/api")
    for parameter in dependant.path_params:
        path = path.replace(f"{{{parameter.alias}:path}}", _VALUES[parameter.alias])
        path = path.replace(f"{{{parameter.alias}}}", _VALUES[parameter.alias])
    (method,) = route.methods
    bodies = [_BODIES[p.field_info.annotation.__name__] for p in dependant.body_params]
    query = f"?{urlencode(needed)}" if needed else ""
    return Walked(f"{method} {name}", method, path + query, bodies[0] if bodies else None)


ROUTES = list(_walk(create_app(Settings())))


def test_every_route_has_a_lane() -> None:
    """But those of the framework, which give what was made when the server started."""
    found = [r for r in _routes(create_app(Settings()).routes) if isinstance(r, APIRoute)]
    assert len(found) > 25
    for route in found:
        assert route.endpoint.__code__.co_filename == lanes.__file__, route.path


@contextmanager
def _turns() -> Iterator[list[float]]:
    """The seconds of the processor that each turn of the event loop takes in this thread."""
    taken: list[float] = []
    original = asyncio.Handle._run

    def timed(self: asyncio.Handle) -> None:
        start = time.thread_time()
        try:
            original(self)
        finally:
            taken.append(time.thread_time() - start)

    patch = pytest.MonkeyPatch()
    patch.setattr(asyncio.Handle, "_run", timed)
    try:
        yield taken
    finally:
        patch.undo()


Send = Callable[..., Coroutine[Any, Any, httpx.Response]]


async def _asked(app: FastAPI, work: Callable[[Send], Awaitable[None]]) -> None:
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:
            await work(partial(client.request, headers=BEARER))


def test_no_route_stops_the_event_loop_or_writes_on_it(big_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with empty caches, then with what the first filled."""
    longest: dict[str, float] = {}
    writers: set[str] = set()
    transaction = Database.transaction

    def seen(self: Database, **options: Any) -> Any:
        writers.add(threading.current_thread().name.rpartition("_")[0])
        return transaction(self, **options)

    monkeypatch.setattr(Database, "transaction", seen)
    app = create_app(Settings(db=big_db, token=TOKEN))

    async def walk(send: Send) -> None:
        for route in ROUTES:
            app.state.registry.reader.caches.clear()
            with _turns() as taken:
                for _ in range(2):
                    answer = await asyncio.create_task(send(route.method, route.path, json=route.body))
                    assert answer.status_code in (200, 201), (route, answer.text)
            longest[route.name] = max(taken)

    asyncio.run(_asked(app, walk))
    assert len(longest) == len(ROUTES)
    assert {name: spent for name, spent in longest.items() if spent > LONGEST} == {}
    assert writers == {"gyldig-write"}


_READING = [r for r in ROUTES if r.method == "GET" and r.path.startswith("/api/") and "." not in r.path]


def _app_with_work(
    demo_db: str, monkeypatch: pytest.MonkeyPatch, work: Callable[[], None], **settings: Any
) -> FastAPI:
    """The application; what every request does first is the work."""

    def found(self: Registry, *args: Any, **options: Any) -> Any:
        work()
        raise AssertionError("the work is over")

    for name in ("system", "systems", "changes_since", "log", "audit", "scopes", "search", "applicable"):
        monkeypatch.setattr(Registry, name, found)
    return create_app(Settings(db=demo_db, token=TOKEN, **settings))


@pytest.mark.parametrize(
    ("settings", "status", "kind"),
    [
        ({"request_steps": 50_000}, 422, "too-costly"),
        ({"request_seconds": 0.05}, 503, "unavailable"),
    ],
)
def test_every_route_that_reads_has_a_budget(
    demo_db: str, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], status: int, kind: str
) -> None:
    def endless() -> None:
        while True:
            spend(100)

    app = _app_with_work(demo_db, monkeypatch, endless, **settings)
    skipped = {"GET /api/docs"}  # has no work that depends on the request

    async def walk(send: Send) -> None:
        for route in _READING:
            if route.name in skipped:
                continue
            answer = await send(route.method, route.path)
            assert answer.status_code == status, route
            assert answer.json()["type"].endswith(f"problem-{kind}"), route
            assert ("retry-after" in answer.headers) == (status == 503), route

    asyncio.run(_asked(app, walk))


def test_work_ends_when_the_caller_is_gone(demo_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[float] = []
    begun = threading.Event()

    def endless() -> None:
        begun.set()
        try:
            while True:
                spend(100)
        finally:
            ended.append(time.monotonic())

    app = _app_with_work(demo_db, monkeypatch, endless)

    async def ask() -> None:
        for route in _READING:
            if route.name == "GET /api/docs":
                continue
            ended.clear()
            begun.clear()
            left = await _leave(app, route.path, begun)
            assert ended and ended[-1] - left < 5, route  # long before the deadline

    async def run() -> None:
        async with app.router.lifespan_context(app):
            await ask()

    asyncio.run(run())


async def _leave(app: FastAPI, path: str, begun: threading.Event) -> float:
    """Send a request and disconnect when its work has begun; returns when the caller left."""
    scope = httpx.URL(f"http://localhost{path}")
    sent: list[Any] = []
    left = 0.0
    first = True

    async def receive() -> dict[str, Any]:
        nonlocal first, left
        if first:
            first = False
            return {"type": "http.request", "body": b"", "more_body": False}
        while not begun.is_set():
            await asyncio.sleep(0.005)
        left = time.monotonic()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(
        {
            "headers": [(b"host", b"localhost"), (b"authorization", BEARER["Authorization"].encode())],
            "type": "http", "http_version": "1.1", "method": "GET", "path": scope.path, "raw_path": scope.raw_path,
            "query_string": scope.query, "client": ("127.0.0.1", 5000),
            "server": ("localhost", 80), "scheme": "http", "root_path": "",
        },
        receive,
        send,
    )  # fmt: skip
    return left


def test_a_change_whose_caller_left_in_the_queue_is_not_made(demo_db: str) -> None:
    app = create_app(Settings(db=demo_db, token=TOKEN))

    async def run() -> None:
        async with app.router.lifespan_context(app):
            held, ran = threading.Event(), list[int]()
            write = app.state.workers.write
            before = asyncio.create_task(write.run(held.wait))
            await asyncio.sleep(0.01)

            async def gone() -> None:
                return None

            with pytest.raises(Busy):
                await write.run(lambda: ran.append(1), gone=gone)
            held.set()
            await before
            await write.run(lambda: None)
            assert ran == []

    asyncio.run(run())


def test_bodies_outside_fhir_are_small(client: Any) -> None:
    for body in (b'{"scope": "' + b"a" * 100_000 + b'"}', b"[" * 200_000):
        assert client.post("/api/scopes", content=body, headers=BEARER).status_code == 413
    deep = client.post(
        "/api/scopes", content=b"[" * 50_000, headers={**BEARER, "content-type": "application/json"}
    )
    assert deep.status_code == 400 and deep.headers["content-type"] == "application/problem+json"


def test_pages_of_changes_are_the_whole(client: Any, demo_db: str) -> None:
    path = "/api/systems/demo-no/changes?from=2022&to=2026"
    whole = client.get(path).json()
    assert not whole["more"] and whole["cursor"] is None and len(whole["changes"]) > 3
    found: dict[str, list[Any]] = {"changes": [], "added": [], "removed": []}
    cursor: str | None = None
    while True:
        page = client.get(f"{path}&count=2{'' if cursor is None else f'&cursor={cursor}'}").json()
        for name, items in found.items():
            assert len(page[name]) <= 2
            items += page[name]
        assert page["counts"] == whole["counts"]
        cursor = page["cursor"]
        if not page["more"]:
            break
    assert found == {name: whole[name] for name in found}
    assert client.get(f"{path}&cursor=x").status_code == 400
