"""Commands that change the catalogue entry of a code system."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from api.cli.options import Access, Licence, Redistribution, System, WhyOption
from api.cli.session import current
from api.cli.show import catalogue as show
from registry.entities.errors import UsageError
from registry.entities.messages import message

__all__ = ["register"]

group = typer.Typer(help="Catalogue entries of code systems.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="system")


@group.callback()
def system() -> None:
    """Catalogue entries of code systems."""


@group.command("set")
def set_(
    ctx: typer.Context,
    system: System,
    licence: Licence = None,
    access: Access = None,
    redistribution: Redistribution = None,
    title: Annotated[
        str | None, typer.Option("--title", help="Title, in the language of --language.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="TAG", help="Language of the title.")
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Owner.")] = None,
    end_rule: Annotated[
        Literal["calendar-year", "fiscal-year", "until-next", "open"] | None,
        typer.Option("--end-rule", help="How the end of a version without one is derived."),
    ] = None,
    why: WhyOption = "",
) -> None:
    """Change licence, access, title … of a code system, and say what changed; what is not given is kept."""
    session = current(ctx)
    given = {
        "licence": licence, "access": access, "redistribution": redistribution, "title": title, "language": language,
        "owner": owner, "end_rule": end_rule,
    }  # fmt: skip
    if all(value is None for value in given.values()):
        raise UsageError(message("usage.give_change"))
    with session.open(readonly=False, create=False) as registry:
        done = registry.set_system(
            system, licence=licence, access=access, redistribution=redistribution, title=title, language=language,
            owner=owner, end_rule=end_rule, why=why,
        )  # fmt: skip
    session.give(done, show.system_set)
