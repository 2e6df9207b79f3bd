"""An answer with its headers: content type, caching, ETag, compression."""

from __future__ import annotations

import gzip
from hashlib import blake2b

import msgspec
from starlette.types import Scope

from api.fhir.operations.client_profile import Client
from api.fhir.server.response_cache import Encoded

__all__ = ["Packed", "packed", "packed_body"]

_JSON = (b"content-type", b"application/fhir+json; charset=utf-8")
_XML = (b"content-type", b"application/fhir+xml; charset=utf-8")
#: answers depend on the caller, so a cache may not give one to another caller without checking
_COMMON = (
    (b"vary", b"accept, accept-encoding, accept-language, authorization"),
    (b"cache-control", b"no-cache"),
    (b"x-content-type-options", b"nosniff"),
)
_WORTH_COMPRESSING = 1400  #: least bytes of a body that is compressed, about one packet
_RETRY_AFTER = b"5"  #: seconds after which a request refused with 503 may be sent again


class Packed(msgspec.Struct, frozen=True):
    """An answer with its headers, compressed if it is large enough."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


def packed(scope: Scope, reply: Encoded) -> Packed:
    """The answer to a request, with its headers."""
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


def packed_body(client: Client, body: bytes) -> Packed:
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
