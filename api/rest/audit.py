"""REST: the audit trail, for callers with the right ``administer``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.callers import require_right
from api.rest.answers import Count, Cursor, IsoDate, page, registry_of
from api.rest.lanes import large
from api.rest.openapi import gives_list

__all__ = ["router"]

router = APIRouter(tags=["audit"])


@router.get("/audit", responses=gives_list("entries", "AuditRecord"))
@large
def audit(
    request: Request,
    since: Annotated[IsoDate | None, Query(description="Only entries from that day on.")] = None,
    count: Count = 100,
    cursor: Cursor = None,
) -> Response:
    """Every write and every refused request, oldest first. Needs a token with the right `administer`."""
    require_right(request, "administer")
    return page(request, "entries", registry_of(request).audit(since=since).entries, count, cursor)
