"""The change event of one concept between two consecutive contents, and its date.

A facet is compared with the last earlier content that asserts it (DOMAIN 7), so that no change is missed if lists
alternate between full and short texts. If the content just before asserts all facets, the event is that of the
difference of both contents. Spans are built in ``registry.queries.history``, events derived in ``registry.content``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from msgspec.structs import replace
from pyroaring import BitMap

from registry.content.aspects import Aspect, aspects_between
from registry.content.change_events import event_of_aspects, with_aspects
from registry.content.official_links import OfficialLinks
from registry.content.successors import Earlier, Link
from registry.entities.records import ConceptRecord
from registry.entities.results.changes import Change
from registry.queries.compare import Content, compare, text_links
from registry.queries.merged_concept import merged_concept
from registry.queries.official import OfficialTables
from registry.reader import Reader
from registry.store.content import family_codes
from registry.store.state_lookup import concepts_by_code
from registry.store.tokens import compact_code
from registry.time.timeline import Segment, Timeline

__all__ = ["ConceptEvents", "DatedEvent", "LastAsserted", "Step"]


@dataclass(frozen=True)
class Step:
    """A loaded segment of a version with its content."""

    number: int
    segment: Segment
    content: Content
    skipped: bool  #: a version between this step and the one before is unknown or not loaded
    facets: frozenset[str]

    @property
    def label(self) -> str:
        return self.segment.version.label


class DatedEvent(NamedTuple):
    """An event and the step after which it happened; None if that is the step just before."""

    event: Change
    since: Step | None


class _OlderDifference(NamedTuple):
    """Facets that differ from an older step than the one before, with that step and its record."""

    step: Step
    record: ConceptRecord
    aspects: list[Aspect]


@dataclass
class LastAsserted:
    """For each facet, the last step that asserted it for a concept, and the record."""

    by_facet: dict[str, tuple[Step, ConceptRecord]] = field(default_factory=dict)

    def note(self, step: Step, record: ConceptRecord) -> None:
        self.by_facet |= dict.fromkeys(step.facets, (step, record))

    def older(self, before: Step, step: Step) -> list[tuple[Step, ConceptRecord, frozenset[str]]]:
        """Facets that this step asserts and the one before does not, by the last earlier step that asserts them."""
        found: dict[int, list[str]] = {}
        for facet in step.facets - before.facets:
            if facet in self.by_facet:
                found.setdefault(self.by_facet[facet][0].number, []).append(facet)
        return [(*self.by_facet[facets[0]], frozenset(facets)) for _, facets in sorted(found.items())]


class ConceptEvents:
    """The events of the concepts of one system; the steps are those of its default track, in order."""

    def __init__(
        self, reader: Reader, timeline: Timeline, steps: Sequence[Step], official: OfficialTables
    ) -> None:
        self.reader, self.timeline, self.steps, self.official = reader, timeline, steps, official
        self.system_id, self.behaviour = timeline.system.system_id, timeline.system.rules
        self._below: dict[str, dict[int, str]] = {}

    def between(
        self,
        before: tuple[Step, ConceptRecord | None],
        after: tuple[Step, ConceptRecord | None],
        asserted: LastAsserted,
    ) -> DatedEvent | None:
        """The event of a concept between two steps; its record is None in a step that lacks it."""
        (first, old), (second, new) = before, after
        if old is None or new is None:
            return _dated_here(self._of_pair(first, second, old, new))
        plain = old.code == new.code and first.content.lines == second.content.lines
        aspects = self._aspects(first, second, old, new) if plain else []
        if not plain or _renamed(aspects) or self._others_affected(first, second, new.code):
            event = self._of_pair(first, second, old, new)
        else:
            event = self._event(first, second, old, new, aspects) if aspects else None
        later = [*self._older_differences(first, second, new, asserted)]
        return self._with_older(event, later, (first, old), (second, new)) if later else _dated_here(event)

    def _event(
        self, first: Step, second: Step, old: ConceptRecord, new: ConceptRecord, aspects: list[Aspect]
    ) -> Change:
        languages = (first.content.language, second.content.language)
        return event_of_aspects(old, new, aspects, languages=languages)

    def _aspects(self, first: Step, second: Step, old: ConceptRecord, new: ConceptRecord) -> list[Aspect]:
        if old == new:
            return []
        return aspects_between(old, new, first.facets & second.facets, self.behaviour)

    def _older_differences(
        self, first: Step, second: Step, new: ConceptRecord, asserted: LastAsserted
    ) -> Iterator[_OlderDifference]:
        """Facets in which the concept differs from an older step than the one before."""
        for step, record, facets in asserted.older(first, second):
            same = replace(record, code=new.code)
            aspects = aspects_between(same, new, facets, self.behaviour)
            if aspects and aspects[0].type != "activated":  # the step before shows it with any kind of label
                yield _OlderDifference(step, record, aspects)

    def _with_older(
        self,
        event: Change | None,
        later: list[_OlderDifference],
        before: tuple[Step, ConceptRecord],
        after: tuple[Step, ConceptRecord],
    ) -> DatedEvent:
        """The event with the differences from older contents; its date is that of its most important facet."""
        aspects = [a for one in later for a in one.aspects]
        if event is not None:
            whole = with_aspects(event, aspects)
        else:
            moved = self._moved_texts(later, before[0], after)
            whole = moved or self._event(before[0], after[0], before[1], after[1], aspects)
        if event is not None and whole.type in event.aspects:
            return DatedEvent(whole, None)
        dated = (one.step for one in later if any(a.type == whole.type for a in one.aspects))
        return DatedEvent(whole, next(dated, later[0].step))

    def _moved_texts(
        self, later: list[_OlderDifference], first: Step, after: tuple[Step, ConceptRecord]
    ) -> Change | None:
        """The event of the difference to the older content, if texts moved between codes that all exist before and after."""
        second, new = after
        if len(later) != 1 or not _renamed(later[0].aspects):
            return None
        event = self._of_pair(later[0].step, second, later[0].record, new)
        expected = {a.type for a in later[0].aspects} | {"recoded", "merged"}
        if event is None or not set(event.aspects) <= expected:
            return None
        codes = {c.code for c in (*event.inputs, *event.outputs)}
        contents = (later[0].step.content, first.content, second.content)
        present = (merged_concept(self.reader, self.system_id, c, x.layers) for c in codes for x in contents)
        return event if all(present) else None

    def _others_affected(self, first: Step, second: Step, code: str) -> bool:
        """Whether an official table names the code, or longer codes came or went below it."""
        return code in self._tables(first, second).codes or self._codes_below(first, second, code)

    def _tables(self, first: Step, second: Step) -> OfficialLinks:
        """Links of the official change tables from one step to the other."""
        days = (first.segment.valid_from, second.segment.valid_from)
        return self.official.between(first.content, second.content, *days)

    def _codes_below(self, first: Step, second: Step, code: str) -> bool:
        """Whether longer codes came or went below the code."""
        if not self.behaviour.contains_longer:
            return False
        if code not in self._below:
            rows = family_codes(self.reader.connection, self.system_id, compact_code(code))
            self._below[code] = {ident: other for ident, other in rows if other != code}
        codes = self._below[code]
        if not codes:
            return False
        family = BitMap(codes)
        a, b = first.content.bitmap() & family, second.content.bitmap() & family
        return {codes[i] for i in a - b} != {codes[i] for i in b - a}

    def _of_pair(
        self, first: Step, second: Step, old: ConceptRecord | None, new: ConceptRecord | None
    ) -> Change | None:
        """The event of the concept's code in the difference of both contents."""
        codes = {r.code for r in (old, new) if r is not None}
        past, official = _EarlierSteps(self, first.number), self._tables(first, second)
        texts = text_links(
            first.content, second.content, [s.content for s in past.steps], past.records_of, official
        )
        tops = self._closure(codes, (*texts.links, *official.found))
        found = compare(
            first.content,
            second.content,
            within=self._within(first, second, tops),
            earlier=past.records_of,
            official=official.within(lambda code: self._top(code) in tops),
            texts=texts,
        )
        for change in found.derived.changes:
            if codes & {c.code for c in (*change.inputs, *change.outputs)}:
                return change
        return None

    def _closure(self, codes: set[str], found: Iterable[Link]) -> set[str]:
        """The topmost ancestors of these codes and of all codes that links connect with them."""
        tops = {self._top(code) for code in codes}
        links = [{self._top(link.old), self._top(link.new)} for link in found]
        grown = True
        while grown:
            more = {top for ends in links if ends & tops for top in ends}
            grown = not more <= tops
            tops |= more
        return tops

    def _top(self, code: str) -> str:
        return (
            [code, *self.behaviour.structural_parents(code)][-1] if self.behaviour.contains_longer else code
        )

    def _within(self, first: Step, second: Step, tops: set[str]) -> BitMap:
        """States of both contents under the codes, and of all concepts that have one of these codes."""
        both = first.content.bitmap() | second.content.bitmap()
        found, known, waiting = BitMap(), set[str](), sorted(tops)
        while waiting:
            code = waiting.pop()
            if code in known:
                continue
            known.add(code)
            rows = concepts_by_code(self.reader.connection, self.system_id, code)
            present = [(ident, other) for ident, _, other in rows if ident in both]
            found |= BitMap(ident for ident, _ in present)
            waiting += sorted({other for _, other in present} - known)
            if self.behaviour.contains_longer:
                below = family_codes(self.reader.connection, self.system_id, compact_code(code))
                found |= BitMap(ident for ident, _ in below) & both
        return found


class _EarlierSteps:
    """Records of a code in the steps before a step."""

    def __init__(self, events: ConceptEvents, number: int) -> None:
        self._events, self._number = events, number

    @cached_property
    def steps(self) -> Sequence[Step]:
        """The earlier steps, newest first."""
        return self._events.steps[: self._number][::-1]

    def records_of(self, code: str) -> Iterator[Earlier]:
        for step in self.steps:
            found = merged_concept(self._events.reader, self._events.system_id, code, step.content.layers)
            if found is not None:
                yield Earlier(found.facets, found.record)


def _dated_here(event: Change | None) -> DatedEvent | None:
    return None if event is None else DatedEvent(event, None)


def _renamed(aspects: list[Aspect]) -> bool:
    """Whether the concept has a new name, so that its old text may now belong to another code."""
    return any(a.type in ("relabelled", "activated") for a in aspects)
