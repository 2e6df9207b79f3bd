"""The history of a code: every concept that ever had it, as spans without a change other than of wording.

A span has its code, its text, and the changes with which it began and ended. The change between two versions comes from
``concept_events``, the rules of comparison from ``registry.content``.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.content.display import display_text
from registry.entities.budget import spend
from registry.entities.messages import joined, message
from registry.entities.records import ConceptRecord
from registry.entities.results.changes import Change
from registry.entities.results.history import Gap, History, Span, SpanChange
from registry.queries.compare import Content
from registry.queries.concept_events import ConceptEvents, DatedEvent, LastAsserted, Step
from registry.queries.merged_concept import merged_concept
from registry.queries.official import OfficialTables
from registry.reader import Moment, Reader
from registry.store.bounded import Bounded
from registry.store.content import states_by_code
from registry.store.state_lookup import concepts_by_code
from registry.time.reasons import explain
from registry.time.timeline import Timeline

__all__ = ["code_dates", "history"]

_STEP_STEPS = 20  #: steps (``registry.entities.budget``) of one code in one version
_STEPS, _STEP = 2_000_000, 600  #: bytes of all steps that are kept, and of one


def code_dates(
    reader: Reader, system: str, known_at: str | None, code: str
) -> tuple[date | None, date | None]:
    """The first day on which the code is known, and the first day on which it may no longer be used."""
    spans = [s for s in history(reader, system, code, known_at=known_at).spans if s.code == code]
    if not spans:
        return None, None
    last = spans[-1]
    over = last.ends in ("deleted", "recoded")
    return spans[0].valid_from, last.valid_to if over else last.valid_from if last.inactive else None


def history(reader: Reader, system: str, code: str, *, known_at: str | date | None = None) -> History:
    """Spans, in order of time, of every concept that ever had the code, including those in which it had another code."""
    moment = reader.moment(known_at)
    row = moment.snapshot.system(system)
    if row is None:
        reason, why = reader.unknown_system(moment, system, reader.today())
        return History(system=system, code=code, spans=[], reason=reason, message=why)
    timeline = moment.timeline(row)
    canonical = _canonical_code(reader, timeline, code)
    steps = _steps(reader, moment, timeline)
    missing = [v.label for v in timeline.on_track(None) if not any(s.layers for s in timeline.segments(v))]
    spans = _spans(ConceptEvents(reader, timeline, steps, OfficialTables(reader, moment, row)), canonical)
    return History(
        system=row.slug,
        code=canonical,
        spans=spans,
        reason=None if spans else "unknown_code",
        message="" if spans else _never(reader, moment, timeline, canonical),
        versions_not_loaded=missing,
        gaps=_gaps(steps, spans),
    )


def _canonical_code(reader: Reader, timeline: Timeline, code: str) -> str:
    """The canonical code, or the code as given if only that is known."""
    canonical = timeline.system.rules.canonical(code)
    if canonical != code and not states_by_code(reader.connection, timeline.system.system_id, canonical):
        return code if states_by_code(reader.connection, timeline.system.system_id, code) else canonical
    return canonical


def _never(reader: Reader, moment: Moment, timeline: Timeline, code: str) -> str:
    if not timeline.versions:
        return explain("unknown", moment.snapshot, timeline, reader.today())
    return message("history.no_code", system=timeline.system.slug, code=code)


def _steps(reader: Reader, moment: Moment, timeline: Timeline) -> Sequence[Step]:
    """Every loaded segment of the default track, in order; cached, for they are the same for every code."""
    kept: Bounded[Hashable, Sequence[Step]]
    kept = reader.caches.named("steps of histories", _STEPS, lambda steps: _STEP * (len(steps) + 1))
    key = (reader.ledger().content_epoch, moment.snapshot.instant, timeline.system.system_id)
    return kept.get(key, lambda: _all_steps(reader, timeline))


def _all_steps(reader: Reader, timeline: Timeline) -> Sequence[Step]:
    steps: list[Step] = []
    skipped, end = False, None
    for segment in (s for v in timeline.on_track(None) for s in timeline.segments(v)):
        if not segment.layers:
            skipped = True
            continue
        content = Content(reader, timeline.system, segment.layers)
        gap = bool(steps and end and segment.valid_from and segment.valid_from > end)
        steps.append(Step(len(steps), segment, content, (skipped or gap) and bool(steps), content.facets))
        skipped, end = False, segment.valid_to
    return steps


def _gaps(steps: Sequence[Step], spans: Sequence[Span]) -> list[Gap]:
    """Days between loaded versions that none covers, from the first span to the start of the last, or inside it."""
    first = min((s.valid_from for s in spans if s.valid_from), default=None)
    last = max((s.gaps[-1].valid_to if s.gaps else s.valid_from for s in spans if s.valid_from), default=None,
               key=lambda day: day or date.min)  # fmt: skip
    found, end = list[Gap](), None
    for step in steps:
        start = step.segment.valid_from
        if first and last and end and start and first < end < start <= last:
            found.append(Gap(valid_from=end, valid_to=start))
        end = max((d for d in (end, step.segment.valid_to) if d), default=None)
    return found


def _spans(events: ConceptEvents, code: str) -> list[Span]:
    """The spans of every concept that had the code in one of the steps, ordered by their first step."""
    reader, timeline = events.reader, events.timeline
    states: dict[int, list[tuple[int, str]]] = {}
    for ident, concept, own in concepts_by_code(reader.connection, timeline.system.system_id, code):
        states.setdefault(concept, []).append((ident, own))
    found: list[tuple[int, Span]] = []
    for _, own_states in sorted(states.items()):
        collected = _Concept(reader, timeline, events, own_states).over(events.steps)
        if any(span.code == code for _, span in collected):
            found += collected
    return [span for _, span in sorted(found, key=lambda pair: (pair[0], pair[1].concept))]


@dataclass
class _Concept:
    """Builds the spans of one concept, step by step; ``states``: its state ids → codes."""

    reader: Reader
    timeline: Timeline
    events: ConceptEvents
    states: list[tuple[int, str]]
    spans: list[tuple[int, dict[str, Any]]] = field(default_factory=list)  #: fields of spans
    records: dict[int, ConceptRecord] = field(default_factory=dict)  #: of states that are read alone
    asserted: LastAsserted = field(default_factory=LastAsserted)
    code: str = ""  #: the newest one met

    def over(self, steps: Sequence[Step]) -> list[tuple[int, Span]]:
        """The spans, each with the number of its first step."""
        before: tuple[Step, ConceptRecord | None] | None = None
        for step in steps:
            spend(_STEP_STEPS)
            record = self._record(step)
            if record is None:
                self._absent(before, step)
            elif before is None or before[1] is None:
                self._begin(before, step, record)
            else:
                self._goes_on((before[0], before[1]), step, record)
            if record is not None:
                self.asserted.note(step, record)
                self.code = record.code
            before = (step, record)
        return [(number, Span(**fields)) for number, fields in self.spans]

    def _record(self, step: Step) -> ConceptRecord | None:
        """The record in a step; the same object as long as one state alone says it."""
        members = step.content.bitmap()
        ident, code = next(((ident, code) for ident, code in self.states if ident in members), (None, ""))
        if ident is None:
            return None
        alone = len(step.content.layers) == 1
        if alone and ident in self.records:
            return self.records[ident]
        found = merged_concept(self.reader, self.timeline.system.system_id, code, step.content.layers)
        if found is not None and alone:
            self.records[ident] = found.record
        return found.record if found else None

    def _absent(self, before: tuple[Step, ConceptRecord | None] | None, step: Step) -> None:
        """The step lacks the concept: ends the span before, if any; the reason depends on the coverage."""
        if before is None or before[1] is None:
            return
        if not step.content.covers(before[1].code):
            self._end(ends="outside_coverage")
            return
        dated = self.events.between(before, (step, None), self.asserted)
        self._end(ends="deleted", ended=_span_change(dated, before[1].code, before[0], step))

    def _begin(
        self, before: tuple[Step, ConceptRecord | None] | None, step: Step, record: ConceptRecord
    ) -> None:
        """The step has the concept and the step before lacks it: begins a span."""
        change = None
        if before is not None and before[0].content.covers(record.code):
            dated = self.events.between(before, (step, record), self.asserted)
            change = _span_change(dated, record.code, before[0], step)
        self._add(step, record, change)

    def _goes_on(self, before: tuple[Step, ConceptRecord], step: Step, record: ConceptRecord) -> None:
        dated = self.events.between(before, (step, record), self.asserted)
        if dated is not None:
            if record.code != before[1].code:
                self._end(ends="recoded")
            self._add(step, record, _span_change(dated, record.code, before[0], step))
            return
        span, display = self.spans[-1][1], self._display(step, record)
        if display not in span["displays"]:
            span["displays"].append(display)
        if step.skipped:
            span["gaps"].append(Gap(valid_from=span["valid_to"], valid_to=step.segment.valid_from))
        self._end(to_version=step.label, valid_to=step.segment.valid_to)

    def _end(self, **changed: Any) -> None:
        """Replace fields of the last span."""
        self.spans[-1][1].update(changed)

    def _display(self, step: Step, record: ConceptRecord) -> str:
        return display_text(record, language=step.content.language)

    def _add(self, step: Step, record: ConceptRecord, change: SpanChange | None) -> None:
        segment, display = step.segment, self._display(step, record)
        span = {
            "concept": record.stable_key,
            "code": record.code,
            "display": display,
            "from_version": step.label,
            "to_version": step.label,
            "valid_from": segment.valid_from,
            "valid_to": segment.valid_to,
            "inactive": record.inactive,
            "change": change,
            "displays": [display],
            "gaps": [],
        }
        self.spans.append((step.number, span))


def _codes(event: Change, code: str) -> tuple[list[str], list[str]]:
    """Previous and new codes of the event; in events of official tables only those linked to the code."""
    old, new = [c.code for c in event.inputs], [c.code for c in event.outputs]
    pairs = event.details.get("pairs", ()) if event.source == "official" else ()
    if not pairs:
        return old, new
    before = {p["from"] for p in pairs if p["to"] == code} | {code}
    after = {p["to"] for p in pairs if p["from"] == code} | {code}
    return [c for c in old if c in before], [c for c in new if c in after]


def _span_change(dated: DatedEvent | None, code: str, before: Step, step: Step) -> SpanChange | None:
    """The event in the form of a span; with two bounds of its date if no loaded version between shows it."""
    if dated is None:
        return None
    event, since = dated
    old, new = _codes(event, code)
    first, doubt = (since or before).label, ""
    if since is not None:
        doubt = message("history.between_silent", first=first, last=step.label)
    elif step.skipped:
        doubt = message("history.between_not_loaded", first=first, last=step.label)
    between = step.skipped or since is not None
    return SpanChange(
        type=event.type,
        aspects=event.aspects,
        from_=old,
        to=new,
        source=event.source,
        reviewed=event.reviewed,
        after=first if between else None,
        by=step.label if between else None,
        note=joined([doubt, event.note] if event.source == "official" else [doubt or event.note]),
    )
