"""Reading publications, and the current catalogue entry of a name.

Metadata as known at an instant is in ``registry.store.ledger``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from registry.store.engine import Connection
from registry.store.seals import PublicationRow

__all__ = [
    "Publication",
    "WrittenRow",
    "log_rows",
    "publications_since",
    "record_of_alias",
    "written_rows",
]

_SINCE = (
    "SELECT number, recorded, action, system, version, release, summary FROM publication"
    " WHERE number > ? ORDER BY number LIMIT ?"
)
_LOG = (
    f"SELECT {', '.join(PublicationRow._fields)} FROM publication"
    " WHERE {where}number < ? ORDER BY number DESC LIMIT ?"
)
#: metadata tables → the columns that name a row, and those that say what it holds
_TABLES = {
    "code_system": ("slug", "body"),
    "version": ("label", "track", "valid_from", "valid_to", "published", "same_as"),
    "release": ("source_sha256", "source_line", "concepts"),
    "scope": ("slug", "title", "kind"),
    "applicability": (
        "scope",
        "label",
        "track",
        "role",
        "codes",
        "allowed_from",
        "required_from",
        "accepted_until",
    ),
    "artifact": ("kind", "resource_id", "url", "version"),
    "concept_map": ("slug", "version", "purpose"),
}
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


class WrittenRow(NamedTuple):
    """A metadata row that a publication added (``added``) or ended; ``values`` by column."""

    table: str
    added: bool
    values: dict[str, object]


def log_rows(connection: Connection, *, system: str, before: int, count: int) -> list[PublicationRow]:
    """At most ``count`` publications with a smaller number than ``before``, newest first; empty ``system`` = all."""
    statement = _LOG.format(where="system = ? AND " if system else "")
    params = (system, before, count) if system else (before, count)
    return [PublicationRow(*row) for row in connection.all(statement, params)]


def written_rows(connection: Connection, instants: Sequence[int]) -> dict[int, list[WrittenRow]]:
    """The metadata rows that the publications of these instants added or ended, by instant."""
    found: dict[int, list[WrittenRow]] = {instant: [] for instant in instants}
    marks = ", ".join("?" * len(found))
    for table, columns in _TABLES.items() if found else ():
        for added, column in ((False, "recorded_to"), (True, "recorded_from")):
            statement = f"SELECT {column}, {', '.join(columns)} FROM {table} WHERE {column} IN ({marks})"
            for instant, *values in connection.all(f"{statement} ORDER BY 1, 2, 3", tuple(found)):
                found[instant].append(WrittenRow(table, added, dict(zip(columns, values, strict=True))))
    return found


def record_of_alias(connection: Connection, alias: str) -> str | None:
    """The current catalogue entry, as JSON, of the system with the name; None if there is none."""
    row = connection.one(_BY_ALIAS, (alias,))
    return None if row is None else row[0]
