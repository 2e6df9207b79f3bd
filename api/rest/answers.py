"""Common parts of REST answers: the registry, JSON bytes, ETag, paging, types of parameters, access by licence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Path, Query, Request
from pydantic import BeforeValidator, WithJsonSchema
from starlette.responses import Response

from api import callers
from api.rest.problems import NotFound, language_of
from api.settings import Settings
from api.wire import dumps, listing
from registry.entities.errors import UsageError
from registry.entities.messages import message
from registry.queries.cursors import offset_of
from registry.terminology.licences import licences_of
from registry.time.reasons import similar

if TYPE_CHECKING:
    from registry import Registry
    from registry.entities.results.catalogue import SystemAnswer

__all__ = ["CodePath", "CodeQuery", "Count", "Cursor", "Day", "KnownAt", "Name", "SystemPath", "SystemQuery",
           "VersionPath", "answer", "etag_of", "fresh", "known_system", "list_part", "open_system", "page", "registry_of",
           "settings_of", "system_parameter", "take_system"]  # fmt: skip


def _iso(value: Any) -> Any:
    """Accepts dates written like 2024-01-31 only; a bare number is not a date."""
    if isinstance(value, str):
        try:
            if len(value) != 10:
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(message("invalid.date", value=value)) from None
    return value


IsoDate = Annotated[date, BeforeValidator(_iso), WithJsonSchema({"type": "string", "format": "date"})]
Day = Annotated[IsoDate | None, Query(description="Date of the query; today if it is left out.")]


def _instant(value: Any) -> Any:
    """Restores the ``+`` of the zone of an instant, which a query string decodes as a space."""
    return re.sub(r"(T\S+) (\d\d:?\d\d)$", r"\1+\2", value) if isinstance(value, str) else value


KnownAt = Annotated[
    str | None,
    BeforeValidator(_instant),
    Query(
        max_length=40,
        description="Answer with what the registry knew at that time: an instant (as written, to its end), or a date (its end).",
    ),
]
Name = Annotated[str | None, Query(max_length=200)]
SystemPath = Annotated[str, Path(max_length=200, description="Slug or OID of the code system.")]
SystemQuery = Annotated[
    str, Query(max_length=300, description="Slug, canonical URL or OID of the code system.")
]
CodePath = Annotated[str, Path(max_length=300, description="Code, with or without its dot.")]
CodeQuery = Annotated[str, Query(max_length=300, description="Code, with or without its dot.")]
VersionPath = Annotated[str, Path(max_length=300, description="Version label, or VERSION@RELEASE.")]
Count = Annotated[int, Query(ge=1, le=1000, description="Most items of a page.")]
Cursor = Annotated[str | None, Query(max_length=200, description="`cursor` of the previous page.")]


def registry_of(request: Request) -> Registry:
    """The registry of the running app."""
    registry: Registry = request.app.state.registry
    return registry


def settings_of(request: Request) -> Settings:
    """The settings of the running app."""
    settings: Settings = request.app.state.settings
    return settings


def known_system(request: Request, ref: str, known_at: str | None = None) -> SystemAnswer:
    """The system named in a path; raises ``NotFound`` with names like it."""
    registry = registry_of(request)
    found = registry.system(ref, known_at=known_at)
    if found is None:
        reader = registry.reader
        reason, why = reader.unknown_system(reader.moment(known_at), ref, registry.today())
        if reason != "unknown_system":
            raise NotFound(why, reason=reason)
        names = similar(ref, [s.slug for s in registry.systems(known_at=known_at)])
        near = message("near", names=names) if names else ""
        why = message("reason.unknown_system", name=ref, near=near)
        raise NotFound(why, suggestions=names, reason="unknown_system")
    return found


def open_system(request: Request, ref: str, known_at: str | None = None) -> SystemAnswer:
    """The system named in a path, whose content this caller may read."""
    system = known_system(request, ref, known_at)
    callers.require_read(request, licences_of(registry_of(request).reader), (ref, system.slug))
    return system


def take_system(request: Request, ref: str, known_at: str | None = None) -> SystemAnswer:
    """The system named in a path, whose whole list this caller may take."""
    system = known_system(request, ref, known_at)
    callers.require_list(request, licences_of(registry_of(request).reader), (ref, system.slug))
    return system


def system_parameter(request: Request, ref: str, known_at: str | None = None) -> str:
    """A system named as a parameter, whose content this caller may read; an unknown one is reported in the answer."""
    system = registry_of(request).system(ref, known_at=known_at)
    names = (ref, system.slug) if system is not None else (ref,)
    callers.require_read(request, licences_of(registry_of(request).reader), names)
    return ref


def list_part(request: Request, names: Iterable[str], cursor: str | None, size: int) -> None:
    """Check the licence of a page of a list of the systems named: ``size`` codes after those before the cursor."""
    end = offset_of(cursor) + size if size else 0
    callers.require_part(request, licences_of(registry_of(request).reader), names, end)


def etag_of(*parts: bytes | str) -> str:
    """A strong entity tag of the content."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else part)
        digest.update(b"\0")
    return f'"{digest.hexdigest()}"'


def fresh(request: Request, etag: str) -> bool:
    """Whether the caller already has this content (If-None-Match)."""
    given = request.headers.get("if-none-match", "")
    return given == "*" or etag in [t.strip().removeprefix("W/") for t in given.split(",")]


def answer(request: Request, value: Any) -> Response:
    """The answer as JSON with an ETag, or 304 if the caller already has it."""
    body = dumps(value, lang=language_of(request))
    etag = etag_of(body)
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Vary": "Authorization, Accept-Language"}
    if fresh(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def page(request: Request, name: str, items: Sequence[Any], count: int, cursor: str | None) -> Response:
    """One page of a list under its name; the cursor is the start of the next page."""
    start = _start(cursor)
    end = start + count
    following = str(end) if end < len(items) else None
    return answer(request, listing(name, items[start:end], cursor=following))


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 9:
        raise BadCursor(message("error.cursor_before", cursor=cursor))
    return int(cursor)


class BadCursor(UsageError):
    """A cursor that is not the cursor of a page."""
