"""A synthetic system of SNOMED CT's size with twenty half-yearly releases: loading, memory, disk, queries.

Loading runs in a separate process, so that its peak of memory can be measured:
``python -m benchmarks.snomed DATABASE CONCEPTS RELEASES`` prints JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.measure import Figure, disk_mb, peak_mb, repeated, seconds
from benchmarks.queries import Subject, lookups, searches, yardstick
from benchmarks.synthetic import Snomed
from registry import Registry

__all__ = ["figures"]

SYSTEM = Snomed.slug
_LIMIT = 1800  #: seconds until a load counts as hung


def figures(folder: Path, quick: bool) -> Iterator[Figure]:
    """Load the releases in a child process, then run the queries."""
    database = folder / "snomed.sqlite"
    concepts, releases = (36_000, 4) if quick else (360_000, 20)
    command = [sys.executable, "-m", "benchmarks.snomed", str(database), str(concepts), str(releases)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_LIMIT)
    yield from _loading(json.loads(done.stdout))
    with Registry.open(str(database)) as registry:
        versions = [v.version for v in registry.versions(SYSTEM)]
        first, last = (f"{v[:4]}-{v[4:6]}-{v[6:]}" for v in (versions[0], versions[-1]))
        subject = Subject(registry, SYSTEM, last)
        yield from yardstick(database, subject)
        yield from lookups(subject, label=", newest release")
        yield from lookups(Subject(registry, SYSTEM, first), label=", oldest release")
        yield from _hierarchy(subject)
        yield from _whole(subject, versions, folder)
        yield from searches(subject)


def _loading(measured: dict[str, list[float]]) -> Iterator[Figure]:
    took, sizes, peaks, generating = (
        measured["seconds"],
        measured["disk"],
        measured["peak"],
        measured["generator_peak"],
    )
    yield Figure(
        name="first release ready", value=took[0], unit="s", aim=60, note=f"{measured['texts'][0]:,.0f} texts"
    )
    yield Figure(
        name="first release, peak memory", value=peaks[0], unit="MB", aim=2000,
        note=f"of it {generating[0]:,.0f} for the made-up source")  # fmt: skip
    yield Figure(name="a further release, median", value=median(took[1:]), unit="s", aim=15)
    yield Figure(name="a further release, slowest", value=max(took[1:]), unit="s", aim=15)
    yield Figure(name="disk of the first release", value=sizes[0], unit="MB")
    further = (sizes[-1] - sizes[0]) / (len(sizes) - 1)
    yield Figure(
        name="a further release's disk, of the first", value=100 * further / sizes[0], unit="%", aim=5
    )


def _hierarchy(subject: Subject) -> Iterator[Figure]:
    view = subject.registry.view(SYSTEM, on=subject.day)
    idents = [view.find(code) or 0 for code in subject.codes]
    yield Figure(
        name="read the links of the system, walk to the first answer",
        value=seconds(lambda: view.subsumes(idents[0], idents[1])),
        unit="s",
    )
    walked = repeated(lambda: view.subsumes(subject.random.choice(idents), subject.random.choice(idents)))
    yield Figure(name="subsumes by walking, median", value=walked.median, unit="µs")
    yield Figure(name="build the closure", value=seconds(view._index.hierarchy.closure), unit="s", aim=1.5)
    pairs = [(subject.random.choice(idents), subject.random.choice(idents)) for _ in range(100_000)]
    took = seconds(lambda: [view.subsumes(a, b) for a, b in pairs])
    yield Figure(name="subsumes in process, mean", value=took / len(pairs) * 1e6, unit="µs", aim=2)
    draw = subject.random.choice
    timing = repeated(
        lambda: subject.registry.subsumes(SYSTEM, draw(subject.codes), draw(subject.codes), on=subject.day)
    )
    yield Figure(name="subsumes through the façade, median", value=timing.median, unit="µs")
    timing = repeated(lambda: view.descendants(draw(idents)), 1000)
    yield Figure(name="descendants as a set, median", value=timing.median, unit="µs")
    timing = repeated(lambda: view.ancestors(draw(idents)), 1000)
    yield Figure(name="ancestors as a set, median", value=timing.median, unit="µs")


def _whole(subject: Subject, versions: list[str], folder: Path) -> Iterator[Figure]:
    """Whole lists: export, difference, history."""
    from api.tables import chunks

    def export() -> None:
        rows = subject.registry.export_rows(SYSTEM, on=subject.day)
        with (folder / "list.parquet").open("wb") as file:
            for piece in chunks(rows, "parquet"):
                file.write(piece)

    registry = subject.registry
    yield Figure(name="whole list at a date as Parquet", value=seconds(export), unit="s", aim=3)
    took = seconds(lambda: registry.diff(SYSTEM, versions[-2], versions[-1]))
    yield Figure(name="difference of adjacent releases", value=took * 1000, unit="ms")
    timing = repeated(lambda: registry.history(SYSTEM, subject.random.choice(subject.codes)), 200)
    yield Figure(name="history of a code, 20 releases, median", value=timing.median / 1000, unit="ms", aim=1)


def _load(database: Path, concepts: int, releases: int) -> dict[str, list[float]]:
    """Load the releases one by one; times exclude generating the content."""
    source = Snomed(concepts)
    measured: dict[str, list[float]] = {"seconds": [], "disk": [], "peak": [], "generator_peak": [peak_mb()]}
    measured["texts"] = [sum(len(r.designations) for r in source.records)]
    with Registry.open(str(database)) as registry:
        for parsed in source.releases(releases):
            start = time.perf_counter()
            registry.load_parsed(parsed)
            measured["seconds"].append(time.perf_counter() - start)
            measured["disk"].append(disk_mb(database))
            measured["peak"].append(peak_mb())
    return measured


if __name__ == "__main__":
    print(json.dumps(_load(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
