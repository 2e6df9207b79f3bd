"""Commands about the registry as a whole: serve, verify, repair, backup, restore, demo."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.cli.session import current, day
from api.cli.show import administration as show

__all__ = ["register"]

Host = Annotated[str, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int, typer.Option("--port", help="Port to listen on.", min=0, max=65535)]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (serve, verify, repair, backup, restore, demo):
        app.command()(command)


def serve(
    ctx: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option("--workers", help="Processes.", min=1, max=64)] = 1,
    today: Annotated[
        date | None, typer.Option("--today", parser=day, metavar="DATE", help="Act as if it were this day.")
    ] = None,
) -> None:
    """Serve REST, FHIR and pages until Ctrl-C."""
    from api.server import serve as run_server

    session = current(ctx)
    run_server(session, host=host, port=port, workers=workers, today=today)


def verify(
    ctx: typer.Context,
    quick: Annotated[
        bool, typer.Option("--quick", help="Only the chain of publications, the metadata and the pages.")
    ] = False,
) -> None:
    """Prove that everything stored is as it was written, or report what is damaged (exit 1)."""
    session = current(ctx)
    with session.open() as registry:
        report = registry.verify(quick=quick)
    session.give(report, show.verified, ok=report.ok)


def repair(ctx: typer.Context) -> None:
    """Rebuild what is derived from stored content (indexes, links), then verify (exit 1 if damage remains)."""
    session = current(ctx)
    with session.open(readonly=False) as registry:
        report = registry.repair()
    session.give(report, show.verified, ok=report.ok)


def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="File to write.", show_default=False)],
) -> None:
    """Copy a live registry to a file."""
    session = current(ctx)
    with session.open() as registry:
        registry.backup(file)
    session.done("backed_up", path=str(file))


def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="Backup to restore.", show_default=False)],
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Also if there is a registry already; its file is kept in the same folder."
        ),
    ] = False,
) -> None:
    """Verify a backup and put it in the place of the registry. Stop servers first."""
    from api.settings import Settings
    from registry import Registry

    session = current(ctx)
    report = Registry.restore(session.db or Settings().db or None, file, replace=replace)
    session.give(report, show.restored, ok=report.ok)


def demo(
    ctx: typer.Context,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the answers.")] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Only the made-up system; fetch nothing.")
    ] = False,
) -> None:
    """Load sample data, answer a few questions with it, and serve them."""
    from api.demo.story import tell

    session = current(ctx)
    tell(session, offline=offline)
    if not no_serve:
        from api.server import serve as run_server

        run_server(session, host=host, port=port, workers=1, today=None)
