"""Commands about who may do what over HTTP: tokens, and the audit trail."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.options import EscapeFormulas
from api.cli.session import Session, current, day
from api.cli.show import access as show
from registry.entities.errors import UsageError
from registry.entities.messages import message

if TYPE_CHECKING:
    from registry.queries.audit import AuditTrail

__all__ = ["register"]

group = typer.Typer(
    help="Tokens of callers over HTTP: named, with rights and an end date.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[
    str, typer.Argument(help="Name of the token, as logs and the audit trail show it.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="token")
    app.command()(audit)


@group.command("add")
def add_token(
    ctx: typer.Context,
    name: Name,
    right: Annotated[
        list[str],
        typer.Option("--right", help="read, write, load or administer; repeatable.", metavar="RIGHT"),
    ],
    valid_to: Annotated[
        date | None,
        typer.Option("--valid-to", parser=day, metavar="DATE", help="First day on which it is not valid."),
    ] = None,
) -> None:
    """Make a token and print its secret, of which only a hash is stored."""
    from api.bearer_tokens import new_secret, secret_hash

    session = current(ctx)
    secret = new_secret()
    with session.open(readonly=False, create=False) as registry:
        today = registry.today()
        if valid_to is not None and valid_to <= today:
            raise UsageError(message("error.token_past", day=valid_to, today=today))
        registry.access.add_token(name, secret_hash(secret), right, valid_to=valid_to)
    session.done("token_added", name=name, rights=" ".join(dict.fromkeys(right)), secret=secret)


@group.command("list")
def list_tokens(ctx: typer.Context) -> None:
    """List the tokens with their rights and whether they are valid."""
    session = current(ctx)
    with session.open() as registry:
        found, today = registry.access.tokens(), registry.today()
    session.give([show.token(t, today) for t in found], show.tokens, name="tokens")


@group.command("revoke")
def revoke_token(ctx: typer.Context, name: Name) -> None:
    """End a token from now on; running servers know it within two seconds."""
    session = current(ctx)
    with session.open(readonly=False, create=False) as registry:
        registry.access.revoke_token(name)
    session.done("token_revoked", name=name)


def audit(
    ctx: typer.Context,
    since: Annotated[
        date | None,
        typer.Option("--since", parser=day, metavar="DATE", help="Only entries from that day on."),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV with all columns.")] = False,
    escape_formulas: EscapeFormulas = False,
) -> None:
    """Show who wrote what, and what was refused to whom; exit 1 if a refusal was changed or lost."""
    session = current(ctx)
    with session.open() as registry:
        found = registry.audit(since=since)
    if escape_formulas and (session.json or not csv):
        raise UsageError(message("error.escape_csv", format="json" if session.json else "table"))
    if csv and not session.json:
        _print_csv(session, found, escape=escape_formulas)
    else:
        session.give(found, show.audit)
    if found.broken_at is not None:
        session.note("audit_broken", number=found.broken_at)
        raise typer.Exit(1)
    session.note("audit_whole", n=len(found.entries))


def _print_csv(session: Session, found: AuditTrail, *, escape: bool) -> None:
    import sys
    from dataclasses import asdict

    from api.formula_cells import FormulaCells
    from api.tables import chunks

    formulas = FormulaCells(escape=escape)
    for piece in chunks((asdict(entry) for entry in found.entries), "csv", formulas=formulas):
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    session.note_formulas(formulas.count, escaped=escape)
