"""Headers of every answer outside FHIR: what browsers may do with it, and what caches must not."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["PAGE_POLICY", "ResponseHeaders"]

#: pages have their styles within them, links, and nothing else
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


class ResponseHeaders:
    """ASGI middleware: adds ``nosniff``, ``Vary: Authorization``, ``Cache-Control`` where absent, and for pages a policy."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                _add(MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


def _add(headers: MutableHeaders) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    if "authorization" not in headers.get("vary", "").lower():
        headers.add_vary_header("Authorization")
    headers.setdefault("Cache-Control", "no-cache")
    if headers.get("content-type", "").startswith("text/html"):
        headers["Content-Security-Policy"] = PAGE_POLICY
        headers["Referrer-Policy"] = "same-origin"
