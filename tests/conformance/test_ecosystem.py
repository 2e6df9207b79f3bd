"""The cases of the terminology ecosystem, against the application on a loopback port; passes never fall.

The cases are not part of the project: ``GYLDIG_TX`` names their folder, else ``shared/tx-ecosystem`` beside the
repository is taken. ``python -m tests.conformance.test_ecosystem`` writes a new baseline.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from api.fhir.fhir_settings import FhirSettings
from api.fhir.server.app import fhir_app
from registry.terminology.catalog import MemoryCatalog
from tests.conformance.r4 import run_r4
from tests.conformance.stored import run_stored
from tests.conftest import DATABASES, new_database

BASELINE = Path(__file__).with_name("baseline.json")
ROOT = Path(__file__).resolve().parents[2]


def folder() -> Path:
    """Where the cases and their runner lie."""
    named = os.environ.get("GYLDIG_TX")
    places = [Path(named)] if named else [p / "shared" / "tx-ecosystem" for p in ROOT.parents]
    for place in places:
        if (place / "txrun.py").is_file():
            return place
    pytest.skip("no conformance cases: set GYLDIG_TX")


@contextmanager
def served(settings: FhirSettings) -> Iterator[str]:
    """The application on a free port; gives its base URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = uvicorn.Config(
        fhir_app(MemoryCatalog(), settings=settings), host="127.0.0.1", port=port, log_level="error"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while not server.started and time.monotonic() < end:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def results(out: Path, settings: FhirSettings) -> list[dict[str, Any]]:
    """The runner's result of every case."""
    place = folder()
    with served(settings) as base:
        command = [
            sys.executable,
            str(place / "txrun.py"),
            "--base",
            base + "/r5",
            "--tests",
            str(place / "tests"),
        ]
        subprocess.run([*command, "--json", str(out)], check=False, capture_output=True, timeout=300)
    found: list[dict[str, Any]] = json.loads(out.read_text())["results"]
    return found


def check(found: list[dict[str, Any]], baseline: Path) -> None:
    """Every case of the baseline passes, and those it lists as lenient differ in nothing but such characters."""
    expected = json.loads(baseline.read_text())
    by_name = {f"{r['suite']}/{r['test']}": r for r in found}
    strict = {f"{suite}/{name}" for suite, names in expected["passed"].items() for name in names}
    lenient = set(expected["only_by_base64_leniency"])
    lost = {
        n: by_name[n]["reason"] if n in by_name else "did not run" for n in strict if not _passed(by_name, n)
    }
    assert not lost
    assert {n for n in lenient if not _passed(by_name, n)} == {
        n for n in lenient if n in by_name and by_name[n]["only_by_base64_leniency"]
    }
    assert set(by_name) == strict | lenient, "a new case: write the baseline anew"


def _passed(by_name: dict[str, dict[str, Any]], name: str) -> bool:
    return name in by_name and by_name[name]["passed"]


@pytest.mark.parametrize("announced", [False, True])
def test_passes_never_fall(tmp_path: Path, announced: bool) -> None:
    """Also where the resources of a suite are sent once and remembered."""
    check(results(tmp_path / "out.json", FhirSettings(cache_announced=announced)), BASELINE)


def test_passes_never_fall_in_r4(tmp_path: Path) -> None:
    """The same baseline for R4: requests and expected answers in R4's shapes."""
    check(run_r4(folder(), tmp_path / "out.json"), BASELINE)


@pytest.mark.slow
@pytest.mark.parametrize("database", DATABASES)
def test_passes_never_fall_where_the_resources_are_loaded(tmp_path: Path, database: str) -> None:
    """The same baseline for stored content: views, overlays and caches answer as the resources sent along do."""
    check(run_stored(folder(), tmp_path, lambda suite: new_database(database, tmp_path / suite)), BASELINE)


def write_baseline(found: list[dict[str, Any]], baseline: Path) -> None:
    """Replace the passing cases; a case that passes only by leniency keeps its reason or has to be given one."""
    old = json.loads(baseline.read_text()) if baseline.exists() else {"only_by_base64_leniency": {}}
    good: dict[str, list[str]] = {}
    for r in found:
        if r["passed"]:
            good.setdefault(r["suite"], []).append(r["test"])
    lenient = sorted(f"{r['suite']}/{r['test']}" for r in found if r["only_by_base64_leniency"])
    reasons = {n: old["only_by_base64_leniency"].get(n, "REASON MISSING") for n in lenient}
    written = {"passed": {s: sorted(n) for s, n in sorted(good.items())}, "only_by_base64_leniency": reasons}
    baseline.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    every = results(Path(sys.argv[1]), FhirSettings())
    write_baseline(every, BASELINE)
    failing = {f"{r['suite']}/{r['test']}": r["reason"] for r in every if not r["passed"]}
    print(len(every) - len(failing), "passed;", len(failing), "failed", failing)
