"""REST: one code on a date, its history, its validity, its relatives.

Each question has the two routes of ``route_pairs``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.rest.answers import (
    CodeQuery,
    Count,
    Cursor,
    Day,
    KnownAt,
    Name,
    SystemQuery,
    answer,
    list_part,
    registry_of,
    system_parameter,
)
from api.rest.lanes import large, plain, short
from api.rest.openapi import gives
from api.rest.route_pairs import Function, as_parameter, in_path
from registry.queries.relatives import hierarchy

__all__ = ["router"]

router = APIRouter(tags=["codes"])
Lane = Callable[[Function], Callable[..., Awaitable[Response]]]
Relation = Literal["parents", "children", "ancestors", "descendants"]
Language = Annotated[str | None, Query(max_length=100, description="Language wanted for the text, e.g. nb.")]
_CODE = "/systems/{system}/codes/{code:path}"


def _pair(*, path: str, parameters: str, result: str, lane: Lane) -> Callable[[Function], Function]:
    """Decorator: adds both routes of a question."""

    def add(question: Function) -> Function:
        responses = gives(result)
        router.add_api_route(path, lane(in_path(question)), responses=responses)
        router.add_api_route(parameters, lane(as_parameter(question)), responses=responses)
        return question

    return add


@_pair(path=f"{_CODE}/history", parameters="/history", result="History", lane=short)
def history(request: Request, system: str, code: str, known_at: KnownAt = None) -> Response:
    """Everything the code has meant, and how each meaning began."""
    return answer(request, registry_of(request).history(system, code, known_at=known_at))


@_pair(path=f"{_CODE}/validity", parameters="/validity", result="Validity", lane=plain)
def validity(
    request: Request,
    system: str,
    code: str,
    on: Day = None,
    scope: Name = None,
    role: Name = None,
    reporter: Name = None,
    known_at: KnownAt = None,
) -> Response:
    """Was the code valid on the date, and if not, why?"""
    found = registry_of(request).validity(
        system, code, on=on, scope=scope, role=role, reporter=reporter, known_at=known_at
    )
    return answer(request, found)


def relatives(
    request: Request,
    system: str,
    code: str,
    relation: Relation,
    on: Day = None,
    version: Name = None,
    known_at: KnownAt = None,
    count: Count = 1000,
    cursor: Cursor = None,
) -> Response:
    """Parents, children, ancestors or descendants of the code."""
    found = hierarchy(
        registry_of(request).reader, system, code, relation,
        on=on, version=version, known_at=known_at, count=count, cursor=cursor,
    )  # fmt: skip
    list_part(request, (system, found.system), cursor, len(found.codes))
    return answer(request, found)


# One path each: a parameter here would take the end of codes that contain "/".
for _name in get_args(Relation):
    _lane = large if _name in ("ancestors", "descendants") else short
    router.add_api_route(
        f"{_CODE}/{_name}",
        _lane(in_path(relatives, relation=_name)),
        name=_name,
        summary=f"{_name.capitalize()} of the code",
        description=f"{_name.capitalize()} of the code.",
        responses=gives("Hierarchy"),
    )
router.add_api_route("/hierarchy", large(as_parameter(relatives)), responses=gives("Hierarchy"))


@_pair(path=_CODE, parameters="/lookup", result="Lookup", lane=plain)
def lookup(
    request: Request,
    system: str,
    code: str,
    on: Day = None,
    version: Name = None,
    lang: Language = None,
    known_at: KnownAt = None,
) -> Response:
    """What the code meant on a date or in a version; ``found`` is false with a reason if it did not."""
    found = registry_of(request).lookup(system, code, on=on, version=version, lang=lang, known_at=known_at)
    return answer(request, found)


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
    system_parameter(request, system, known_at)
    found = registry_of(request).subsumes(system, a, b, on=on, version=version, known_at=known_at)
    return answer(request, found)
