"""REST: scopes, and what they allow, require and accept. Reading is open, writing needs the right ``write``."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.responses import Response

from api.callers import require_right
from api.rest.answers import Count, Cursor, IsoDate, KnownAt, answer, page, registry_of
from api.rest.lanes import short, write
from api.rest.openapi import gives, gives_list
from registry.entities.messages import message
from registry.entities.results.scopes import ScopeRow

__all__ = ["router"]

router = APIRouter(tags=["scopes"])


class ScopeEntry(BaseModel):
    """A scope, and with ``system`` and ``version`` what applies in it; ``accepted_until`` is exclusive."""

    model_config = ConfigDict(extra="forbid")

    scope: str = Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9æøåÆØÅ][\w.-]*$")
    title: str = Field("", max_length=300)
    kind: str = Field("", max_length=50)
    system: str = Field("", max_length=300)
    version: str = Field("", max_length=300)
    track: str = Field("", max_length=100)
    role: str = Field("", max_length=50)
    allowed_from: IsoDate | None = None
    required_from: IsoDate | None = None
    accepted_until: IsoDate | None = None
    legal_basis: str = Field("", max_length=1000)
    codes: str = Field("", max_length=300)

    @model_validator(mode="after")
    def _together(self) -> ScopeEntry:
        if bool(self.system) != bool(self.version):
            raise ValueError(message("invalid.system_and_version"))
        return self


@router.get("/scopes", responses=gives_list("scopes", "ScopeRow"))
@short
def scopes(
    request: Request,
    system: Annotated[str | None, Query(max_length=300, description="Only of this code system.")] = None,
    known_at: KnownAt = None,
    count: Count = 100,
    cursor: Cursor = None,
) -> Response:
    """What is registered: one row per scope, version and date role."""
    return page(request, "scopes", registry_of(request).scopes(system, known_at=known_at), count, cursor)


@router.post("/scopes", status_code=201, responses={201: gives("ScopeRow")[200]})
@write
def add_scope(request: Request, entry: ScopeEntry) -> Response:
    """Register a scope, and what applies in it. Needs a token with the right `write`."""
    require_right(request, "write")
    row = _row(entry)
    rows = [row] if entry.system else []
    registry_of(request).add_scope(entry.scope, *rows, title=entry.title, kind=entry.kind)
    response = answer(request, row)
    response.status_code = 201
    return response


def _row(entry: ScopeEntry) -> ScopeRow:
    days: dict[str, date | None] = {
        name: getattr(entry, name) for name in ("allowed_from", "required_from", "accepted_until")
    }
    return ScopeRow(
        scope=entry.scope, system=entry.system, version=entry.version, track=entry.track, role=entry.role,
        legal_basis=entry.legal_basis, codes=entry.codes, **days,
    )  # fmt: skip
