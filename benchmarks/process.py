"""Cost of a process: start, help, memory of a server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.measure import Figure, seconds
from benchmarks.synthetic import icd10cm
from registry import Registry

__all__ = ["GYLDIG", "figures", "free_port", "resident_mb", "wait"]

GYLDIG = [sys.executable, "-c", "from api.cli.main import run; run()"]
_PATIENCE = 30  #: seconds until a server counts as hung


def figures(folder: Path, quick: bool) -> Iterator[Figure]:
    """Start the commands and a server."""
    database = folder / "process.sqlite"
    with Registry.open(str(database)) as registry:
        registry.load_parsed(icd10cm(2021, 9_500 if quick else 95_000))
        code = registry.view("icd-10-cm", version="2021").concept(1).code
    bare = median(_took([sys.executable, "-c", "pass"]) for _ in range(5))
    yield Figure(name="yardstick: python -c pass", value=bare, unit="s")
    shown = median(_took([*GYLDIG, "--help"]) for _ in range(5))
    yield Figure(name="gyldig --help", value=shown, unit="s", aim=0.3)
    lookup = [*GYLDIG, "--db", str(database), "lookup", "icd-10-cm", code, "--on", "2020-12-01"]
    answered = median(_took(lookup) for _ in range(5))
    yield Figure(name="process start to first answer", value=answered, unit="s", aim=1)
    yield from _server(database, code)


def _took(command: list[str]) -> float:
    return seconds(lambda: subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE))


def _server(database: Path, code: str) -> Iterator[Figure]:
    """A server: seconds until it is ready, resident memory before and after a thousand answers."""
    port = free_port()
    command = [*GYLDIG, "--db", str(database), "serve", "--host", "127.0.0.1", "--port", str(port)]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{port}/api"
            wait(f"{url}/systems", server)
            yield Figure(name="server ready after", value=time.perf_counter() - start, unit="s")
            yield from _measured(server.pid, url, code)
        finally:
            server.terminate()
            server.wait(_PATIENCE)


def _measured(pid: int, url: str, code: str) -> Iterator[Figure]:
    """Resident memory after answers of several kinds."""
    questions = [
        f"{url}/systems/icd-10-cm/codes/{code}?on=2020-12-01",
        f"{url}/systems/icd-10-cm/search?q=ba&on=2020-12-01",
        f"{url}/systems/icd-10-cm/codes/{code}/history",
    ]
    for n in range(1000):
        _get(questions[n % len(questions)])
    if (resident := resident_mb(pid)) is not None:
        yield Figure(name="a serving process, resident memory", value=resident, unit="MB", aim=200)


def wait(url: str, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers; ends the run if it never does."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            _get(url)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the server did not come up")


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:
        return bytes(answer.read())


def free_port() -> int:
    """A free port of the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident_mb(pid: int) -> float | None:
    """Resident memory of a process in MB; None if the system does not report it."""
    status = Path(f"/proc/{pid}/status")
    if os.name != "posix" or not status.exists():
        return None
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    return float(lines["VmRSS"].split()[0]) / 1e3
