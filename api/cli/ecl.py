"""The command about expression constraints of SNOMED CT (ECL)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options import Count, On, VersionOption
from api.cli.session import current
from api.cli.show import constraints as show
from registry.entities.errors import UsageError
from registry.entities.messages import located, message

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(ecl)


def ecl(
    ctx: typer.Context,
    expression: Annotated[
        str | None, typer.Argument(help="Expression constraint.", metavar="EXPR", show_default=False)
    ] = None,
    check: Annotated[
        str | None,
        typer.Option(
            "--check",
            metavar="FILE",
            help="Check the expressions of a file, one a line (plain or a JSON string); `-` = standard input.",
        ),
    ] = None,
    system: Annotated[str, typer.Option("--system", help="Code system.", metavar="SLUG")] = "snomed-ct",
    on: On = None,
    version: VersionOption = None,
    count: Count = 20,
) -> None:
    """The concepts of an expression constraint (ECL 2.3); with `--check`, whether expressions are valid (needs no database)."""
    if (expression is None) is (check is None):
        raise UsageError(message("error.ecl_argument"))
    if check is not None:
        _check(ctx, check)
        return
    session = current(ctx)
    with session.open() as registry:
        answer = registry.ecl(
            str(expression),
            system=system,
            on=on,
            version=version,
            count=count,
            lang=session.content_language,
            known_at=session.known_at,
        )
    session.give(answer, show.constraint, ok=answer.total > 0)


def _check(ctx: typer.Context, name: str) -> None:
    """One JSON object for each line."""
    from api.wire import dumps
    from registry.ecl.checking import check as check_expression
    from registry.ecl.checking import expression_of_line

    session = current(ctx)
    valid = True
    for line in _lines(name):
        found = check_expression(expression_of_line(line))
        sys.stdout.buffer.write(dumps(found, lang=session.lang) + b"\n")
        valid = valid and found.valid
    sys.stdout.flush()
    if not valid:
        raise typer.Exit(1)


def _lines(name: str) -> Iterator[str]:
    """The lines of a file without their ends; bytes that are not UTF-8 become characters that no expression has."""
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as file:
            for number, line in enumerate(file):
                text = line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "surrogateescape")
                yield text.removeprefix("\ufeff") if number == 0 else text
    except OSError as error:
        problem = message("error.cannot_read", error=error.strerror or type(error).__name__)
        raise UsageError(located(name, problem)) from error
