"""Text of the rows of scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.cli.page import Page, last_day

if TYPE_CHECKING:
    from registry.entities.results.scopes import ScopeRow

__all__ = ["rows"]

_HEADS = ("scope", "system", "version", "track", "role", "allowed_from", "required_from", "last_accepted", "legal_basis", "codes")  # fmt: skip


def rows(page: Page, found: list[ScopeRow]) -> None:
    """One line per scope, version and date role."""
    if not found:
        page.say("none")
        return
    page.table(
        _HEADS,
        [
            (
                r.scope,
                r.system,
                r.version,
                r.track,
                r.role,
                r.allowed_from,
                r.required_from,
                last_day(r.accepted_until),
                r.legal_basis,
                r.codes,
            )
            for r in found
        ],
    )
