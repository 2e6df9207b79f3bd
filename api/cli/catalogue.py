"""Commands about the catalogue: systems, versions, releases, and which versions applied on a date."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from api.cli.options import Count, On, Role, Scope, System, Track
from api.cli.session import current
from api.cli.show import catalogue as show

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (systems, versions, releases, applicable, log):
        app.command()(command)


def systems(ctx: typer.Context) -> None:
    """Code systems in the registry."""
    session = current(ctx)
    with session.open() as registry:
        found = registry.systems(known_at=session.known_at)
    session.give(found, show.systems, name="systems")


def versions(
    ctx: typer.Context,
    system: System,
    on: On = None,
    status: Annotated[
        Literal["upcoming", "current", "expired", "undated"] | None,
        typer.Option("--status", help="Only versions with this status on the date."),
    ] = None,
) -> None:
    """Versions of a system, with their validity and whether their content is loaded."""
    session = current(ctx)
    with session.open() as registry:
        show.require_system(registry, session, system)
        found = registry.versions(system, on=on, status=status, known_at=session.known_at)
    session.give(found, show.versions, name="versions")


def releases(ctx: typer.Context, system: System) -> None:
    """Loaded contents of the versions of a system: source, hash, when recorded."""
    session = current(ctx)
    with session.open() as registry:
        show.require_system(registry, session, system)
        found = registry.releases(system, known_at=session.known_at)
    session.give(found, show.releases, name="releases")


def applicable(
    ctx: typer.Context,
    system: System,
    on: On = None,
    scope: Scope = None,
    role: Role = None,
    track: Track = None,
) -> None:
    """Which version applied on a date, permitted or required, for a register; or why none did."""
    session = current(ctx)
    with session.open() as registry:
        answer = registry.applicable(
            system, on=on, scope=scope, role=role, track=track, known_at=session.known_at
        )
    session.give(answer, show.applicable, ok=answer.reason is None)


def log(
    ctx: typer.Context,
    system: Annotated[
        str | None, typer.Option("--system", help="Only of this code system.", metavar="SYSTEM")
    ] = None,
    count: Count = 20,
    cursor: Annotated[
        int | None, typer.Option("--cursor", help="Cursor of the next page.", metavar="NUMBER")
    ] = None,
) -> None:
    """Publications, newest first: when, by whom, why, and what each wrote."""
    session = current(ctx)
    with session.open() as registry:
        if system is not None:
            show.require_system(registry, session, system)
        found = registry.log(system=system, count=count, cursor=cursor, known_at=session.known_at)
    session.give(found, show.log)
