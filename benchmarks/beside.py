"""Latency of a plain lookup beside each heavy request: the slowest of many lookups while it runs, aim 100 ms."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Figure
from benchmarks.served import Answered, Client, Probe, get, post, served
from benchmarks.synthetic import yearly
from registry import Registry
from registry.entities.records import SystemRecord

__all__ = ["figures"]

_AIM = 100  #: milliseconds
_URL = "https://example.org/beside"
_SECONDS = 3.0  #: for which a heavy request is repeated
_HELD = 3.0  #: seconds for which another writer holds the database
_SCOPE = post("/api/scopes", b'{"scope": "beside"}')


def figures(folder: Path, quick: bool) -> Iterator[Figure]:
    """A server with two versions of 95,000 codes; each heavy request again and again, with lookups beside it."""
    database = folder / "beside.sqlite"
    _fill(database, 9_500 if quick else 95_000)
    with served(database) as (port, _):
        for name, request in _heavy().items():
            yield asyncio.run(_beside(name, port, lambda client, into, r=request: _sent(client, into, r)))
        yield asyncio.run(
            _beside("a write behind another writer", port, lambda c, a: _locked(database, c, a))
        )
        yield asyncio.run(
            _beside("a version that another process publishes", port, lambda c, a: _published(database, c, a))
        )


def _fill(database: Path, size: int) -> None:
    with Registry.open(str(database)) as registry:
        record = SystemRecord(
            slug="beside", url=_URL, titles={"en": "Beside"}, access="open", redistribution="yes"
        )
        registry.add_system(record)
        for parsed in yearly("beside", 2021, 2, size):
            registry.load_parsed(parsed)


def _heavy() -> dict[str, bytes]:
    known = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    system, whole = "/api/systems/beside", f"/fhir/ValueSet/$expand?url={_URL}?fhir_vs"
    return {
        "nothing": get("/api/systems"),
        "REST changes": get(f"{system}/changes?from=2021&to=2022"),
        "REST descendants": get(f"{system}/codes/A00/descendants?version=2022"),
        "REST search, deep cursor": get(f"{system}/search?q=b&version=2022&cursor=50000"),
        "REST download, CSV": get(f"{system}/versions/2022/download"),
        "REST download, JSON": get(f"{system}/versions/2022/download?format=json"),
        "REST download, Parquet": get(f"{system}/versions/2022/download?format=parquet"),
        "REST systems, known_at": get(f"/api/systems?known_at={known}"),
        "FHIR CodeSystem, whole": get("/fhir/CodeSystem/beside-2022"),
        "FHIR $expand, 10,000 codes": get(f"{whole}&count=10000"),
        "FHIR $expand, filter": get(f"{whole}&filter=b&count=1000"),
        "FHIR value sets, known-at": get(f"/fhir/ValueSet?known-at={known}"),
        "FHIR $expand, 25 value sets of twice the next": _doubling(),
        "FHIR $expand, slow pattern": _expanded([_value_set(0, _regex("(.{1,100}){1,10}"))]),
        "FHIR batch of 50 searches": _batch(),
    }


def _expanded(value_sets: list[dict[str, object]]) -> bytes:
    """A request to expand the first of the value sets, which are sent along."""
    given: list[dict[str, object]] = [{"name": "valueSet", "resource": value_sets[0]}]
    given += [{"name": "tx-resource", "resource": one} for one in value_sets[1:]]
    body = json.dumps({"resourceType": "Parameters", "parameter": given})
    return post("/fhir/ValueSet/$expand", body.encode())


def _value_set(number: int, *includes: dict[str, object]) -> dict[str, object]:
    url = f"{_URL}/vs{number}"
    return {
        "resourceType": "ValueSet",
        "url": url,
        "status": "active",
        "compose": {"include": list(includes)},
    }


def _doubling(length: int = 25) -> bytes:
    """Value sets that each include the next one twice, with different conditions."""
    links = [
        [{"valueSet": [f"{_URL}/vs{n + 1}"]}, {"valueSet": [f"{_URL}/vs{n + 1}"], "system": _URL}]
        for n in range(length)
    ]
    last = _value_set(length, {"system": _URL})
    return _expanded([*(_value_set(n, *both) for n, both in enumerate(links)), last])


def _regex(pattern: str) -> dict[str, object]:
    return {"system": _URL, "filter": [{"property": "display", "op": "regex", "value": pattern}]}


def _batch(entries: int = 50) -> bytes:
    """A batch of entries that each search all texts."""
    url = f"ValueSet/$expand?url={_URL}?fhir_vs&count=1000&filter="
    entry = [{"request": {"method": "GET", "url": f"{url}{chr(97 + n % 26)}"}} for n in range(entries)]
    return post("/fhir", json.dumps({"resourceType": "Bundle", "type": "batch", "entry": entry}).encode())


async def _sent(client: Client, into: Answered, request: bytes) -> None:
    end = time.perf_counter() + _SECONDS
    while time.perf_counter() < end:
        await client.send(request, into)


async def _locked(database: Path, client: Client, into: Answered) -> None:
    """A write while another process has the database locked."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        write = asyncio.create_task(client.send(_SCOPE, into))
        await asyncio.sleep(_HELD)
        other.execute("ROLLBACK")
        await write


async def _published(database: Path, client: Client, into: Answered) -> None:
    """A version in force is published by another process."""
    code = f"from benchmarks.beside import publish; publish({str(database)!r})"
    start = time.perf_counter()
    loaded = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    if await loaded.wait():
        into.errors.append("the load failed")
    into.times.append(time.perf_counter() - start)
    await asyncio.sleep(_SECONDS)  # until it is in use


def publish(database: str) -> None:
    """Load the version of 2023, as large as the one before it."""
    with Registry.open(database) as registry:
        size = registry.versions("beside")[-1].concepts
        *_, newest = yearly("beside", 2021, 3, size)
        registry.load_parsed(newest)


async def _beside(name: str, port: int, heavy: Callable[[Client, Answered], Awaitable[None]]) -> Figure:
    """The slowest lookup while the heavy request runs."""
    over, into, client = asyncio.Event(), Answered(), Client(port)
    codes = [get(f"/api/systems/beside/codes/A{n:02d}?version=2022") for n in range(100)]
    probe = Probe(port, codes, each=0.005)
    for request in codes[:20]:
        await client.send(request, Answered())
    running = asyncio.create_task(probe.run(over))
    await heavy(client, into)
    over.set()
    await running
    client.close()
    note = f"the request itself: {into.slowest():,.0f} ms; {len(probe.answered.times)} lookups"
    wrong = into.errors + probe.answered.errors
    return Figure(
        name=f"slowest lookup beside: {name}",
        value=probe.answered.slowest(),
        unit="ms",
        aim=_AIM,
        note=f"{note}; {len(wrong)} errors: {wrong[0]}" if wrong else note,
        more={"p99": probe.answered.at(0.99), "request": into.slowest(), "errors": float(len(wrong))},
    )
