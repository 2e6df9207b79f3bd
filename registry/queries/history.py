"""The full history of a code: spans over which nothing really changed, and how each began and ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from pyroaring import BitMap

from registry.content.display import display_text
from registry.content.layers import MergedConcept
from registry.content.successors import Earlier
from registry.entities.records import ConceptRecord
from registry.entities.results import Change, Gap, History, Span, SpanChange
from registry.queries.compare import Comparison, Content, compare
from registry.queries.lookup import layered
from registry.reader import Moment, Reader
from registry.store.content import family_codes, states_by_code
from registry.store.text import compact_code
from registry.time.reasons import explain
from registry.time.timeline import Segment, Timeline

__all__ = ["code_dates", "history"]


def code_dates(
    reader: Reader, system: str, known_at: str | None, code: str
) -> tuple[date | None, date | None]:
    """First day from which the code is known, and the day from which it is not to be used any more."""
    spans = history(reader, system, code, known_at=known_at).spans
    if not spans:
        return None, None
    last = spans[-1]
    gone = last.valid_to if last.ends == "deleted" else last.valid_from if last.inactive else None
    return spans[0].valid_from, gone


@dataclass
class _Step:
    """A loaded segment seen from the code: its record there, or why there is none."""

    segment: Segment
    content: Content
    family: BitMap
    record: ConceptRecord | None
    covered: bool
    skipped: bool  #: a version between this and the step before is unknown or not loaded


def history(reader: Reader, system: str, code: str, *, known_at: str | date | None = None) -> History:
    """Every stretch of versions in which the code stood for the same, in order, earlier meanings too."""
    moment = reader.moment(known_at)
    row = moment.snapshot.system(system)
    if row is None:
        message = explain("unknown_system", moment.snapshot, None, reader.today(), name=system)
        return History(system=system, code=code, spans=[], reason="unknown_system", message=message)
    timeline = moment.timeline(row)
    canonical = _written(reader, timeline, code)
    steps = _steps(reader, timeline, canonical)
    missing = [v.label for v in timeline.on_track(None) if not any(s.stack for s in timeline.segments(v))]
    spans = _Spans(reader, canonical).over(steps)
    return History(
        system=row.slug,
        code=canonical,
        spans=spans,
        reason=None if spans else "unknown_code",
        message="" if spans else _never(reader, moment, timeline, canonical),
        versions_not_loaded=missing,
    )


def _written(reader: Reader, timeline: Timeline, code: str) -> str:
    """The canonical code, or the code as given where only that is known."""
    canonical = timeline.system.rules.canonical(code)
    if canonical != code and not states_by_code(reader.connection, timeline.system.system_id, canonical):
        return code if states_by_code(reader.connection, timeline.system.system_id, code) else canonical
    return canonical


def _never(reader: Reader, moment: Moment, timeline: Timeline, code: str) -> str:
    if not timeline.versions:
        return explain("unknown", moment.snapshot, timeline, reader.today())
    return f"no loaded version of {timeline.system.slug} has the code {code}"


def _family(reader: Reader, timeline: Timeline, code: str) -> BitMap:
    """States that can take part in a change of the code: its own, and those of its nearest containing code."""
    rules, system_id = timeline.system.rules, timeline.system.system_id
    own = BitMap(i for i, _ in states_by_code(reader.connection, system_id, code))
    if not rules.contains_longer:
        return own
    roots = [p for p in rules.structural_parents(code) if states_by_code(reader.connection, system_id, p)]
    root = roots[0] if roots else code
    prefix = compact_code(root)
    return own | BitMap(i for i, _ in family_codes(reader.connection, system_id, prefix))


def _steps(reader: Reader, timeline: Timeline, code: str) -> list[_Step]:
    """Every loaded segment of the default track, in order."""
    family = _family(reader, timeline, code)
    rules, system_id = timeline.system.rules, timeline.system.system_id
    steps: list[_Step] = []
    skipped, end = False, None
    for segment in (s for v in timeline.on_track(None) for s in timeline.segments(v)):
        if not segment.stack:
            skipped = True
            continue
        content = Content(reader, system_id, rules, segment.stack)
        found: MergedConcept | None = layered(reader, system_id, code, segment.stack)
        gap = bool(steps and end and segment.valid_from and segment.valid_from > end)
        steps.append(
            _Step(segment, content, content.bitmap() & family, found.record if found else None,
                  found is not None or content.covers(code), (skipped or gap) and bool(steps))
        )  # fmt: skip
        skipped, end = False, segment.valid_to
    return steps


class _Spans:
    """Collects spans step by step."""

    def __init__(self, reader: Reader, code: str) -> None:
        self.reader, self.code = reader, code
        self.spans: list[Span] = []
        self.past: list[_Step] = []

    def over(self, steps: list[_Step]) -> list[Span]:
        before: _Step | None = None
        for step in steps:
            if step.record is None:
                self._absent(before, step)
            elif before is None or before.record is None:
                self._begin(before, step)
            else:
                self._goes_on(before, step)
            self.past.append(step)
            before = step
        return self.spans

    def _absent(self, before: _Step | None, step: _Step) -> None:
        """The code is not here: the span before, if any, ends; why depends on the coverage."""
        if before is None or before.record is None:
            return
        if not step.covered:
            self.spans[-1] = replace(self.spans[-1], ends="outside_coverage")
            return
        event = self._event(before, step)
        self.spans[-1] = replace(self.spans[-1], ends="deleted", ended=_span_change(event, before, step))

    def _begin(self, before: _Step | None, step: _Step) -> None:
        """The code is here and was not in the step before."""
        change = None
        if before is not None and before.covered:
            change = _span_change(self._event(before, step), before, step)
        self.spans.append(_span(step, change))

    def _goes_on(self, before: _Step, step: _Step) -> None:
        event = None
        if before.family != step.family or len(step.content.stack) > 1 or len(before.content.stack) > 1:
            event = self._event(before, step)
        if event is not None:
            self.spans.append(_span(step, _span_change(event, before, step)))
            return
        span, display = self.spans[-1], display_text(step.record) if step.record else ""
        displays = span.displays if display in span.displays else [*span.displays, display]
        hole = Gap(valid_from=span.valid_to, valid_to=step.segment.valid_from)
        gaps = [*span.gaps, hole] if step.skipped else span.gaps
        self.spans[-1] = replace(
            span,
            to_version=step.segment.version.label,
            valid_to=step.segment.valid_to,
            displays=displays,
            gaps=gaps,
        )

    def _event(self, before: _Step, step: _Step) -> Change | None:
        """The change event between two steps that the code takes part in."""
        comparison: Comparison = compare(
            before.content, step.content, within=before.family | step.family, earlier=self._earlier
        )
        for change in comparison.derived.changes:
            if any(c.code == self.code for c in (*change.inputs, *change.outputs)):
                return change
        return None

    def _earlier(self, code: str) -> Iterator[Earlier]:
        """What the steps before say of a code, newest first."""
        for step in reversed(self.past):
            found = layered(self.reader, step.content.system_id, code, step.content.stack)
            if found is not None:
                yield Earlier(found.facets, found.record)


def _span(step: _Step, change: SpanChange | None) -> Span:
    record, segment = step.record, step.segment
    if record is None:
        raise ValueError("a span needs a record")
    return Span(
        concept=record.stable_key,
        display=display_text(record),
        from_version=segment.version.label,
        to_version=segment.version.label,
        valid_from=segment.valid_from,
        valid_to=segment.valid_to,
        inactive=record.inactive,
        change=change,
        displays=[display_text(record)],
    )


def _span_change(event: Change | None, before: _Step, step: _Step) -> SpanChange | None:
    """The event as a span tells it; dated between its neighbours where a version between is not here."""
    if event is None:
        return None
    between = step.skipped
    first, last = before.segment.version.label, step.segment.version.label
    return SpanChange(
        type=event.type,
        aspects=event.aspects,
        from_=[c.code for c in event.inputs],
        to=[c.code for c in event.outputs],
        source=event.source,
        reviewed=event.reviewed,
        after=first if between else None,
        by=last if between else None,
        note=f"some time between {first} and {last}: what lies between is not loaded"
        if between
        else event.note,
    )
