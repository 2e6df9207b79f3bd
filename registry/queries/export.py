"""A version, or the history of all codes of a system, as flat rows for tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from registry.content.stored import StoredView
from registry.entities.errors import UnknownTarget
from registry.entities.messages import message
from registry.entities.records import ConceptRecord
from registry.entities.results import Span
from registry.queries.flat_export import Table, table_of
from registry.queries.history import history
from registry.reader import Reader
from registry.store.content import by_code
from registry.store.system_states import codes_of

__all__ = ["export_rows", "history_rows"]

_BLOCK = 1000  #: records read at a time


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
        yield from view.concepts(idents[start : start + _BLOCK])


def history_rows(
    reader: Reader, system: str, *, known_at: str | date | None = None
) -> Iterator[dict[str, Any]]:
    """A row per code and interval: label, validity, ancestors, flags, the change that began it."""
    moment = reader.moment(known_at)
    row = moment.snapshot.system(system)
    if row is None:
        raise UnknownTarget(message("error.no_system", system=system))
    for code in codes_of(reader.connection, row.system_id):
        common = {"system": row.slug, "code": code, "ancestors": " ".join(row.rules.structural_parents(code))}
        for span in history(reader, system, code, known_at=known_at).spans:
            if span.code == code:  # the concept's other codes have separate rows
                yield from ({**common, **interval} for interval in _intervals(span))


def _intervals(span: Span) -> Iterator[dict[str, Any]]:
    """A row for each part of the span that loaded versions cover, so that a join by date never matches a gap."""
    starts = [span.valid_from, *(g.valid_to for g in span.gaps)]
    ends = [*(g.valid_from for g in span.gaps), span.valid_to]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        yield {
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
