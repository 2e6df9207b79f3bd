"""Made-up requests to REST and FHIR: no status of 500 or above but 503, no traceback, and a body in its content type.

A failure names the number of the request: ``tests.request_fuzzing.made(number)`` makes it again. Numbers that failed once are
kept in ``FOUND``. ``GYLDIG_FUZZ_REQUESTS``: how many requests the slow test sends (100,000).
"""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from lxml import etree

from api.app import create_app
from api.settings import Settings
from tests.request_fuzzing import TOKEN, Made, deep_extensions, made

_MANY = int(os.environ.get("GYLDIG_FUZZ_REQUESTS", "100000"))
_PARTS = 10  #: the slow test is as many tests, so that they run beside each other
_FEW = 1500

#: requests that once failed
FOUND: list[int] = [674]


@pytest.fixture
def own_db(demo_db: str, tmp_path: Path) -> str:
    """A copy of the registry with the made-up system, which the requests change."""
    return str(shutil.copy(demo_db, tmp_path / "own.sqlite"))


class Answer:
    """What the application sent."""

    def __init__(self) -> None:
        self.status, self.type, self.body, self.packed = 0, "", b"", False

    async def take(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = {k.lower(): v.decode("latin-1") for k, v in message["headers"]}
            self.type, self.packed = headers.get(b"content-type", ""), b"content-encoding" in headers
        else:
            self.body += message.get("body", b"")


async def send(app: FastAPI, request: Made) -> Answer:
    """The answer to a request, given to the application as the server gives it."""
    waiting = [{"type": "http.request", "body": request.body, "more_body": False}]
    over = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if waiting:
            return waiting.pop()
        await over.wait()
        return {"type": "http.disconnect"}

    answer = Answer()
    scope = {
        "type": "http", "http_version": "1.1", "method": request.method, "path": unquote(request.path),
        "raw_path": request.path.encode(), "query_string": request.query, "root_path": "", "scheme": "http",
        "headers": request.headers, "client": ("127.0.0.1", 5000), "server": ("localhost", 80),
    }  # fmt: skip
    await app(scope, receive, answer.take)
    over.set()
    return answer


def wrong(answer: Answer) -> str:
    """What is wrong with an answer; empty if nothing is."""
    if not 100 <= answer.status < 500 and answer.status != 503:
        return f"status {answer.status}"
    body = gzip.decompress(answer.body) if answer.packed and answer.body else answer.body
    if b"Traceback (most recent" in body:
        return "a traceback"
    try:
        if body and "json" in answer.type:
            json.loads(body)
        elif body and "xml" in answer.type:
            etree.fromstring(body, etree.XMLParser(huge_tree=True))
    except (ValueError, etree.XMLSyntaxError) as error:
        return f"no {answer.type}: {error}"
    return ""


def run(database: str, requests: Iterable[tuple[object, Made]]) -> Counter[int]:
    """Send requests one after the other; gives how many had each status, and fails with the numbers that are wrong."""
    statuses: Counter[int] = Counter()
    failed: list[str] = []
    app = create_app(Settings(db=database, token=TOKEN, host="127.0.0.1"))

    async def all_of_them() -> None:
        async with app.router.lifespan_context(app):
            for name, request in requests:
                try:
                    answer = await send(app, request)
                except Exception as error:  # noqa: BLE001 - reported with the number of the request
                    failed.append(f"{name}: {error!r}")
                    continue
                statuses[answer.status] += 1
                if what := wrong(answer):
                    failed.append(f"{name}: {what}: {request.method} {request.path} {answer.body[:300]!r}")

    asyncio.run(all_of_them())
    assert not failed, "\n".join(failed[:20])
    return statuses


@pytest.fixture(autouse=True)
def no_tracebacks_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing was logged as a bug."""
    with caplog.at_level(logging.ERROR):
        yield
    assert [r.getMessage() for r in caplog.records if r.exc_info] == []


def _numbered(numbers: Iterable[int]) -> Iterator[tuple[object, Made]]:
    return ((number, made(number)) for number in numbers)


def test_requests(own_db: str) -> None:
    statuses = run(own_db, _numbered(range(_FEW)))
    assert statuses[200] > _FEW // 8 and statuses[400] > 20 and statuses[404] > 20


def test_what_was_found_once(own_db: str) -> None:
    run(own_db, _numbered(FOUND))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(_PARTS))
def test_many_requests(own_db: str, part: int) -> None:
    first = _FEW + part * (_MANY // _PARTS)
    run(own_db, _numbered(range(first, first + _MANY // _PARTS)))


_JSON = [(b"content-type", b"application/fhir+json"), (b"host", b"localhost")]
_XML = [*_JSON, (b"accept", b"application/fhir+xml")]


def _known() -> Iterator[tuple[str, Made]]:
    """Requests that are known to be hard: control characters, deep extensions, two releases in a path."""
    auth = (b"authorization", f"Bearer {TOKEN}".encode())
    for depth in (50, 200, 500, sys.getrecursionlimit() * 5):
        body = b'{"url":"x","extension":[' * depth + b"]}" * depth
        parameters = b'{"resourceType":"Parameters","parameter":[{"name":"valueSet","resource":{"resourceType":"ValueSet","extension":['
        yield (
            f"expand, {depth} deep",
            Made("POST", "/fhir/ValueSet/$expand", b"", _JSON, parameters + body + b"]}}]}"),
        )
    for depth in (50, 200):
        for headers in (_JSON, _XML):
            whole = json.dumps({**deep_extensions(depth), "id": "deep"}).encode()
            yield f"put, {depth} deep", Made("PUT", "/fhir/ValueSet/deep", b"", [*headers, auth], whole)
            yield f"read, {depth} deep", Made("GET", "/fhir/ValueSet/deep", b"", headers)
            yield f"read as R5, {depth} deep", Made("GET", "/fhir/r5/ValueSet/deep", b"", headers)
    for text in ("\x00", "\x01", "\x1f", "\ufffe", "\uffff", "\u0085", "\ud7ff", "\U0010ffff"):
        coded = "".join(f"%{byte:02X}" for byte in text.encode()).encode()
        for headers in (_JSON, _XML):
            query = b"system=https://example.org/demo-no&code=B" + coded
            yield f"code {text!r}", Made("GET", "/fhir/CodeSystem/$lookup", query, headers)
            yield (
                f"system {text!r}",
                Made("GET", "/fhir/CodeSystem/$lookup", b"code=B10&system=u:" + coded, headers),
            )
            yield (
                f"filter {text!r}",
                Made(
                    "GET",
                    "/fhir/ValueSet/$expand",
                    b"url=https://example.org/demo-no?fhir_vs&filter=" + coded,
                    headers,
                ),
            )
            concept = json.dumps({"resourceType": "CodeSystem", "url": "http://x", "status": "active", "content": "complete",
                                  "id": "x", "concept": [{"code": f"A{text}", "display": f"B{text}"}]})  # fmt: skip
            yield (
                f"code system {text!r}",
                Made("PUT", "/fhir/CodeSystem/x", b"", [*headers, auth], concept.encode()),
            )
            yield (
                f"its code {text!r}",
                Made("GET", "/fhir/CodeSystem/$lookup", b"system=http://x&code=A" + coded, headers),
            )
            yield f"its text {text!r}", Made("GET", "/fhir/CodeSystem/x", b"", headers)
            yield f"path {text!r}", Made("GET", f"/fhir/{coded.decode()}/x", b"", headers)
    for path in ("/fhir/r4/r5/CodeSystem", "/fhir/r5/r4/metadata", "/fhir/r4/r4/r4/ValueSet/$expand", "/fhir/as-of/2024/as-of/2023/metadata",
                 "/fhir/r5/as-of/2024-01-01/r4/CodeSystem/$lookup", "/fhir/as-of/2024-01-01", "/fhir/r4", "/fhir/r4/", "/fhir//", "/fhir/as-of//x"):  # fmt: skip
        for headers in (_JSON, _XML):
            yield path, Made("GET", path, b"system=https://example.org/demo-no&code=B10", headers)


def test_requests_that_are_known_to_be_hard(own_db: str) -> None:
    run(own_db, _known())
