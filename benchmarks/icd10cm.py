"""Four years of ICD-10-CM: loading, disk, queries. The real files if they are there, else synthetic ones of that size.

Real files are in the folder ``icd10cm`` of the samples (``GYLDIG_SAMPLES``, else ``../shared/data``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.measure import Figure, disk_mb, repeated, seconds
from benchmarks.queries import Subject, lookups, searches, yardstick
from benchmarks.synthetic import icd10cm
from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry

__all__ = ["figures", "samples"]


def figures(folder: Path, quick: bool) -> Iterator[Figure]:
    """Load four years, then run the queries."""
    database = folder / "icd10cm.sqlite"
    with Registry.open(str(database)) as registry:
        yield from _loads(registry, database, quick)
    with Registry.open(str(database)) as registry:
        known = registry.versions("icd-10-cm")
        versions = [v.version for v in known]
        subject = Subject(registry, "icd-10-cm", str(known[-1].valid_from))
        yield from yardstick(database, subject)
        yield from lookups(subject)
        timing = repeated(lambda: registry.history("icd-10-cm", subject.random.choice(subject.codes)), 300)
        yield Figure(name="history of a code, median", value=timing.median / 1000, unit="ms", aim=1)
        yield Figure(name="history of a code, p99", value=timing.p99 / 1000, unit="ms")
        took = seconds(lambda: registry.diff("icd-10-cm", versions[-2], versions[-1]))
        yield Figure(
            name=f"difference {versions[-2]} → {versions[-1]}", value=took * 1000, unit="ms", aim=100
        )
        yield from searches(subject)


def _loads(registry: Registry, database: Path, quick: bool) -> Iterator[Figure]:
    total, first_size, took = 0.0, 0.0, []
    for load in _years(registry, quick):
        took.append(seconds(load))
        total += took[-1]
        first_size = first_size or disk_mb(database)
    size = disk_mb(database)
    yield Figure(name="load the first year", value=took[0], unit="s", aim=3)
    yield Figure(name="load four years", value=total, unit="s", aim=10, note=_note(registry, quick))
    yield Figure(name="disk of one year", value=first_size, unit="MB")
    yield Figure(name="disk of four years against one", value=size / first_size, unit="×", aim=1.4)


def _note(registry: Registry, quick: bool) -> str:
    concepts = [v.concepts for v in registry.versions("icd-10-cm")]
    return f"{min(concepts):,}–{max(concepts):,} codes, " + ("made up" if quick or not samples() else "real")


def _years(registry: Registry, quick: bool) -> Iterator[Callable[[], object]]:
    """One call per year that loads it."""
    files = [] if quick else samples()
    for path in files:
        yield lambda path=path: load_paths(registry, [path], LoadOptions(), format="icd10cm-order")  # type: ignore[misc]
    for year in () if files else range(2018, 2022):
        parsed = icd10cm(year, 9_500 if quick else 95_000)
        yield lambda parsed=parsed: registry.load_parsed(parsed)  # type: ignore[misc]


def samples() -> list[Path]:
    """The order files' zips, oldest first."""
    root = Path(__file__).resolve().parent.parent
    named = os.environ.get("GYLDIG_SAMPLES")
    places = [Path(named)] if named else [p / "shared" / "data" for p in (root.parent, *root.parent.parents)]
    found = next((p for p in places if p.is_dir()), None)
    return sorted((found / "icd10cm").glob("icd10cm_20*.zip"))[:4] if found else []
