"""The table of loads: one row for each, with its outcome.

A row begins in a transaction before the load and becomes ``ready`` in the load's own transaction, so it never says
anything else than what is stored. Loads run one at a time: under their lock, a row that still says ``running`` is of a
process that has ended.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from registry.store.engine import Connection, now_us
from registry.store.seals import row_digest

__all__ = ["damaged_loads", "end_killed", "is_any_running", "note_end", "note_start"]

_COLUMNS = ("id", "state", "source", "message", "pid", "started", "ended")
_ALL = f"SELECT {', '.join(_COLUMNS)}, digest FROM load"
_END = "UPDATE load SET state = ?, message = ?, ended = ?, digest = ? WHERE id = ?"
_LONGEST = 2000  #: most characters of a stored message
_KILLED = "the process ended before the load did"


def note_start(connection: Connection, source: str) -> int:
    """Record that this process loads a source; returns the number of the load. Needs the lock of loads."""
    end_killed(connection)
    row = connection.one("SELECT max(id) FROM load")
    ident = int(row[0] or 0) + 1 if row else 1
    values = (ident, "running", source, "", os.getpid(), now_us(), None)
    connection.insert("load", (*_COLUMNS, "digest"), [(*values, row_digest(values))])
    return ident


def note_end(connection: Connection, ident: int, *, state: str, message: str = "") -> None:
    """Record how a load ended."""
    for row in connection.all(f"{_ALL} WHERE id = ?", (ident,)):
        _end(connection, row, state, message)


def is_any_running(connection: Connection) -> bool:
    """Whether a row says that a load is running."""
    return connection.one("SELECT 1 FROM load WHERE state = 'running' LIMIT 1") is not None


def end_killed(connection: Connection) -> None:
    """Record that the loads that still say ``running`` have failed. Needs the lock of loads."""
    for row in connection.all(f"{_ALL} WHERE state = 'running'"):
        _end(connection, row, "failed", _KILLED)


def _end(connection: Connection, row: tuple[Any, ...], state: str, message: str) -> None:
    ident, _, source, _, pid, started, _, _ = row
    now, text = now_us(), message[:_LONGEST]
    digest = row_digest((ident, state, source, text, pid, started, now))
    connection.execute(_END, (state, text, now, digest, ident))


def damaged_loads(connection: Connection) -> Iterator[int]:
    """Numbers of the loads whose row does not have its hash."""
    return (row[0] for row in connection.each(_ALL) if row_digest(row[:-1]) != row[-1])
