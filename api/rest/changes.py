"""REST: what changed between two versions, what is new in the registry, and searching by text."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.callers import caller_of
from api.rest.answers import (
    Count,
    Cursor,
    Day,
    KnownAt,
    Name,
    SystemPath,
    answer,
    list_part,
    open_system,
    registry_of,
    system_parameter,
)
from api.rest.lanes import large, short
from api.rest.openapi import gives
from registry.entities.results.codes import SearchResult
from registry.entities.results.log import Feed
from registry.queries.cursors import offset_of
from registry.terminology.licences import licences_of

__all__ = ["router"]

router = APIRouter(tags=["changes and search"])
Text = Annotated[str, Query(max_length=200, description="Words, beginnings of words, or a code.")]
Types = Annotated[
    list[str] | None, Query(alias="type", max_length=30, description="Only these types; repeatable.")
]
Label = Annotated[str, Query(max_length=300)]


@router.get("/systems/{system}/changes", responses=gives("Changes"))
@large
def changes(
    request: Request,
    system: SystemPath,
    from_: Annotated[str, Query(alias="from", max_length=300, description="VERSION or VERSION@RELEASE")],
    to: Annotated[str, Query(max_length=300, description="VERSION or VERSION@RELEASE")],
    types: Types = None,
    known_at: KnownAt = None,
    count: Count = 1000,
    cursor: Cursor = None,
) -> Response:
    """What changed between two versions, by type, and what could not be compared; in pages."""
    slug = open_system(request, system, known_at).slug
    found = registry_of(request).diff(
        slug, from_, to, types=tuple(types or ()), known_at=known_at, count=count, cursor=cursor
    )
    size = max(len(found.changes), len(found.added), len(found.removed))
    list_part(request, (slug,), cursor, size)
    return answer(request, found)


@router.get("/changes", responses=gives("Feed"))
@short
def feed(
    request: Request,
    since: Annotated[
        int, Query(ge=0, le=2**53, description="`cursor` of the last answer; 0 = everything.")
    ] = 0,
    count: Count = 100,
) -> Response:
    """What is new in the registry since a publication number."""
    found = registry_of(request).changes_since(since)
    if len(found.entries) > count:
        entries = found.entries[:count]
        found = Feed(entries=entries, cursor=entries[-1].number)
    return answer(request, found)


@router.get("/log", responses=gives("Log"))
@short
def log(
    request: Request,
    system: Annotated[str | None, Query(max_length=300, description="Only of this code system.")] = None,
    known_at: KnownAt = None,
    count: Annotated[int, Query(ge=1, le=1000, description="Most publications of a page.")] = 20,
    cursor: Annotated[int | None, Query(ge=0, le=2**53, description="`cursor` of the previous page.")] = None,
) -> Response:
    """Publications, newest first: when, by whom, why, and what each wrote."""
    found = registry_of(request).log(system=system, count=count, cursor=cursor, known_at=known_at)
    if not caller_of(request.scope).may("read"):  # names of people are not for all
        found = replace(found, entries=[replace(entry, by="") for entry in found.entries])
    return answer(request, found)


@router.get("/systems/{system}/search", responses=gives("SearchResult"))
@short
def search(
    request: Request,
    system: SystemPath,
    q: Text,
    on: Day = None,
    version: Name = None,
    count: Count = 20,
    cursor: Cursor = None,
    known_at: KnownAt = None,
) -> Response:
    """Codes of the system found by words, beginnings of words or the code itself."""
    slug = open_system(request, system, known_at).slug
    found = registry_of(request).search(
        q, system=slug, on=on, version=version, count=count, cursor=cursor, known_at=known_at
    )
    list_part(request, (slug,), cursor, len(found.hits))
    return answer(request, found)


@router.get("/search", responses=gives("SearchResult"))
@short
def search_all(
    request: Request,
    q: Text,
    system: Annotated[str | None, Query(max_length=300)] = None,
    on: Day = None,
    version: Name = None,
    count: Count = 20,
    cursor: Cursor = None,
    known_at: KnownAt = None,
) -> Response:
    """The same in any system, or in all of them."""
    if system is not None:
        system_parameter(request, system, known_at)
    found = registry_of(request).search(
        q, system=system, on=on, version=version, count=count, cursor=cursor, known_at=known_at
    )
    if system is not None:
        list_part(request, (system, *{h.system for h in found.hits}), cursor, len(found.hits))
        return answer(request, found)
    return answer(request, _readable(request, found, cursor))


def _readable(request: Request, found: SearchResult, cursor: str | None) -> SearchResult:
    """The hits whose system this caller may read, up to the number that its licence allows."""
    if caller_of(request.scope).may("read"):
        return found
    licences, first = licences_of(registry_of(request).reader), offset_of(cursor) + 1
    numbered = enumerate(found.hits, start=first)
    return replace(found, hits=[h for n, h in numbered if licences.may_give_part((h.system,), n)])
