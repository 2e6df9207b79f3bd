"""A synthetic SNOMED CT edition of full size from RF2 files: loading, memory, disk, first answers, lookups, search.

The package is written first, and loaded in a process of its own so that its peak of memory is the load's alone:
``python -m benchmarks.rf2 DATABASE PACKAGE …`` prints JSON.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.measure import Figure, disk_mb, peak_mb, repeated, seconds
from benchmarks.rf2_edition import SyntheticEdition
from benchmarks.rf2_files import write_package
from benchmarks.rf2_shape import Shape
from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry

__all__ = ["figures"]

_LIMIT = 3600  #: seconds until a load counts as hung
_SYSTEM = "snomed-ct"


def figures(folder: Path, quick: bool) -> Iterator[Figure]:
    """Load a Snapshot, a Delta and an extension in a child process, then ask questions."""
    shape = Shape(concepts=10_000 if quick else 360_000, releases=2)
    packages = _packages(folder, shape)
    database = folder / "rf2.sqlite"
    command = [sys.executable, "-m", "benchmarks.rf2", str(database), *map(str, packages)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_LIMIT)
    yield from _loading(json.loads(done.stdout))
    with Registry.open(str(database)) as registry:
        yield Figure(
            name="opened to the first lookup", value=seconds(lambda: _first(registry)), unit="s", aim=2
        )
        yield from _answers(registry, shape)


def _packages(folder: Path, shape: Shape) -> list[Path]:
    """Snapshot of the first release, Delta of the second, Snapshot of the extension."""
    edition = SyntheticEdition(shape)
    first, second = shape.dates
    return [
        write_package(folder, edition.international, "Snapshot", first),
        write_package(folder, edition.international, "Delta", second, since=first),
        write_package(folder, edition.extension, "Snapshot", shape.norwegian_dates[-1]),
    ]


def _loading(measured: dict[str, list[float]]) -> Iterator[Figure]:
    took, cpu, disk, peak = (measured[name] for name in ("seconds", "cpu", "disk", "peak"))
    note = f"{cpu[0]:,.0f} s of CPU"
    yield Figure(name="Snapshot with reference sets ready", value=took[0], unit="s", aim=60, note=note)
    yield Figure(name="Snapshot, peak memory", value=peak[0], unit="MB", aim=2500)
    yield Figure(name="disk of the Snapshot", value=disk[0], unit="MB")
    yield Figure(name="a Delta ready", value=took[1], unit="s", note=f"{cpu[1]:,.0f} s of CPU")
    further = 100 * (disk[1] - disk[0]) / disk[0]
    yield Figure(name="a Delta's disk, of the first", value=further, unit="%", aim=10)
    yield Figure(name="an extension ready", value=took[2], unit="s", note=f"{cpu[2]:,.0f} s of CPU")


def _first(registry: Registry) -> None:
    assert registry.lookup(_SYSTEM, "404684003").found


def _answers(registry: Registry, shape: Shape) -> Iterator[Figure]:
    view = registry.view(_SYSTEM)
    draw = random.Random(1)
    idents = draw.sample(list(view.all()), min(2000, shape.concepts))
    codes = [r.code for i in range(0, len(idents), 400) for r in view.concepts(idents[i : i + 400])]
    timing = repeated(lambda: registry.lookup(_SYSTEM, draw.choice(codes), lang="nb"), 1000)
    yield Figure(name="lookup in bokmål, median", value=timing.median, unit="µs")
    timing = repeated(lambda: view.subsumes(draw.choice(idents), draw.choice(idents)), 1000)
    yield Figure(name="subsumes, median", value=timing.median, unit="µs")
    words = [view.concept(i).designations[0].text.split()[0] for i in idents[:200]]
    times = []
    for word in words:
        start = time.process_time()
        list(zip(range(20), view.search(word), strict=False))
        times.append((time.process_time() - start) * 1000)
    yield Figure(name="first page of a text search, median CPU", value=median(times), unit="ms", aim=1.5)
    yield Figure(name="peak memory of reading", value=peak_mb(), unit="MB", note="with the generator's")


def _load(database: Path, packages: list[Path]) -> dict[str, list[float]]:
    measured: dict[str, list[float]] = {"seconds": [], "cpu": [], "disk": [], "peak": []}
    with Registry.open(str(database)) as registry:
        for package in packages:
            start, cpu = time.perf_counter(), time.process_time()
            load_paths(registry, [package], LoadOptions(access="open"))
            measured["seconds"].append(time.perf_counter() - start)
            measured["cpu"].append(time.process_time() - cpu)
            measured["disk"].append(disk_mb(database))
            measured["peak"].append(peak_mb())
    return measured


if __name__ == "__main__":
    print(json.dumps(_load(Path(sys.argv[1]), [Path(p) for p in sys.argv[2:]])))
