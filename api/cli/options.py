"""Arguments and options that several commands share."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from api.cli.session import day

__all__ = [
    "Code",
    "Count",
    "Cursor",
    "On",
    "Role",
    "Scope",
    "System",
    "Track",
    "Version",
    "VersionOption",
    "Why",
]

System = Annotated[str, typer.Argument(help="Code system: slug, canonical URL or OID.", show_default=False)]
Code = Annotated[str, typer.Argument(help="Code, with or without its dot.", show_default=False)]
Version = Annotated[str, typer.Argument(help="Version label, or VERSION@RELEASE.", show_default=False)]
On = Annotated[
    date | None,
    typer.Option("--on", help="Date of the request (default: today).", parser=day, metavar="DATE"),
]
VersionOption = Annotated[
    str | None, typer.Option("--version", help="This version, whatever the date.", metavar="LABEL")
]
Scope = Annotated[str | None, typer.Option("--scope", help="Register, message or sector.", metavar="SLUG")]
Role = Annotated[
    str | None,
    typer.Option("--role", help="Date role: event, admission, discharge, procedure …", metavar="ROLE"),
]
Track = Annotated[
    str | None, typer.Option("--track", help="Track of the version (a derived variant …).", metavar="NAME")
]
Count = Annotated[int, typer.Option("--count", help="Largest number of results.", min=1, max=10_000)]
Cursor = Annotated[str | None, typer.Option("--cursor", help="Cursor of the next page.", metavar="CURSOR")]
Why = Annotated[str, typer.Option("--why", help="Reason, stored with the change.", show_default=False)]
