"""The FHIR application over ASGI: bytes in, bytes out.

Reads bodies, chooses formats, compresses, sets ETags, caches answers. Requests are answered by ``service``.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote

import msgspec
import orjson
from starlette.types import Receive, Scope, Send

from api.fhir.fhir_settings import FhirSettings
from api.fhir.format.outcome import Refused, outcome
from api.fhir.format.response_format import wants_xml
from api.fhir.operations.answer_language import answer_language, display_language
from api.fhir.operations.client_profile import Client, ClientProfile, ClientProfiles
from api.fhir.operations.request_limits import Kind, read_body
from api.fhir.resources.resource_writer import ResourceWriter
from api.fhir.server.batches import Written, batch_reply, is_batch
from api.fhir.server.fast_routes import FastRoutes
from api.fhir.server.large_request_worker import LargeRequestWorker, built
from api.fhir.server.response_cache import Encoded, Replies
from api.fhir.server.warm_up import WarmUp
from api.fhir.service import (
    CatalogSource,
    History,
    Reply,
    Request,
    Service,
    failed,
    language_of,
    refused_reply,
)
from loaders.formats.fhir.fhir_xml import UNWRITABLE, json_to_xml, xml_to_json
from registry.entities.budget import Budget
from registry.entities.errors import ContentError, GyldigError, OverBudget
from registry.entities.exact_json import dumps, loads
from registry.entities.messages import message
from registry.entities.offload import EVENT_LOOP_GUARD, NeedsOffload
from registry.entities.request_epoch import REQUEST_EPOCH
from registry.terminology.catalog import Catalog
from registry.terminology.issues import Issue, issue

__all__ = ["FhirApp", "fhir_app"]

_JSON = (b"content-type", b"application/fhir+json; charset=utf-8")
_XML = (b"content-type", b"application/fhir+xml; charset=utf-8")
_VARY = (b"vary", b"accept, accept-encoding, accept-language")
_CONTROL = re.compile(
    rb"\\[bf]|\\u00[01]|\xef\xbf[\xbe\xbf]"
)  #: in JSON: where characters may be that XML cannot hold
_INLINE_LIMIT = 256_000  #: most bytes of a body that is parsed or compressed on the event loop
_WORTH_COMPRESSING = 1400  #: least bytes of a body that is compressed, about one packet
_KEPT_POSTS = ("/$expand",)  #: ends of paths whose answers to POST are cached too
#: answers depend on the caller, so a cache may not give one to another caller without checking
_COMMON = (
    (b"vary", _VARY[1] + b", authorization"),
    (b"cache-control", b"no-cache"),
    (b"x-content-type-options", b"nosniff"),
)
_RETRY_AFTER = b"5"  #: seconds after which a request refused with 503 may be sent again
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Call:
    """A request whose body has been read."""

    scope: Scope
    receive: Receive
    caller: ClientProfile
    body: bytes
    budget: Budget


class FhirApp:
    """An ASGI application that can be mounted anywhere, with the bases ``r4``, ``r5`` and ``as-of/DATE`` below it."""

    def __init__(
        self, service: Service, trusts: Callable[[Scope], bool], permits: Callable[[Scope], None] | None
    ) -> None:
        self.service, self._permits = service, permits
        settings = service.settings
        self._warm_up = WarmUp(
            lambda: service.catalog(True), concepts=settings.warm_concepts, seconds=settings.warm_seconds
        )
        self._callers, self._fast_routes = ClientProfiles(trusts), FastRoutes(service, self._warm_up.start)
        #: by whether the caller is trusted: the stamps of their catalogs differ
        self._replies = {trusted: Replies(service.settings.reply_bytes // 2) for trusted in (True, False)}
        self._aside = LargeRequestWorker()

    def warm_up(self) -> int:
        """Read into memory the data that first requests need; returns the number of concepts read.

        From then on it is read again, in another thread, when the catalog has changed.
        """
        return self._warm_up.run()

    def close(self) -> None:
        """End the reading ahead; to be called before the registry is closed."""
        self._warm_up.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        sent = self._from_fast_path(scope) if scope["method"] == "GET" else None
        if sent is None:
            sent = await self._answer(scope, receive)
        await send({"type": "http.response.start", "status": sent.status, "headers": sent.headers})
        await send({"type": "http.response.body", "body": sent.body})

    def _from_fast_path(self, scope: Scope) -> Packed | None:
        """The answer from a prepared request; None if the request must be read as a whole."""
        client = self._callers.client(scope)
        if not client.profile.plain:
            return None
        try:
            with EVENT_LOOP_GUARD, REQUEST_EPOCH:
                body = self._fast_routes.answer(client.profile, _below(scope), scope["query_string"])
        except (Refused, GyldigError, NeedsOffload):
            return None
        return None if body is None else _packed_body(client, body)

    async def _answer(self, scope: Scope, receive: Receive) -> Packed:
        """The answer to any request; an OperationOutcome if it is refused or fails."""
        try:
            caller, body = self._callers.of(scope), b""
            if scope["method"] in ("POST", "PUT"):
                body = await read_body(scope, receive, self._kind(scope, caller), self.service.settings)
            call = _Call(scope, receive, caller, body, self._budget(scope))
            reply = await self._in_time(call)
            return await self._packed(call, reply)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and the connection stays
            return _packed(scope, self._refusal(scope, error))

    def _refusal(self, scope: Scope, error: Exception) -> Encoded:
        """The OperationOutcome of an error, in the language of the URL's parameters or the headers."""
        caller, query = self._callers.of(scope), _query(scope)
        lang = answer_language(display_language(query, None), caller.headers)
        if isinstance(error, Refused):
            return self._encoded(Reply(error.status, outcome([error.issue], lang)), query, caller)
        if isinstance(error, OverBudget):
            return self._encoded(refused_reply(error, lang), query, caller)
        return self._encoded(failed(scope["path"], error, lang), query, caller)

    def _kind(self, scope: Scope, caller: ClientProfile) -> Kind:
        """The kind of body, which decides its limits."""
        path = _below(scope)
        operation = "$" in path or is_batch(_pieces(path))
        return Kind(
            xml="xml" in caller.headers.get("content-type", ""),
            upload=not operation and self._permitted(scope),
        )

    def _permitted(self, scope: Scope) -> bool:
        if self._permits is None:
            return False
        try:
            self._permits(scope)
        except GyldigError:
            return False
        return True

    def _budget(self, scope: Scope) -> Budget:
        """The budget of a request; the entries of a batch share it."""
        settings = self.service.settings
        seconds = settings.batch_seconds if _is_batch(scope) else settings.request_seconds
        return Budget(steps=settings.request_steps, seconds=seconds)

    async def _in_time(self, call: _Call) -> Encoded:
        """The answer; large requests are answered in another thread, so that the event loop is not blocked."""
        scope, body = call.scope, call.body
        if _is_batch(scope):
            return await self._batch(call)
        here = len(body) <= _INLINE_LIMIT and not _once(scope["method"], scope["path"], body)
        return await self._here_or_elsewhere(
            call, lambda: self._answered(scope, call.caller, body), here=here, large=True
        )

    async def _here_or_elsewhere(
        self, call: _Call, work: Callable[[], T], *, here: bool, large: bool = False
    ) -> T:
        """The result of work that begins on the event loop, if ``here``, and ends in another thread if it takes long."""
        while here:
            try:
                with EVENT_LOOP_GUARD:
                    return work()
            except NeedsOffload as needed:
                if needed.build is None:
                    break
                await built(needed.build, call.budget)
        return await self._elsewhere(call, work, large=large)

    async def _elsewhere(self, call: _Call, work: Callable[[], T], *, large: bool = False) -> T:
        """The result of work that is done in another thread, within the request's budget."""
        return await self._aside.run(work, budget=call.budget, receive=call.receive, large=large)

    async def _written_elsewhere(self, call: _Call, write: Callable[[], T], *, large: bool) -> T:
        """An answer that is complete, written in another thread; its time is not that of the work before."""
        settings = self.service.settings
        budget = Budget(steps=settings.request_steps, seconds=settings.request_seconds)
        return await self._elsewhere(replace(call, budget=budget), write, large=large)

    async def _batch(self, call: _Call) -> Encoded:
        """The answer to a batch, entry by entry."""
        large = len(call.body) > _INLINE_LIMIT
        query = _query(call.scope)

        def read() -> Request:
            return self._request(call.scope, query, call.caller, call.body)

        async def entry(request: Request) -> Written:
            return await self._entry(call, request)

        request = await self._elsewhere(call, read, large=True) if large else read()
        answered = await batch_reply(request, entry, self.service.settings, call.budget)
        answered.release = self.service.release_of(request.path)
        return await self._written_elsewhere(
            call, lambda: self._encoded(answered, query, call.caller), large=large
        )

    async def _entry(self, call: _Call, request: Request) -> Written:
        """The answer to one entry of a batch."""
        here = not _once(request.method, "/".join(request.path))
        return await self._here_or_elsewhere(call, lambda: self._written_entry(request, call), here=here)

    def _written_entry(self, request: Request, call: _Call) -> Written:
        try:
            with REQUEST_EPOCH, call.budget:
                reply = self.service.answer(request)
            return Written(reply.status, _json(reply.body))
        except NeedsOffload:
            raise
        except Exception as error:  # noqa: BLE001 - the other entries get their answers
            reply = failed("/".join(request.path), error, language_of(request))
            return Written(reply.status, _json(reply.body))

    async def _packed(self, call: _Call, reply: Encoded) -> Packed:
        if len(reply.body) <= _INLINE_LIMIT:
            return _packed(call.scope, reply)
        return await self._written_elsewhere(call, lambda: _packed(call.scope, reply), large=True)

    def _answered(self, scope: Scope, caller: ClientProfile, body: bytes) -> Encoded:
        """A cached answer, else the answer of the service."""
        with REQUEST_EPOCH:
            return self._made(scope, caller, body)

    def _made(self, scope: Scope, caller: ClientProfile, body: bytes) -> Encoded:
        stamp = None
        if _keeps(scope, body) and "x-cache-id" not in caller.headers:
            with suppress(GyldigError):  # the service reports the error
                stamp = self._stamp(caller.trusted)
        if stamp is None:
            return self._general(scope, caller, body)
        return self._kept(stamp, scope, caller, body)

    def _stamp(self, trusted: bool) -> object | None:
        """The state of the catalog; on the event loop read once in each turn."""
        if EVENT_LOOP_GUARD.on:
            return self._fast_routes.state(trusted)
        return self.service.cache_key(self.service.catalog(trusted))

    def _kept(self, stamp: object, scope: Scope, caller: ClientProfile, body: bytes) -> Encoded:
        key = (scope["method"], scope["path"], scope["query_string"], caller, _base(scope), _digest(body))
        replies = self._replies[caller.trusted]
        kept = replies.find(stamp, key)
        if kept is None:
            parsed = self._parsed_post(scope, caller, body)
            kept = self._posted(scope, caller, parsed, len(body), stamp) if parsed is not None else None
            kept = kept or self._general(scope, caller, body, stamp, parsed)
            if kept.status == 200:
                replies.keep(stamp, key, kept)
        return kept

    def _parsed_post(self, scope: Scope, caller: ClientProfile, body: bytes) -> Any:
        """The body of a request whose parameters are all in it, in JSON; None for any other request."""
        if not body or scope["query_string"] or not caller.sends_json:
            return None
        return self._parsed((), caller, body)

    def _posted(
        self, scope: Scope, caller: ClientProfile, parsed: Any, size: int, stamp: object
    ) -> Encoded | None:
        """The answer from a prepared request; None = the service has to answer, or to report what is wrong."""
        try:
            written = self._fast_routes.answer_body(caller, _below(scope), parsed, size, stamp)
        except (Refused, GyldigError):
            return None
        return None if written is None else Encoded(200, written)

    def _general(
        self,
        scope: Scope,
        caller: ClientProfile,
        body: bytes,
        stamp: object | None = None,
        parsed: Any = None,
    ) -> Encoded:
        query = _query(scope)
        request = self._request(scope, query, caller, body, stamp, parsed)
        return self._encoded(self.service.answer(request), query, caller)

    def _encoded(self, reply: Reply, query: list[tuple[str, str]], caller: ClientProfile) -> Encoded:
        format_ = next((v for k, v in query if k == "_format"), "")
        return _encoded(reply, xml=wants_xml(format_, caller.headers.get("accept", "")))

    def _request(
        self,
        scope: Scope,
        query: list[tuple[str, str]],
        caller: ClientProfile,
        body: bytes,
        stamp: object | None = None,
        parsed: Any = None,
    ) -> Request:
        """The request as the service takes it; raises Refused where its body cannot be read."""
        path = _pieces(_below(scope))
        if body and parsed is None:
            if _is_form(caller):
                query += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
            elif _readable(caller):
                parsed = self._parsed(path, caller, body)
            else:
                raise Refused(_invalid("request.media_type", type=caller.headers["content-type"]), status=415)
        return Request(
            method=scope["method"],
            path=path,
            query=query,
            body=parsed,
            headers=caller.headers,
            base=_base(scope),
            size=len(body),
            trusted=caller.trusted,
            stamp=stamp,
            permit=partial(self._permits, scope) if self._permits else None,
        )

    def _parsed(self, path: tuple[str, ...], caller: ClientProfile, body: bytes) -> Any:
        """The body as JSON; raises Refused if it is neither valid JSON nor XML of the release."""
        try:
            if "xml" in caller.headers.get("content-type", ""):
                return xml_to_json(body, release=self.service.release_of(path), file="body")
            return loads(body)
        except orjson.JSONDecodeError as error:
            raise Refused(_invalid("request.no_json", line=error.lineno, column=error.colno)) from error
        except ContentError as error:
            raise Refused(_invalid("request.unreadable_body", error=error.text)) from error


def _encoded(reply: Reply, *, xml: bool = False) -> Encoded:
    return Encoded(reply.status, _written(reply, xml=xml), reply.headers, xml)


@lru_cache(maxsize=512)
def _pieces(path: str) -> tuple[str, ...]:
    return tuple(unquote(p) for p in path.split("/") if p)


def _is_batch(scope: Scope) -> bool:
    return scope["method"] == "POST" and is_batch(_pieces(_below(scope)))


def _is_form(caller: ClientProfile) -> bool:
    return caller.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def _written(reply: Reply, *, xml: bool) -> bytes:
    written = _json(reply.body)
    if not xml or not written:
        return written
    if not _CONTROL.search(written):
        return json_to_xml(loads(written), release=reply.release)
    return json_to_xml(_without_control(loads(written)), release=reply.release)


def _without_control(value: Any) -> Any:
    """The same JSON value; characters that XML cannot hold are U+FFFD."""
    if isinstance(value, str):
        return UNWRITABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_control(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_control(item) for name, item in value.items()}
    return value


def _json(body: dict[str, Any] | bytes | None) -> bytes:
    if body is None:
        return b""
    return body if isinstance(body, bytes) else dumps(body)


def _once(method: str, path: str, body: bytes = b"") -> bool:
    """Whether the request changes state, so that it must not be started here and repeated in another thread."""
    return method not in ("GET", "HEAD") and ("$" not in path or b"cache-id" in body)


def _keeps(scope: Scope, body: bytes) -> bool:
    """Whether the answer may be cached: it depends only on the request and the catalog."""
    if b"cache-id" in scope["query_string"] or b"cache-id" in body:
        return False
    method, path = str(scope["method"]), str(scope["path"])
    return method == "GET" or (method == "POST" and path.endswith(_KEPT_POSTS))


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest() if body else b""


def _readable(caller: ClientProfile) -> bool:
    """Whether a body's content type may be FHIR; without one it is parsed as JSON."""
    content_type = caller.headers.get("content-type", "").lower()
    return not content_type or "json" in content_type or "xml" in content_type


def _invalid(key: str, **values: object) -> Issue:
    """The issue for an invalid body."""
    return issue("REQUEST_INVALID", message(key, **values))


def _query(scope: Scope) -> list[tuple[str, str]]:
    """The parameters of the URL, including those without a value."""
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _below(scope: Scope) -> str:
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path[len(root) :] if root and path.startswith(root) else path


def _base(scope: Scope) -> str:
    host = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "localhost")
    return f"{scope.get('scheme', 'http')}://{host}{scope.get('root_path', '')}"


class Packed(msgspec.Struct, frozen=True):
    """An answer with its headers, compressed if it is large enough."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def _packed(scope: Scope, reply: Encoded) -> Packed:
    body, status, method = reply.body, reply.status, scope["method"]
    request_headers: dict[bytes, bytes] = dict(scope["headers"])
    headers = [_XML if reply.xml else _JSON, *_COMMON]
    if reply.headers:
        headers += [(k.encode(), v.encode()) for k, v in reply.headers.items()]
    if b"x-request-id" in request_headers:
        headers.append((b"x-request-id", request_headers[b"x-request-id"]))
    if status == 503:
        headers.append((b"retry-after", _RETRY_AFTER))
    if status == 200 and method in ("GET", "HEAD"):
        tag = reply.headers.get("ETag", "").encode()
        if not tag:
            tag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'.encode()
            headers.append((b"etag", tag))
        if tag in request_headers.get(b"if-none-match", b""):
            status, body = 304, b""
    if len(body) > _WORTH_COMPRESSING and b"gzip" in request_headers.get(b"accept-encoding", b""):
        body = gzip.compress(body, compresslevel=1)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", b"%d" % len(body)))
    return Packed(status, headers, b"" if method == "HEAD" else body)


def _packed_body(client: Client, body: bytes) -> Packed:
    """A JSON body with status 200 for a GET."""
    tag = b'W/"%b"' % blake2b(body, digest_size=12).hexdigest().encode()
    if client.if_none_match and tag in client.if_none_match:
        return Packed(304, [_JSON, *_COMMON, (b"etag", tag), (b"content-length", b"0")], b"")
    headers = [_JSON, *_COMMON, (b"etag", tag)]
    if client.request_id:
        headers.append((b"x-request-id", client.request_id))
    if client.gzip and len(body) > _WORTH_COMPRESSING:
        body = gzip.compress(body, compresslevel=1)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", b"%d" % len(body)))
    return Packed(200, headers, body)


def fhir_app(
    catalog: Catalog | CatalogSource,
    *,
    release: str = "R4",
    settings: FhirSettings | None = None,
    trusts: Callable[[Scope], bool] = lambda scope: True,
    permits: Callable[[Scope], None] | None = None,
    changes: Callable[[], ResourceWriter] | None = None,
    history: History | None = None,
    readable: Callable[[dict[str, Any]], None] | None = None,
    memoise: bool = True,
) -> FhirApp:
    """The application for a catalog, or for a function from "caller is trusted" to a catalog.

    With ``changes`` resources can be written by callers for whom ``permits`` does not raise. ``readable``: raises
    Restricted for a resource that untrusted callers may not read. ``memoise=False``: prepared requests are not cached,
    for comparison.
    """

    def source(trusted: bool) -> Catalog:
        return catalog(trusted) if callable(catalog) else catalog

    service = Service(
        source, release, settings or FhirSettings(), changes, history, readable=readable, memoise=memoise
    )
    return FhirApp(service, trusts, permits)
