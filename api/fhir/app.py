"""The FHIR application over ASGI: bytes in, bytes out.

Here: reading bodies, formats, compression, ETags. Not here: what is answered (``service``).
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qsl, unquote

import orjson
from starlette.types import Receive, Scope, Send

from api.fhir.changes import Changes
from api.fhir.outcome import outcome, refuse
from api.fhir.service import CatalogSource, Reply, Request, Service
from api.fhir.settings import FhirSettings
from registry.operations.catalog import Catalog

__all__ = ["FhirApp", "fhir_app"]

_JSON = "application/fhir+json; charset=utf-8"
_WORTH_COMPRESSING = 1400  #: bytes, about one packet


class FhirApp:
    """An ASGI application that can be mounted anywhere; below it ``r4``, ``r5`` and ``as-of/DATE`` lead on."""

    def __init__(
        self, service: Service, trusts: Callable[[Scope], bool], permits: Callable[[Scope], None] | None
    ) -> None:
        self.service, self._trusts, self._permits = service, trusts, permits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        body = await _body(receive) if scope["method"] in ("POST", "PUT") else b""
        reply = self._reply(scope, headers, body)
        await _send(send, scope["method"], headers, reply)

    def _reply(self, scope: Scope, headers: dict[str, str], body: bytes) -> Reply:
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        wanted = dict(query).get("_format", "") or headers.get("accept", "")
        if "xml" in wanted and "json" not in wanted and "*/*" not in wanted:
            return _refused(406, "Answers are written in JSON only")
        parsed = None
        form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        if body and form:
            query += parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        elif body:
            try:
                parsed = orjson.loads(body)
            except orjson.JSONDecodeError as error:
                return _refused(400, f"The body is no JSON: {error}")
        return self.service.answer(
            Request(
                method=scope["method"],
                path=_pieces(scope),
                query=query,
                body=parsed,
                headers=headers,
                base=_base(scope, headers),
                trusted=self._trusts(scope),
                permit=partial(self._permits, scope) if self._permits else None,
            )
        )


def _refused(status: int, text: str) -> Reply:
    return Reply(status, outcome([refuse("REQUEST_INVALID", text).issue]))


def _pieces(scope: Scope) -> tuple[str, ...]:
    path, root = scope["path"], scope.get("root_path", "")
    below = path[len(root) :] if root and path.startswith(root) else path
    return tuple(unquote(p) for p in below.split("/") if p)


def _base(scope: Scope, headers: dict[str, str]) -> str:
    host = headers.get("host", "localhost")
    return f"{scope.get('scheme', 'http')}://{host}{scope.get('root_path', '')}"


async def _body(receive: Receive) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _send(send: Send, method: str, asked: dict[str, str], reply: Reply) -> None:
    body = b"" if reply.body is None else orjson.dumps(reply.body)
    status = reply.status
    headers = [(b"content-type", _JSON.encode()), (b"vary", b"accept, accept-encoding, accept-language")]
    headers += [(k.encode(), v.encode()) for k, v in reply.headers.items()]
    if "x-request-id" in asked:
        headers.append((b"x-request-id", asked["x-request-id"].encode("latin-1")))
    if method in ("GET", "HEAD") and status == 200:
        tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        headers.append((b"etag", tag.encode()))
        if tag in asked.get("if-none-match", ""):
            status, body = 304, b""
    if len(body) > _WORTH_COMPRESSING and "gzip" in asked.get("accept-encoding", ""):
        body = gzip.compress(body, compresslevel=1)
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", str(len(body)).encode()))
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
) -> FhirApp:
    """The application for a catalog, or for one asked for at each request, told whether the caller is trusted.

    With ``changes`` resources can be written by callers for whom ``permits`` does not raise.
    """

    def source(trusted: bool) -> Catalog:
        return catalog(trusted) if callable(catalog) else catalog

    service = Service(source, release, settings or FhirSettings(), changes)
    return FhirApp(service, trusts, permits)
