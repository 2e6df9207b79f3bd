"""The files of an SQLite database as files: copied, checked for other users, renamed. Restoring is in ``registry.writing``."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from registry.entities.errors import LoadBusy, StoreError, StoreFull
from registry.entities.messages import message

__all__ = ["copy_file", "move_aside", "require_unused"]

_PARTS = ("", "-wal", "-shm")  #: files of one database


def copy_file(backup: Path, new: Path) -> None:
    """Copy the backup, with what its write-ahead log holds, to a new file on the disk of the target."""
    new.unlink(missing_ok=True)
    try:
        with (
            closing(sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(new)) as copy,
        ):
            source.backup(copy)
    except sqlite3.Error as error:
        new.unlink(missing_ok=True)
        raise StoreFull(message("error.nothing_stored_free", error=str(error))) from error
    with new.open("rb") as handle:
        os.fsync(handle.fileno())


def require_unused(target: Path) -> None:
    """Raise ``LoadBusy`` if another process has the database open; a damaged file counts as unused."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(target, timeout=1, isolation_level=None)) as raw:
            raw.execute("PRAGMA locking_mode=EXCLUSIVE")
            raw.execute("BEGIN EXCLUSIVE")
            raw.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise LoadBusy(message("error.restore_in_use", path=target)) from error
    except sqlite3.DatabaseError:
        pass


def move_aside(target: Path) -> Path | None:
    """Rename the files of the replaced database; its write-ahead log must never meet the new file.

    The new name of the database file, None if there was none.
    """
    existed = target.exists()
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    for part in reversed(_PARTS):
        with suppress(FileNotFoundError):
            Path(f"{target}{part}").replace(f"{target}.replaced-{stamp}{part}")
    if target.exists():
        raise StoreError(message("error.cannot_open", location=target, error="rename"))
    return Path(f"{target}.replaced-{stamp}") if existed else None
