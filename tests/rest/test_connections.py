"""Connections of a server process: limits of size, time and number, each with an answer."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from select import select
from typing import Any

import pytest
import uvicorn

from api import connections
from api.connections import BoundedConnection, Limits, connection_limit


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the number of bytes of the body."""
    if scope["type"] != "http":
        return
    size, more = 0, True
    while more:
        part = await receive()
        if part["type"] == "http.disconnect":
            return
        size, more = size + len(part.get("body", b"")), part.get("more_body", False)
    if scope["path"] == "/slow":
        await asyncio.sleep(0.5)
    body = b"%d" % size if scope["path"] != "/big" else b"x" * 30_000_000
    if scope["path"] == "/hosts":
        body = b" ".join(value for name, value in scope["headers"] if name == b"host")
    if scope["path"] == "/headers":
        body = b" ".join(name for name, _ in scope["headers"])
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]}
    )
    await send({"type": "http.response.body", "body": body})


@contextmanager
def _serving(limits: Limits) -> Iterator[int]:
    class Connection(BoundedConnection):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.limits = limits

    config = uvicorn.Config(
        _echo, port=0, http=Connection, lifespan="off", log_level="critical", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def serving() -> Iterator[Callable[..., int]]:
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(_serving(Limits(**options)))


def ask(port: int, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Everything that the server answers on one connection to these bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        for piece in pieces:
            try:
                client.sendall(piece)
            except ConnectionError:
                break
            time.sleep(pause)
        return everything(client)


def everything(client: socket.socket) -> bytes:
    found = b""
    while piece := client.recv(65536):
        found += piece
    return found


def get(path: str = "/", headers: str = "", *, last: bool = True) -> bytes:
    end = "connection: close\r\n" if last else ""
    return f"GET {path} HTTP/1.1\r\nhost: h\r\n{headers}{end}\r\n".encode()


def status(answer: bytes) -> int:
    return int(answer[9:12])


def test_ordinary_requests(serving: Callable[..., int]) -> None:
    port = serving()
    post = b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 70000\r\nconnection: close\r\n\r\n" + b"x" * 70_000
    assert ask(port, get()).endswith(b"0")
    assert ask(port, post).endswith(b"70000")
    chunked = b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    chunks = b"".join(b"1\r\nx\r\n" for _ in range(2000)) + b"0\r\nlate: header\r\n\r\n"
    assert ask(port, chunked, chunks).endswith(b"2000")
    many = get(last=False) * 100 + get()
    assert ask(port, many).count(b"HTTP/1.1 200") == 101


def test_headers_after_a_body_are_not_the_requests(serving: Callable[..., int]) -> None:
    """RFC 9110, 6.5: a trailer may not be merged into the headers; it could be an authorization."""
    head = b"POST /headers HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    rest = b"1\r\nx\r\n0\r\nauthorization: Bearer late\r\n\r\n"
    for pieces in ([head, rest], [head + rest]):
        answer = ask(serving(), *pieces, pause=0.02)
        assert answer.endswith(b"host transfer-encoding connection")


@pytest.mark.parametrize(
    ("target", "hosts"),
    [("/hosts", "h"), ("http://h/hosts", "h"), ("HTTP://H/hosts", "h"), ("http://evil.example/hosts", "evil.example h"),
     ("http://evil.example:80/hosts", "evil.example:80 h"), ("http://h@evil.example/hosts", "h@evil.example h")],
)  # fmt: skip
def test_a_url_in_the_request_line_is_one_more_host(
    serving: Callable[..., int], target: str, hosts: str
) -> None:
    """RFC 9112, 3.2.2: the host of the request line counts; ``api.callers`` takes no two hosts for local."""
    assert ask(serving(), get(target)).rpartition(b"\r\n\r\n")[2].decode() == hosts


def test_large_messages_one_after_the_other_on_one_connection(serving: Callable[..., int]) -> None:
    """What one request took does not count for the next, whose head comes in pieces."""
    post = b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 60000\r\n\r\n" + b"x" * 60_000
    head = get(headers=f"a: {'b' * 20_000}\r\n")
    answer = ask(serving(), post, post, head[:9000], head[9000:], pause=0.02)
    assert answer.count(b"HTTP/1.1 200") == 3


@pytest.mark.parametrize("size", [66_000, 300_000, 5_000_000])
def test_the_last_piece_of_a_body_is_no_head(serving: Callable[..., int], size: int) -> None:
    head = f"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: {size}\r\nconnection: close\r\n\r\n".encode()
    pieces = [b"x" * min(size - at, 100_000) for at in range(0, size, 100_000)]
    port = serving()
    assert ask(port, head, *pieces, pause=0.005).endswith(str(size).encode())
    assert ask(port, head, b"x" * size).endswith(str(size).encode())


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ([get("/" + "x" * 20_000)], 414),
        ([get(headers="a: b\r\n" * 200)], 431),
        ([get(headers=f"a: {'b' * 70_000}\r\n")], 431),
        ([b"GET / HTTP/1.1\r\nhost: h\r\na: "] + [b"b" * 60_000] * 30, 431),
        (
            [b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\na: "]
            + [b"b" * 60_000] * 9,
            400,
        ),
    ],
)
def test_too_large(serving: Callable[..., int], request_: list[bytes], expected: int) -> None:
    answer = ask(serving(), *request_)
    assert status(answer) == expected
    head, _, body = answer.partition(b"\r\n\r\n")
    names = {
        400: "Bad Request",
        414: "URI Too Long",
        431: "Request Header Fields Too Large",
    }  # RFC 9110, RFC 6585
    kinds = {400: "wrong-use", 414: "long-url", 431: "large-head"}
    assert head.startswith(f"HTTP/1.1 {expected} {names[expected]}\r\n".encode())
    found = json.loads(body)
    assert (found["status"], found["title"]) == (expected, names[expected])
    assert found["type"] == f"/api/docs#problem-{kinds[expected]}"


def test_a_long_head_is_not_kept(serving: Callable[..., int]) -> None:
    """A caller that goes on sending headers is cut off; it cannot make the server keep them."""
    port, sent = serving(), 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nhost: h\r\na: ")
        with suppress(ConnectionError):
            while sent < 210_000_000 and not select([client], [], [], 0)[0]:
                client.sendall(b"b" * 100_000)
                sent += 100_000
        assert status(client.recv(1000)) == 431 and sent < 20_000_000


def test_a_slow_head_gets_408_and_an_idle_connection_is_closed(serving: Callable[..., int]) -> None:
    port = serving(head_seconds=0.2)
    assert status(ask(port, b"GET / HT", b"TP/1.1\r\n", pause=0.15)) == 408
    assert ask(port) == b""


def test_the_head_of_a_second_request_is_timed_too(serving: Callable[..., int]) -> None:
    answer = ask(serving(head_seconds=0.2), get(last=False), b"GET / HT", pause=0.05)
    assert answer.count(b"HTTP/1.1 200") == 1 and answer.count(b"HTTP/1.1 408") == 1


def test_a_slow_body_gets_408(serving: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_RATE_SECONDS", 0.2)
    head = b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 70000\r\n\r\n"
    assert status(ask(serving(), head, b"x", b"x", pause=0.15)) == 408


def test_a_caller_that_reads_nothing_is_cut_off(serving: Callable[..., int]) -> None:
    port = serving(write_seconds=0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(get("/big"))
        time.sleep(1.5)
        with suppress(ConnectionResetError):
            assert len(everything(client)) < 30_000_000


def test_a_crowd_gets_503_and_no_reset(serving: Callable[..., int]) -> None:
    port = serving(connections=10)
    crowd = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(40)]
    for client in crowd:
        client.sendall(get("/slow"))
    found = [status(everything(client)) for client in crowd]
    assert set(found) == {200, 503} and found.count(200) >= 10
    assert status(ask(port, get())) == 200
    for client in crowd:
        client.close()


def test_idle_connections_give_way(serving: Callable[..., int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_LEAST_IDLE", 0.1)
    port = serving(connections=10)
    crowd = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(10)]
    time.sleep(0.3)
    assert status(ask(port, get())) == 200
    assert crowd[0].recv(10) == b""
    for client in crowd:
        client.close()


def test_the_limit_of_connections_leaves_files_to_refuse_others() -> None:
    assert connection_limit(1000, 1024) == 480
    assert connection_limit(1000, 65_536) == 1000
    assert connection_limit(1000, 10) == 1
