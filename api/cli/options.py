"""Arguments and options that several commands share."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import typer

from api.cli.session import day

__all__ = [
    "Access",
    "Code",
    "Count",
    "Cursor",
    "EscapeFormulas",
    "Licence",
    "On",
    "Published",
    "Redistribution",
    "Role",
    "Scope",
    "System",
    "Track",
    "TrackName",
    "ValidFrom",
    "ValidThrough",
    "ValidTo",
    "Version",
    "VersionOption",
    "Why",
    "WhyOption",
    "date_option",
]


def date_option(name: str, help: str) -> Any:
    """An option whose value is a calendar date."""
    return typer.Option(name, parser=day, metavar="DATE", help=help)


System = Annotated[str, typer.Argument(help="Code system: slug, canonical URL or OID.", show_default=False)]
Code = Annotated[str, typer.Argument(help="Code, with or without its dot.", show_default=False)]
Label = Annotated[str, typer.Argument(help="Label of the version.", show_default=False)]
Version = Annotated[str, typer.Argument(help="Version label, or VERSION@RELEASE.", show_default=False)]
On = Annotated[date | None, date_option("--on", "Date of the request (default: today).")]
ValidFrom = Annotated[date | None, date_option("--valid-from", "First day.")]
ValidTo = Annotated[date | None, date_option("--valid-to", "First day it is no longer valid.")]
ValidThrough = Annotated[date | None, date_option("--valid-through", "Last day (inclusive).")]
Published = Annotated[str, typer.Option("--published", metavar="DATE", help="Date of publication.")]
VersionOption = Annotated[
    str | None, typer.Option("--version", help="This version, whatever the date.", metavar="LABEL")
]
Scope = Annotated[str | None, typer.Option("--scope", help="Register, message or sector.", metavar="SLUG")]
Role = Annotated[
    str | None,
    typer.Option("--role", help="Date role: event, admission, discharge, procedure …", metavar="ROLE"),
]
_TRACK = typer.Option("--track", help="Track of the version (a derived variant …).", metavar="NAME")
Track = Annotated[str | None, _TRACK]
TrackName = Annotated[str, _TRACK]  #: empty = the default track
Count = Annotated[int, typer.Option("--count", help="Largest number of results.", min=1, max=10_000)]
Cursor = Annotated[str | None, typer.Option("--cursor", help="Cursor of the next page.", metavar="CURSOR")]
Why = Annotated[str, typer.Option("--why", help="Reason, stored with the change.", show_default=False)]
WhyOption = Annotated[str, typer.Option("--why", metavar="TEXT", help="Reason, kept in `gyldig log`.")]
Licence = Annotated[
    str | None,
    typer.Option("--licence", help="Licence of the system; CC0, CC BY, NLOD and public domain open it."),
]
Access = Annotated[
    Literal["open", "restricted"] | None,
    typer.Option("--access", help="Who may read the system over the network."),
]
Redistribution = Annotated[
    Literal["yes", "no", "unmodified"] | None,
    typer.Option("--redistribution", help="Whether whole lists may be passed on to others."),
]
EscapeFormulas = Annotated[
    bool,
    typer.Option(
        "--escape-formulas",
        help="In CSV, put ' in front of cells that a spreadsheet would take for formulas (= + - @ tab).",
    ),
]
