"""Commands about the codes above and below a code."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.options import Code, On, System, VersionOption
from api.cli.session import current
from api.cli.show import hierarchy as show

__all__ = ["register"]

group = typer.Typer(help="The codes above and below a code.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="hierarchy")


def _relatives(
    ctx: typer.Context, relation: str, system: str, code: str, on: On, version: str | None
) -> None:
    session = current(ctx)
    with session.open() as registry:
        answer = registry.hierarchy(system, code, relation, on=on, version=version, known_at=session.known_at)
    session.give(answer, show.hierarchy, ok=answer.reason is None)


@group.command()
def parents(
    ctx: typer.Context, system: System, code: Code, on: On = None, version: VersionOption = None
) -> None:
    """The codes directly above."""
    _relatives(ctx, "parents", system, code, on, version)


@group.command()
def children(
    ctx: typer.Context, system: System, code: Code, on: On = None, version: VersionOption = None
) -> None:
    """The codes directly below."""
    _relatives(ctx, "children", system, code, on, version)


@group.command()
def ancestors(
    ctx: typer.Context, system: System, code: Code, on: On = None, version: VersionOption = None
) -> None:
    """All codes above."""
    _relatives(ctx, "ancestors", system, code, on, version)


@group.command()
def descendants(
    ctx: typer.Context, system: System, code: Code, on: On = None, version: VersionOption = None
) -> None:
    """All codes below."""
    _relatives(ctx, "descendants", system, code, on, version)


@group.command()
def subsumes(
    ctx: typer.Context,
    system: System,
    code_a: Annotated[str, typer.Argument(help="The code that may contain the other.", show_default=False)],
    code_b: Annotated[str, typer.Argument(help="The code that may be contained.", show_default=False)],
    on: On = None,
    version: VersionOption = None,
) -> None:
    """Whether one code contains the other; exit 1 if neither does, 3 if the version lacks a code."""
    session = current(ctx)
    with session.open() as registry:
        answer = registry.subsumes(system, code_a, code_b, on=on, version=version, known_at=session.known_at)
    related = answer.outcome not in (None, "not-subsumed")
    session.give(answer, show.subsumption, ok=related, unknown=answer.reason == "unknown_code")
