"""The benchmarks run and print what they measure; no test asserts a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.measure import Figure, repeated
from benchmarks.suite import line, main
from benchmarks.synthetic import Snomed, icd10cm
from registry import Registry


def test_made_up_content_is_the_same_on_every_run() -> None:
    assert list(icd10cm(2020, 300).concepts) == list(icd10cm(2020, 300).concepts)
    first, second = ([list(p.concepts) for p in Snomed(400).releases(3)] for _ in range(2))
    assert first == second and first[0] != first[1]


def test_synthetic_content_has_the_requested_proportions() -> None:
    records = Snomed(3000).records
    links = sum(len(r.parents) for r in records) / len(records)
    texts = sum(len(r.designations) for r in records) / len(records)
    assert 1.25 < links < 1.45 and 4.3 < texts < 4.6


def test_made_up_releases_can_be_loaded(database: str) -> None:
    with Registry.open(database) as registry:
        for parsed in Snomed(300).releases(3):
            assert registry.load_parsed(parsed).outcome == "loaded"
        assert len(registry.versions(Snomed.slug)) == 3


def test_a_figure_says_whether_its_aim_is_met() -> None:
    below, above = (Figure(name="n", value=v, unit="s", aim=3) for v in (2.5, 3.5))
    assert below.met and not above.met and Figure(name="n", value=1, unit="s").met is None
    assert "ABOVE" in line(above) and "ok" in line(below)


def test_repeated_calls_are_counted() -> None:
    calls: list[int] = []
    timing = repeated(lambda: calls.append(1), 50, warm=5)
    assert len(calls) == 55 and 0 <= timing.median <= timing.p99


@pytest.mark.slow
def test_a_quick_run_writes_its_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GYLDIG_SAMPLES", str(tmp_path))
    main(["--quick", "--only", "icd10cm", "--results", str(tmp_path / "results")])
    (written,) = (tmp_path / "results").iterdir()
    body = json.loads(written.read_text())
    assert body["machine"]["python"] and {f["name"] for f in body["figures"]} >= {"load four years"}


def test_the_own_client_asks_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where wrk is not installed: real requests, counted and timed."""
    import socketserver
    import threading

    from benchmarks import load

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while (line := self.rfile.readline()).strip():
                while self.rfile.readline().strip():
                    pass
                status = b"404 No" if b"/bad" in line else b"200 OK"
                self.wfile.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nok")

    monkeypatch.setattr(load.shutil, "which", lambda name: None)
    asked = load.Load(tmp_path, "x", [b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n" % p for p in (b"good", b"bad")])
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        outcome = asked.put(server.server_address[1], connections=2, seconds=0.3, core=None)
        server.shutdown()
    assert outcome.requests > 1 and 0 < outcome.refused < outcome.requests and outcome.p50 <= outcome.p99


def test_requests_are_the_same_on_every_run() -> None:
    from benchmarks.fhir_requests import SHAPES, Material, resources

    records = list(icd10cm(2020, 600).concepts)
    one, other = (Material("urn:x", records) for _ in range(2))
    assert resources(one) == resources(other)
    assert [s.requests(one)[:5] for s in SHAPES[-3:]] == [s.requests(other)[:5] for s in SHAPES[-3:]]
