"""Commands that declare a version without content, retract a release, or delete content for good."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.interval_options import exclusive
from api.cli.options import (
    Label,
    Published,
    System,
    Track,
    TrackName,
    ValidFrom,
    ValidThrough,
    ValidTo,
    Version,
    Why,
    WhyOption,
)
from api.cli.session import current
from api.cli.show import catalogue as show
from registry.entities.errors import UsageError
from registry.entities.messages import message

__all__ = ["register"]

group = typer.Typer(
    help="Versions that are declared, with or without content.", no_args_is_help=True, rich_markup_mode=None
)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="version")
    for command in (retract, purge):
        app.command()(command)


@group.command()
def add(
    ctx: typer.Context,
    system: System,
    label: Label,
    valid_from: ValidFrom = None,
    valid_to: ValidTo = None,
    valid_through: ValidThrough = None,
    track: TrackName = "",
    same_as: Annotated[
        str, typer.Option("--same-as", metavar="LABEL", help="A version with the same content.")
    ] = "",
    published: Published = "",
) -> None:
    """Declare a version whose content is not loaded; of a known version, what is not given is kept."""
    session = current(ctx)
    with session.open(readonly=False, create=False) as registry:
        known = label in [v.version for v in registry.versions(system) if v.track == track]
        registry.add_version(
            system, label, valid_from=valid_from, valid_to=exclusive(valid_to, valid_through),
            track=track, same_as=same_as, published=published,
        )  # fmt: skip
    session.done("version_corrected" if known else "version_added", system=system, version=label)


@group.command("set")
def set_(
    ctx: typer.Context,
    system: System,
    label: Label,
    valid_from: ValidFrom = None,
    valid_to: ValidTo = None,
    valid_through: ValidThrough = None,
    open_end: Annotated[
        bool, typer.Option("--open-end", help="Remove the end date: it then follows from the system's rule.")
    ] = False,
    track: Track = None,
    why: WhyOption = "",
) -> None:
    """Change the dates of a version, and say what changed; what is not given is kept."""
    session = current(ctx)
    end = exclusive(valid_to, valid_through)
    if not (valid_from or end or open_end):
        raise UsageError(message("usage.give_dates"))
    with session.open(readonly=False, create=False) as registry:
        done = registry.set_version(
            system, label, valid_from=valid_from, valid_to=end, open_end=open_end, track=track, why=why
        )
    session.give(done, show.version_set)


def retract(ctx: typer.Context, system: System, version: Version, why: Why) -> None:
    """End a release (or the current one of a version) from now on; an earlier --known-at still shows it."""
    session = current(ctx)
    label, _, release = version.partition("@")
    with session.open(readonly=False, create=False) as registry:
        registry.retract(system, label, release=release or None, why=why)
    session.done("retracted", what=f"{system} {version}", system=system, version=label, release=release)


def purge(ctx: typer.Context, system: System, version: Version, why: Why) -> None:
    """Delete the content of VERSION@RELEASE for good (licence, law); hash and reason remain."""
    session = current(ctx)
    label, _, release = version.partition("@")
    if not release:
        raise UsageError(message("usage.name_release"))
    with session.open(readonly=False, create=False) as registry:
        registry.purge(system, label, release=release, why=why)
    session.done("purged", what=f"{system} {version}", system=system, version=label, release=release)
