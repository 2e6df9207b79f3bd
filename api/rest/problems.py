"""Errors over HTTP as RFC 9457 problem details (``application/problem+json``), in the caller's language.

An answer "no" is not an error: it is 200 with a reason. Errors are wrong use, names in a path that do not exist,
content that the licence restricts, and a registry that cannot be used. The first language of ``Accept-Language``
decides between Norwegian and English.
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

from api.callers import caller_of, origin_of
from api.error_status import http_status
from registry.entities.errors import GyldigError, Restricted, TooCostly
from registry.entities.messages import Message, catalogue, in_language, language, message, word

__all__ = ["MEDIA_TYPE", "NotFound", "answer_of", "install", "language_of", "problem", "title_of", "type_of"]

MEDIA_TYPE = "application/problem+json"
_TYPES = {
    400: "wrong-use", 401: "token-needed", 403: "restricted", 404: "not-found", 405: "method-not-allowed",
    408: "too-slow", 413: "too-large", 414: "long-url", 422: "bad-source", 431: "large-head", 503: "unavailable",
}  # fmt: skip
_log = logging.getLogger("gyldig.rest")


class NotFound(GyldigError):
    """Something named in a path does not exist; ``suggestions`` are names like it."""

    status = 404

    def __init__(self, message: str, *, suggestions: list[str] | None = None, **members: Any) -> None:
        self.members = {**members, "suggestions": suggestions or []}
        super().__init__(message)


def problem(
    status: int,
    detail: str,
    *,
    lang: str = "en",
    headers: Mapping[str, str] | None = None,
    kind: str = "",
    **members: Any,
) -> Response:
    """A problem response with its texts in the language; ``type`` is relative to ``/api/docs``.

    ``kind``: what is wrong, if the status alone does not say it.
    """
    body = {
        "type": type_of(status, kind),
        "title": title_of(status, lang),
        "status": status,
        "detail": in_language(detail, lang),
        **members,
    }
    sent = {"Vary": "Accept-Language", "Content-Language": language(lang), **(headers or {})}
    return Response(orjson.dumps(body), status, media_type=MEDIA_TYPE, headers=sent)


def type_of(status: int, kind: str = "") -> str:
    """The type of a problem: its place in the documentation page."""
    return f"/api/docs#problem-{kind or _TYPES.get(status, 'internal')}"


def title_of(status: int, lang: str = "en") -> str:
    """The name of a status, as RFC 9110 has it."""
    key = f"http.{status}"
    found = word(key, lang)
    return HTTPStatus(status).phrase if found == key else found


def language_of(request: Request) -> str:
    """The language of messages: the first that the caller accepts, else English."""
    return language(request.headers.get("accept-language", "").split(",")[0].split(";")[0].strip())


def install(app: FastAPI) -> None:
    """Make every error of the app a problem response."""
    app.add_exception_handler(GyldigError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _bug)


async def _ours(request: Request, error: Exception) -> Response:
    if isinstance(error, Restricted):
        route = getattr(request.scope.get("route"), "path", "")  # the template: a path has codes
        place = route if route.startswith("/api") else f"/api{route}"
        caller, origin = caller_of(request.scope), origin_of(request.scope)
        request.app.state.refusals.note(caller.name, origin, f"{request.method} {place}", error.system)
    return answer_of(error, request)


def answer_of(error: Exception, request: Request) -> Response:
    """The problem response to one of the project's errors."""
    status = http_status(error)
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": "5"}}.get(status)
    detail = error.text if isinstance(error, GyldigError) else str(error)
    kind = "too-costly" if isinstance(error, TooCostly) else ""
    members = getattr(error, "members", {})
    return problem(status, detail, lang=language_of(request), headers=headers, kind=kind, **members)


async def _invalid(request: Request, error: Exception) -> Response:
    lang = language_of(request)
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [
        {"where": ".".join(str(p) for p in e["loc"]), "message": in_language(_what_is_wrong(e), lang)}
        for e in found
    ]
    detail = "; ".join(f"{e['where']}: {e['message']}" for e in errors)
    return problem(400, detail, lang=lang, errors=errors)


def _what_is_wrong(found: Mapping[str, Any]) -> str:
    """What the validation of a request found, as a message of the catalogue.

    >>> _what_is_wrong({"type": "missing"}), _what_is_wrong({"type": "string_too_long", "ctx": {"max_length": 2}})
    ('is missing', 'is longer than 2 characters')
    """
    values = found.get("ctx", {})
    own = values.get("error")
    if isinstance(own, ValueError) and own.args:
        return str(own.args[0]) if not isinstance(own.args[0], Message) else own.args[0]
    key = f"invalid.{found['type']}"
    return message(key, **values) if key in catalogue() else message("invalid.value")


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return await _bug(request, error)
    status, values = error.status_code, {"path": request.url.path, "method": request.method}
    key = f"http_error.{status}"
    detail = message(key, **values) if key in catalogue() else str(error.detail)
    return problem(status, detail, lang=language_of(request), headers=error.headers)


async def _bug(request: Request, error: Exception) -> Response:
    _log.exception("bug while answering %s", request.url.path, exc_info=error)
    return problem(500, message("request.failed"), lang=language_of(request))
