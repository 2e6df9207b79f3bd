"""REST: code systems, their versions and releases, and which version applied on a date."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api.callers import require_right
from api.rest.answers import (
    Count,
    Cursor,
    Day,
    IsoDate,
    KnownAt,
    Name,
    SystemPath,
    VersionPath,
    answer,
    known_system,
    page,
    registry_of,
)
from api.rest.lanes import plain, short, write
from api.rest.openapi import gives, gives_list
from api.rest.problems import NotFound
from api.rest.route_pairs import as_parameter, in_path
from registry.entities.messages import message
from registry.time.reasons import similar

__all__ = ["router"]

router = APIRouter(tags=["systems"])
Status = Annotated[
    Literal["upcoming", "current", "expired", "undated"] | None,
    Query(description="Only versions with this status on the date."),
]


@router.get("/systems", responses=gives_list("systems", "SystemAnswer"))
@short
def systems(
    request: Request, known_at: KnownAt = None, count: Count = 100, cursor: Cursor = None
) -> Response:
    """Code systems in the registry."""
    return page(request, "systems", registry_of(request).systems(known_at=known_at), count, cursor)


@router.get("/systems/{system}", responses=gives("SystemAnswer"))
@plain
def system(request: Request, system: SystemPath, known_at: KnownAt = None) -> Response:
    """One code system."""
    return answer(request, known_system(request, system, known_at))


@router.get("/systems/{system}/versions", responses=gives_list("versions", "VersionAnswer"))
@short
def versions(
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
@short
def releases(
    request: Request, system: SystemPath, known_at: KnownAt = None, count: Count = 100, cursor: Cursor = None
) -> Response:
    """Loaded contents of the versions of a system."""
    slug = known_system(request, system, known_at).slug
    return page(request, "releases", registry_of(request).releases(slug, known_at=known_at), count, cursor)


@router.get("/systems/{system}/versions/{version:path}", responses=gives("VersionAnswer"))
@short
def version(
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


class VersionDates(BaseModel):
    """Dates of a version; what is left out is kept. ``valid_to`` is exclusive, ``open_end`` removes it."""

    model_config = ConfigDict(extra="forbid")

    valid_from: IsoDate | None = None
    valid_to: IsoDate | None = None
    open_end: bool = False
    track: str | None = Field(None, max_length=100)
    why: str = Field("", max_length=1000)


class SystemFields(BaseModel):
    """Fields of a catalogue entry to change; what is left out is kept. A known open licence opens the system."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(None, max_length=300)
    language: str | None = Field(None, max_length=20)
    owner: str | None = Field(None, max_length=300)
    licence: str | None = Field(None, max_length=300)
    access: Literal["open", "restricted"] | None = None
    redistribution: Literal["yes", "no", "unmodified"] | None = None
    end_rule: Literal["calendar-year", "fiscal-year", "until-next", "open"] | None = None
    why: str = Field("", max_length=1000)


def _opens(fields: SystemFields) -> bool:
    """Whether a change is about who may read the content."""
    return any(value is not None for value in (fields.licence, fields.access, fields.redistribution))


@router.patch("/systems/{system}", responses=gives("SystemSet"))
@write
def set_system(request: Request, system: SystemPath, fields: SystemFields) -> Response:
    """Change licence, access, title … of a code system; the answer says what changed. Needs a token with the right `write`; licence,
    access and redistribution, which decide who may read, need `administer`."""
    require_right(request, "administer" if _opens(fields) else "write")
    slug = known_system(request, system).slug
    return answer(request, registry_of(request).set_system(slug, **fields.model_dump()))


@router.patch("/systems/{system}/versions/{version:path}", responses=gives("VersionSet"))
@write
def set_version(request: Request, system: SystemPath, version: VersionPath, dates: VersionDates) -> Response:
    """Change the dates of a version; the answer says what changed. Needs a token with the right `write`."""
    require_right(request, "write")
    slug = known_system(request, system).slug
    return answer(request, registry_of(request).set_version(slug, version, **dates.model_dump()))


def applicable(
    request: Request,
    system: str,
    on: Day = None,
    scope: Name = None,
    role: Name = None,
    track: Name = None,
    known_at: KnownAt = None,
) -> Response:
    """Which versions applied on a date, permitted or required, for a scope; or the reason why none did."""
    found = registry_of(request).applicable(
        system, on=on, scope=scope, role=role, track=track, known_at=known_at
    )
    return answer(request, found)


def _known_slug(request: Request, system: str, known_at: str | None) -> str:
    return known_system(request, system, known_at).slug


def _any_name(_request: Request, system: str, _known_at: str | None) -> str:
    return system


for _path, _route in (
    ("/systems/{system}/applicable", in_path(applicable, access=_known_slug)),
    ("/applicable", as_parameter(applicable, access=_any_name)),
):
    router.add_api_route(_path, plain(_route), responses=gives("Applicable"))
