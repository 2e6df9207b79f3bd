"""Runs the benchmarks: a table on the terminal, and a JSON file."""

from __future__ import annotations

import argparse
import importlib
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import Figure, machine

__all__ = ["main"]

#: name on the command line → module with ``figures(folder, quick)``
GROUPS = ("icd10cm", "snomed", "rf2", "many_versions", "process", "fhir", "beside")
RESULTS = Path(__file__).parent / "results"

Figures = Callable[[Path, bool], Iterator[Figure]]


def main(arguments: list[str] | None = None) -> None:
    """Run the chosen groups, print their figures, write ``benchmarks/results/<time>.json``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=GROUPS, action="append", help="run this group alone (repeatable)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the size: does it run at all?")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the JSON")
    options = parser.parse_args(arguments)
    about = machine()
    print(
        f"{about['processor']}, {about['cores']} cores, Python {about['python']}, SQLite {about['sqlite']}\n"
    )
    found = [figure for name in options.only or GROUPS for figure in _run(name, options.quick)]
    options.results.mkdir(parents=True, exist_ok=True)
    taken = datetime.now(UTC)
    path = options.results / f"{taken:%Y%m%dT%H%M%SZ}.json"
    body = {
        "taken": taken.isoformat(),
        "quick": options.quick,
        "machine": about,
        "figures": [f.plain() for f in found],
    }
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n")
    missed = [f for f in found if f.met is False]
    print(f"\n{len(found)} figures, {len(missed)} miss their aim; written to {path}")


def _run(name: str, quick: bool) -> Iterator[Figure]:
    """The figures of one group, printed as they come."""
    figures: Figures = importlib.import_module(f"benchmarks.{name}").figures
    with tempfile.TemporaryDirectory(prefix="gyldig-bench-") as folder:
        for figure in figures(Path(folder), quick):
            named = replace(figure, group=name)
            print(line(named), flush=True)
            yield named


def line(figure: Figure) -> str:
    """A figure as a line of the table."""
    aim = "" if figure.aim is None else f"≤ {figure.aim:g}"
    mark = {True: "ok", False: "ABOVE", None: ""}[figure.met]
    value = f"{figure.value:,.2f}" if figure.value < 100 else f"{figure.value:,.0f}"
    return f"{figure.group:13} {figure.name:52} {value:>10} {figure.unit:4} {aim:>9} {mark:6} {figure.note}"
