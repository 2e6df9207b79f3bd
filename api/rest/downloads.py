"""REST: a whole version as one file, sent in pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from itertools import chain
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from api import tables
from api.formula_cells import FormulaCells, count_formulas
from api.rest.answers import KnownAt, SystemPath, VersionPath, etag_of, fresh, registry_of, take_system
from api.rest.lanes import budget_of, large, workers_of
from api.rest.problems import NotFound
from api.workers import Lane
from registry.entities.budget import Budget
from registry.entities.errors import UsageError
from registry.entities.messages import message
from registry.entities.results.catalogue import VersionAnswer
from registry.time.reasons import similar

__all__ = ["router"]

router = APIRouter(tags=["downloads"])
Format = Annotated[Literal["csv", "json", "parquet", "xlsx"], Query(description="How the file is written.")]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The codes, one row each",
        "content": {
            media: {"schema": {"type": "string", "format": "binary"}} for media in tables.MEDIA_TYPES.values()
        },
    },
    304: {"description": "The caller already has this (If-None-Match)"},
}


@router.get("/systems/{system}/versions/{version:path}/download", responses=_FILES, response_class=Response)
@large
def download(
    request: Request,
    system: SystemPath,
    version: VersionPath,
    format: Format = "csv",
    known_at: KnownAt = None,
    escape_formulas: Annotated[
        bool, Query(description="csv: put ' in front of cells that a spreadsheet would take for formulas.")
    ] = False,
) -> Response:
    """The codes of a version as a file; of csv, `Gyldig-Formula-Cells` is the number of cells that begin like a formula."""
    if escape_formulas and format != "csv":
        raise UsageError(message("error.escape_csv", format=format))
    slug = take_system(request, system, known_at).slug
    found = _version(request, slug, version, known_at)
    form = f"{format} escaped" if escape_formulas else format
    etag = _etag(request, slug, found, version, form, known_at)
    name = "".join(c if c.isalnum() or c in "-._" else "_" for c in f"{slug}-{version}.{format}")
    headers = {
        "ETag": etag,
        "Cache-Control": "no-cache",
        "Vary": "Authorization",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    if fresh(request, etag):
        return Response(status_code=304, headers=headers)
    rows = tables.version_rows(registry_of(request), slug, version, known_at=known_at)
    if format == "csv":
        headers["Gyldig-Formula-Cells"] = str(count_formulas(rows.columns))
    pieces = tables.chunks(rows, format, formulas=FormulaCells(escape=escape_formulas))
    first = next(pieces, b"")  # an error is answered before the answer has begun
    sent = _sent(chain((first,), pieces), workers_of(request).large, partial(budget_of, request))
    return StreamingResponse(sent, media_type=tables.MEDIA_TYPES[format], headers=headers)


_LONGEST_PAUSE = 120.0  #: seconds that a download waits for the thread before its next piece


async def _sent(pieces: Iterator[bytes], lane: Lane, budget: Callable[[], Budget]) -> AsyncIterator[bytes]:
    """The pieces, each made in the thread when the caller has taken the one before; other requests run between them.

    Each has a budget of its own, because the caller decides how long the whole takes.
    """
    while piece := await lane.run(partial(next, pieces, b""), wait=_LONGEST_PAUSE, budget=budget()):
        yield piece


def _version(request: Request, slug: str, version: str, known_at: str | None) -> VersionAnswer:
    found = registry_of(request).versions(slug, known_at=known_at)
    label = version.partition("@")[0]
    for candidate in found:
        if candidate.version == label and (candidate.loaded or candidate.same_as):
            return candidate
    labels = [v.version for v in found if v.loaded]
    reason = "not_loaded" if label in [v.version for v in found] else "unknown_version"
    raise NotFound(
        message(
            "error.content_not_loaded" if reason == "not_loaded" else "error.no_version_here",
            system=slug,
            version=version,
        ),
        suggestions=similar(label, labels) or labels[-3:],
        reason=reason,
    )


def _etag(
    request: Request, slug: str, version: VersionAnswer, ref: str, format: str, known_at: str | None
) -> str:
    """The entity tag: content is immutable per release, so it is derived from the releases of the version."""
    labels = (version.version, version.same_as)
    releases = [
        f"{r.release} {r.superseded} {r.retracted} {r.purged} {r.effective_from}"
        for r in registry_of(request).releases(slug, known_at=known_at)
        if r.version in labels
    ]
    return etag_of(slug, ref, format, *sorted(releases))
