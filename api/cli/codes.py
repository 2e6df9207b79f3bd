"""Commands about one code: what it meant, its history, whether it was valid; and finding codes by text."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.options import Code, Count, Cursor, On, Role, Scope, System, VersionOption
from api.cli.session import current
from api.cli.show import codes as show

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (lookup, history, valid, search):
        app.command()(command)


def lookup(
    ctx: typer.Context, system: System, code: Code, on: On = None, version: VersionOption = None
) -> None:
    """What a code meant on a date or in a version; without either, today."""
    session = current(ctx)
    with session.open() as registry:
        answer = registry.lookup(
            system, code, on=on, version=version, lang=session.content_language, known_at=session.known_at
        )
    session.give(answer, show.lookup, ok=answer.found)


def history(ctx: typer.Context, system: System, code: Code) -> None:
    """All meanings of a code over time, and the change with which each began."""
    session = current(ctx)
    with session.open() as registry:
        answer = registry.history(system, code, known_at=session.known_at)
    session.give(answer, show.history, ok=bool(answer.spans))


def valid(
    ctx: typer.Context,
    system: System,
    code: Code,
    on: On = None,
    scope: Scope = None,
    role: Role = None,
    reporter: Annotated[str | None, typer.Option("--reporter", help="Who reports.", metavar="ID")] = None,
) -> None:
    """Whether a code was valid on a date, and if not, why."""
    session = current(ctx)
    with session.open() as registry:
        answer = registry.validity(
            system, code, on=on, scope=scope, role=role, reporter=reporter, known_at=session.known_at
        )
    session.give(answer, show.validity, ok=answer.valid is True)


def search(
    ctx: typer.Context,
    system: System,
    text: Annotated[str, typer.Argument(help="Words, beginnings of words, or a code.", show_default=False)],
    on: On = None,
    version: VersionOption = None,
    count: Count = 20,
    cursor: Cursor = None,
) -> None:
    """Find codes by words, beginnings of words or the code itself; SYSTEM may be `all`."""
    session = current(ctx)
    with session.open() as registry:
        answer = registry.search(
            text,
            system=None if system == "all" else system,
            on=on,
            version=version,
            count=count,
            cursor=cursor,
            known_at=session.known_at,
        )
    session.give(answer, show.search, ok=bool(answer.hits))
