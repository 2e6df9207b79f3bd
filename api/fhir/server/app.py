"""The FHIR application over ASGI: bytes in, bytes out.

Reads bodies, bounds work, chooses the thread, caches answers. Requests are answered by ``service``; bodies are written by
``response_body``, headers by ``response_packing``.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope, Send

from api.fhir.fhir_settings import FhirSettings
from api.fhir.format.outcome import Refused, outcome
from api.fhir.format.response_format import wants_xml
from api.fhir.operations.answer_language import answer_language, display_language
from api.fhir.operations.client_profile import ClientProfile, ClientProfiles
from api.fhir.operations.request_limits import Kind, read_body
from api.fhir.resources.resource_writer import ResourceWriter
from api.fhir.server.batches import Written, batch_reply, is_batch
from api.fhir.server.fast_routes import FastRoutes
from api.fhir.server.large_request_worker import LargeRequestWorker, built
from api.fhir.server.request_parts import (
    base_url,
    is_form,
    is_readable,
    path_below,
    path_parts,
    query_of,
)
from api.fhir.server.response_body import encoded, json_bytes
from api.fhir.server.response_cache import Encoded, Replies
from api.fhir.server.response_packing import Packed, packed, packed_body
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
from loaders.formats.fhir.fhir_xml import xml_to_json
from registry.entities.budget import Budget
from registry.entities.errors import ContentError, GyldigError, OverBudget
from registry.entities.exact_json import loads
from registry.entities.messages import located, message
from registry.entities.offload import EVENT_LOOP_GUARD, NeedsOffload
from registry.entities.request_epoch import REQUEST_EPOCH
from registry.terminology.catalog import Catalog
from registry.terminology.issues import Issue, issue

__all__ = ["FhirApp", "fhir_app"]

_INLINE_LIMIT = 256_000  #: most bytes of a body that is parsed or compressed on the event loop
_KEPT_POSTS = ("/$expand",)  #: ends of paths whose answers to POST are cached too
T = TypeVar("T")


def _address(scope: Scope) -> str:
    """The address of the connection."""
    client = scope.get("client")
    return str(client[0]) if client else ""


@dataclass(frozen=True, slots=True)
class _Call:
    """A request whose body has been read; ``path``: below the base."""

    scope: Scope
    receive: Receive
    caller: ClientProfile
    path: str
    batch: bool
    body: bytes
    budget: Budget


class FhirApp:
    """An ASGI application that can be mounted anywhere, with the bases ``r4``, ``r5`` and ``as-of/DATE`` below it."""

    def __init__(
        self,
        service: Service,
        trusts: Callable[[Scope], bool],
        permits: Callable[[Scope], None] | None,
        refused: Callable[[Scope, str, str], None] | None = None,
        sender_of: Callable[[Scope], str] = _address,
    ) -> None:
        self.service, self._permits, self._refused, self._sender_of = service, permits, refused, sender_of
        self._settings = settings = service.settings
        self._warm_up = WarmUp(
            lambda: service.catalog(True), concepts=settings.warm_concepts, seconds=settings.warm_seconds
        )
        self._callers, self._fast_routes = ClientProfiles(trusts), FastRoutes(service, self._warm_up.start)
        #: by whether the caller is trusted: the stamps of their catalogs differ
        self._replies = {trusted: Replies(settings.reply_bytes // 2) for trusted in (True, False)}
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
                body = self._fast_routes.answer(client.profile, path_below(scope), scope["query_string"])
        except (Refused, GyldigError, NeedsOffload):
            return None
        return None if body is None else packed_body(client, body)

    async def _answer(self, scope: Scope, receive: Receive) -> Packed:
        """The answer to any request; an OperationOutcome if it is refused or fails."""
        try:
            caller, path, body = self._callers.of(scope), path_below(scope), b""
            batch = scope["method"] == "POST" and is_batch(path_parts(path))
            if scope["method"] in ("POST", "PUT"):
                kind = self._kind(scope, caller, operation=batch or "$" in path)
                body = await read_body(scope, receive, kind, self._settings)
            call = _Call(scope, receive, caller, path, batch, body, self._budget(batch=batch))
            reply = await self._in_time(call)
            return await self._packed(call, reply)
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer and the connection stays
            return packed(scope, self._refusal(scope, error))

    def _refusal(self, scope: Scope, error: Exception) -> Encoded:
        """The OperationOutcome of an error, in the language of the URL's parameters or the headers."""
        caller, query = self._callers.of(scope), query_of(scope)
        lang = answer_language(display_language(query, None), caller.headers)
        if isinstance(error, Refused):
            return self._encoded(Reply(error.status, outcome([error.issue], lang)), query, caller)
        if isinstance(error, OverBudget):
            return self._encoded(refused_reply(error, lang), query, caller)
        return self._encoded(failed(scope["path"], error, lang), query, caller)

    def _kind(self, scope: Scope, caller: ClientProfile, *, operation: bool) -> Kind:
        """The kind of body, which decides its limits."""
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

    def _budget(self, *, batch: bool = False) -> Budget:
        """The budget of a request; the entries of a batch share it."""
        settings = self._settings
        seconds = settings.batch_seconds if batch else settings.request_seconds
        return Budget(steps=settings.request_steps, seconds=seconds)

    async def _in_time(self, call: _Call) -> Encoded:
        """The answer; large requests are answered in another thread, so that the event loop is not blocked."""
        if call.batch:
            return await self._batch(call)
        here = len(call.body) <= _INLINE_LIMIT and not _once(call.scope["method"], call.path, call.body)
        return await self._here_or_elsewhere(call, partial(self._answered, call), here=here, large=True)

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
        return await self._elsewhere(replace(call, budget=self._budget()), write, large=large)

    async def _batch(self, call: _Call) -> Encoded:
        """The answer to a batch, entry by entry."""
        large = len(call.body) > _INLINE_LIMIT
        query = query_of(call.scope)

        def read() -> Request:
            return self._request(call, query)

        async def entry(request: Request) -> Written:
            return await self._entry(call, request)

        request = await self._elsewhere(call, read, large=True) if large else read()
        answered = await batch_reply(request, entry, self._settings, call.budget)
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
            return Written(reply.status, json_bytes(reply.body))
        except NeedsOffload:
            raise
        except Exception as error:  # noqa: BLE001 - the other entries get their answers
            reply = failed("/".join(request.path), error, language_of(request))
            return Written(reply.status, json_bytes(reply.body))

    async def _packed(self, call: _Call, reply: Encoded) -> Packed:
        if len(reply.body) <= _INLINE_LIMIT:
            return packed(call.scope, reply)
        return await self._written_elsewhere(call, lambda: packed(call.scope, reply), large=True)

    def _answered(self, call: _Call) -> Encoded:
        """A cached answer, else the answer of the service."""
        with REQUEST_EPOCH:
            return self._made(call)

    def _made(self, call: _Call) -> Encoded:
        stamp = None
        if _keeps(call) and "x-cache-id" not in call.caller.headers:
            with suppress(GyldigError):  # the service reports the error
                stamp = self._stamp(call.caller.trusted)
        return self._general(call) if stamp is None else self._kept(call, stamp)

    def _stamp(self, trusted: bool) -> object | None:
        """The state of the catalog; on the event loop read once in each turn."""
        if EVENT_LOOP_GUARD.on:
            return self._fast_routes.state(trusted)
        return self.service.cache_key(self.service.catalog(trusted))

    def _kept(self, call: _Call, stamp: object) -> Encoded:
        scope = call.scope
        host = base_url(scope)
        key = (scope["method"], call.path, scope["query_string"], call.caller, host, _digest(call.body))
        replies = self._replies[call.caller.trusted]
        kept = replies.find(stamp, key)
        if kept is None:
            parsed = self._parsed_post(call)
            kept = None if parsed is None else self._posted(call, parsed, stamp)
            kept = kept or self._general(call, stamp, parsed)
            if kept.status == 200:
                replies.keep(stamp, key, kept)
        return kept

    def _parsed_post(self, call: _Call) -> Any:
        """The body of a request whose parameters are all in it, in JSON; None for any other request."""
        if not call.body or call.scope["query_string"] or not call.caller.sends_json:
            return None
        return self._parsed((), call)

    def _posted(self, call: _Call, parsed: Any, stamp: object) -> Encoded | None:
        """The answer from a prepared request; None = the service has to answer, or to report what is wrong."""
        try:
            written = self._fast_routes.answer_body(call.caller, call.path, parsed, len(call.body), stamp)
        except (Refused, GyldigError):
            return None
        return None if written is None else Encoded(200, written)

    def _general(self, call: _Call, stamp: object | None = None, parsed: Any = None) -> Encoded:
        query = query_of(call.scope)
        request = self._request(call, query, stamp, parsed)
        return self._encoded(self.service.answer(request), query, call.caller)

    def _encoded(self, reply: Reply, query: list[tuple[str, str]], caller: ClientProfile) -> Encoded:
        format_ = next((v for k, v in query if k == "_format"), "")
        return encoded(reply, xml=wants_xml(format_, caller.headers.get("accept", "")))

    def _request(
        self, call: _Call, query: list[tuple[str, str]], stamp: object | None = None, parsed: Any = None
    ) -> Request:
        """The request as the service takes it; raises Refused where its body cannot be read."""
        path, scope, caller = path_parts(call.path), call.scope, call.caller
        if call.body and parsed is None:
            if is_form(caller):
                query += parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
            elif is_readable(caller):
                parsed = self._parsed(path, call)
            else:
                raise Refused(_invalid("request.media_type", type=caller.headers["content-type"]), status=415)
        return Request(
            method=scope["method"],
            path=path,
            query=query,
            body=parsed,
            headers=caller.headers,
            base=base_url(scope),
            size=len(call.body),
            trusted=caller.trusted,
            sender=self._sender_of(scope),
            stamp=stamp,
            permit=partial(self._permits, scope) if self._permits else None,
            refused=partial(self._refused, scope) if self._refused else None,
        )

    def _parsed(self, path: tuple[str, ...], call: _Call) -> Any:
        """The body as JSON; raises Refused if it is neither valid JSON nor XML of the release."""
        try:
            if "xml" in call.caller.headers.get("content-type", ""):
                return xml_to_json(call.body, release=self.service.release_of(path), file="body")
            return loads(call.body)
        except orjson.JSONDecodeError as error:
            raise Refused(_invalid("request.no_json", line=error.lineno, column=error.colno)) from error
        except ContentError as error:
            raise Refused(_unreadable(error)) from error


def _once(method: str, path: str, body: bytes = b"") -> bool:
    """Whether the request changes state, so that it must not be started here and repeated in another thread."""
    return method not in ("GET", "HEAD") and ("$" not in path or b"cache-id" in body)


def _keeps(call: _Call) -> bool:
    """Whether the answer may be cached: it depends only on the request and the catalog."""
    if b"cache-id" in call.scope["query_string"] or b"cache-id" in call.body:
        return False
    method = call.scope["method"]
    return method == "GET" or (method == "POST" and call.path.endswith(_KEPT_POSTS))


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest() if body else b""


def _unreadable(error: ContentError) -> Issue:
    """The issue for a body that is no FHIR XML, with the line or the path of the element."""
    if isinstance(error.line, int):
        return _invalid("request.unreadable_line", line=error.line, error=error.message)
    found = located(error.line, error.message) if error.line else error.message
    return _invalid("request.unreadable_body", error=found)


def _invalid(key: str, **values: object) -> Issue:
    """The issue for an invalid body."""
    return issue("REQUEST_INVALID", message(key, **values))


def fhir_app(
    catalog: Catalog | CatalogSource,
    *,
    release: str = "R4",
    settings: FhirSettings | None = None,
    trusts: Callable[[Scope], bool] = lambda scope: True,
    permits: Callable[[Scope], None] | None = None,
    changes: Callable[[], ResourceWriter | None] | None = None,
    history: History | None = None,
    readable: Callable[[dict[str, Any]], None] | None = None,
    refused: Callable[[Scope, str, str], None] | None = None,
    sender_of: Callable[[Scope], str] = _address,
    memoise: bool = True,
) -> FhirApp:
    """The application for a catalog, or for a function from "caller is trusted" to a catalog.

    With ``changes`` resources can be written by callers for whom ``permits`` does not raise. ``readable``: raises
    Restricted for a resource that untrusted callers may not read. ``memoise=False``: prepared requests are not cached,
    for comparison. ``refused``: takes route and system of what the caller may not read or write. ``sender_of``: who sends a
    request; resources that a client sends for later requests are found by the same sender alone.
    """

    def source(trusted: bool) -> Catalog:
        return catalog(trusted) if callable(catalog) else catalog

    service = Service(
        source, release, settings or FhirSettings(), changes, history, readable=readable, memoise=memoise
    )
    return FhirApp(service, trusts, permits, refused, sender_of)
