"""REST: one code on a date, its history, its validity, its relatives.

The form with a path takes codes of a system named by slug or OID; the form with ``?system=&code=`` takes any system
and any code, because some codes contain ``/`` or end like one of the routes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.rest.answers import (
    CodePath,
    CodeQuery,
    Count,
    Cursor,
    Day,
    KnownAt,
    Name,
    SystemPath,
    SystemQuery,
    answer,
    asked_system,
    open_system,
    registry_of,
)
from api.rest.lanes import large, plain, short
from api.rest.openapi import gives
from registry.queries.relatives import hierarchy

__all__ = ["router"]

router = APIRouter(tags=["codes"])
Relation = Literal["parents", "children", "ancestors", "descendants"]
Language = Annotated[str | None, Query(max_length=100, description="Language wanted for the text, e.g. nb.")]


@router.get("/systems/{system}/codes/{code:path}/history", responses=gives("History"))
@short
def history(request: Request, system: SystemPath, code: CodePath, known_at: KnownAt = None) -> Response:
    """Everything the code has meant, and how each meaning began."""
    slug = open_system(request, system, known_at).slug
    return answer(request, registry_of(request).history(slug, code, known_at=known_at))


@router.get("/history", responses=gives("History"))
@short
def history_of(request: Request, system: SystemQuery, code: CodeQuery, known_at: KnownAt = None) -> Response:
    """The same for any system and any code."""
    asked_system(request, system, known_at)
    return answer(request, registry_of(request).history(system, code, known_at=known_at))


@router.get("/systems/{system}/codes/{code:path}/validity", responses=gives("Validity"))
@plain
def validity(
    request: Request,
    system: SystemPath,
    code: CodePath,
    on: Day = None,
    scope: Name = None,
    role: Name = None,
    reporter: Name = None,
    known_at: KnownAt = None,
) -> Response:
    """Was the code valid on the date, and if not, why?"""
    slug = open_system(request, system, known_at).slug
    found = registry_of(request).validity(
        slug, code, on=on, scope=scope, role=role, reporter=reporter, known_at=known_at
    )
    return answer(request, found)


@router.get("/validity", responses=gives("Validity"))
@plain
def validity_of(
    request: Request,
    system: SystemQuery,
    code: CodeQuery,
    on: Day = None,
    scope: Name = None,
    role: Name = None,
    reporter: Name = None,
    known_at: KnownAt = None,
) -> Response:
    """The same for any system and any code."""
    asked_system(request, system, known_at)
    found = registry_of(request).validity(
        system, code, on=on, scope=scope, role=role, reporter=reporter, known_at=known_at
    )
    return answer(request, found)


def _relatives(relation: Relation) -> Callable[..., Awaitable[Response]]:
    def relatives(
        request: Request,
        system: SystemPath,
        code: CodePath,
        on: Day = None,
        version: Name = None,
        known_at: KnownAt = None,
        count: Count = 1000,
        cursor: Cursor = None,
    ) -> Response:
        slug = open_system(request, system, known_at).slug
        reader = registry_of(request).reader
        found = hierarchy(
            reader,
            slug,
            code,
            relation,
            on=on,
            version=version,
            known_at=known_at,
            count=count,
            cursor=cursor,
        )
        return answer(request, found)

    return large(relatives) if relation in ("ancestors", "descendants") else short(relatives)


# One path each: a parameter here would take the end of codes that contain "/".
for _name in get_args(Relation):
    router.add_api_route(
        f"/systems/{{system}}/codes/{{code:path}}/{_name}",
        _relatives(_name),
        name=_name,
        summary=f"{_name.capitalize()} of the code",
        responses=gives("Hierarchy"),
    )


@router.get("/hierarchy", responses=gives("Hierarchy"))
@large
def relatives_of(
    request: Request,
    system: SystemQuery,
    code: CodeQuery,
    relation: Relation,
    on: Day = None,
    version: Name = None,
    known_at: KnownAt = None,
    count: Count = 1000,
    cursor: Cursor = None,
) -> Response:
    """The same for any system and any code."""
    asked_system(request, system, known_at)
    reader = registry_of(request).reader
    found = hierarchy(
        reader, system, code, relation, on=on, version=version, known_at=known_at, count=count, cursor=cursor
    )
    return answer(request, found)


@router.get("/systems/{system}/codes/{code:path}", responses=gives("Lookup"))
@plain
def lookup(
    request: Request,
    system: SystemPath,
    code: CodePath,
    on: Day = None,
    version: Name = None,
    lang: Language = None,
    known_at: KnownAt = None,
) -> Response:
    """What the code meant on a date or in a version; ``found`` is false with a reason if it did not."""
    slug = open_system(request, system, known_at).slug
    return answer(
        request, registry_of(request).lookup(slug, code, on=on, version=version, lang=lang, known_at=known_at)
    )


@router.get("/lookup", responses=gives("Lookup"))
@plain
def lookup_of(
    request: Request,
    system: SystemQuery,
    code: CodeQuery,
    on: Day = None,
    version: Name = None,
    lang: Language = None,
    known_at: KnownAt = None,
) -> Response:
    """The same for any system and any code."""
    asked_system(request, system, known_at)
    return answer(
        request,
        registry_of(request).lookup(system, code, on=on, version=version, lang=lang, known_at=known_at),
    )


@router.get("/subsumes", responses=gives("Subsumption"))
@plain
def subsumes(
    request: Request,
    system: SystemQuery,
    a: CodeQuery,
    b: CodeQuery,
    on: Day = None,
    version: Name = None,
    known_at: KnownAt = None,
) -> Response:
    """Whether code ``a`` contains code ``b``."""
    asked_system(request, system, known_at)
    found = registry_of(request).subsumes(system, a, b, on=on, version=version, known_at=known_at)
    return answer(request, found)
