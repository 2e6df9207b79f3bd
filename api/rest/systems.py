"""REST: code systems, their versions and releases, and which version applied on a date."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.rest.answers import (
    Count,
    Cursor,
    Day,
    KnownAt,
    Name,
    SystemPath,
    SystemQuery,
    VersionPath,
    answer,
    known_system,
    page,
    registry_of,
)
from api.rest.openapi import gives, gives_list
from api.rest.problems import NotFound
from registry.entities.messages import message
from registry.time.reasons import similar

__all__ = ["router"]

router = APIRouter(tags=["systems"])
Status = Annotated[
    Literal["upcoming", "current", "expired", "undated"] | None,
    Query(description="Only versions with this status on the date."),
]


@router.get("/systems", responses=gives_list("systems", "SystemAnswer"))
async def systems(
    request: Request, known_at: KnownAt = None, count: Count = 100, cursor: Cursor = None
) -> Response:
    """Code systems in the registry."""
    return page(request, "systems", registry_of(request).systems(known_at=known_at), count, cursor)


@router.get("/systems/{system}", responses=gives("SystemAnswer"))
async def system(request: Request, system: SystemPath, known_at: KnownAt = None) -> Response:
    """One code system."""
    return answer(request, known_system(request, system, known_at))


@router.get("/systems/{system}/versions", responses=gives_list("versions", "VersionAnswer"))
async def versions(
    request: Request,
    system: SystemPath,
    on: Day = None,
    status: Status = None,
    known_at: KnownAt = None,
    count: Count = 100,
    cursor: Cursor = None,
) -> Response:
    """Versions of a system, with their validity and whether their content is loaded."""
    slug = known_system(request, system, known_at).slug
    found = registry_of(request).versions(slug, on=on, status=status, known_at=known_at)
    return page(request, "versions", found, count, cursor)


@router.get("/systems/{system}/releases", responses=gives_list("releases", "ReleaseAnswer"))
async def releases(
    request: Request, system: SystemPath, known_at: KnownAt = None, count: Count = 100, cursor: Cursor = None
) -> Response:
    """Loaded contents of the versions of a system."""
    slug = known_system(request, system, known_at).slug
    return page(request, "releases", registry_of(request).releases(slug, known_at=known_at), count, cursor)


@router.get("/systems/{system}/versions/{version:path}", responses=gives("VersionAnswer"))
async def version(
    request: Request, system: SystemPath, version: VersionPath, on: Day = None, known_at: KnownAt = None
) -> Response:
    """One version of a system, with its status on the date."""
    slug = known_system(request, system, known_at).slug
    found = registry_of(request).versions(slug, on=on, status="any", known_at=known_at)
    for candidate in found:
        if candidate.version == version:
            return answer(request, candidate)
    labels = [v.version for v in found]
    raise NotFound(
        message("error.no_version_here", system=slug, version=version),
        suggestions=similar(version, labels) or labels[-3:],
        reason="unknown_version",
    )


@router.get("/systems/{system}/applicable", responses=gives("Applicable"))
async def applicable(
    request: Request,
    system: SystemPath,
    on: Day = None,
    scope: Name = None,
    role: Name = None,
    track: Name = None,
    known_at: KnownAt = None,
) -> Response:
    """Which versions applied on a date, permitted or required, for a scope; or the reason why none did."""
    slug = known_system(request, system, known_at).slug
    found = registry_of(request).applicable(
        slug, on=on, scope=scope, role=role, track=track, known_at=known_at
    )
    return answer(request, found)


@router.get("/applicable", responses=gives("Applicable"))
async def applicable_of(
    request: Request,
    system: SystemQuery,
    on: Day = None,
    scope: Name = None,
    role: Name = None,
    track: Name = None,
    known_at: KnownAt = None,
) -> Response:
    """The same for a system named by slug, canonical URL or OID."""
    found = registry_of(request).applicable(
        system, on=on, scope=scope, role=role, track=track, known_at=known_at
    )
    return answer(request, found)
