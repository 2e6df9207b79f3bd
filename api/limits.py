"""A limit on request bodies, checked before they are parsed: 413 with a problem body."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from registry.entities.messages import message

__all__ = ["LARGEST_BODY", "BodyLimit"]

#: most bytes of a body outside FHIR, where all bodies are small forms: parsed on the event loop in less than 2 ms
LARGEST_BODY = 100_000


class BodyLimit:
    """ASGI middleware: a body of more than ``limit`` bytes, by its header or its content, is refused."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self.limit:
            await self._refuse(scope, receive, send)
            return
        await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the whole body first, so that a body that is too large gets an answer and no closed connection."""
        chunks: list[MutableMapping[str, Any]] = []
        size = 0
        while True:
            part = await receive()
            chunks.append(part)
            size += len(part.get("body", b""))
            if size > self.limit:
                await self._refuse(scope, receive, send)
                return
            if not part.get("more_body", False):
                break

        async def replay() -> MutableMapping[str, Any]:
            return chunks.pop(0) if chunks else await receive()

        await self.app(scope, replay, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        from api.rest.problems import language_of, problem

        detail, lang = message("request.most_bytes", most=self.limit), language_of(Request(scope))
        await problem(413, detail, lang=lang)(scope, receive, send)
