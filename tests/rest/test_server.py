"""The server as a process: it answers, takes settings, and ends at Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest


@contextmanager
def _served(db: str, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "api.cli.main", "--db", db, "serve", "--port", str(port), *arguments]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GYLDIG_")}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        yield f"http://127.0.0.1:{port}", process
    finally:
        # Asked to end first: killed, it would leave its workers behind, and they hold the pipe open.
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=20)


def _get(url: str) -> httpx.Response:
    for _ in range(150):
        try:
            return httpx.get(url, timeout=10)
        except httpx.TransportError:
            time.sleep(0.2)
    pytest.fail(f"nothing answers at {url}")


@pytest.fixture
def served(demo_db: str) -> Iterator[Callable[..., tuple[str, subprocess.Popen[str]]]]:
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(_served(demo_db, *arguments))


def test_it_answers_and_ends_at_ctrl_c(served: Callable[..., tuple[str, subprocess.Popen[str]]]) -> None:
    url, process = served("--today", "2024-06-01")
    assert _get(f"{url}/api/systems/demo-no/applicable").json()["on"] == "2024-06-01"
    assert _get(f"{url}/fhir/metadata").json()["resourceType"] == "CapabilityStatement"
    process.send_signal(signal.SIGINT)
    _, output = process.communicate(timeout=20)
    assert url in output
    assert "Traceback" not in output
    assert process.returncode in (0, 130, -signal.SIGINT)


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_it_says_where_it_answers_once_it_answers(
    served: Callable[..., tuple[str, subprocess.Popen[str]]], workers: str
) -> None:
    url, process = served("--workers", workers)
    assert process.stderr is not None
    assert url in process.stderr.readline()
    assert httpx.get(f"{url}/api/systems/demo-no", timeout=10).status_code == 200


def test_a_port_in_use_is_no_announcement(demo_db: str) -> None:
    with _served(demo_db) as (url, _):
        _get(url)
        port = url.rpartition(":")[2]
        command = [sys.executable, "-m", "api.cli.main", "--db", demo_db, "serve", "--port", port]
        second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode != 0 and "http" not in second.stderr


@pytest.mark.slow
def test_several_workers(served: Callable[..., tuple[str, subprocess.Popen[str]]]) -> None:
    url, _ = served("--workers", "2")
    assert {_get(f"{url}/api/systems/demo-no").status_code for _ in range(20)} == {200}


def test_an_unusable_database_is_reported(tmp_path: object) -> None:
    with _served(str(tmp_path)) as (_, process):
        _, output = process.communicate(timeout=30)
    assert process.returncode == 2
    assert output.startswith("gyldig: ")
    assert "Traceback" not in output
