"""The command that writes a version, or the history of all codes, as a plain table."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from api.cli.options import EscapeFormulas, System
from api.cli.session import Session, current
from api.cli.show.catalogue import require_system, require_version
from registry.entities.errors import UsageError
from registry.entities.messages import message

if TYPE_CHECKING:
    from registry import Registry
    from registry.entities.results.catalogue import SystemAnswer

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(export)


def export(
    ctx: typer.Context,
    system: System,
    version: Annotated[
        str | None, typer.Argument(help="Version label, or VERSION@RELEASE.", show_default=False)
    ] = None,
    format: Annotated[
        Literal["csv", "parquet", "json", "xlsx"] | None,
        typer.Option("--format", help="Format of the file (default: that of its name, else csv)."),
    ] = None,
    history: Annotated[
        bool,
        typer.Option("--history", help="All versions: a row per code and interval, with all ancestors."),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="File to write (default: standard output)."),
    ] = None,
    escape_formulas: EscapeFormulas = False,
) -> None:
    """Write the content of a version, or with --history every code with its intervals."""
    from api import tables
    from api.formula_cells import FormulaCells

    session = current(ctx)
    if history == bool(version):
        raise UsageError(message("usage.version_or_history"))
    chosen = tables.format_of(output, format) if output else format or "csv"
    if escape_formulas and chosen != "csv":
        raise UsageError(message("error.escape_csv", format=chosen))
    formulas = FormulaCells(escape=escape_formulas)
    with session.open() as registry:
        require_system(registry, session, system)
        rows = tables.Counted(_rows(registry, session, system, version))
        _write(tables.chunks(rows, chosen, formulas=formulas), output)
        _licence(session, registry.system(system))
    session.note_formulas(formulas.count, escaped=escape_formulas)
    if output:
        session.note("exported", rows=rows.count, path=str(output))


def _rows(registry: Registry, session: Session, system: str, version: str | None) -> Iterable[dict[str, Any]]:
    from api import tables

    if version is None:
        return registry.history_rows(system, known_at=session.known_at)
    require_version(registry, session, system, version)
    return tables.version_rows(registry, system, version, known_at=session.known_at)


def _write(pieces: Iterator[bytes], output: Path | None) -> None:
    """Write to a file, which appears only when it is complete, or to standard output."""
    if output is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    partial = output.with_name(f"{output.name}.part")
    try:
        with partial.open("wb") as file:
            file.writelines(pieces)
        partial.replace(output)
    except OSError as error:
        raise UsageError(message("error.cannot_write", path=output, error=error.strerror)) from None
    finally:
        partial.unlink(missing_ok=True)


def _licence(session: Session, entry: SystemAnswer | None) -> None:
    """Print a reminder if the licence forbids redistribution."""
    if entry is not None and entry.redistribution == "no":
        session.note(
            "not_for_sharing", system=entry.slug, licence=entry.licence or session.say("licence_missing")
        )
