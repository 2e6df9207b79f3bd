"""``$translate``: what a code becomes by concept maps, forward and in reverse.

Here: the operation over maps of the catalog, or one given. Not here: composing and inverting maps, and
converting data sets (``mappings``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from registry.entities.canonical import split
from registry.entities.records import Coding
from registry.store.bounded import Bounded
from registry.terminology.catalog import Missing
from registry.terminology.conceptmap import ConceptMap, MapElement, MapGroup, MapTarget
from registry.terminology.context import Context
from registry.terminology.issues import Issue, Unanswerable, issue
from registry.terminology.maps_in_force import map_of, maps_of

__all__ = ["Match", "TranslateRequest", "TranslateResult", "translate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslateRequest:
    """A coding to translate. ``reverse``: it is a target, and its sources are wanted; ``swapped``: as in R4, where
    the concept of a reverse match is the source, and ``target_system`` may name the system of the sources.

    ``map`` chooses one map by canonical, ``given`` is one sent along; scopes and systems narrow the choice.
    """

    codings: tuple[Coding, ...]
    reverse: bool = False
    swapped: bool = False
    map: str = ""
    map_version: str = ""
    given: ConceptMap | None = None
    source_system: str = ""
    target_system: str = ""
    source_scope: str = ""
    target_scope: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One translation: ``concept`` as the answer shows it, ``source`` the coding that a reverse one found."""

    relationship: str
    concept: Coding | None
    origin: str
    source: Coding | None = None
    comment: str = ""
    products: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True, kw_only=True)
class TranslateResult:
    """The complete answer; ``result`` = at least one match that is no denial."""

    result: bool = False
    problem: Issue | None = None
    matches: list[Match] = field(default_factory=list)
    message: str = ""


def translate(context: Context, request: TranslateRequest) -> TranslateResult:
    """Translate; an unknown map is a problem, a code without a translation an answer."""
    try:
        maps = _maps(context, request)
    except Unanswerable as stop:
        return TranslateResult(problem=stop.issue)
    if isinstance(maps, Issue):
        return TranslateResult(problem=maps)
    answer = TranslateResult()
    for concept_map in maps:
        for coding in request.codings:
            found = (
                _reverse(concept_map, coding, request)
                if request.reverse
                else _forward(context, concept_map, coding, request)
            )
            answer.matches += [m for m in found if m not in answer.matches]
    answer.result = any(m.concept is not None and m.relationship != "not-related-to" for m in answer.matches)
    if not answer.matches:
        answer.message = "No translation was found"
    return answer


def _maps(context: Context, request: TranslateRequest) -> list[ConceptMap] | Issue:
    if request.given is not None:
        return [request.given]
    if request.map:
        found = map_of(context, request.map, request.map_version)
        if not isinstance(found, Missing):
            return [found]
        if found.reason in ("before_first", "gap", "after_last"):
            return issue("CONCEPTMAP_NOT_IN_FORCE", request.map, context.on, found.reason, place="date")
        return issue("CONCEPTMAP_UNKNOWN", request.map)
    systems = {coding.system for coding in request.codings}
    return [m for m in maps_of(context, systems) if _scoped(m, request)]


def _scoped(concept_map: ConceptMap, request: TranslateRequest) -> bool:
    source, target = request.source_scope, request.target_scope
    return (not source or concept_map.source_scope == source) and (
        not target or concept_map.target_scope == target
    )


def _fits(system: str, version: str, coding: Coding) -> bool:
    if coding.system and system and coding.system != system:
        return False
    return not (coding.version and version) or coding.version == version


def _forward(
    context: Context,
    concept_map: ConceptMap,
    coding: Coding,
    request: TranslateRequest,
    asked: tuple[str, ...] = (),
) -> Iterator[Match]:
    """Matches of a map; ``asked`` are maps on the way here, which are not asked again."""
    for group in concept_map.groups:
        if not _fits(group.source, group.source_version, coding):
            continue
        if request.target_system and group.target != request.target_system:
            continue
        elements = _by_source(group).get(coding.code)
        if elements:
            yield from (m for e in elements for m in _of_element(concept_map, group, e))
        elif group.unmapped is not None:
            yield from _unmapped(
                context, concept_map, group, coding, request, (*asked, concept_map.canonical)
            )


#: elements of groups by source code, as many as hold so many elements; keyed by identity, groups never change
_SOURCES: Bounded[int, tuple[MapGroup, dict[str, list[MapElement]]]] = Bounded(
    400_000, lambda kept: len(kept[0].elements) + 1
)


def _by_source(group: MapGroup) -> dict[str, list[MapElement]]:
    """The elements of a group by their code."""

    def made() -> tuple[MapGroup, dict[str, list[MapElement]]]:
        found: dict[str, list[MapElement]] = {}
        for element in group.elements:
            found.setdefault(element.code, []).append(element)
        return group, found

    return _SOURCES.get(id(group), made)[1]


def _of_element(concept_map: ConceptMap, group: MapGroup, element: MapElement) -> Iterator[Match]:
    for t in element.targets:
        yield Match(
            relationship=t.relationship,
            concept=_target(group, t) if t.code else None,
            origin=concept_map.canonical,
            comment=t.comment,
            products=t.products,
        )


def _target(group: MapGroup, target: MapTarget) -> Coding:
    return Coding(target.code, group.target, group.target_version, target.display)


def _unmapped(
    context: Context,
    concept_map: ConceptMap,
    group: MapGroup,
    coding: Coding,
    request: TranslateRequest,
    asked: tuple[str, ...],
) -> Iterable[Match]:
    rule = group.unmapped
    if rule is None:
        return []
    if rule.mode == "other-map":
        other = map_of(context, *split(rule.other_map))
        if isinstance(other, Missing) or other.canonical in asked:
            return []
        return list(_forward(context, other, coding, request, asked))
    code = coding.code if rule.mode == "use-source-code" else rule.code
    target = Coding(code, group.target, group.target_version, rule.display)
    return [Match(relationship=rule.relationship, concept=target, origin=concept_map.canonical)]


def _reverse(concept_map: ConceptMap, coding: Coding, request: TranslateRequest) -> Iterator[Match]:
    for group in concept_map.groups:
        if not _reaches(group, request) or not _fits(group.target, group.target_version, coding):
            continue
        for element in group.elements:
            for target in (t for t in element.targets if t.code == coding.code):
                source = Coding(element.code, group.source, group.source_version, element.display)
                yield Match(
                    relationship=target.relationship,
                    concept=source if request.swapped else _target(group, target),
                    origin=concept_map.canonical,
                    source=None if request.swapped else source,
                    comment=target.comment,
                )


def _reaches(group: MapGroup, request: TranslateRequest) -> bool:
    """Whether a group is between the systems that a reverse question names."""
    ends = (group.target, group.source) if request.swapped else (group.target,)
    if request.target_system and request.target_system not in ends:
        return False
    return not request.source_system or group.source == request.source_system
