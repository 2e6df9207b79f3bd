"""``$translate``: what a code becomes by concept maps, forward and in reverse.

Here: the operation over maps of the catalog, or one given. Which map is meant follows from the name and the day
(``maps_in_force``); the rows are those that apply on the day; codes are compared as their systems compare them.

=============================================  ===================================================================
rule                                            source
=============================================  ===================================================================
a row applies in its own period                 DOMAIN 10: a map speaks for its period and its rows' dates
a row of several codes needs all, in order,     DOMAIN, ConceptMap: a group match beats single ones
and then its codes are not translated singly
a match reads from the given code to the        DOMAIN 9: narrower and broader swap; ``automatic`` comes from the
code found: in reverse the relationship swaps   row's own ``automatic_back``, defaults and weights are left out
a code found that is not valid on the day is    DOMAIN 10: said so, with its successors as proposals, never silently
stale: it does not make ``result`` true
a code found that could not be checked (its     DOMAIN 2: a reason, never a pick; validity has three values. The code is
system has no version in force, is not loaded,  given as the map states it, with the reason why it was not checked
not known or not open to the caller) is marked
=============================================  ===================================================================

Not here: composing maps, and converting data sets (``mappings``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec

from registry.entities.budget import spend
from registry.entities.canonical import split
from registry.entities.messages import in_language, message, worded
from registry.entities.records import Coding, MapDefault, MapRowRecord, Weight
from registry.entities.relationships import inverse
from registry.systems import SystemBehaviour
from registry.terminology.catalog import CodeValidity, Missing
from registry.terminology.conceptmap import ConceptMap, MapGroupView
from registry.terminology.context import Context
from registry.terminology.issues import Issue, Unanswerable, issue
from registry.terminology.map_targets import UNKNOWN, described
from registry.terminology.maps_in_force import known_about, map_of, maps_of
from registry.time.in_force import Interval, contains

__all__ = ["Match", "TranslateRequest", "TranslateResult", "translate"]

#: why no version of a known system answers on a day: then also a message, in addition to the match
_IN_TIME = frozenset({"before_first", "gap", "after_last", "not_loaded", "outside_coverage"})

_NONE = (message("translate.none"),)
_MATCH_STEPS = 20  #: steps to describe a match
_MATCHES_A_STEP = 5  #: matches that one step compares


class TranslateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A coding to translate. ``reverse``: it is a target, and its sources are wanted; ``swapped``: as in R4, where
    the concept of a reverse match is the source, and ``target_system`` may name the system of the sources.

    ``map`` chooses one map by canonical, ``given`` is one sent along; scopes, systems and ``purpose`` narrow the choice.
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
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One translation: ``concept`` as in the answer, ``source``: the coding found in reverse.

    ``relationship`` is from the given code to the code found; ``validity`` is that of the code found.
    """

    relationship: str
    concept: Coding | None
    origin: str
    source: Coding | None = None
    comment: str = ""
    products: tuple[tuple[str, str, str], ...] = ()
    conditions: tuple[tuple[str, str, str], ...] = ()
    validity: CodeValidity = UNKNOWN
    automatic: bool = False
    defaults: tuple[MapDefault, ...] = ()
    weight: Weight | None = None
    sources: tuple[str, ...] = ()  #: the codes of a group, if the row has several source codes

    @property
    def found(self) -> Coding | None:
        """The code that the translation found."""
        return self.source or self.concept

    @property
    def not_checked(self) -> str:
        """Why it is not known whether the code found is valid on the day; empty if it is known."""
        return self.validity.reason if self.validity.valid is None else ""

    @property
    def usable(self) -> bool:
        """Whether it is a translation: not a "not related" row, and not known to be invalid on the day."""
        return (
            self.concept is not None
            and self.relationship != "not-related-to"
            and self.validity.valid is not False
        )


@dataclass(slots=True, kw_only=True)
class TranslateResult:
    """The complete result; ``result`` = at least one usable match."""

    result: bool = False
    problem: Issue | None = None
    matches: list[Match] = field(default_factory=list)
    messages: tuple[str, ...] = ()  #: messages for the caller in addition to the matches

    def message_in(self, lang: str | None) -> str:
        """All messages as one text in a language."""
        return " ".join(in_language(self.messages, lang))

    @property
    def message(self) -> str:
        """All messages as one text in English."""
        return self.message_in("en")


def translate(context: Context, request: TranslateRequest) -> TranslateResult:
    """Translate; an unknown map is a problem, a code without a translation is a result."""
    answer = TranslateResult()
    try:
        maps = _maps(context, request)
        if isinstance(maps, Issue):
            return TranslateResult(problem=maps)
        for concept_map in maps:
            for match in _of_map(context, concept_map, request):
                spend(_MATCH_STEPS + len(answer.matches) // _MATCHES_A_STEP)
                if match not in answer.matches:
                    answer.matches.append(match)
    except Unanswerable as stop:
        return TranslateResult(problem=stop.issue)
    answer.result = any(m.usable for m in answer.matches)
    answer.messages = _messages(context, answer, maps, request)
    return answer


def _messages(
    context: Context, answer: TranslateResult, maps: list[ConceptMap], request: TranslateRequest
) -> tuple[str, ...]:
    """Messages for the caller in addition to the matches."""
    if not answer.matches:
        ended = not maps and known_about(context, {coding.system for coding in request.codings})
        return (message("translate.no_map_on", on=context.on),) if ended else _NONE
    found = [
        (m.found, m.validity)
        for m in answer.matches
        if m.validity.valid is False or m.not_checked in _IN_TIME
    ]
    return tuple(_about(context, coding, validity) for coding, validity in found if coding is not None)


def _about(context: Context, coding: Coding, validity: CodeValidity) -> str:
    """What a reader must know of a code found that is not valid, or could not be checked."""
    named = ", ".join(s.code for s in validity.successors)
    name = "MAP_TARGET_REPLACED" if named else "MAP_TARGET_NOT_VALID"
    name = name if validity.valid is False else "MAP_TARGET_NOT_CHECKED"
    return issue(
        name,
        coding.code,
        coding.system,
        context.on or message("translate.the_day"),
        worded(validity.reason),
        named,
    ).text


def _maps(context: Context, request: TranslateRequest) -> list[ConceptMap] | Issue:
    if request.given is not None:
        return [request.given]
    if request.map:
        found = map_of(context, request.map, request.map_version)
        if not isinstance(found, Missing):
            return [found]
        if found.reason in ("before_first", "gap", "after_last"):
            return issue(
                "CONCEPTMAP_NOT_IN_FORCE", request.map, context.on, worded(found.reason), place="date"
            )
        return issue("CONCEPTMAP_UNKNOWN", request.map)
    systems = {coding.system for coding in request.codings}
    return [m for m in maps_of(context, systems) if _scoped(m, request)]


def _scoped(concept_map: ConceptMap, request: TranslateRequest) -> bool:
    source, target = request.source_scope, request.target_scope
    if request.purpose and concept_map.purpose != request.purpose:
        return False
    return (not source or concept_map.source_scope == source) and (
        not target or concept_map.target_scope == target
    )


def _of_map(context: Context, concept_map: ConceptMap, request: TranslateRequest) -> Iterator[Match]:
    for group in concept_map.groups:
        if request.reverse:
            yield from _reverse(context, concept_map, group, request)
        elif request.target_system in ("", group.target) and request.source_system in ("", group.source):
            yield from _forward(context, concept_map, group, request, ())


def _fits(system: str, version: str, coding: Coding) -> bool:
    if coding.system and system and coding.system != system:
        return False
    return not (coding.version and version) or coding.version == version


def _applies(row: MapRowRecord, day: date | None) -> bool:
    """Whether a row applies on a day; every row does if there is no day."""
    return day is None or contains(Interval(row.valid_from or row.effective, row.valid_to), day)


def _live(context: Context, concept_map: ConceptMap, rows: Sequence[MapRowRecord]) -> list[MapRowRecord]:
    """The rows that apply on the day. Raises Unanswerable if a vague date does not say which do."""
    found = [r for r in rows if _applies(r, context.on)]
    if context.until is not None and found != [r for r in rows if _applies(r, context.until)]:
        raise Unanswerable(
            issue("DATE_SPANS_MAP_ROWS", concept_map.canonical, context.on, context.until, rows[0].sources)
        )
    return found


def _forward(
    context: Context,
    concept_map: ConceptMap,
    group: MapGroupView,
    request: TranslateRequest,
    visited: tuple[str, ...],
) -> Iterator[Match]:
    """Matches of a group of a map; ``visited`` are the maps that led here, which are not used again."""
    spend(1 + len(request.codings))
    codings = [c for c in request.codings if _fits(group.source, group.source_version, c)]
    taken: set[Coding] = set()
    if len(request.codings) > 1 and codings:
        for row in _joint_rows(context, concept_map, group, request.codings, codings, taken):
            yield _match(context, concept_map, group, row)
    for coding in codings:
        if coding in taken:
            continue
        behaviour = context.behaviour(group.source or coding.system)
        rows = group.by_source(coding.code, behaviour)
        singles = [r for r in rows if len(r.sources) == 1]
        for row in _live(context, concept_map, singles):
            if row.target or row.relationship:
                yield _match(context, concept_map, group, row)
        if not rows and group.unmapped is not None:
            yield from _unmapped(context, concept_map, group, coding, request, visited)


def _joint_rows(
    context: Context,
    concept_map: ConceptMap,
    group: MapGroupView,
    given: Sequence[Coding],
    fitting: Sequence[Coding],
    taken: set[Coding],
) -> Iterator[MapRowRecord]:
    """Rows of several codes that are all given, in order; the codings that they use are added to ``taken``."""
    seen: list[MapRowRecord] = []
    for coding in fitting:
        rows = group.by_source(coding.code, context.behaviour(group.source or coding.system))
        for row in _live(context, concept_map, [r for r in rows if len(r.sources) > 1]):
            used = _used(context, group, row, given)
            if used and row not in seen:
                seen.append(row)
                taken.update(used)
                yield row


def _used(context: Context, group: MapGroupView, row: MapRowRecord, given: Sequence[Coding]) -> list[Coding]:
    """The codings that are the row's codes, in its order; empty if one is missing."""
    systems = row.source_systems or (group.source,) * len(row.sources)
    found: list[Coding] = []
    rest = iter(given)
    for system, code in zip(systems, row.sources, strict=True):
        key = context.behaviour(system).key(code)
        one = next((c for c in rest if _is(context, c, system, key)), None)
        if one is None:
            return []
        found.append(one)
    return found


def _is(context: Context, coding: Coding, system: str, key: str) -> bool:
    if coding.system and system and coding.system != system:
        return False
    return context.behaviour(system or coding.system).key(coding.code) == key


def _match(context: Context, concept_map: ConceptMap, group: MapGroupView, row: MapRowRecord) -> Match:
    concept, validity = None, UNKNOWN
    if row.target:
        concept, validity = described(
            context, group.target, group.target_version, row.target, row.target_display
        )
    return Match(
        relationship=row.relationship or "related-to",
        concept=concept,
        origin=concept_map.canonical,
        comment=row.comment,
        products=row.products,
        conditions=row.conditions,
        validity=validity,
        automatic=row.automatic,
        defaults=row.defaults,
        weight=row.weight,
        sources=row.sources if len(row.sources) > 1 else (),
    )


def _unmapped(
    context: Context,
    concept_map: ConceptMap,
    group: MapGroupView,
    coding: Coding,
    request: TranslateRequest,
    visited: tuple[str, ...],
) -> Iterable[Match]:
    rule = group.unmapped
    if rule is None:
        return []
    if rule.mode == "other-map":
        path = (*visited, concept_map.canonical)
        other = map_of(context, *split(rule.other_map))
        if isinstance(other, Missing) or other.canonical in path:
            return []
        groups = [g for g in other.groups if request.target_system in ("", g.target)]
        return [m for g in groups for m in _forward(context, other, g, request, path)]
    code = coding.code if rule.mode == "use-source-code" else rule.code
    concept, validity = described(context, group.target, group.target_version, code, rule.display)
    return [
        Match(
            relationship=rule.relationship, concept=concept, origin=concept_map.canonical, validity=validity
        )
    ]


def _reverse(
    context: Context, concept_map: ConceptMap, group: MapGroupView, request: TranslateRequest
) -> Iterator[Match]:
    """Sources of the codes; of a row with several source codes each is a match that names the others."""
    if not _reaches(group, request):
        return
    for coding in request.codings:
        if not _fits(group.target, group.target_version, coding):
            continue
        behaviour: SystemBehaviour = context.behaviour(group.target or coding.system)
        for row in _live(context, concept_map, group.by_target(coding.code, behaviour)):
            target = Coding(row.target, group.target, group.target_version, row.target_display)
            for code in row.sources:
                display = row.source_display if len(row.sources) == 1 else ""
                source, validity = described(context, group.source, group.source_version, code, display)
                yield Match(
                    relationship=inverse(row.relationship or "related-to"),
                    concept=source if request.swapped else target,
                    origin=concept_map.canonical,
                    source=None if request.swapped else source,
                    comment=row.comment,
                    validity=validity,
                    automatic=row.automatic_back,
                    sources=row.sources if len(row.sources) > 1 else (),
                )


def _reaches(group: MapGroupView, request: TranslateRequest) -> bool:
    """Whether a group is between the systems of a reverse request."""
    ends = (group.target, group.source) if request.swapped else (group.target,)
    if request.target_system and request.target_system not in ends:
        return False
    return not request.source_system or group.source == request.source_system
