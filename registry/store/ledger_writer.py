"""Writes metadata rows within one transaction, all with the instant of the publication they belong to.

Everything that a publication writes goes through its writer, which seals it (``registry.store.seals``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from registry.entities.authorship import authorship
from registry.entities.errors import UsageError
from registry.entities.messages import message
from registry.store.audit_trail import audit_seal
from registry.store.engine import Connection, now_us
from registry.store.ledger import Ledger
from registry.store.metadata import Snapshot
from registry.store.seals import RECORDED, PublicationRow, encode_seals, publication_digest, seal

__all__ = ["Writer"]


_WITH_REASON = ("retract", "purge")  #: actions whose summary is the reason


def _storable_row(row: Sequence[Any]) -> Sequence[Any]:
    for value in row:
        if isinstance(value, str) and "\x00" in value:
            raise UsageError(message("error.null_character", value=value))
    return row


class Writer:
    """Writes within one transaction; every row it adds has the instant of its publication."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.published = False  #: whether this number has its publication row
        row = connection.one("SELECT number, recorded, digest FROM publication ORDER BY number DESC LIMIT 1")
        self.number = (row[0] if row else 0) + 1
        self.recorded = max(now_us(), (row[1] if row else 0) + 1)
        self.ledger = Ledger.cached(connection).renewed(connection)
        self.snapshot: Snapshot = self.ledger.at(None)
        self._digest = str(row[2]) if row else ""
        self._began: dict[str, int] = {}  #: tables with new rows → the greatest key before
        self._ended: dict[str, list[int]] = {}
        self._purged: list[int] = []

    def next_id(self, table: str, column: str) -> int:
        row = self.connection.one(f"SELECT max({column}) FROM {table}")
        return int(row[0] or 0) + 1 if row else 1

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows that begin with this publication; raises ``UsageError`` for a text that no database can hold."""
        if table not in self._began:
            self._began[table] = self.next_id(table, RECORDED[table].key) - 1
        self.connection.insert(table, columns, map(_storable_row, rows))

    def publish(
        self, action: str, system: str, version: str = "", release: str = "", summary: str = ""
    ) -> None:
        """Add the publication row, with who wrote it, from where and why; its instant is that of all rows of this writer.

        Nothing may be written after it.
        """
        self.published = True
        stated = authorship()
        why = stated.why or (summary if action in _WITH_REASON else "")
        seals = seal(self.connection, self._began, self._ended, self._purged) | audit_seal(self.connection)
        row = (self.number, self.recorded, action, system, version, release, summary, stated.by, why, stated.origin,
               encode_seals(seals).decode())  # fmt: skip
        self._digest = publication_digest(self._digest, row)
        self.connection.insert("publication", PublicationRow._fields, [(*row, self._digest)])

    def advance(self) -> None:
        """Prepare another publication in the same transaction.

        ``snapshot`` is not read again, so the next publication must be about another system.
        """
        self.number += 1
        self.published = False
        self.recorded = max(now_us(), self.recorded + 1)
        self._began, self._ended, self._purged = {}, {}, []

    def end(self, table: str, row_id: int | str, *, key: str = "row_id") -> None:
        """End the metadata rows with the value in the key column; rows are changed in no other way."""
        ended = self.connection.all(
            f"UPDATE {table} SET recorded_to = ? WHERE {key} = ? AND recorded_to IS NULL"
            f" RETURNING {RECORDED[table].key}",
            (self.recorded, row_id),
        )
        self._ended.setdefault(table, []).extend(int(number) for (number,) in ended)

    def note_purged(self, release_id: int) -> None:
        """Seal that this publication deleted the content of a release."""
        self._purged.append(release_id)
