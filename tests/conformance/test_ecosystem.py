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

import pytest
import uvicorn

from api.fhir.fhir_settings import FhirSettings
from api.fhir.server.app import fhir_app
from registry.terminology.catalog import MemoryCatalog

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


def passes(out: Path, settings: FhirSettings) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Passing cases by suite, and the reason of each that fails."""
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
    good: dict[str, list[str]] = {}
    bad = {}
    for r in json.loads(out.read_text())["results"]:
        if r["passed"]:
            good.setdefault(r["suite"], []).append(r["test"])
        else:
            bad[f"{r['suite']}/{r['test']}"] = r["reason"]
    return good, bad


@pytest.mark.parametrize("announced", [False, True])
def test_passes_never_fall(tmp_path: Path, announced: bool) -> None:
    """Also where the resources of a suite are sent once and remembered."""
    good, bad = passes(tmp_path / "out.json", FhirSettings(cache_announced=announced))
    expected = json.loads(BASELINE.read_text())
    lost = {
        f"{suite}/{name}": bad.get(f"{suite}/{name}", "did not run")
        for suite, names in expected.items()
        for name in names
        if name not in good.get(suite, ())
    }
    assert not lost
    assert sum(map(len, good.values())) >= sum(map(len, expected.values()))


if __name__ == "__main__":
    found, failing = passes(Path(sys.argv[1]), FhirSettings())
    BASELINE.write_text(json.dumps({s: sorted(n) for s, n in sorted(found.items())}, indent=1) + "\n")
    print(sum(map(len, found.values())), "passed;", len(failing), "failed", failing)
