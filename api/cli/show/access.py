"""Text of tokens and of the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from api.cli.page import Page, last_day, moment

if TYPE_CHECKING:
    from registry.queries.audit import AuditRecord, AuditTrail
    from registry.store.access_tokens import StoredToken

__all__ = ["TokenLine", "audit", "token", "tokens"]


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as it is shown: never its hash. ``state``: valid, ended or revoked; ``valid_to`` is exclusive."""

    name: str
    rights: str
    valid_to: str
    state: str


def token(found: StoredToken, today: date) -> TokenLine:
    """The line of a token."""
    state = "valid" if found.valid_on(today) else "revoked" if found.revoked is not None else "ended"
    return TokenLine(found.name, found.rights, found.valid_to, state)


def tokens(page: Page, found: list[TokenLine]) -> None:
    """One line for each token."""
    if not found:
        page.say("none")
        return
    ends = [last_day(date.fromisoformat(t.valid_to)) if t.valid_to else None for t in found]
    rows = [
        (t.name, t.rights, end, page.word(f"token_{t.state}")) for t, end in zip(found, ends, strict=True)
    ]
    page.table(("token_name", "rights", "last_day", "token_state"), rows)


def audit(page: Page, found: AuditTrail) -> None:
    """One line for each entry."""
    if not found.entries:
        page.say("none")
        return
    heads = ("at", "who", "origin", "audit_kind", "what", "system", "about", "count")
    page.table(heads, [_line(page, entry) for entry in found.entries])


def _line(page: Page, entry: AuditRecord) -> tuple[object, ...]:
    what = page.word(entry.what) if entry.kind == "write" else entry.what
    return (
        moment(entry.at),
        entry.who,
        entry.origin,
        page.word(f"audit_{entry.kind}"),
        what,
        entry.system,
        entry.about,
        entry.count,
    )
