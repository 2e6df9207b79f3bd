"""The FHIR server under load: CPU per answer, answers per second, latencies and memory, compared with peer and aims.

First requests and repeated requests are in separate rows. CPU per answer is in units of the bare ASGI cost
(``benchmarks.bare``) of the same run, because the speed of machines varies. The first thousand requests after the
health check turns green are in separate rows.

The server has one core, the client another. The content is ICD-10-CM: two years of the samples if they are there,
else synthetic content of that size. Requests are in ``benchmarks.fhir_requests``, the client in ``benchmarks.load``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.fhir_requests import SHAPES, Material, Shape, resources
from benchmarks.icd10cm import samples
from benchmarks.load import Load, Outcome, cores, first_requests, pinned
from benchmarks.measure import Figure
from benchmarks.process import GYLDIG, free_port, resident_mb, wait
from benchmarks.synthetic import icd10cm
from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry
from registry.store.artifacts import ArtifactRow, put_artifacts

__all__ = ["figures"]

_ROOT = Path(__file__).resolve().parent.parent
_SYSTEM, _TODAY = "icd-10-cm", "2021-03-01"
_CONNECTIONS = 10
_WARM, _SECONDS = 1, 3
_REPEATED = 200  #: requests that are repeated
_FIRST = 1000  #: requests after the start of a server


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    pid: int
    port: int

    def cpu(self) -> float:
        """Seconds of CPU used by the process and its workers; 0 if the system does not report it."""
        return sum(_cpu(pid) for pid in (self.pid, *_children(self.pid)))

    def memory(self) -> float:
        """Resident memory in MB, of the process and its workers."""
        return sum(resident_mb(pid) or 0.0 for pid in (self.pid, *_children(self.pid)))


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))


def _children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def figures(folder: Path, quick: bool) -> Iterator[Figure]:
    """Load content, start the server, send the requests."""
    database = folder / "fhir.sqlite"
    material = _fill(database, quick)
    requests = {shape.name: shape.requests(material) for shape in SHAPES}
    server_core, client_core = cores()
    yield from _cold(database, requests, server_core)
    with served(database, core=server_core) as server, bare(core=server_core) as yardstick:
        yield Figure(name="memory when ready", value=server.memory(), unit="MB")
        for number, shape in enumerate(SHAPES):
            unit = _bare_cost(folder, yardstick, client_core)
            load = Load(folder, f"shape{number}", requests[shape.name])
            yield from _shape(shape, load, server, client_core, unit)
            again = Load(folder, f"again{number}", requests[shape.name][:_REPEATED])
            yield _repeated(shape, again, server, client_core, unit, quick)
        time.sleep(1)
        note = f"{len(material.codes):,} codes in force, two versions"
        yield Figure(
            name="memory at rest after the load", value=server.memory(), unit="MB", aim=350, note=note
        )
    yield from _workers(database, Load(folder, "workers", requests[SHAPES[0].name]))


def _cold(database: Path, requests: dict[str, list[bytes]], core: int | None) -> Iterator[Figure]:
    """The first requests of a new server, of all shapes, by 10 clients."""
    mixed = [one for some in zip(*requests.values(), strict=False) for one in some][:_FIRST]
    with served(database, core=core) as server:
        outcome = first_requests(server.port, mixed, connections=_CONNECTIONS)
    note = f"p50 {outcome.p50:.1f} ms, max {outcome.slowest:.1f} ms, {outcome.refused} errors, of {outcome.requests:,}"
    more = {"p50_ms": outcome.p50, "max_ms": outcome.slowest, "errors": outcome.refused}
    yield Figure(name="cold start, p99", value=outcome.p99, unit="ms", aim=100, note=note, more=more)


@contextmanager
def bare(*, core: int | None) -> Iterator[Server]:
    """The yardstick on a free port, under the same HTTP server."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "benchmarks.bare:app", "--port", str(port)]
    command += ["--log-level", "warning", "--no-server-header"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, preexec_fn=pinned(core), cwd=_ROOT) as process:
        try:
            wait(f"http://127.0.0.1:{port}/", process)
            yield Server(process.pid, port)
        finally:
            process.terminate()
            process.wait(30)


def _bare_cost(folder: Path, yardstick: Server, core: int | None) -> float:
    """Microseconds of CPU for a bare answer, now."""
    load = Load(folder, "bare", [b"GET / HTTP/1.1\r\nHost: bench\r\n\r\n"])
    return _measured(yardstick, load, core, _WARM)[1]


def _measured(server: Server, load: Load, core: int | None, seconds: float) -> tuple[Outcome, float]:
    """The outcome of a load, and microseconds of CPU per answer."""
    before = server.cpu()
    outcome = load.put(server.port, connections=_CONNECTIONS, seconds=seconds, core=core)
    return outcome, (server.cpu() - before) / max(1, outcome.requests) * 1e6


def _fill(database: Path, quick: bool) -> Material:
    """Load two years, value sets and a map; returns codes and texts for the requests."""
    with Registry.open(str(database)) as registry:
        files = [] if quick else samples()[-2:]
        for path in files:
            load_paths(registry, [path], LoadOptions(), format="icd10cm-order")
        for year in () if files else (2020, 2021):
            registry.load_parsed(icd10cm(year, 9_500 if quick else 98_000))
        view = registry.view(_SYSTEM, on=_TODAY)
        material = Material(view.info.url, view.concepts(view.page(view.all(), 0, None)))
        put_artifacts(registry.reader.database, [_row(r) for r in resources(material)])
    return material


def _row(resource: dict[str, object]) -> ArtifactRow:
    name = str(resource["url"]).rpartition("/")[2]
    return ArtifactRow(
        kind=str(resource["resourceType"]),
        resource_id=name,
        url=str(resource["url"]),
        body=orjson.dumps(resource),
    )


@contextmanager
def served(database: Path, *, core: int | None, workers: int = 1) -> Iterator[Server]:
    """``gyldig serve`` on a free port, on one core (None = anywhere)."""
    port = free_port()
    command = [*GYLDIG, "--db", str(database), "serve", "--port", str(port), "--today", _TODAY]
    command += ["--workers", str(workers)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, preexec_fn=pinned(core)) as process:
        try:
            wait(f"http://127.0.0.1:{port}/fhir/metadata", process)
            yield Server(process.pid, port)
        finally:
            process.terminate()
            process.wait(30)


def _shape(shape: Shape, load: Load, server: Server, core: int | None, unit: float) -> Iterator[Figure]:
    """Requests sent for the first time: cost in units of the bare answer, then answers per second."""
    outcome, cpu = _measured(server, load, core, _WARM)
    twice = max(0, outcome.requests - load.count)
    note = f"{cpu:.0f} µs CPU, bare {unit:.0f} µs" + (f", {twice} repeated" if twice else "")
    more = {"cpu_us": cpu, "bare_us": unit, "different": float(load.count), "repeated": float(twice)}
    yield Figure(
        name=f"{shape.name}, first time", value=cpu / unit, unit="B", aim=shape.aim, note=note, more=more
    )
    more = {
        "p50_ms": outcome.p50,
        "p99_ms": outcome.p99,
        "refused": outcome.refused,
        "broken": outcome.broken,
    }
    more |= {"bytes": outcome.bytes / max(1, outcome.requests), "memory_mb": server.memory()}
    yield Figure(
        name=f"{shape.name}, first time, rate",
        value=outcome.rate,
        unit="/s",
        note=_note(outcome, shape.peer),
        more=more | ({"peer": float(shape.peer)} if shape.peer else {}),
    )


def _repeated(shape: Shape, load: Load, server: Server, core: int | None, unit: float, quick: bool) -> Figure:
    """The same few requests repeatedly."""
    outcome, cpu = _measured(server, load, core, 1 if quick else _SECONDS)
    note = f"{cpu:.0f} µs CPU, {outcome.rate:,.0f}/s, {_note(outcome, None)}"
    return Figure(name=f"{shape.name}, repeated", value=cpu / unit, unit="B", note=note)


def _note(outcome: Outcome, peer: int | None) -> str:
    text = f"p50 {outcome.p50:.1f} p99 {outcome.p99:.1f} ms"
    text += f", peer {peer:,}" if peer else ""
    bad = outcome.refused + outcome.broken
    return text + (f", {outcome.refused} refused, {outcome.broken} broken" if bad else "")


def _workers(database: Path, load: Load) -> Iterator[Figure]:
    """One and two processes, which share all cores with the client."""
    for workers in (1, 2):
        with served(database, core=None, workers=workers) as server:
            load.put(server.port, connections=32, seconds=_WARM, core=None)
            outcome = load.put(server.port, connections=32, seconds=_SECONDS, core=None)
            yield Figure(
                name=f"$lookup, --workers {workers}, unpinned, 32 connections",
                value=outcome.rate,
                unit="/s",
                note=f"p50 {outcome.p50:.1f} p99 {outcome.p99:.1f} ms, {os.cpu_count()} cores shared with the client",
            )
