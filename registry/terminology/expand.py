"""``$expand``: the codes of a value set, page by page, flat or as a tree.

Here: the operation, from a typed request to a complete result. Not here: evaluation of the definition
(``compose``), the look of one entry (``entries``), JSON (``api.fhir``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from pyroaring import BitMap

from registry.entities.canonical import join
from registry.terminology.compose import ExpansionSources, IncludedConcepts, Prepared, prepare, select
from registry.terminology.context import Context
from registry.terminology.entries import Entry, EntryOptions, ExpansionEntryBuilder
from registry.terminology.issues import Issue, Unanswerable, issue
from registry.terminology.status import notices
from registry.terminology.valueset import ValueSet

__all__ = ["ExpandRequest", "Expansion", "expand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpandRequest:
    """What is asked; None where the caller said nothing."""

    value_set: ValueSet
    filter: str = ""
    offset: int | None = None
    count: int | None = None
    active_only: bool | None = None
    exclude_nested: bool | None = None
    include_designations: bool | None = None
    include_definition: bool | None = None
    designations: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Expansion:
    """The complete answer; ``problem`` instead of everything else where there is none.

    ``parameters``: (name, type, value) as to be told. ``properties``: (code, uri) of those that occur.
    """

    value_set: ValueSet
    problem: Issue | None = None
    total: int = 0
    offset: int | None = None
    parameters: list[tuple[str, str, Any]] = field(default_factory=list)
    properties: list[tuple[str, str]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)


class _Makes(Protocol):
    def __call__(
        self, context: Context, wishes: EntryOptions, *, versioned: set[str]
    ) -> ExpansionEntryBuilder: ...


def expand(context: Context, request: ExpandRequest, makes: _Makes = ExpansionEntryBuilder) -> Expansion:
    """Expand a value set; never raises for what a request can get wrong. ``makes`` the maker of its entries."""
    answer = Expansion(value_set=request.value_set, offset=request.offset)
    try:
        _fill(context, request, answer, makes)
    except Unanswerable as stop:
        answer.problem = stop.issue
    return answer


def _fill(context: Context, request: ExpandRequest, answer: Expansion, makes: _Makes) -> None:
    usage = ExpansionSources()
    prepared = prepare(context, request.value_set, expanding=True)
    chosen = _distinct(select(context, prepared, usage))
    if request.active_only:
        for one in chosen:
            one.ids = one.ids - one.content.inactive()
    for content in usage.contents.values():
        context.catalog.take(content.info.url)
    maker = makes(context, request, versioned=_versioned(prepared, chosen))
    hits = [_hits(one, request.filter) for one in chosen]
    answer.total = sum(len(h) for h in hits)
    _guard(context, request, answer.total)
    answer.entries = list(_page(chosen, hits, request, maker, answer.total))
    answer.properties = maker.occurring
    answer.parameters = _told(context, request, prepared, usage)
    for content in usage.contents.values():
        if content.info.content in ("fragment", "example"):
            what = (
                f"This extension is based on a {content.info.content} of the code system {content.info.url}"
            )
            answer.unclosed.append(what)


def _distinct(chosen: list[IncludedConcepts]) -> list[IncludedConcepts]:
    """Each concept once: what an earlier include brought is left out of later ones."""
    seen: dict[tuple[str, str], BitMap] = {}
    for one in chosen:
        before = seen.get(one.key)
        if before is not None:
            one.ids = one.ids - before
        seen[one.key] = one.ids if before is None else before | one.ids
    return chosen


def _versioned(prepared: Prepared, chosen: list[IncludedConcepts]) -> set[str]:
    """Systems that the definition names, or the result holds, in more than one version: entries must say which."""
    named = {(i.system, i.version) for v in prepared.everything() for i in v.includes if i.version}
    held = {one.key for one in chosen if one.ids}
    return _several(named) | _several(held)


def _several(keys: set[tuple[str, str]]) -> set[str]:
    urls = [url for url, _ in keys]
    return {url for url in urls if urls.count(url) > 1}


@dataclass(frozen=True, slots=True)
class _TextHits:
    """What a text finds, best first; counted at once, ordered as far as a page needs."""

    one: IncludedConcepts
    text: str
    ids: BitMap

    def __len__(self) -> int:
        return len(self.ids)

    def page(self, start: int, size: int) -> list[int]:
        """Ids of a page."""
        found = self.one.content.search(self.text, self.one.ids)
        return list(islice(found, start, start + size))


_Hits = BitMap | list[int] | _TextHits


def _hits(one: IncludedConcepts, text: str) -> _Hits:
    """The concepts to show: the set, or in order those that a text finds or a list names."""
    if text:
        found = one.content.matching(text, one.ids)
        return found if one.include.filters and not one.imported else _TextHits(one, text, found)
    if one.order is not None:
        return [i for i in one.order if i in one.ids]
    return one.ids


def _guard(context: Context, request: ExpandRequest, total: int) -> None:
    """Raise Unanswerable where the answer would hold more codes than one answer may."""
    left = total - (request.offset or 0)
    if (left if request.count is None else min(request.count, left)) > context.limit:
        raise Unanswerable(issue("VALUESET_TOO_COSTLY", request.value_set.canonical, f">{context.limit}"))


def _page(
    chosen: list[IncludedConcepts],
    hits: list[_Hits],
    request: ExpandRequest,
    maker: ExpansionEntryBuilder,
    total: int,
) -> Iterator[Entry]:
    start, count = request.offset or 0, request.count
    whole = start == 0 and (count is None or count >= total)
    for one, found in zip(chosen, hits, strict=True):
        if count is not None and count <= 0:
            return
        if len(found) <= start:
            start -= len(found)
            continue
        size = len(found) - start if count is None else min(count, len(found) - start)
        if isinstance(found, list):
            yield from maker.flat(one, found[start : start + size])
        elif isinstance(found, _TextHits):
            yield from maker.flat(one, found.page(start, size))
        elif whole and not request.exclude_nested and not one.imported:
            yield from maker.tree(one, found)
        else:
            yield from maker.flat(one, one.content.page(found, start, size))
        start, count = 0, None if count is None else count - size


def _told(
    context: Context, request: ExpandRequest, prepared: Prepared, usage: ExpansionSources
) -> list[tuple[str, str, Any]]:
    """Parameters as given, then what the expansion used and warnings about it."""
    given: list[tuple[str, str, Any]] = [
        ("filter", "string", request.filter or None),
        ("offset", "integer", request.offset),
        ("count", "integer", request.count),
        ("activeOnly", "boolean", request.active_only),
        ("excludeNested", "boolean", request.exclude_nested),
        ("includeDesignations", "boolean", request.include_designations),
        ("includeDefinition", "boolean", request.include_definition),
        (
            "displayLanguage",
            "code",
            context.languages.text if context.languages and context.languages_told else None,
        ),
        ("date", "dateTime", context.on.isoformat() if context.asked and context.on else None),
        *(("designation", "string", d) for d in request.designations),
        *((name, "uri", value) for name, value in usage.pins),
        *_pinned_sets(context, prepared),
    ]
    return [g for g in given if g[2] is not None] + _used(context, prepared, usage)


def _pinned_sets(context: Context, prepared: Prepared) -> Iterator[tuple[str, str, Any]]:
    used = {v.url for v in prepared.imported()}
    for url, version in context.pins.value_sets:
        if url in used:
            yield "default-valueset-version", "uri", join(url, version)


def _used(context: Context, prepared: Prepared, usage: ExpansionSources) -> list[tuple[str, str, Any]]:
    told: list[tuple[str, str, Any]] = []
    for key, content in usage.contents.items():
        canonical = join(*key)
        told.append(("used-codesystem", "uri", canonical))
        if content.info.release:
            told.append(("used-release", "string", content.info.release))
        if content.info.provisional:
            told.append(("provisional", "boolean", True))
        if key in usage.dated and context.status_of(content):
            told.append(("warning-" + context.status_of(content), "uri", canonical))
        if content.info.content in ("fragment", "example"):
            told.append(("used-" + content.info.content, "uri", canonical))
        for supplement in getattr(content, "supplements", ()):
            told.append(("used-supplement", "uri", join(supplement.info.url, supplement.info.version)))
    told += [("used-valueset", "uri", v.canonical) for v in prepared.imported() if v.url]
    found = notices(prepared, usage.contents.values())
    told += [("warning-" + what, "uri", canonical) for what, canonical, _ in found]
    return list(dict.fromkeys(told))
