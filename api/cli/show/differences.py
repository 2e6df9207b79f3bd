"""Text of the differences between two versions: a table for people, CSV for programs."""

from __future__ import annotations

import csv as csv_format
import io
from typing import TYPE_CHECKING

from api.cli.page import Page

if TYPE_CHECKING:
    from api.formula_cells import FormulaCells
    from registry.entities.results.changes import Change, Changes
    from registry.entities.results.codes import CodeDisplay

__all__ = ["csv", "table"]

_COLUMNS = ("type", "from_code", "from_display", "to_code", "to_display", "aspects", "relationship",
            "automatic_forward", "automatic_back", "source", "reviewed", "note")  # fmt: skip


_NO_CODE: list[CodeDisplay | None] = [None]


def table(page: Page, answer: Changes) -> None:
    """The counts by type, the changes, and what could not be compared."""
    if answer.reason is not None:
        page.line(page.why(answer.reason, answer.message))
        return
    page.say("diff_head", system=answer.system, from_=answer.from_, to=answer.to)
    if answer.types:
        kinds = ", ".join(page.word(t) for t in answer.types)
        page.say("diff_only", types=kinds, n=answer.left_out)
    if not answer.changes:
        page.say("diff_none_of_type" if answer.types else "diff_same")
    else:
        page.table(("change", "n"), [(page.word(t), n) for t, n in sorted(answer.counts.items())])
        page.line()
        page.table(
            ("change", "from", "to", "display", "automatic", "note"), [_row(page, c) for c in answer.changes]
        )
    page.line()
    page.say("diff_unchanged", n=answer.unchanged)
    if answer.note:
        page.line(answer.note)
    if answer.not_comparable:
        page.say(
            "diff_not_comparable",
            what=", ".join(f"{k} ({n})" for k, n in sorted(answer.not_comparable.items())),
        )


def _row(page: Page, change: Change) -> tuple[object, ...]:
    arrows = {(True, True): "⇄", (True, False): "→", (False, True): "←", (False, False): ""}
    unreviewed = (
        page.word("unreviewed")
        if change.type in ("relabelled", "criteria_changed") and not change.reviewed
        else ""
    )
    return (
        page.word(change.type),
        _codes(change.inputs),
        _codes(change.outputs),
        _wording(change),
        arrows[change.automatic_forward, change.automatic_back],
        unreviewed or change.note,
    )


def _codes(side: list[CodeDisplay]) -> str:
    return ", ".join(c.code for c in side)


def _wording(change: Change) -> str:
    old = change.inputs[0].display if change.inputs else ""
    new = change.outputs[0].display if change.outputs else ""
    return f"{old} → {new}" if old and new and old != new else new or old


def csv(page: Page, answer: Changes, *, formulas: FormulaCells) -> None:
    """One row per pair of old and new code."""
    if answer.reason is not None:
        table(page, answer)
        return
    out = io.StringIO()
    writer = csv_format.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for change in answer.changes:
        writer.writerows(
            formulas.row(_pair(change, old, new))
            for old in change.inputs or _NO_CODE
            for new in change.outputs or _NO_CODE
        )
    page.raw(out.getvalue())


def _pair(change: Change, old: CodeDisplay | None, new: CodeDisplay | None) -> list[object]:
    sides = [
        old.code if old else "",
        old.display if old else "",
        new.code if new else "",
        new.display if new else "",
    ]
    flags = [str(f).lower() for f in (change.automatic_forward, change.automatic_back)]
    return [
        change.type, *sides, " ".join(change.aspects), change.relationship or "", *flags, change.source,
        str(change.reviewed).lower(), change.note,
    ]  # fmt: skip
