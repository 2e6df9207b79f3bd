"""``$expand``: the codes of a value set, by pages, flat or as a tree; a typed request in, a complete result out.

The definition is evaluated by ``compose``; entries are built by ``entries``; JSON is written by ``api.fhir``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
from pyroaring import BitMap

from registry.content.view import ViewInfo
from registry.entities.canonical import join
from registry.entities.messages import message
from registry.terminology.compose import ExpansionSources, IncludedConcepts, Prepared, prepare, select
from registry.terminology.context import Context
from registry.terminology.entries import Entry, EntryOptions, ExpansionEntryBuilder
from registry.terminology.issues import Issue, Unanswerable, issue
from registry.terminology.sections import page, sections
from registry.terminology.status import notices
from registry.terminology.valueset import ValueSet

__all__ = ["ExpandRequest", "Expansion", "UsedVersion", "expand"]


class ExpandRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of the request; None if the caller gave none."""

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


class UsedVersion(msgspec.Struct, frozen=True):
    """A version that an expansion uses; ``status``: upcoming or expired if it does not apply on the date."""

    info: ViewInfo
    status: str


@dataclass(slots=True, kw_only=True)
class Expansion:
    """The complete result; if there is a ``problem``, everything else is empty.

    ``parameters``: (name, type, value) for the expansion. ``properties``: (code, uri) of those that occur.
    """

    value_set: ValueSet
    problem: Issue | None = None
    total: int = 0
    offset: int | None = None
    parameters: list[tuple[str, str, Any]] = field(default_factory=list)
    properties: list[tuple[str, str]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    unclosed: list[str] = field(default_factory=list)
    used: dict[str, UsedVersion] = field(
        default_factory=dict
    )  #: by canonical, as ``used-codesystem`` names it


class _MakeBuilder(Protocol):
    def __call__(
        self, context: Context, options: EntryOptions, *, versioned: set[str]
    ) -> ExpansionEntryBuilder: ...


def expand(
    context: Context, request: ExpandRequest, make_builder: _MakeBuilder = ExpansionEntryBuilder
) -> Expansion:
    """Expand a value set; errors of the request are in the result, not raised. ``make_builder`` creates the builder of entries."""
    answer = Expansion(value_set=request.value_set, offset=request.offset)
    try:
        _fill(context, request, answer, make_builder)
    except Unanswerable as stop:
        answer.problem = stop.issue
    return answer


def _fill(context: Context, request: ExpandRequest, answer: Expansion, make_builder: _MakeBuilder) -> None:
    usage = ExpansionSources()
    prepared = prepare(context, request.value_set, expanding=True)
    chosen = _distinct(select(context, prepared, usage))
    if request.active_only:
        for one in chosen:
            one.ids = one.ids - one.content.inactive()
    builder = make_builder(context, request, versioned=_versioned(prepared, usage))
    listed = sections(builder, chosen, request.filter, tree=_is_tree(request, chosen))
    answer.total = sum(map(len, listed))
    _guard(context, request, answer.total)
    count = answer.total if request.count is None else request.count
    start = request.offset or 0
    end = min(start + count, answer.total) if start < answer.total else 0
    _require_redistribution(context, request, chosen, usage, end)
    answer.entries = list(page(listed, builder, start, count))
    answer.properties = builder.occurring
    answer.parameters = _parameters(context, request, prepared, usage)
    answer.used = {
        join(*key): UsedVersion(content.info, context.status_of(content) if key in usage.dated else "")
        for key, content in usage.contents.items()
    }
    for content in usage.contents.values():
        if content.info.content in ("fragment", "example"):
            kind = content.info.content
            answer.unclosed.append(message(f"unclosed.{kind}", system=content.info.url))


def _require_redistribution(
    context: Context,
    request: ExpandRequest,
    chosen: list[IncludedConcepts],
    usage: ExpansionSources,
    end: int,
) -> None:
    """Raise Restricted if the licence of a system forbids the list; without a text all codes of a version are its whole list."""
    for key, content in usage.contents.items():
        of_content = sum(len(one.ids) for one in chosen if one.key == key)
        whole = not request.filter and of_content >= len(content)
        info = content.info
        context.catalog.require_redistribution(info.url, info.version, end=None if whole else end)


def _distinct(chosen: list[IncludedConcepts]) -> list[IncludedConcepts]:
    """Each concept once: concepts of an earlier include are left out of later ones."""
    if len(chosen) < 2:
        return chosen
    seen: dict[tuple[str, str], BitMap] = {}
    for one in chosen:
        before = seen.get(one.key)
        if before is not None:
            one.ids = one.ids - before
        seen[one.key] = one.ids if before is None else before | one.ids
    return chosen


def _versioned(prepared: Prepared, usage: ExpansionSources) -> set[str]:
    """Systems with more than one version in the definition or the answer: their entries name the version."""
    value_set = prepared.value_set
    if not prepared.imports and len(value_set.includes) + len(value_set.excludes) < 2:
        return set()
    parts = (i for v in prepared.everything() for i in (*v.includes, *v.excludes))
    return _several({(i.system, i.version) for i in parts if i.version}) | _several(set(usage.contents))


def _several(keys: set[tuple[str, str]]) -> set[str]:
    if len(keys) < 2:
        return set()
    return {url for url, number in Counter(url for url, _ in keys).items() if number > 1}


def _is_tree(request: ExpandRequest, chosen: list[IncludedConcepts]) -> bool:
    """Whether the answer may be nested (R5 ValueSet.expansion.contains.contains; ``excludeNested``).

    =========================================================  ======  ===================================
    The definition and the request                             Tree    Source
    =========================================================  ======  ===================================
    ``excludeNested`` is true                                  no      $expand, excludeNested
    several includes, an exclude, an import                    no      TX: tho/act-exclusion
    an include that lists codes                                no      TX: parameters-expand-enum-hierarchy
    one include of a whole system, a text to search for        no      TX: search-all-yes
    one include by filters, a text to search for               yes     TX: search-filter-yes
    one include, of a whole system or by filters, no text      yes     TX: parameters-expand-all-hierarchy
    a page that does not hold all of it                        no      $expand, count and offset
    =========================================================  ======  ===================================
    """
    if request.exclude_nested or request.value_set.excludes or len(chosen) != 1:
        return False
    include = chosen[0].include
    return not chosen[0].imported and (bool(include.filters) or not request.filter)


def _guard(context: Context, request: ExpandRequest, total: int) -> None:
    """Raise Unanswerable if the answer would exceed the limit of codes."""
    left = total - (request.offset or 0)
    if (left if request.count is None else min(request.count, left)) > context.limit:
        raise Unanswerable(issue("VALUESET_TOO_COSTLY", request.value_set.canonical, f">{context.limit}"))


def _parameters(
    context: Context, request: ExpandRequest, prepared: Prepared, usage: ExpansionSources
) -> list[tuple[str, str, Any]]:
    """Parameters as given, then what the expansion used and warnings about it."""
    languages = context.languages if context.languages_given else None
    given = (
        ("filter", "string", request.filter or None),
        ("offset", "integer", request.offset),
        ("count", "integer", request.count),
        ("activeOnly", "boolean", request.active_only),
        ("excludeNested", "boolean", request.exclude_nested),
        ("includeDesignations", "boolean", request.include_designations),
        ("includeDefinition", "boolean", request.include_definition),
        ("displayLanguage", "code", languages.text if languages else None),
        ("date", "dateTime", context.on.isoformat() if context.date_given and context.on else None),
        *(("designation", "string", d) for d in request.designations),
        ("versionsMatch", "boolean", True if usage.matched else context.versions_match),
        *((name, "uri", value) for name, value in usage.pins),
    )
    found: list[tuple[str, str, Any]] = [g for g in given if g[2] is not None]
    if context.pins.value_sets:
        found += _pinned_sets(context, prepared)
    return found + _used(context, prepared, usage)


def _pinned_sets(context: Context, prepared: Prepared) -> Iterator[tuple[str, str, Any]]:
    used = {v.url for v in prepared.imported()}
    for url, version in context.pins.value_sets:
        if url in used:
            yield "default-valueset-version", "uri", join(url, version)


def _used(context: Context, prepared: Prepared, usage: ExpansionSources) -> list[tuple[str, str, Any]]:
    parameters: list[tuple[str, str, Any]] = []
    for key, content in usage.contents.items():
        canonical = join(*key)
        parameters.append(("used-codesystem", "uri", canonical))
        if content.info.content in ("fragment", "example"):
            parameters.append(("used-" + content.info.content, "uri", canonical))
        for supplement in getattr(content, "supplements", ()):
            parameters.append(("used-supplement", "uri", join(supplement.info.url, supplement.info.version)))
    if prepared.imports:
        parameters += [("used-valueset", "uri", v.canonical) for v in prepared.imported() if v.url]
    found = notices(prepared, usage.contents.values())
    parameters += [("warning-" + what, "uri", canonical) for what, canonical, _ in found]
    return list(dict.fromkeys(parameters))
