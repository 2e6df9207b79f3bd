"""Text of the differences between two versions: a table for people, CSV for programs."""

from __future__ import annotations

import csv as csv_format
import io
from typing import TYPE_CHECKING

from api.cli.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

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
            ("change", "from", "to", "display", "automatic", "note"),
            [_row(page, c, *sides) for c in answer.changes for sides in _rows(c)],
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


def _rows(change: Change) -> Iterator[tuple[list[CodeDisplay], list[CodeDisplay]]]:
    """Old and new codes of each row: one row, but one for each old code if not every old code became every new one."""
    if len(change.inputs) < 2 or len(change.outputs) < 2 or not change.details.get("pairs"):
        yield change.inputs, change.outputs
        return
    followed: dict[str, list[CodeDisplay]] = {old.code: [] for old in change.inputs}
    alone: list[CodeDisplay] = []
    for old, new in _linked(change):
        if old is None:
            alone += [new] if new is not None else []
        elif new is not None:
            followed[old.code].append(new)
    yield from (([old], followed[old.code]) for old in change.inputs)
    if alone:
        yield [], alone


def _linked(change: Change) -> Iterator[tuple[CodeDisplay | None, CodeDisplay | None]]:
    """The pairs of old and new code that are linked, and each code of neither: all pairs if none are listed."""
    pairs = {(p["from"], p["to"]) for p in change.details.get("pairs", ())}
    if not pairs:
        yield from ((old, new) for old in change.inputs or _NO_CODE for new in change.outputs or _NO_CODE)
        return
    before, after = ({pair[side] for pair in pairs} for side in (0, 1))
    for old in change.inputs:
        found = [new for new in change.outputs if (old.code, new.code) in pairs]
        yield from ((old, new) for new in found)
        if old.code not in before:
            yield old, None
    yield from ((None, new) for new in change.outputs if new.code not in after)


def _row(
    page: Page, change: Change, inputs: list[CodeDisplay], outputs: list[CodeDisplay]
) -> tuple[object, ...]:
    arrows = {(True, True): "⇄", (True, False): "→", (False, True): "←", (False, False): ""}
    unreviewed = (
        page.word("unreviewed")
        if change.type in ("relabelled", "criteria_changed") and not change.reviewed
        else ""
    )
    return (
        page.word(change.type),
        _codes(inputs),
        _codes(outputs),
        _wording(inputs, outputs),
        arrows[change.automatic_forward, change.automatic_back],
        unreviewed or change.note,
    )


def _codes(side: list[CodeDisplay]) -> str:
    return ", ".join(c.code for c in side)


def _wording(inputs: list[CodeDisplay], outputs: list[CodeDisplay]) -> str:
    old = inputs[0].display if inputs else ""
    new = outputs[0].display if outputs else ""
    return f"{old} → {new}" if old and new and old != new else new or old


def csv(page: Page, answer: Changes, *, formulas: FormulaCells) -> None:
    """One row per linked pair of old and new code."""
    if answer.reason is not None:
        table(page, answer)
        return
    out = io.StringIO()
    writer = csv_format.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for change in answer.changes:
        writer.writerows(formulas.row(_pair(change, old, new)) for old, new in _linked(change))
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
