"""The command about expression constraints of SNOMED CT (ECL)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.cli.session import current

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(ecl)


def ecl(
    ctx: typer.Context,
    check: Annotated[
        str,
        typer.Option(
            "--check",
            metavar="FILE",
            help="Check the expressions of a file, one a line (plain or a JSON string); `-` = standard input.",
            show_default=False,
        ),
    ],
) -> None:
    """Check expression constraints (ECL 2.3): one JSON object a line. Needs no database."""
    from api.wire import dumps
    from registry.ecl.checking import check as check_expression
    from registry.ecl.checking import expression_of_line

    session = current(ctx)
    valid = True
    for line in _lines(check):
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
        from registry.entities.errors import UsageError
        from registry.entities.messages import located, message

        problem = message("error.cannot_read", error=error.strerror or type(error).__name__)
        raise UsageError(located(name, problem)) from error
