"""Where routes run: nothing long and no write on the event loop; work that waits too long for its thread is refused."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api.app import create_app
from api.rest import changes, codes, downloads, lanes, scopes, systems
from api.settings import Settings
from api.workers import Busy, Lane, Workers
from registry import Registry
from registry.entities.offload import EVENT_LOOP_GUARD, require_offload

TOKEN = "secret-of-the-tests"
_IN_LANES = {
    "changes",
    "search",
    "history",
    "lookup",
    "descendants",
    "download",
    "scopes",
    "add_scope",
    "systems",
}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LOOKUP = "/api/systems/demo-no/codes/B20?on=2024-03-14"


@pytest.fixture
def own_db(demo_db: str, tmp_path: Path) -> str:
    """A copy of the registry with the made-up system, to be changed."""
    return str(shutil.copy(demo_db, tmp_path / "own.sqlite"))


@pytest.mark.parametrize("module", [changes, codes, downloads, scopes, systems])
def test_routes_run_in_a_lane(module: Any) -> None:
    found = [r for r in module.router.routes if isinstance(r, APIRoute) and r.name in _IN_LANES]
    assert found
    for route in found:
        assert route.endpoint.__code__.co_filename == lanes.__file__, route.path


@pytest.mark.parametrize(
    ("path", "thread"),
    [
        (LOOKUP, "MainThread"),
        ("/api/systems/demo-no/changes?from=2022&to=2023", "gyldig-large"),
        ("/api/systems/demo-no/codes/B10/descendants?on=2024-02-01", "gyldig-large"),
        ("/api/systems/demo-no/codes/B10/children?on=2024-02-01", "gyldig-short"),
        ("/api/systems/demo-no/search?q=b&on=2024-02-01&cursor=3", "gyldig-short"),
        ("/api/systems/demo-no/versions/2024/download?format=parquet", "gyldig-large"),
        ("/api/systems", "gyldig-short"),
    ],
)
def test_the_thread_of_a_request(
    demo_db: str, path: str, thread: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = set[str]()
    system = Registry.system

    def seen(self: Registry, *args: Any, **options: Any) -> Any:
        used.add(_name())
        return system(self, *args, **options)

    monkeypatch.setattr(Registry, "system", seen)
    monkeypatch.setattr(Registry, "systems", lambda self, **options: used.add(_name()) or [])
    app = create_app(Settings(db=demo_db))
    assert asyncio.run(_asked(app, path)).status_code == 200
    assert used == {thread}


def _name() -> str:
    return threading.current_thread().name.rpartition("_")[0] or threading.current_thread().name


async def _asked(app: Any, path: str, **more: Any) -> httpx.Response:
    """The answer to a request, in an event loop of this thread; a GET unless ``json`` is given."""
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            await client.get(path)  # fills the caches
            return await client.request("POST" if "json" in more else "GET", path, **more)


def test_a_plain_request_moves_to_a_thread_when_it_needs_one() -> None:
    async def asked() -> str:
        workers = Workers()

        def work() -> str:
            require_offload(2, 1)
            return _name()

        try:
            return await workers.plain(work)
        finally:
            workers.close()

    assert asyncio.run(asked()) == "gyldig-short"
    assert not EVENT_LOOP_GUARD.on


def test_a_write_behind_another_writer_stops_no_reader(own_db: str) -> None:
    """The other writer keeps the lock of the database; a lookup sent after the write is answered before it."""
    app = create_app(Settings(db=own_db, token=TOKEN))
    ended: list[str] = []

    async def asked() -> None:
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                other = sqlite3.connect(own_db, isolation_level=None)
                other.execute("BEGIN IMMEDIATE")

                async def send(name: str, method: str, path: str, **more: Any) -> None:
                    answer = await client.request(method, path, **more)
                    assert answer.status_code in (200, 201), answer.text
                    ended.append(name)

                entry = {"scope": "elsewhere"}
                write = asyncio.create_task(send("write", "POST", "/api/scopes", json=entry, headers=BEARER))
                await asyncio.sleep(0.2)
                await send("read", "GET", LOOKUP)
                other.execute("ROLLBACK")
                other.close()
                await write

    asyncio.run(asked())
    assert ended == ["read", "write"]


def test_a_write_that_waits_too_long_is_refused_and_never_made(own_db: str) -> None:
    app = create_app(Settings(db=own_db, token=TOKEN, longest_wait=0.05))

    async def asked() -> httpx.Response:
        async with app.router.lifespan_context(app):
            held = threading.Event()
            before = asyncio.create_task(app.state.workers.write.run(held.wait))
            await asyncio.sleep(0.01)
            transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                answer = await client.post("/api/scopes", json={"scope": "late"}, headers=BEARER)
                held.set()
                await before
                found = await client.get("/api/scopes")
            assert "late" not in found.text
            return answer

    answer = asyncio.run(asked())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"


def test_work_that_was_refused_does_not_run() -> None:
    ran: list[int] = []

    async def asked() -> None:
        lane, held = Lane("test", longest_wait=0.05), threading.Event()
        before = asyncio.create_task(lane.run(held.wait))
        await asyncio.sleep(0.01)
        with pytest.raises(Busy):
            await lane.run(lambda: ran.append(1))
        held.set()
        await before
        assert await lane.run(lambda: 2) == 2
        lane.close(wait=True)

    asyncio.run(asked())
    assert ran == []


def test_pages_of_relatives(client: TestClient) -> None:
    path = "/api/systems/demo-no/codes/B10/descendants?on=2024-02-01"
    whole = client.get(path).json()
    assert not whole["more"] and whole["cursor"] is None
    found, cursor = [], None
    while True:
        query = f"&count=1{'' if cursor is None else f'&cursor={cursor}'}"
        page = client.get(path + query).json()
        assert len(page["codes"]) <= 1
        found += page["codes"]
        cursor = page["cursor"]
        if not page["more"]:
            break
    assert found == whole["codes"] and len(found) > 1
    assert client.get(path + "&cursor=x").status_code == 400


def test_pages_of_a_search_are_the_whole_search(client: TestClient) -> None:
    path = "/api/systems/demo-no/search?q=b&on=2024-02-01"
    whole = client.get(path + "&count=1000").json()["hits"]
    pages = [client.get(f"{path}&count=1&cursor={n}").json()["hits"] for n in range(len(whole))]
    assert [hit for page in pages for hit in page] == whole and len(whole) > 1


@pytest.mark.slow
def test_the_longest_pause_of_the_event_loop(big_db: str) -> None:
    """While heavy requests run, the event loop is never stopped for long."""
    app = create_app(Settings(db=big_db, token=TOKEN))
    paths = [
        "/api/systems/big/changes?from=2021&to=2022",
        "/api/systems/big/codes/A00/descendants?version=2022",
        "/api/systems/big/search?q=b&version=2022&cursor=20000",
        "/api/systems/big/versions/2022/download?format=parquet",
        "/api/systems/big/versions/2022/download?format=csv",
    ]

    async def asked() -> dict[str, float]:
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app, client=("127.0.0.1", 5000))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return {path: await _pause(client.get(path, timeout=60)) for path in paths}

    pauses = asyncio.run(asked())
    assert max(pauses.values()) < 0.25, (
        pauses
    )  # the aim is 0.05 on a machine of its own; others share this one


async def _pause(request: Any) -> float:
    """The longest time for which the event loop did nothing else while a request was answered."""
    task, longest, last = asyncio.ensure_future(request), 0.0, time.perf_counter()
    while not task.done():
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    assert task.result().status_code == 200, task.result().text
    return longest
