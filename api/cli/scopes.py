"""Commands about scopes: which register, message or sector allows, requires and accepts which version."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.cli.interval_options import exclusive
from api.cli.options import TrackName, date_option
from api.cli.session import current
from api.cli.show import scopes as show
from registry.entities.errors import UsageError
from registry.entities.messages import message

__all__ = ["register"]

group = typer.Typer(
    help="Scopes: when a register allows, requires and accepts which version.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="scopes")


@group.command("list")
def list_(
    ctx: typer.Context,
    system: Annotated[
        str | None, typer.Argument(help="Only of this code system.", show_default=False)
    ] = None,
) -> None:
    """Registered rows: one per scope, version and date role."""
    session = current(ctx)
    with session.open() as registry:
        found = registry.scopes(system, known_at=session.known_at)
    session.give(found, show.rows, name="scopes")


@group.command()
def add(
    ctx: typer.Context,
    scope: Annotated[str, typer.Argument(help="Slug of the scope, e.g. npr.", show_default=False)],
    title: Annotated[str, typer.Option("--title", help="Its name.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="register (default), message or sector.")] = "",
    system: Annotated[
        str, typer.Option("--system", metavar="SYSTEM", help="Code system of a version …")
    ] = "",
    version: Annotated[
        str, typer.Option("--version", metavar="LABEL", help="… that applies in the scope.")
    ] = "",
    track: TrackName = "",
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="Date role that decides.")] = "",
    allowed_from: Annotated[date | None, date_option("--allowed-from", "Permitted from.")] = None,
    required_from: Annotated[date | None, date_option("--required-from", "Required from.")] = None,
    accepted_until: Annotated[
        date | None, date_option("--accepted-until", "First day it is no longer accepted.")
    ] = None,
    accepted_through: Annotated[
        date | None, date_option("--accepted-through", "Last day it is accepted (inclusive).")
    ] = None,
    legal_basis: Annotated[
        str, typer.Option("--legal-basis", metavar="TEXT", help="Regulation or notice.")
    ] = "",
    codes: Annotated[str, typer.Option("--codes", metavar="PATTERN", help="Only for these codes.")] = "",
) -> None:
    """Register a scope, and with --system and --version what applies in it."""
    from registry.entities.errors import UnknownTarget
    from registry.entities.results.scopes import ScopeRow

    session = current(ctx)
    if bool(system) != bool(version):
        raise UsageError(message("usage.system_and_version"))
    with session.open(readonly=False) as registry:
        if system and registry.system(system) is None:
            raise UnknownTarget(message("error.no_system_load", system=system))
        row = ScopeRow(
            scope=scope, system=system, version=version, track=track, role=role, allowed_from=allowed_from,
            required_from=required_from, legal_basis=legal_basis, codes=codes,
            accepted_until=exclusive(
                accepted_until, accepted_through, ("--accepted-until", "--accepted-through")
            ),
        )  # fmt: skip
        registry.add_scope(scope, *([row] if system else []), title=title, kind=kind)
    if system:
        session.done("scope_row_added", scope=scope, system=system, version=version)
    else:
        session.done("scope_added", scope=scope)


@group.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="CSV with a header row; - reads standard input.", show_default=False)
    ],
) -> None:
    """Register rows from CSV: scope, system, version, track, role, allowed_from, required_from,
    accepted_until (exclusive) or accepted_through, legal_basis, codes, title, kind."""
    from api.scope_csv import read_rows

    session = current(ctx)
    entries = read_rows(file)
    with session.open(readonly=False) as registry:
        scopes = {e.row.scope: (e.row.scope, e.title, e.kind) for e in entries}
        registry.add_scopes(scopes.values(), [e.row for e in entries])
    session.done("imported", n=len(entries))
