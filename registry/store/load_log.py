"""The table of loads: one row for each, with its outcome."""

from __future__ import annotations

import os

from registry.store.engine import Connection, now_us

__all__ = ["note_end", "note_start"]

_COLUMNS = ("id", "state", "source", "message", "pid", "started")
_END = "UPDATE load SET state = ?, message = ?, ended = ? WHERE id = ?"
_LONGEST = 2000  #: most characters of a stored message


def note_start(connection: Connection, source: str) -> int:
    """Record that this process loads a source; returns the number of the load."""
    row = connection.one("SELECT max(id) FROM load")
    ident = int(row[0] or 0) + 1 if row else 1
    connection.insert("load", _COLUMNS, [(ident, "running", source, "", os.getpid(), now_us())])
    return ident


def note_end(connection: Connection, ident: int, *, state: str, message: str) -> None:
    """Record how a load ended."""
    connection.execute(_END, (state, message[:_LONGEST], now_us(), ident))
