"""The command about what changed between two versions."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from api.cli.options import System, Version
from api.cli.session import current
from api.cli.show import differences as show

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
) -> None:
    """What changed between two versions, by type; exit 1 if they cannot be compared."""
    session = current(ctx)
    with session.open() as registry:
        answer = registry.diff(system, v1, v2, types=tuple(types or ()), known_at=session.known_at)
    if format == "json":
        session = session.as_json()
    session.give(answer, show.csv if format == "csv" else show.table, ok=answer.reason is None)
