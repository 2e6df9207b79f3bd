"""Errors over HTTP as RFC 9457 problem details (``application/problem+json``).

An answer "no" is not an error: it is 200 with a reason. Here are wrong use, names in a path that do not exist,
what a licence forbids, and a registry that cannot be used.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.error_status import http_status
from registry.entities.errors import GyldigError

__all__ = ["MEDIA_TYPE", "NotFound", "install", "problem"]

MEDIA_TYPE = "application/problem+json"
_TYPES = {
    400: "wrong-use", 401: "token-needed", 403: "restricted", 404: "not-found", 405: "method-not-allowed",
    413: "too-large", 422: "bad-source", 503: "unavailable",
}  # fmt: skip
_log = logging.getLogger("gyldig.rest")


class NotFound(GyldigError):
    """Something named in a path does not exist; ``suggestions`` are names like it."""

    status = 404

    def __init__(self, message: str, *, suggestions: list[str] | None = None, **members: Any) -> None:
        self.members = {**members, "suggestions": suggestions or []}
        super().__init__(message)


def problem(
    status: int, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
) -> Response:
    """A problem response; ``type`` is relative to ``/api/docs``."""
    body = {
        "type": f"/api/docs#problem-{_TYPES.get(status, 'internal')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **members,
    }
    return Response(orjson.dumps(body), status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def install(app: FastAPI) -> None:
    """Make every error of the app a problem response."""
    app.add_exception_handler(GyldigError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


async def _ours(request: Request, error: Exception) -> Response:
    status = http_status(error)
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}.get(status)
    lang = request.headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
    detail = error.in_language(lang) if isinstance(error, GyldigError) else str(error)
    return problem(status, detail, headers=headers, **getattr(error, "members", {}))


async def _invalid(request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [
        {"where": ".".join(str(p) for p in e["loc"]), "message": e["msg"].removeprefix("Value error, ")}
        for e in found
    ]
    detail = "; ".join(f"{e['where']}: {e['message']}" for e in errors)
    return problem(400, detail, errors=errors)


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return problem(500, "internal error")
    detail = f"nothing at {request.url.path}" if error.status_code == 404 else str(error.detail)
    return problem(error.status_code, detail, headers=error.headers)


async def _bug(request: Request, error: Exception) -> Response:
    _log.exception("bug while answering %s", request.url.path, exc_info=error)
    return problem(500, "The server failed on this request; it has been logged.")
