"""Tokens of callers over HTTP, as they are now and as they were; a token is never changed, only ended."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from registry.store.engine import Connection

__all__ = ["StoredToken", "stored_tokens", "token_events"]

_SELECT = "SELECT name, sha256, rights, valid_to, recorded_from, recorded_to FROM access_token"


class StoredToken(NamedTuple):
    """``rights``: words separated by spaces; ``valid_to``: the first day on which it is not valid, empty = none."""

    name: str
    sha256: str
    rights: str
    valid_to: str
    added: int
    revoked: int | None

    def valid_on(self, day: date) -> bool:
        """Whether the token is neither ended nor revoked."""
        return self.revoked is None and (not self.valid_to or day.isoformat() < self.valid_to)


def stored_tokens(connection: Connection) -> list[StoredToken]:
    """Every token that ever was, by name and creation."""
    return [StoredToken(*row) for row in connection.all(f"{_SELECT} ORDER BY name, recorded_from")]


def token_events(connection: Connection) -> dict[int, str]:
    """The names of the tokens that publications added or revoked, by the publications' instants."""
    found = stored_tokens(connection)
    added = {token.added: token.name for token in found}
    return added | {token.revoked: token.name for token in found if token.revoked is not None}
