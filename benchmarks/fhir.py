"""The FHIR server under load: answers per second, latencies, CPU per answer and memory, against peer and aims.

The server has one core, the client another. The content is ICD-10-CM: two years of the samples where they are,
else made-up ones of that size. Not here: requests (``benchmarks.fhir_requests``), the client (``benchmarks.load``).
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.fhir_requests import SHAPES, Material, Shape, resources
from benchmarks.icd10cm import samples
from benchmarks.load import Load, Outcome, cores, pinned
from benchmarks.measure import Figure
from benchmarks.process import GYLDIG, free_port, resident_mb, wait
from benchmarks.synthetic import icd10cm
from loaders.base import LoadOptions
from loaders.run import load_paths
from registry import Registry
from registry.store.artifacts import ArtifactRow, put_artifacts

__all__ = ["figures"]

GROUP = "fhir"
_SYSTEM, _TODAY = "icd-10-cm", "2021-03-01"
_CONNECTIONS = (32, 10)
_WARM, _SECONDS = 1, 3


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    pid: int
    port: int

    def cpu(self) -> float:
        """Seconds of CPU that the process and its workers have used; 0 where the system does not tell."""
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
    """Load, start, ask."""
    database = folder / "fhir.sqlite"
    material = _fill(database, quick)
    loads = {
        shape.name: Load(folder, f"shape{n}", shape.requests(material)) for n, shape in enumerate(SHAPES)
    }
    server_core, client_core = cores()
    with served(database, core=server_core) as server:
        yield Figure(group=GROUP, name="memory before the first answer", value=server.memory(), unit="MB")
        for shape in SHAPES:
            yield from _shape(shape, loads[shape.name], server, client_core, quick)
        time.sleep(1)
        note = f"{len(material.codes):,} codes in force, two versions"
        yield Figure(
            group=GROUP,
            name="memory at rest after the load",
            value=server.memory(),
            unit="MB",
            aim=200,
            note=note,
        )
    yield from _workers(database, loads[SHAPES[0].name])


def _fill(database: Path, quick: bool) -> Material:
    """Two years, value sets and a map; gives what to ask for."""
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


def _shape(shape: Shape, load: Load, server: Server, core: int | None, quick: bool) -> Iterator[Figure]:
    """A row for each number of connections; requests asked for the first time are measured by themselves."""
    seconds = 1 if quick else _SECONDS
    first, first_cpu = _first(shape, load, server, core)
    for connections in _CONNECTIONS:
        before, waited = server.cpu(), _waited(server.pid)
        outcome = load.put(server.port, connections=connections, seconds=seconds, core=core)
        cpu = (server.cpu() - before) / max(1, outcome.requests) * 1e6
        waited = (_waited(server.pid) - waited) / outcome.seconds
        peer = shape.peer if connections == 10 else None
        yield Figure(
            group=GROUP,
            name=f"{shape.name}, {connections} connections",
            value=outcome.rate,
            unit="/s",
            least=shape.aim,
            note=_note(outcome, cpu, first_cpu, waited, peer),
            more={
                "p50_ms": outcome.p50,
                "p99_ms": outcome.p99,
                "cpu_us": cpu,
                **({"peer": float(shape.peer)} if shape.peer else {}),
            }
            | {"refused": outcome.refused, "broken": outcome.broken, "waited_for_the_core": waited}
            | {"first_rate": first.rate, "first_cpu_us": first_cpu, "different": load.count}
            | {"bytes": outcome.bytes / max(1, outcome.requests), "memory_mb": server.memory()},
        )


def _first(shape: Shape, load: Load, server: Server, core: int | None) -> tuple[Outcome, float]:
    """The first second of a shape, and its CPU per answer; then as many as there are different, where they are few."""
    before = server.cpu()
    first = load.put(server.port, connections=10, seconds=_WARM, core=core)
    cpu = (server.cpu() - before) / max(1, first.requests) * 1e6
    asked, tries = first.requests, 0
    while shape.count < 10_000 and asked < load.count and tries < 5:
        asked += load.put(server.port, connections=10, seconds=_WARM, core=core).requests
        tries += 1
    return first, cpu


def _waited(pid: int) -> float:
    """Seconds that the process was ready to run and another had its core; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


def _note(outcome: Outcome, cpu: float, first: float, waited: float, peer: int | None) -> str:
    told = f"p50 {outcome.p50:.1f} p99 {outcome.p99:.1f} ms, {cpu:.0f} µs CPU (first {first:.0f})"
    told += f", core taken {waited:.0%}" if waited > 0.05 else ""
    told += f", peer {peer:,}" if peer else ""
    return told + (
        f", {outcome.refused} refused, {outcome.broken} broken" if outcome.refused + outcome.broken else ""
    )


def _workers(database: Path, load: Load) -> Iterator[Figure]:
    """One and two processes, free to use every core beside the client."""
    for workers in (1, 2):
        with served(database, core=None, workers=workers) as server:
            load.put(server.port, connections=32, seconds=_WARM, core=None)
            outcome = load.put(server.port, connections=32, seconds=_SECONDS, core=None)
            yield Figure(
                group=GROUP,
                name=f"$lookup, --workers {workers}, unpinned, 32 connections",
                value=outcome.rate,
                unit="/s",
                note=f"p50 {outcome.p50:.1f} p99 {outcome.p99:.1f} ms, {os.cpu_count()} cores shared with the client",
            )
