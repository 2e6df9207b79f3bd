"""Load on a server: by wrk if it is installed, else by a simple client, on a core of its own."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Load", "Outcome", "cores", "first_requests", "pinned"]

_SCRIPT = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a load; times in milliseconds. ``refused``: answers with status 400 or more."""

    requests: int
    seconds: float
    p50: float
    p99: float
    refused: int
    broken: int
    bytes: int
    slowest: float = 0.0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.requests / self.seconds


def cores() -> tuple[int | None, int | None]:
    """A core for the server and another for the client; None if the system cannot pin processes or has one core."""
    if not hasattr(os, "sched_getaffinity"):
        return None, None
    found = sorted(os.sched_getaffinity(0))
    return (found[0], found[1]) if len(found) > 1 else (None, None)


def pinned(core: int | None) -> Callable[[], None] | None:
    """A function for a new process that pins it to its core."""
    return None if core is None else lambda: os.sched_setaffinity(0, {core})


class Load:
    """Requests as bytes, written to a file that wrk's script and our own client read."""

    def __init__(self, folder: Path, name: str, requests: Sequence[bytes]) -> None:
        self.count = len(requests)
        self._file = folder / f"{name}.requests"
        self._file.write_bytes(b"".join(b"%d\n%s" % (len(r), r) for r in requests))

    def put(self, port: int, *, connections: int, seconds: float, core: int | None) -> Outcome:
        """Send requests as fast as answers come."""
        wrk = shutil.which("wrk")
        if wrk is None:
            command = [sys.executable, "-m", "benchmarks.load", str(self._file), str(port), str(connections)]
            command.append(str(seconds))
        else:
            command = [wrk, "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "10s"]
            command += ["-s", str(_SCRIPT), f"http://127.0.0.1:{port}", "--", str(self._file)]
        ran = subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            timeout=seconds + 30,
            preexec_fn=pinned(core),
            cwd=Path(__file__).resolve().parent.parent,
        )
        found = next(line for line in ran.stdout.splitlines() if line.startswith("JSON"))
        return Outcome(**json.loads(found.removeprefix("JSON")))


def _read(path: Path) -> list[bytes]:
    found, blob, at = [], path.read_bytes(), 0
    while at < len(blob):
        end = blob.index(b"\n", at)
        size = int(blob[at:end])
        found.append(blob[end + 1 : end + 1 + size])
        at = end + 1 + size
    return found


async def _connection(port: int, requests: list[bytes], until: float, took: list[float]) -> tuple[int, int]:
    """Send requests on one connection until the time is over; returns refusals and bytes received."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    refused, size, at = 0, 0, random.randrange(len(requests))
    while time.perf_counter() < until:
        at = (at + 1) % len(requests)
        refused, size = await _one(reader, writer, requests[at], took, refused, size)
    writer.close()
    return refused, size


def first_requests(port: int, requests: Sequence[bytes], *, connections: int) -> Outcome:
    """Send each request once, over the given number of connections."""
    return asyncio.run(_each(port, requests, connections))


async def _each(port: int, requests: Sequence[bytes], connections: int) -> Outcome:
    left, took, start = list(reversed(requests)), list[float](), time.perf_counter()
    jobs = [_some(port, left, took) for _ in range(connections)]
    found = await asyncio.gather(*jobs)
    spent = time.perf_counter() - start
    took.sort()
    p50, p99 = took[len(took) // 2] * 1e3, took[int(len(took) * 0.99)] * 1e3
    refused, size = sum(f[0] for f in found), sum(f[1] for f in found)
    return Outcome(len(took), spent, p50, p99, refused, 0, size, took[-1] * 1e3)


async def _some(port: int, left: list[bytes], took: list[float]) -> tuple[int, int]:
    """Send the remaining requests on one connection; returns refusals and bytes received."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    refused, size = 0, 0
    while left:
        refused, size = await _one(reader, writer, left.pop(), took, refused, size)
    writer.close()
    return refused, size


async def _one(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    request: bytes,
    took: list[float],
    refused: int,
    size: int,
) -> tuple[int, int]:
    """Send one request; returns the counts of refusals and bytes including this answer's."""
    start = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    await reader.readexactly(length)
    took.append(time.perf_counter() - start)
    return refused + (head[9:10] >= b"4"), size + len(head) + length


async def _ask(path: str, port: int, connections: int, seconds: float) -> Outcome:
    requests, took = _read(Path(path)), list[float]()
    start = time.perf_counter()
    jobs = [_connection(port, requests, start + seconds, took) for _ in range(connections)]
    found = await asyncio.gather(*jobs)
    spent = time.perf_counter() - start
    took.sort()
    p50, p99 = took[len(took) // 2] * 1e3, took[int(len(took) * 0.99)] * 1e3
    return Outcome(len(took), spent, p50, p99, sum(f[0] for f in found), 0, sum(f[1] for f in found))


if __name__ == "__main__":
    import dataclasses

    outcome = asyncio.run(_ask(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))
    print("JSON" + json.dumps(dataclasses.asdict(outcome)))
