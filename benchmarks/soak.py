"""A soak: a server under mixed load at half its top rate for a long time, with publications and loads in between.

``make soak`` (or ``SOAK_MINUTES=4 make soak``). First the top rate is measured; then requests come at half of it. Every 20 s
a scope is written, every minute a version is loaded by another process. Asked for: no error, memory at the end within 15 %
of its value after a quarter of the time (5 minutes of 20), the slowest plain lookup within 250 ms.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.measure import Figure, machine
from benchmarks.process import resident_mb
from benchmarks.served import Answered, Client, Probe, get, post, served
from benchmarks.suite import RESULTS, line
from benchmarks.synthetic import yearly
from registry import Registry
from registry.entities.records import SystemRecord

__all__ = ["main"]

_URL = "https://example.org/soak"
_SLUG, _SMALL = "soak", "soak-small"  #: the system that is read, and the one that is loaded meanwhile
_SIZE, _SMALL_SIZE = 30_000, 3000
_CONNECTIONS = 8
_SCOPE_EVERY, _LOAD_EVERY, _MEMORY_EVERY = 20.0, 60.0, 2.0
_GROWTH, _SLOWEST = 15.0, 250.0


@dataclass(slots=True)
class Soak:
    """What a soak has measured so far."""

    answered: Answered = field(default_factory=Answered)
    writes: Answered = field(default_factory=Answered)
    loads: list[float] = field(default_factory=list)
    failed_loads: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)  #: seconds since the start, MB


def main() -> None:
    """Run the soak, print its table, write its JSON; exit 1 if an aim is missed."""
    minutes = float(os.environ.get("SOAK_MINUTES") or 20)
    with tempfile.TemporaryDirectory(prefix="gyldig-soak-") as folder:
        database = Path(folder) / "soak.sqlite"
        fill(database)
        with served(database) as (port, pid):
            top = asyncio.run(_top_rate(port))
            soak, probe = asyncio.run(_soaked(port, pid, database, top / 2, minutes * 60))
    found = list(_figures(soak, probe, top, minutes))
    for figure in found:
        print(line(figure))
    for wrong in (soak.answered.errors + soak.writes.errors + probe.errors + soak.failed_loads)[:20]:
        print(f"  error: {wrong}")
    print(f"written to {_written(found, soak, minutes)}")
    sys.exit(any(figure.met is False for figure in found))


def fill(database: Path) -> None:
    """Two versions of the system that is read, and the system that is loaded in the course of the soak."""
    with Registry.open(str(database)) as registry:
        for slug, url in ((_SLUG, _URL), (_SMALL, f"{_URL}-small")):
            registry.add_system(
                SystemRecord(slug=slug, url=url, titles={"en": slug}, access="open", redistribution="yes")
            )
        for parsed in yearly(_SLUG, 2021, 2, _SIZE):
            registry.load_parsed(parsed)


def load(database: str, year: int) -> None:
    """Load a version of the small system, in a process of its own."""
    with Registry.open(database) as registry:
        for parsed in itertools.islice(yearly(_SMALL, 1900, year + 1, _SMALL_SIZE), year, year + 1):
            registry.load_parsed(parsed)


def _requests() -> Iterator[bytes]:
    """The mix without end: mostly plain lookups and validations, some searches, histories, expansions, long lists."""
    draw = random.Random(5)
    fhir, rest = f"system={_URL}", f"/api/systems/{_SLUG}"
    value_set = f"/fhir/ValueSet/$expand?url={_URL}?fhir_vs"
    plain: list[Callable[[str], str]] = [
        lambda code: f"{rest}/codes/{code}?on=2021-06-01",
        lambda code: f"/fhir/CodeSystem/$lookup?{fhir}&code={code}",
        lambda code: f"/fhir/CodeSystem/$validate-code?{fhir}&code={code}&date=2021-06-01",
        lambda code: f"{rest}/codes/{code}/validity?on=2022-06-01",
    ]
    other: list[Callable[[str], str]] = [
        lambda code: f"{rest}/search?q={draw.choice('bdfgk')}{draw.choice('aeiou')}&on=2022-06-01",
        lambda code: f"{rest}/codes/{code}/history",
        lambda code: f"{value_set}&count=50&offset={draw.randrange(1000)}",
        lambda code: f"{value_set}&filter={draw.choice('bdfgk')}{draw.choice('aeiou')}&count=20",
        lambda code: f"{rest}/codes/{code[:3]}/descendants?on=2022-06-01",
        lambda code: "/api/systems",
    ]
    large = [f"{rest}/versions/2022/download", f"{rest}/changes?from=2021&to=2022", f"{value_set}&count=5000"]
    while True:
        chance, code = draw.random(), _code(draw)
        if chance < 0.0005:
            yield get(draw.choice(large))
        else:
            yield get(draw.choice(plain if chance < 0.85 else other)(code))


def _code(draw: random.Random) -> str:
    head = f"{draw.choice('ABCDEFG')}{draw.randrange(100):02d}"
    return head + draw.choice(("", ".0", ".12", ".3"))


async def _top_rate(port: int, seconds: float = 10.0) -> float:
    """Requests a second that the mix reaches on all connections without pauses."""
    answered, end, requests = Answered(), time.perf_counter() + seconds, _requests()

    async def connection() -> None:
        client = Client(port)
        while time.perf_counter() < end:
            await client.send(next(requests), answered)
        client.close()

    await asyncio.gather(*(connection() for _ in range(_CONNECTIONS)))
    return len(answered.times) / seconds


async def _soaked(port: int, pid: int, database: Path, rate: float, seconds: float) -> tuple[Soak, Answered]:
    soak, over, requests = Soak(), asyncio.Event(), _requests()
    lookups = [get(f"/api/systems/{_SLUG}/codes/A{n:02d}?on=2021-06-01") for n in range(100)]
    probe = Probe(port, lookups, each=0.05)
    jobs = [
        _paced(Client(port), requests, soak.answered, _CONNECTIONS / rate, over) for _ in range(_CONNECTIONS)
    ]
    jobs += [probe.run(over), _writing(Client(port), soak, over), _loading(database, soak, over)]
    running = asyncio.gather(*jobs, _watched(pid, soak, over))
    await asyncio.sleep(seconds)
    over.set()
    await running
    return soak, probe.answered


async def _paced(
    client: Client, requests: Iterator[bytes], into: Answered, each: float, over: asyncio.Event
) -> None:
    """Requests at a steady rate; after a pause of the server they follow without waiting."""
    due = time.perf_counter() + random.random() * each
    while not over.is_set():
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await client.send(next(requests), into)
        due = max(due + each, time.perf_counter() - 1)
    client.close()


async def _writing(client: Client, soak: Soak, over: asyncio.Event) -> None:
    for number in itertools.count():
        if await _over(over, _SCOPE_EVERY):
            break
        await client.send(post("/api/scopes", b'{"scope": "s%d"}' % (number % 50)), soak.writes)
    client.close()


async def _loading(database: Path, soak: Soak, over: asyncio.Event) -> None:
    for number in itertools.count():
        if await _over(over, _LOAD_EVERY):
            break
        start = time.perf_counter()
        code = f"from benchmarks.soak import load; load({str(database)!r}, {number})"
        loaded = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stderr=subprocess.PIPE)
        _, error = await loaded.communicate()
        if loaded.returncode:
            soak.failed_loads.append(error.decode()[-200:])
        soak.loads.append(time.perf_counter() - start)


async def _watched(pid: int, soak: Soak, over: asyncio.Event) -> None:
    start = time.perf_counter()
    while not await _over(over, _MEMORY_EVERY):
        soak.memory.append((time.perf_counter() - start, resident_mb(pid) or 0.0))


async def _over(over: asyncio.Event, seconds: float) -> bool:
    """Wait so many seconds; whether the soak is over."""
    try:
        await asyncio.wait_for(over.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _figures(soak: Soak, probe: Answered, top: float, minutes: float) -> Iterator[Figure]:
    early, late = _around(soak.memory, minutes * 15), _around(soak.memory, minutes * 60)
    growth = (late / early - 1) * 100 if early else 0.0
    errors = len(soak.answered.errors + soak.writes.errors + probe.errors + soak.failed_loads)
    sent = len(soak.answered.times)
    note = (
        f"{sent:,} requests in {minutes:g} minutes, {len(soak.writes.times)} writes, {len(soak.loads)} loads"
    )
    yield Figure(group="soak", name="top rate", value=top, unit="/s")
    yield Figure(group="soak", name="rate", value=sent / (minutes * 60), unit="/s", note=note)
    yield Figure(group="soak", name="errors", value=errors, unit="", aim=0)
    yield Figure(group="soak", name="memory after a quarter of the time", value=early, unit="MB")
    yield Figure(group="soak", name="memory at the end", value=late, unit="MB")
    yield Figure(group="soak", name="growth of memory", value=growth, unit="%", aim=_GROWTH)
    for name, share in (("median lookup", 0.5), ("p99 lookup", 0.99)):
        yield Figure(group="soak", name=name, value=probe.at(share), unit="ms")
    note = f"of {len(probe.times):,}"
    yield Figure(
        group="soak", name="slowest lookup", value=probe.slowest(), unit="ms", aim=_SLOWEST, note=note
    )
    yield Figure(group="soak", name="slowest request of the mix", value=soak.answered.slowest(), unit="ms")
    yield Figure(group="soak", name="slowest write", value=soak.writes.slowest(), unit="ms")


def _around(memory: list[tuple[float, float]], seconds: float) -> float:
    """The median of memory in the twenty seconds before, in MB."""
    found = [mb for at, mb in memory if seconds - 20 <= at <= seconds + 2]
    return median(found) if found else 0.0


def _written(found: list[Figure], soak: Soak, minutes: float) -> Path:
    taken = datetime.now(UTC)
    body = {
        "taken": taken.isoformat(),
        "minutes": minutes,
        "machine": machine(),
        "figures": [figure.plain() for figure in found],
        "memory": soak.memory,
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"soak-{taken:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(body, indent=1) + "\n")
    return path


if __name__ == "__main__":
    main()
