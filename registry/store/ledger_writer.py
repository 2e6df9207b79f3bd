"""Writes metadata rows within one transaction, all with the instant of the publication they belong to."""

from __future__ import annotations

from registry.entities.authorship import authorship
from registry.store.engine import Connection, now_us
from registry.store.ledger import Ledger
from registry.store.metadata import Snapshot

__all__ = ["Writer"]


_WITH_REASON = ("retract", "purge")  #: actions whose summary is the reason


class Writer:
    """Writes within one transaction; every row it adds has the instant of its publication."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.published = False  #: whether this number has its publication row
        row = connection.one("SELECT number, recorded FROM publication ORDER BY number DESC LIMIT 1")
        self.number = (row[0] if row else 0) + 1
        self.recorded = max(now_us(), (row[1] if row else 0) + 1)
        self.ledger = Ledger.held(connection).renewed(connection)
        self.snapshot: Snapshot = self.ledger.at(None)

    def next_id(self, table: str, column: str) -> int:
        row = self.connection.one(f"SELECT max({column}) FROM {table}")
        return int(row[0] or 0) + 1 if row else 1

    def publish(
        self, action: str, system: str, version: str = "", release: str = "", summary: str = ""
    ) -> None:
        """Add the publication row, whose instant all rows of this writer have, with who wrote it and why."""
        self.published = True
        stated = authorship()
        why = stated.why or (summary if action in _WITH_REASON else "")
        self.connection.insert(
            "publication",
            ("number", "recorded", "action", "system", "version", "release", "summary", "author", "why"),
            [(self.number, self.recorded, action, system, version, release, summary, stated.by, why)],
        )

    def advance(self) -> None:
        """Prepare another publication in the same transaction.

        ``snapshot`` is not read again, so the next publication must be about another system.
        """
        self.number += 1
        self.published = False
        self.recorded = max(now_us(), self.recorded + 1)

    def end(self, table: str, row_id: int | str, *, key: str = "row_id") -> None:
        """End the metadata rows with the value in the key column; rows are changed in no other way."""
        self.connection.execute(
            f"UPDATE {table} SET recorded_to = ? WHERE {key} = ? AND recorded_to IS NULL",
            (self.recorded, row_id),
        )
