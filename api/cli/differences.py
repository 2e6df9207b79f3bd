"""The command about what changed between two versions."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

import typer

from api.cli.options import EscapeFormulas, System, Version
from api.cli.session import current
from api.cli.show import differences as show
from registry.entities.errors import UsageError
from registry.entities.messages import message

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(diff)


def diff(
    ctx: typer.Context,
    system: System,
    v1: Version,
    v2: Version,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", help="Only changes of this type; repeatable.", metavar="TYPE"),
    ] = None,
    format: Annotated[
        Literal["table", "json", "csv"], typer.Option("--format", help="Format of the output.")
    ] = "table",
    escape_formulas: EscapeFormulas = False,
) -> None:
    """What changed between two versions, by type; exit 1 if they cannot be compared."""
    from api.formula_cells import FormulaCells

    session = current(ctx)
    if escape_formulas and (session.json or format != "csv"):
        raise UsageError(message("error.escape_csv", format="json" if session.json else format))
    formulas = FormulaCells(escape=escape_formulas)
    with session.open() as registry:
        answer = registry.diff(system, v1, v2, types=tuple(types or ()), known_at=session.known_at)
    if format == "json":
        session = session.as_json()
    shown = partial(show.csv, formulas=formulas) if format == "csv" else show.table
    try:
        session.give(answer, shown, ok=answer.reason is None)
    finally:
        session.note_formulas(formulas.count, escaped=escape_formulas)
