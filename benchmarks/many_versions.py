"""Forty versions of 98,000 codes in random order: a request may not cost more than the same request to one version.

Content is synthetic, 2 % of the codes change from year to year. Every request has another version and another code.
CPU time is compared, because other processes use the machine; requests go to the applications in this process.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.measure import Figure, cpu_micro, peak_mb
from benchmarks.synthetic import yearly
from registry import Registry

__all__ = ["figures"]

SYSTEM, FIRST = "icd-10-cm", 1981
_CALLS = 3000


def figures(folder: Path, quick: bool) -> Iterator[Figure]:
    """Load; then requests to one version and to all of them in random order, from Python and by HTTP."""
    versions, size = (6, 4_000) if quick else (40, 98_000)
    database, start = str(folder / "versions.sqlite"), time.process_time()
    with Registry.open(database) as registry:
        codes: list[str] = []
        for parsed in yearly(SYSTEM, FIRST, versions, size):
            registry.load_parsed(parsed)
            codes = codes or [record.code for record in parsed.concepts]
        took = time.process_time() - start
        yield Figure(name=f"load {versions} versions", value=took, unit="s", note="CPU, with making them up")
    with Registry.open(database, today=date(FIRST + versions, 1, 1)) as registry:
        bare = cpu_micro(lambda: registry.database.epoch(), 20_000)
        yield Figure(name="yardstick: one SQL statement", value=bare, unit="µs")
        days = [f"{FIRST + n}-06-01" for n in range(versions)]
        for name, call in (*_python(registry, codes), *_http(registry, codes)):
            yield from _compared(name, call, days)
        for cache in registry.database.caches.figures():
            yield Figure(
                name=f"cache: {cache.name}", value=cache.weight / 1e6, unit="MB",
                note=f"{cache.entries} entries, {cache.hits:,} hits, {cache.misses:,} misses")  # fmt: skip
        yield Figure(name="peak memory of all this", value=peak_mb(), unit="MB")


Call = Callable[[str], object]


def _compared(name: str, call: Call, days: list[str]) -> Iterator[Figure]:
    """The mean for one version, and for all in random order after one request to each."""
    draw = random.Random(11).choice
    for day in (days[-1], *days):
        call(day)
    one = cpu_micro(lambda: call(days[-1]), _CALLS)
    times: list[float] = []
    for _ in range(_CALLS):
        day, start = draw(days), time.process_time_ns()
        call(day)
        times.append((time.process_time_ns() - start) / 1000)
    times.sort()
    note = f"one version {one:.0f}, p99 {times[int(len(times) * 0.99)]:.0f} µs"
    yield Figure(name=f"{name}, {len(days)} versions", value=mean(times), unit="µs", note=note)


def _python(registry: Registry, codes: list[str]) -> Iterator[tuple[str, Call]]:
    draw = random.Random(7).choice
    yield "lookup, Python", lambda day: registry.lookup(SYSTEM, draw(codes), on=day)
    yield "validity, Python", lambda day: registry.validity(SYSTEM, draw(codes), on=day)
    yield "subsumes, Python", lambda day: registry.subsumes(SYSTEM, draw(codes), draw(codes), on=day)
    yield "search, Python", lambda day: registry.search(draw(codes)[:3] + " ba", system=SYSTEM, on=day)


def _http(registry: Registry, codes: list[str]) -> Iterator[tuple[str, Call]]:
    from api.app import create_app
    from api.settings import Settings

    draw, url = random.Random(5).choice, registry.view(SYSTEM, on=f"{FIRST + 1}-06-01").info.url
    app = create_app(Settings(today=registry.today()), registry=registry)
    loop = asyncio.new_event_loop()

    def get(path: str) -> Callable[[str], object]:
        def call(day: str) -> object:
            query = f"{path.partition('?')[2]}&code={draw(codes)}&date={day}"
            return loop.run_until_complete(_status_of(app, path.partition("?")[0], query))

        return call

    isa = f"url={url}?fhir_vs=isa/{codes[0]}&system={url}"
    yield "$lookup", get(f"/fhir/CodeSystem/$lookup?system={url}")
    yield "CodeSystem $validate-code", get(f"/fhir/CodeSystem/$validate-code?url={url}")
    yield "ValueSet $validate-code, is-a", get(f"/fhir/ValueSet/$validate-code?{isa}")


async def _status_of(app: Any, path: str, query: str) -> int:
    """The status of the answer to a GET."""
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "headers": [(b"host", b"bench"), (b"accept", b"application/fhir+json")], "root_path": "", "scheme": "http",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "http_version": "1.1", "asgi": {"version": "3.0"},
    }  # fmt: skip
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    if sent[0]["status"] != 200:
        raise RuntimeError(f"{path}?{query} was answered with {sent[0]['status']}")
    return int(sent[0]["status"])
