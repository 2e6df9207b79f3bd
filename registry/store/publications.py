"""Reading publications, and the current catalogue entry of a name.

Metadata as known at an instant is in ``registry.store.ledger``.
"""

from __future__ import annotations

from typing import NamedTuple

from registry.store.engine import Connection

__all__ = ["Publication", "publications_since", "record_of_alias"]

_SINCE = (
    "SELECT number, recorded, action, system, version, release, summary FROM publication"
    " WHERE number > ? ORDER BY number LIMIT ?"
)
_BY_ALIAS = (
    "SELECT s.body FROM system_alias a JOIN code_system s ON s.system_id = a.system_id"
    " WHERE a.alias = ? AND a.recorded_to IS NULL AND s.recorded_to IS NULL"
)


class Publication(NamedTuple):
    """One publication, that is, one change of the registry. ``recorded``: microseconds since 1970 UTC."""

    number: int
    recorded: int
    action: str
    system: str
    version: str
    release: str
    summary: str


def publications_since(connection: Connection, number: int, count: int) -> list[Publication]:
    """At most ``count`` publications with a greater number, oldest first."""
    return [Publication(*row) for row in connection.all(_SINCE, (number, count))]


def record_of_alias(connection: Connection, alias: str) -> str | None:
    """The current catalogue entry, as JSON, of the system with the name; None if there is none."""
    row = connection.one(_BY_ALIAS, (alias,))
    return None if row is None else row[0]
