"""The command ``gyldig``: global options, the list of commands, and error messages.

The commands are in the other modules of this package. Large modules are imported only when a command runs, so that
``--help`` is fast.

Exit codes: 0 ok, 1 the answer is "no" or not valid, 2 wrong use or bad input, 3 unknown: the registry cannot tell.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from itertools import pairwise
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
from api.cli.arguments import HELP, Call, called, hoist
from api.cli.session import Session, default_language
from api.cli.tree import Command, Group, root
from registry.entities.errors import UsageError
from registry.entities.messages import in_language, message

__all__ = ["app", "run"]

_INTERRUPTED = 130  #: exit code after Ctrl-C; some versions of typer return it, others raise ``Abort``

app = typer.Typer(
    name="gyldig",
    help="Which version of which code system applied when, for whom, and what is that code in another version?",
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
            help="Answer with what the registry knew at that time (a date means the end of that day).",
        ),
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="nb|nn|en",
            help="Language of answers, messages and this help.",
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
    lang = _language(given)
    try:
        call = _called(given)
        if call.help:
            _print_help(call.target, lang, wanted=HELP in given)
            sys.exit(0 if HELP in given else 2)
        code = _run(call)
        sys.exit(_stopped(lang) if code == _INTERRUPTED else code)
    except BrokenPipeError:
        # The reader of the pipe (head, less) has ended: not an error, but nothing more can be written.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except typer.Abort:
        sys.exit(_stopped(lang))
    except Exception as error:  # noqa: BLE001  any other exception is raised unchanged
        sys.exit(_explain(error, lang))


def _stopped(lang: str) -> int:
    """Report that the command was interrupted; the exit code for it."""
    print(f"gyldig: {in_language(message('usage.stopped'), lang)}", file=sys.stderr)
    return _INTERRUPTED


def _called(given: Sequence[str]) -> Call:
    """What the arguments call; raises UsageError, which names the help to read."""
    if broken := next((a for a in given if any("\ud800" <= c <= "\udfff" for c in a)), None):
        raise UsageError(message("error.argument", text=broken))
    return called(given, root(app))


def _run(call: Call) -> int:
    """Run the command; its exit code."""
    code = app(args=call.for_typer(), prog_name="gyldig", standalone_mode=False)
    return code if isinstance(code, int) else 0


def _print_help(target: Command | Group, lang: str, *, wanted: bool) -> None:
    """Print the help, to standard error if the arguments did not ask for it."""
    from shutil import get_terminal_size

    from api.cli.help_page import help_lines

    for line in help_lines(target, lang=lang, width=min(get_terminal_size().columns, 100)):
        print(line, file=sys.stdout if wanted else sys.stderr)


def _language(given: Sequence[str]) -> str:
    """The language of the run, also if the options could not be parsed."""
    for option, value in pairwise([*given, ""]):
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
