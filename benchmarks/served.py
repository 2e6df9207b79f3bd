"""A server process for measurements, and a client that sends plain lookups beside other load."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.process import GYLDIG, free_port, wait

__all__ = ["TOKEN", "Answered", "Client", "Probe", "get", "post", "served"]

TOKEN = "token-of-the-measurement"
_LONGEST = 60.0  #: seconds until an answer counts as missing


@contextmanager
def served(database: str | Path, *arguments: str) -> Iterator[tuple[int, int]]:
    """The port and process id of a server on the database; it is stopped afterwards."""
    port = free_port()
    command = [*GYLDIG, "--db", str(database), "serve", "--port", str(port), *arguments]
    environment = {**os.environ, "GYLDIG_TOKEN": TOKEN}
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    ) as server:
        try:
            wait(f"http://127.0.0.1:{port}/api/systems", server)
            yield port, server.pid
        finally:
            server.terminate()
            server.wait(30)


def get(path: str) -> bytes:
    """A GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    """A POST request of JSON with the token."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@dataclass(slots=True)
class Answered:
    """Times in seconds of the answers to requests, and how many were errors."""

    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def slowest(self) -> float:
        """Milliseconds of the slowest answer."""
        return max(self.times, default=0.0) * 1e3

    def at(self, share: float) -> float:
        """Milliseconds within which that share of the answers came."""
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1e3 if ordered else 0.0


class Client:
    """One connection, opened again if the server closes it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, request: bytes, into: Answered) -> None:
        """Send a request and add its time, or what went wrong."""
        start = time.perf_counter()
        try:
            status = await asyncio.wait_for(self._sent(request), _LONGEST)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            into.errors.append(f"{type(error).__name__} {request[:80]!r}")
            self.close()
            return
        into.times.append(time.perf_counter() - start)
        if status >= 400:
            into.errors.append(f"{status} {request[:80]!r}")

    async def _sent(self, request: bytes) -> int:
        if self._streams is not None and self._streams[0].at_eof():
            self.close()  # the server has closed it, because it was idle
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"transfer-encoding: chunked" in head:
            while size := int(await reader.readline(), 16):
                await reader.readexactly(size + 2)
            await reader.readline()
        else:
            await reader.readexactly(int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0]))
        return int(head[9:12])

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Probe:
    """Plain lookups at a steady rate, beside other load."""

    def __init__(self, port: int, requests: Sequence[bytes], *, each: float = 0.02) -> None:
        self.answered = Answered()
        self._client, self._requests, self._each = Client(port), requests, each

    async def run(self, until: asyncio.Event) -> None:
        """Send until the event is set."""
        number = 0
        while not until.is_set():
            await self._client.send(self._requests[number % len(self._requests)], self.answered)
            number += 1
            await asyncio.sleep(self._each)
        self._client.close()
