"""A version, or a system's whole history, as flat rows for tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from registry.changes import display_of
from registry.context import Context
from registry.errors import UnknownTarget
from registry.questions.compare import Content, records_of
from registry.questions.history import history
from registry.records import Coding, ConceptRecord

__all__ = ["export_rows", "history_rows"]


def export_rows(
    context: Context,
    system: str,
    version: str | None = None,
    *,
    on: str | date | None = None,
    known_at: str | date | None = None,
) -> Iterator[dict[str, Any]]:
    """One row per code, by code: code, concept, display, every designation kind, parents, flags, properties."""
    resolved = context.resolve(system, on=on, version=version, known_at=known_at)
    if resolved.segment is None or resolved.system is None:
        raise UnknownTarget(resolved.message)
    content = Content(context, resolved.system.system_id, resolved.system.rules, resolved.stack)
    records = sorted(records_of(content).values(), key=lambda r: r.code)
    kinds = sorted({(d.kind, d.language) for r in records for d in r.designations})
    names = sorted({p.code for r in records for p in r.properties})
    common = {"system": resolved.system.slug, "version": resolved.segment.version.label}
    for r in records:
        yield common | _row(r, kinds, names)


def _row(r: ConceptRecord, kinds: list[tuple[str, str]], names: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "code": r.code,
        "concept": r.stable_key,
        "display": display_of(r),
        "parents": " ".join(r.parents),
        "inactive": r.inactive,
        "selectable": r.selectable,
    }
    for kind, language in kinds:
        texts = [d.text for d in r.designations if (d.kind, d.language) == (kind, language)]
        row[f"{kind}:{language}" if language else kind] = " | ".join(texts)
    for name in names:
        row[f"property:{name}"] = " | ".join(_text(p.value) for p in r.properties if p.code == name)
    return row


def _text(value: str | int | bool | Coding) -> str:
    if isinstance(value, Coding):
        return value.code
    return str(value).lower() if isinstance(value, bool) else str(value)


def history_rows(
    context: Context, system: str, *, known_at: str | date | None = None
) -> Iterator[dict[str, Any]]:
    """A row per code and interval: label, validity, ancestors, flags, the change that began it."""
    moment = context.moment(known_at)
    row = moment.snapshot.system(system)
    if row is None:
        raise UnknownTarget(f"no code system {system!r} here")
    codes = [
        r[0]
        for r in context.connection.all(
            "SELECT DISTINCT code FROM concept_state WHERE system_id = ? ORDER BY code", (row.system_id,)
        )
    ]
    for code in codes:
        for span in history(context, system, code, known_at=known_at).spans:
            yield {
                "system": row.slug,
                "code": code,
                "concept": span.concept,
                "display": span.display,
                "from_version": span.from_version,
                "to_version": span.to_version,
                "valid_from": span.valid_from.isoformat() if span.valid_from else None,
                "valid_to": span.valid_to.isoformat() if span.valid_to else None,
                "inactive": span.inactive,
                "change": span.change.type if span.change else None,
                "ends": span.ends or None,
                "ancestors": " ".join(row.rules.structural_parents(code)),
            }
