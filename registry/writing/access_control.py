"""Who may do what over HTTP: adding and revoking tokens, recording refused requests, reading what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from registry.entities.errors import UnknownTarget, UsageError
from registry.entities.intervals import iso, parse_date
from registry.entities.messages import message
from registry.store.access_tokens import StoredToken, stored_tokens
from registry.store.audit_trail import Refusal, append
from registry.store.engine import Connection, Database
from registry.store.ledger_writer import Writer

__all__ = ["RIGHTS", "AccessControl"]

RIGHTS = ("read", "write", "load", "administer")  #: the last one includes the others
_LONGEST_NAME = 100
_RESERVED = (
    "anonymous",
    "local",
    "unknown token",
    "GYLDIG_TOKEN",
    "*",
)  #: callers that are no tokens of the registry


class AccessControl:
    """The tokens and the audit trail of one registry; ``changed`` is called after a change of tokens."""

    def __init__(self, database: Database, changed: Callable[[], None]) -> None:
        self._database, self._changed = database, changed

    def tokens(self) -> list[StoredToken]:
        """Every token, ended and revoked ones too."""
        return stored_tokens(self._database.reader())

    def add_token(
        self, name: str, sha256: str, rights: Iterable[str], *, valid_to: str | date | None = None
    ) -> None:
        """Store a token by the SHA-256 of its secret; ``valid_to`` is exclusive.

        Raises UsageError for an unknown right, a bad name, or if a token of that name is not revoked.
        """
        wanted = set(rights)
        if unknown := sorted(wanted - set(RIGHTS)) or ([""] if not wanted else []):
            raise UsageError(message("error.no_right", right=unknown[0], rights=", ".join(RIGHTS)))
        if name in _RESERVED or name.startswith("oidc:"):
            raise UsageError(message("error.token_reserved", name=name))
        if not name.isprintable() or not name.strip() or len(name) > _LONGEST_NAME:
            raise UsageError(message("error.token_name", most=_LONGEST_NAME))
        end = parse_date(valid_to)
        with self._database.transaction() as connection:
            if _live(connection, name):
                raise UsageError(message("error.token_exists", name=name))
            writer = Writer(connection)
            granted = " ".join(r for r in RIGHTS if r in wanted)
            row = (
                writer.next_id("access_token", "row_id"),
                name,
                sha256,
                granted,
                iso(end) or "",
                writer.recorded,
            )
            columns = ("row_id", "name", "sha256", "rights", "valid_to", "recorded_from")
            writer.insert("access_token", columns, [row])
            writer.publish("token-add", "")
        self._changed()

    def revoke_token(self, name: str) -> None:
        """End a token from now on; raises UnknownTarget if there is none of that name."""
        with self._database.transaction() as connection:
            if not _live(connection, name):
                raise UnknownTarget(message("error.no_token", name=name))
            writer = Writer(connection)
            writer.end("access_token", name, key="name")
            writer.publish("token-revoke", "")
        self._changed()

    def record(self, refusals: Iterable[Refusal]) -> None:
        """Add refused requests to the audit trail."""
        with self._database.transaction() as connection:
            append(connection, refusals)


def _live(connection: Connection, name: str) -> bool:
    return any(t.name == name and t.revoked is None for t in stored_tokens(connection))
