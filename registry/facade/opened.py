"""An opened registry: its database, its reader, and the end of both."""

from __future__ import annotations

from datetime import date
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self

from registry.entities.intervals import On, parse_date
from registry.entities.results.administration import RestoreReport
from registry.reader import Reader
from registry.store.engine import Database
from registry.store.opening import open_database

__all__ = ["Opened"]


class Opened:
    """What every group of methods of ``Registry`` works on."""

    def __init__(self, database: Database | str | PathLike[str], *, today: On = None) -> None:
        self.database = database if isinstance(database, Database) else open_database(database)
        self.reader = Reader(self.database, today=parse_date(today, what="today"))
        self.reader.code_dates = self._code_dates

    def _code_dates(self, system: str, known_at: str | None, code: str) -> tuple[date | None, date | None]:
        from registry.queries.history import code_dates

        return code_dates(self.reader, system, known_at, code)

    @classmethod
    def open(
        cls,
        url: str | PathLike[str] | None = None,
        *,
        today: On = None,
        readonly: bool = False,
        create: bool = True,
    ) -> Self:
        """Open (and by default create) the registry at an SQLite path or a PostgreSQL URL.

        Raises ``UsageError`` for a value of another type, ``StoreError`` if it cannot be opened.
        """
        return cls(open_database(url, readonly=readonly, create=create), today=today)

    @staticmethod
    def restore(url: str | None, backup: str | Path, *, replace: bool = False) -> RestoreReport:
        """Verify a backup and put it in the place of the registry at a path, which ``replace`` keeps aside."""
        from registry.writing.restoring import restore

        return restore(url, Path(backup), replace=replace)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm_up(self) -> None:
        """Read into memory the data that first requests need; servers call it before they accept requests."""
        self.reader.warm_up()

    def today(self) -> date:
        """The default date of requests."""
        return self.reader.today()
