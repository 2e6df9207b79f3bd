"""The yardstick: an ASGI application that answers 1 KB of fixed bytes, that is, the cost of the HTTP server alone."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

__all__ = ["app"]

_BODY = b'{"fixed":"' + b"x" * 1012 + b'"}'
_HEADERS = [
    (b"content-type", b"application/fhir+json; charset=utf-8"),
    (b"content-length", b"%d" % len(_BODY)),
]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": _BODY})
