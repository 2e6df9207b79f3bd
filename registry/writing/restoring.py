"""``restore``: puts a backup in the place of a registry's SQLite file. PostgreSQL has ``pg_restore`` for that.

The backup is verified as a whole first. The file that it replaces is kept under another name. Whatever interrupts this,
a complete file is in its place, or none and the command can be repeated.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from registry.entities.errors import StoreDamaged, UsageError
from registry.entities.messages import message
from registry.entities.results.administration import RestoreReport, VerifyReport
from registry.store.database_files import copy_file, move_aside, require_unused
from registry.store.engine import Database, database_url
from registry.store.opening import open_database
from registry.writing.verification import verify

__all__ = ["restore"]


def restore(url: str | None, backup: Path, *, replace: bool = False) -> RestoreReport:
    """Verify a backup and put it in place; ``replace``: also if there is a registry already, which is kept aside.

    Raises ``StoreDamaged`` if the backup is damaged, ``UsageError`` if there is a registry and ``replace`` is false.
    """
    dialect, location = database_url(url)
    target = Path(location)
    if dialect != "sqlite":
        raise UsageError(message("error.pg_restore"))
    if not backup.is_file():
        raise UsageError(message("error.no_backup", path=backup))
    if target.exists() and (target.samefile(backup) or not replace):
        raise UsageError(message("error.restore_exists", path=target))
    report = _verified(backup)
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f"{target.name}.restoring")
    copy_file(backup, new)
    with Database(str(target)).load_lock(wait=False):
        require_unused(target)
        kept = move_aside(target)
        new.replace(target)
    return RestoreReport(**asdict(report), database=str(target), kept=str(kept) if kept else None)


def _verified(backup: Path) -> VerifyReport:
    database = open_database(str(backup), readonly=True, create=False)
    try:
        report = verify(database)
    finally:
        database.close()
    if not report.ok:
        raise StoreDamaged(message("error.backup_damaged", path=backup, problem=report.problems[0]))
    return report
