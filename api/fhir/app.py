"""The FHIR application over ASGI: bytes in, bytes out.

Here: reading bodies, formats, compression, ETags, which answers are kept. Not here: what is answered (``service``,
and for the questions asked most ``hot``).
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson
from starlette.types import Receive, Scope, Send

from api.fhir.callers import Caller, Callers
from api.fhir.changes import Changes
from api.fhir.hot import Hot
from api.fhir.outcome import outcome, refuse
from api.fhir.replies import Encoded, Replies
from api.fhir.service import CatalogSource, History, Reply, Request, Service
from api.fhir.settings import FhirSettings
from api.fhir.xmlform import wants_xml
from loaders.fhir.xml import json_to_xml, xml_to_json
from registry.errors import ContentError, GyldigError
from registry.operations.catalog import Catalog

__all__ = ["FhirApp", "fhir_app"]

_JSON = (b"content-type", b"application/fhir+json; charset=utf-8")
_XML = (b"content-type", b"application/fhir+xml; charset=utf-8")
_VARY = (b"vary", b"accept, accept-encoding, accept-language")
_WORTH_COMPRESSING = 1400  #: bytes, about one packet
_KEPT_POSTS = ("/$expand",)  #: how paths end whose answers to POST are kept too


class FhirApp:
    """An ASGI application that can be mounted anywhere; below it ``r4``, ``r5`` and ``as-of/DATE`` lead on."""

    def __init__(
        self, service: Service, trusts: Callable[[Scope], bool], permits: Callable[[Scope], None] | None
    ) -> None:
        self.service, self._permits = service, permits
        self._callers, self._hot = Callers(trusts), Hot(service.release, service.settings)
        self._replies = Replies(service.settings.reply_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _body(receive) if scope["method"] in ("POST", "PUT") else b""
        await _send(send, scope, self._answered(scope, self._callers.of(scope), body))

    def _answered(self, scope: Scope, caller: Caller, body: bytes) -> Encoded:
        """The short way where there is one, else an answer kept, else the general way."""
        try:
            catalog = self.service.catalog(caller.trusted)
            if scope["method"] == "GET":
                made = self._hot.answer(catalog, caller, _below(scope), scope["query_string"])
                if made is not None:
                    return Encoded(200, orjson.dumps(made))
            kept = _keeps(scope, body) and "x-cache-id" not in caller.headers
            stamp = catalog.stamp() if kept else None
        except GyldigError:  # the general way says what is wrong
            stamp = None
        if stamp is None:
            return self._general(scope, caller, body)
        return self._kept((stamp, self.service.settings.today()), scope, caller, body)

    def _kept(self, stamp: object, scope: Scope, caller: Caller, body: bytes) -> Encoded:
        key = (scope["method"], scope["path"], scope["query_string"], caller, _base(scope), _digest(body))
        kept = self._replies.find(stamp, key)
        if kept is None:
            kept = self._general(scope, caller, body)
            if kept.status == 200:
                self._replies.keep(stamp, key, kept)
        return kept

    def _general(self, scope: Scope, caller: Caller, body: bytes) -> Encoded:
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        reply = self._reply(scope, query, caller, body)
        format_ = next((v for k, v in query if k == "_format"), "")
        xml = wants_xml(format_, caller.headers.get("accept", ""))
        return Encoded(reply.status, _written(reply, xml=xml), reply.headers, xml)

    def _reply(self, scope: Scope, query: list[tuple[str, str]], caller: Caller, body: bytes) -> Reply:
        parsed: Any = None
        path = tuple(unquote(p) for p in _below(scope).split("/") if p)
        form = caller.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        if body and form:
            query += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        elif body:
            try:
                parsed = self._parsed(path, caller, body)
            except (orjson.JSONDecodeError, ContentError) as error:
                return _refused(400, f"The body cannot be read: {error}")
        return self.service.answer(
            Request(
                method=scope["method"],
                path=path,
                query=query,
                body=parsed,
                headers=caller.headers,
                base=_base(scope),
                trusted=caller.trusted,
                permit=partial(self._permits, scope) if self._permits else None,
            )
        )

    def _parsed(self, path: tuple[str, ...], caller: Caller, body: bytes) -> Any:
        if "xml" in caller.headers.get("content-type", ""):
            return xml_to_json(body, release=self.service.release_of(path), file="body")
        return orjson.loads(body)


def _written(reply: Reply, *, xml: bool) -> bytes:
    if reply.body is None:
        return b""
    written = orjson.dumps(reply.body)
    # parts of the body may be written already, so the XML is made from the whole JSON
    return json_to_xml(orjson.loads(written), release=reply.release) if xml else written


def _keeps(scope: Scope, body: bytes) -> bool:
    """Whether the answer may be kept: it depends on nothing but the request and the catalog."""
    if b"cache-id" in scope["query_string"] or b"cache-id" in body:
        return False
    method, path = str(scope["method"]), str(scope["path"])
    return method == "GET" or (method == "POST" and path.endswith(_KEPT_POSTS))


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest() if body else b""


def _refused(status: int, text: str) -> Reply:
    return Reply(status, outcome([refuse("REQUEST_INVALID", text).issue]))


def _below(scope: Scope) -> str:
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(root) else path


def _base(scope: Scope) -> str:
    host = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "localhost")
    return f"{scope.get('scheme', 'http')}://{host}{scope.get('root_path', '')}"


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _send(send: Send, scope: Scope, reply: Encoded) -> None:
    body, status, method = reply.body, reply.status, scope["method"]
    asked: dict[bytes, bytes] = dict(scope["headers"])
    headers = [_XML if reply.xml else _JSON, _VARY]
    if reply.headers:
        headers += [(k.encode(), v.encode()) for k, v in reply.headers.items()]
    if b"x-request-id" in asked:
        headers.append((b"x-request-id", asked[b"x-request-id"]))
    if status == 200 and method in ("GET", "HEAD"):
        tag = reply.headers.get("ETag", "").encode()
        if not tag:
            tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'.encode()
            headers.append((b"etag", tag))
        if tag in asked.get(b"if-none-match", b""):
            status, body = 304, b""
    if len(body) > _WORTH_COMPRESSING and b"gzip" in asked.get(b"accept-encoding", b""):
        body = gzip.compress(body, compresslevel=1)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def fhir_app(
    catalog: Catalog | CatalogSource,
    *,
    release: str = "R4",
    settings: FhirSettings | None = None,
    trusts: Callable[[Scope], bool] = lambda scope: True,
    permits: Callable[[Scope], None] | None = None,
    changes: Callable[[], Changes] | None = None,
    history: History | None = None,
) -> FhirApp:
    """The application for a catalog, or for one asked for at each request, told whether the caller is trusted.

    With ``changes`` resources can be written by callers for whom ``permits`` does not raise.
    """

    def source(trusted: bool) -> Catalog:
        return catalog(trusted) if callable(catalog) else catalog

    service = Service(source, release, settings or FhirSettings(), changes, history)
    return FhirApp(service, trusts, permits)
