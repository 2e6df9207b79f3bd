"""Text search over the version in force of one system, or of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice

from registry.content.stored import StoredView
from registry.content.text_search import Query, matched, parse
from registry.entities.budget import spend
from registry.entities.errors import UsageError
from registry.entities.messages import message
from registry.entities.results.codes import SearchHit, SearchResult
from registry.queries.cursors import offset_of
from registry.reader import Reader, Resolved

__all__ = ["search"]

MAX_COUNT = 1000
_FOUND_STEPS, _HIT_STEPS = (
    5,
    50,
)  #: steps (``registry.entities.budget``) of a concept that is skipped, and of one in the answer


def search(
    reader: Reader,
    text: str,
    *,
    system: str | None = None,
    on: str | date | None = None,
    version: str | None = None,
    count: int = 20,
    cursor: str | None = None,
    known_at: str | date | None = None,
) -> SearchResult:
    """Concepts whose texts match every word (as a prefix) or whose code begins with the text; ``cursor``: the next page."""
    offset = offset_of(cursor)
    if not 0 <= count <= MAX_COUNT:
        raise UsageError(message("error.count", count=count, most=MAX_COUNT))
    moment = reader.moment(known_at)
    names = [system] if system else sorted(moment.snapshot.slugs)
    resolved = [reader.resolve(name, on=on, version=version, known_at=known_at) for name in names]
    found = [r for r in resolved if r.segment is not None]
    if not found:
        first = resolved[0] if resolved else None
        reason = first.reason if first else "unknown"
        why = first.message if first else message("nothing_loaded")
        return SearchResult(query=text, on=None, hits=[], more=False, cursor=None, reason=reason, message=why)
    page = list(islice(_idents(reader, found, text), offset, offset + count + 1))
    query, more = parse(text), len(page) > count
    return SearchResult(
        query=text,
        on=found[0].day,
        hits=[_hit(query, view, ident) for view, ident in page[:count]],
        more=more,
        cursor=str(offset + count) if more else None,
    )


def _idents(reader: Reader, resolved: list[Resolved], text: str) -> Iterator[tuple[StoredView, int]]:
    """The concepts found, best first, without reading them."""
    for content in resolved:
        view = reader.view(content)
        for ident in view.search(text):
            spend(_FOUND_STEPS)
            yield view, ident


def _hit(query: Query, view: StoredView, ident: int) -> SearchHit:
    spend(_HIT_STEPS)
    record = view.concept(ident)
    return SearchHit(
        system=view.info.system,
        version=view.info.version,
        code=record.code,
        display=view.display(ident),
        matched=matched(query, record),
        selectable=record.selectable,
        inactive=record.inactive,
    )
