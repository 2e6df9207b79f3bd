"""The command ``gyldig``: global options, the list of commands, and error messages.

The commands are in the other modules of this package. Large modules are imported only when a command runs, so that
``--help`` is fast.

Exit codes: 0 ok, 1 the answer is "no" or not valid, 2 wrong use or bad input, 3 unknown: the registry cannot tell.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from api.cli import (
    access,
    administration,
    catalogue,
    changing,
    codes,
    differences,
    ecl,
    export,
    hierarchy,
    loading,
    scopes,
    systems,
)
from api.cli.arguments import has_dash_code, hoist, protect_codes
from api.cli.session import Session, default_language
from registry.entities.messages import in_language, message

__all__ = ["app", "run"]

app = typer.Typer(
    name="gyldig",
    help="Which version of which code system applied when, for whom, and what is that code in another version?",
    epilog="Global options may stand anywhere. Exit codes: 0 ok, 1 the answer is no, 2 wrong use or bad input, 3 unknown.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def options(
    ctx: typer.Context,
    db: Annotated[
        str | None,
        typer.Option(
            "--db", envvar="GYLDIG_DB", metavar="URL", help="Database: a path, sqlite:///… or postgresql://…"
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer as JSON.")] = False,
    known_at: Annotated[
        str | None,
        typer.Option(
            "--known-at",
            metavar="TIME",
            help="Answer as the registry knew it then (a date = its end).",
        ),
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="nb|nn|en",
            help="Language of answers and messages; this help and usage errors are in English.",
        ),
    ] = None,
) -> None:
    """Set the global options."""
    ctx.obj = Session(
        db=db, json=json, known_at=known_at, lang=lang or default_language(), lang_given=bool(lang)
    )


for module in (
    catalogue,
    codes,
    hierarchy,
    differences,
    loading,
    changing,
    systems,
    scopes,
    ecl,
    export,
    access,
    administration,
):
    module.register(app)


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    given = hoist(sys.argv[1:] if arguments is None else arguments)
    if broken := next((a for a in given if any("\ud800" <= c <= "\udfff" for c in a)), None):
        print(
            f"gyldig: {in_language(message('error.argument', text=broken), _language(given))}",
            file=sys.stderr,
        )
        sys.exit(2)
    if has_dash_code(given):
        from api.cli.tree import commands

        given = protect_codes(given, commands(app))
    try:
        app(args=given, prog_name="gyldig")
    except BrokenPipeError:
        # The reader of the pipe (head, less) has ended: not an error, but nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # noqa: BLE001  any other exception is raised unchanged
        sys.exit(_explain(error, _language(given)))


def _language(given: Sequence[str]) -> str:
    """The language of the run, also if the options could not be parsed."""
    for option, value in zip(given, [*given[1:], ""], strict=True):
        if option.partition("=")[0] == "--lang":
            return option.partition("=")[2] or value
    return default_language()


def _explain(error: Exception, lang: str) -> int:
    """Print a user's error in one line; any other exception is a bug and keeps its traceback."""
    from registry.entities.errors import GyldigError
    from registry.store.engine import project_error

    error = project_error(error)
    if not isinstance(error, GyldigError):
        raise error
    print(f"gyldig: {error.in_language(lang)}", file=sys.stderr)
    return error.exit_code


if __name__ == "__main__":
    run()
