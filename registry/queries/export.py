"""A version, or the history of all codes of a system, as flat rows for tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from registry.content.stored import StoredView
from registry.entities.budget import spend
from registry.entities.errors import UnknownTarget
from registry.entities.messages import message
from registry.entities.records import ConceptRecord
from registry.entities.results.history import Span
from registry.queries.flat_export import Table, table_of
from registry.queries.history import history
from registry.reader import Moment, Reader
from registry.store.content import by_code
from registry.store.system_states import codes_of
from registry.time.timeline import Segment, Timeline

__all__ = ["export_rows", "history_rows"]

_BLOCK = 1000  #: records read at a time
_RECORD_STEPS = 20  #: steps (``registry.entities.budget``) of a record
_PARENTS = 50_000  #: codes whose parents are kept in one export


def export_rows(
    reader: Reader,
    system: str,
    version: str | None = None,
    *,
    on: str | date | None = None,
    known_at: str | date | None = None,
) -> Table:
    """One row per code, by code: code, concept, display, every designation kind, parents, flags, properties."""
    resolved = reader.resolve(system, on=on, version=version, known_at=known_at)
    if resolved.segment is None or resolved.system is None:
        raise UnknownTarget(resolved.message)
    view = reader.view(resolved)
    return table_of(
        _by_code(reader, resolved.system.system_id, view),
        view.info.system,
        view.info.version,
        view.info.language,
    )


def _by_code(reader: Reader, system_id: int, view: StoredView) -> Iterator[ConceptRecord]:
    """The records of a version by code, read in batches."""
    idents = by_code(reader.connection, system_id, view.all())
    for start in range(0, len(idents), _BLOCK):
        spend(_RECORD_STEPS * _BLOCK)
        yield from view.concepts(idents[start : start + _BLOCK])


def history_rows(
    reader: Reader, system: str, *, known_at: str | date | None = None
) -> Iterator[dict[str, Any]]:
    """A row per code and interval: label, validity, ancestors, flags, the change that began it."""
    moment = reader.moment(known_at)
    row = moment.snapshot.system(system)
    if row is None:
        raise UnknownTarget(message("error.no_system", system=system))
    timeline = moment.timeline(row)
    above = _Ancestors(reader, moment, timeline)
    for code in codes_of(reader.connection, row.system_id):
        for span in history(reader, system, code, known_at=known_at).spans:
            if span.code == code:  # the concept's other codes have separate rows
                yield from ({"system": row.slug, "code": code, **found} for found in _intervals(span, above))


class _Ancestors:
    """The ancestors of codes in the loaded segments of a timeline, as the view of each segment has them."""

    def __init__(self, reader: Reader, moment: Moment, timeline: Timeline) -> None:
        self._reader, self._moment = reader, moment
        self._segments = [s for v in timeline.on_track(None) for s in timeline.segments(v) if s.layers]
        self._starts = [(s.version.label, s.valid_from) for s in self._segments]
        self._ends = [(s.version.label, s.valid_to) for s in self._segments]
        self._codes: dict[int, str] = {}  #: of parents, by state id
        self._parents = lru_cache(maxsize=_PARENTS)(self._parents_of)

    def during(self, span: Span) -> Iterator[tuple[Segment, str]]:
        """Each segment of the span with the codes above the span's code, nearest first."""
        first = self._starts.index((span.from_version, span.valid_from))
        last = self._ends.index((span.to_version, span.valid_to), first)
        for number in range(first, last + 1):
            yield self._segments[number], self._above(number, span.code)

    def _above(self, number: int, code: str) -> str:
        found, level = dict[str, None](), [code]
        while level:
            above = dict.fromkeys(p for c in level for p in self._parents(number, c))
            level = [c for c in above if c not in found]
            found |= dict.fromkeys(level)
        return " ".join(found)

    def _parents_of(self, number: int, code: str) -> list[str]:
        view = self._view(number)
        ident = view.find_in_hierarchy(code)
        return [] if ident is None else [self._code(view, parent) for parent in view.parents(ident)]

    def _code(self, view: StoredView, ident: int) -> str:
        """The code of a parent; siblings and versions share it."""
        if ident not in self._codes:
            self._codes[ident] = view.concept(ident).code
        return self._codes[ident]

    def _view(self, number: int) -> StoredView:
        segment = self._segments[number]
        day = segment.valid_from or segment.valid_to or self._reader.today()
        return self._reader.view(self._reader.content(self._moment, segment.version, day))


def _intervals(span: Span, above: _Ancestors) -> Iterator[dict[str, Any]]:
    """A row for each part of the span that loaded versions cover and that has the same ancestors, so that a join by
    date never matches a gap."""
    resumed = {gap.valid_to for gap in span.gaps}
    parts: list[tuple[date | None, date | None, str]] = []
    for segment, ancestors in above.during(span):
        start, end = segment.valid_from, segment.valid_to
        if parts and start not in resumed:
            begun, _, same = parts[-1]
            parts[-1] = (begun, start, same)
            if same == ancestors:
                parts[-1] = (begun, end, same)
                continue
        parts.append((start, end, ancestors))
    for number, (start, end, ancestors) in enumerate(parts):
        yield {
            "ancestors": ancestors,
            "concept": span.concept,
            "display": span.display,
            "from_version": span.from_version,
            "to_version": span.to_version,
            "valid_from": start.isoformat() if start else None,
            "valid_to": end.isoformat() if end else None,
            "inactive": span.inactive,
            "change": span.change.type if span.change and number == 0 else None,
            "ends": (span.ended.type if span.ended else span.ends) or None,
        }
