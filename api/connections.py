"""HTTP connections of the server with limits of size, time and number.

==============================  ==========================  ===========================================
limited                         limit (``Limits``)          beyond it
==============================  ==========================  ===========================================
bytes of the URL                ``url``                     414
bytes and number of headers     ``head``, ``fields``        431
seconds until a head is whole   ``head_seconds``            408; an idle connection is closed
bytes of a body in 20 s         ``body_rate``               408
answers that are not read       ``write_seconds``           closed
requests sent without waiting   ``pipelined``               closed
connections                     ``connections``             one that is idle is closed, else 503
==============================  ==========================  ===========================================

Bodies have their own limits (``api.limits``). A refused connection gets its answer and is closed when the caller has
read it, because closing it at once would discard the answer.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from urllib.parse import urlsplit

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.settings import Settings
from registry.entities.messages import in_language, message

if sys.platform != "win32":
    import resource

__all__ = ["BoundedConnection", "Limits", "backlog", "connection_limit", "limits", "raise_open_files"]

_RESERVED = 64  #: open files that the process needs besides connections
_LINGER = 2.0  #: seconds for the caller to read a refusal
_LEAST_IDLE = 1.0  #: seconds after which an idle connection may be closed in favour of a new one
_RATE_SECONDS = 20.0
_CROWDED_SECONDS = 1.0  #: seconds for a connection beyond the limit to send something, to be refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of the table above; bytes, seconds and numbers."""

    url: int = 16_384
    head: int = 65_536
    fields: int = 100
    head_seconds: float = 10.0
    body_rate: int = 20_000
    write_seconds: float = 60.0
    pipelined: int = 256
    connections: int = 1000


class _Refused(Exception):
    """The connection is refused; raised in the parser's callbacks to end the parsing."""


def _open_files() -> int:
    """The number of files that this process may open."""
    if sys.platform == "win32":
        return 1 << 16
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft >= 0 else 1 << 20


def raise_open_files() -> None:
    """Use as many open files as the system allows this process."""
    if sys.platform != "win32":
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = min(hard, 1 << 16) if hard >= 0 else 1 << 16
        if _open_files() < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connection_limit(wanted: int, open_files: int) -> int:
    """Connections that are answered: as wanted, but at most half the open files; the others are needed to refuse.

    >>> connection_limit(1000, 20_000), connection_limit(1000, 256)
    (1000, 96)
    """
    return max(1, min(wanted, (open_files - _RESERVED) // 2))


def backlog() -> int:
    """Connections that may wait to be accepted: few if few files can be open, because they are accepted all at once."""
    return max(8, min(2048, (_open_files() - _RESERVED) // 4))


@cache
def limits() -> Limits:
    """The limits of this process."""
    return Limits(connections=connection_limit(Settings().max_connections, _open_files()))


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's connection with ``limits()``."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.limits = limits()
        self._refused = self._crowded = False
        self._in_head, self._head = True, 0  #: between messages or in a head, and its bytes so far
        self._chunk = 0  #: bytes received last
        self._body, self._overhead = 0, 0  #: bytes of the message's body, and what came besides it
        self._heads, self._bodies = 0, 0  #: heads and bytes of bodies on this connection
        self._waiting_for = ""
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None
        self._idle_since = 0.0
        shared = self.server_state.__dict__
        #: connections without a request, the longest idle first; shared by all connections of the server
        self._idle: dict[BoundedConnection, None] = shared.setdefault("idle", {})
        self._refusals: set[BoundedConnection] = shared.setdefault(
            "refusals", set()
        )  #: those beyond the limit

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast(asyncio.Transport, transport))
        answered = len(self.connections) - len(self._refusals)
        self._crowded = answered > self.limits.connections and not self._make_room()
        if self._crowded:
            self._refusals.add(self)
        self._becomes_idle()
        self._wait_for("head", _CROWDED_SECONDS if self._crowded else self.limits.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._idle.pop(self, None)
        self._refusals.discard(self)
        self._wait_for("")
        self._stop_watching()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._idle.pop(self, None)
        if self._crowded:
            self._refuse(503, "request.many_connections")
            return
        heads, bodies, self._chunk = self._heads, self._bodies, len(data)
        super().data_received(data)
        if not self._refused and not self.transport.is_closing():
            self._count(len(data), self._bodies - bodies, new=self._heads != heads)

    def _count(self, received: int, of_body: int, *, new: bool) -> None:
        """Check what the parser holds back, a head that is not whole or what comes besides a body; then the time."""
        if self._in_head:
            self._head = 0 if new else self._head + received - of_body
            if self._head > self.limits.head:
                self._refuse(431, "request.large_head", most=self.limits.head)
                return
        else:
            self._overhead += 0 if new else received - of_body
            if self._overhead > self.limits.head + 8 * self._body:
                self._refuse(400, "request.large_head", most=self.limits.head)
                return
        if not self._in_head:
            self._wait_for("body", _RATE_SECONDS)
        else:
            self._wait_for("head" if self._head else "", self.limits.head_seconds)

    # callbacks of the parser

    def on_headers_complete(self) -> None:
        self._check_head()
        if len(self.pipeline) >= self.limits.pipelined:
            self._end()
            raise _Refused
        self._in_head, self._head, self._body, self._overhead = False, 0, 0, 0
        self._heads += 1
        if self.url[:1] != b"/":
            self._note_authority()
        super().on_headers_complete()
        self.headers = []  # what comes after a body is not the request's

    def _check_head(self) -> None:
        """Refuse a head that is too long; the sum is only made if what was received could be."""
        limits = self.limits
        if len(self.url) > limits.url:
            self._refuse(414, "request.long_url", most=limits.url)
        elif len(self.headers) > limits.fields:
            self._refuse(431, "request.many_headers", most=limits.fields)
        elif self._head + self._chunk > limits.head and _size(self.headers) > limits.head:
            self._refuse(431, "request.large_head", most=limits.head)
        if self._refused:
            raise _Refused

    def _note_authority(self) -> None:
        """Put the host of a URL in the request line before the Host header if they differ (RFC 9112, 3.2.2)."""
        host = _authority(self.url)
        if [value.lower() for name, value in self.headers if name == b"host"] != [host]:
            self.headers.insert(0, (b"host", host))

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        self._bodies += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_head = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete and self._in_head and not self.transport.is_closing():
            self._becomes_idle()

    def send_400_response(self, msg: str) -> None:
        if not self._refused:
            super().send_400_response(msg)

    # time

    def _becomes_idle(self) -> None:
        self._idle_since = self.loop.time()
        self._idle[self] = None

    def _wait_for(self, what: str, seconds: float = 0) -> None:
        """Begin to wait for the rest of a head or body, unless this waits for it already; empty = for nothing."""
        if what == self._waiting_for:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._waiting_for, self._timer = what, None
        if what == "head":
            self._timer = self.loop.call_later(seconds, self._head_is_late)
        elif what == "body":
            self._timer = self.loop.call_later(seconds, self._check_rate, self._body)

    def _head_is_late(self) -> None:
        if self._head and not self._crowded:
            self._refuse(408, "request.slow")
        else:
            self._end()

    def _check_rate(self, before: int) -> None:
        """Refuse a body that comes too slowly, unless it is the application that does not read it."""
        if self.flow.read_paused or self._body - before >= self.limits.body_rate:
            self._timer = self.loop.call_later(_RATE_SECONDS, self._check_rate, self._body)
        elif self.cycle.response_complete:
            self._end()
        else:
            self._refuse(408, "request.slow")

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_writing(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_watching()

    def _stop_watching(self) -> None:
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    def _watch_writing(self, left: int) -> None:
        """Close the connection if its caller reads nothing for so many seconds."""

        def check() -> None:
            now = self.transport.get_write_buffer_size()
            if now >= left:
                self.transport.abort()
            else:
                self._watch_writing(now)

        self._writing = self.loop.call_later(self.limits.write_seconds, check)

    # refusing

    def _make_room(self) -> bool:
        """Close the connection that has been idle longest; False if none has been idle for long."""
        oldest = next(iter(self._idle), None)
        if oldest is None or self.loop.time() - oldest._idle_since < _LEAST_IDLE:
            return False
        self._idle.pop(oldest)
        oldest._end()
        return True

    def _refuse(self, status: int, key: str, **values: object) -> None:
        """Answer without the application; what the caller still sends is discarded until it closes the connection."""
        self._refused = True
        answering = self.cycle is not None and not self.cycle.response_complete
        if self.transport.is_closing() or (answering and self.cycle.response_started):
            self._end()
            return
        if answering:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.write(_refusal(status, str(in_language(message(key, **values), "en"))))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._wait_for("")
        self._timer = self.loop.call_later(_LINGER, self._end)

    def _end(self) -> None:
        self._refused = True
        if not self.transport.is_closing():
            self.transport.close()


def _authority(url: bytes) -> bytes:
    """Host and port of a URL in lower case; empty for what is none.

    >>> _authority(b"http://Evil.example:80/x"), _authority(b"*")
    (b'evil.example:80', b'')
    """
    try:
        return urlsplit(url.decode("latin-1")).netloc.lower().encode("latin-1")
    except ValueError:
        return b""


def _size(headers: list[tuple[bytes, bytes]]) -> int:
    return sum(len(name) + len(value) for name, value in headers)


def _refusal(status: int, detail: str) -> bytes:
    """The bytes of a problem response that closes the connection."""
    from api.rest.problems import title_of, type_of

    name = title_of(status)
    body = orjson.dumps({"type": type_of(status), "title": name, "status": status, "detail": detail})
    retry = b"retry-after: 5\r\n" if status == 503 else b""
    head = b"HTTP/1.1 %d %b\r\ncontent-type: application/problem+json\r\n%bconnection: close\r\n" % (
        status, name.encode(), retry,
    )  # fmt: skip
    return head + b"content-length: %d\r\n\r\n" % len(body) + body
