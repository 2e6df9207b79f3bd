"""The database: opening, connections, transactions, the lock of the writer.

Two engines, one schema: SQLite (default, one file, WAL) and PostgreSQL. SQLAlchemy serves the small metadata;
the content path uses the driver's connection and prepared statements, in the same transaction.

SQL is written with ``?``; ``Connection.sql`` converts it to the driver's parameter style.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from registry.entities.errors import LoadBusy, StoreDamaged, StoreError, StoreFull, UsageError
from registry.entities.messages import message
from registry.entities.offload import EVENT_LOOP_GUARD, NeedsOffload
from registry.store.cache import Caches

if TYPE_CHECKING:
    from sqlalchemy import URL

__all__ = [
    "APPLICATION_ID",
    "Connection",
    "Database",
    "database_url",
    "default_url",
    "project_error",
]

APPLICATION_ID = 0x4779_6C64  # "Gyld"
_WRITE_WAIT = 10.0  #: seconds that a short write waits for a running load
_CONNECTIONS = 20  #: most connections of a process to PostgreSQL; each of its threads keeps one for reading
#: options of connections to PostgreSQL that the URL does not give: a dead server or network is noticed within a minute
_SESSION: dict[str, Any] = {
    "application_name": "gyldig",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}


def default_url() -> str:
    """``GYLDIG_DB``, else an SQLite file in the user's data directory."""
    if url := os.environ.get("GYLDIG_DB"):
        return url
    from platformdirs import user_data_path

    return str(user_data_path("gyldig", appauthor=False) / "gyldig.sqlite")


def database_url(url: str | os.PathLike[str] | None) -> tuple[str, str]:
    """Dialect (``sqlite`` or ``postgresql``) and location: a file path, or the connection string.

    >>> database_url("sqlite:///x.sqlite")
    ('sqlite', 'x.sqlite')
    """
    if not isinstance(url, str | os.PathLike | None):
        raise UsageError(message("error.database_type", value=repr(url)))
    text = os.fspath(url) if url else default_url()
    if text.startswith(("postgresql:", "postgres:", "postgresql+psycopg:")):
        return "postgresql", "postgresql:" + text.split(":", 1)[1]
    if text.startswith("sqlite:///"):
        return "sqlite", text.removeprefix("sqlite:///")
    if "://" in text:
        raise UsageError(message("error.database_kind", database=text.split("://")[0]))
    return "sqlite", text


class Connection:
    """One driver connection with the methods that the content path needs."""

    def __init__(
        self,
        raw: Any,
        dialect: str,
        ledger: object | None = None,
        *,
        closed: Callable[[], None] | None = None,
        replace: Callable[[], Any] | None = None,
    ) -> None:
        """``closed`` is called when the connection is closed. ``replace`` opens another driver connection for one that
        was lost; the statement is then repeated once, so only for connections that read outside transactions."""
        self.raw, self.dialect = raw, dialect
        self._closed, self._replace = closed, replace
        self._replacing: threading.Thread | None = None
        self.ledger = (
            ledger  #: the metadata read earlier (``Ledger.cached`` of ``registry.store.ledger``), if any
        )

    def sql(self, text: str) -> str:
        """The statement in the driver's parameter style."""
        return text if self.dialect == "sqlite" else text.replace("%", "%%").replace("?", "%s")

    def execute(self, text: str, params: Sequence[Any] = ()) -> Any:
        """Run one statement and return its cursor. Errors of the driver are raised as the project's errors."""
        if self.dialect != "sqlite":
            return self._execute_postgres(text, params)
        try:
            return self.raw.execute(text, params)
        except sqlite3.Error as error:
            raise _sqlite_error(error, reading=text.startswith("SELECT")) from error

    def _execute_postgres(self, text: str, params: Sequence[Any]) -> Any:
        import psycopg

        try:
            return self.raw.execute(self.sql(text), params)
        except psycopg.Error as error:
            if self._replace is None or not self.raw.closed:
                raise _postgres_error(error) from error
        self._replace_lost(self._replace)
        try:
            return self.raw.execute(self.sql(text), params)
        except psycopg.Error as error:
            raise _postgres_error(error) from error

    def _replace_lost(self, replace: Callable[[], Any]) -> None:
        """Open another driver connection; for the event loop in another thread, with NeedsOffload until it is open."""

        def replaced() -> None:
            with suppress(StoreError):
                self.raw = replace()

        if not EVENT_LOOP_GUARD.on:
            self.raw = replace()
            return
        if self._replacing is None or not self._replacing.is_alive():
            self._replacing = threading.Thread(target=replaced, name="gyldig-connect", daemon=True)
            self._replacing.start()
        raise NeedsOffload

    def each(self, text: str, params: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of one statement, read as they are used. Errors while reading are raised as the project's errors."""
        rows: Iterator[tuple[Any, ...]] = self.execute(text, params)
        return rows if self.dialect != "sqlite" else _translated_rows(rows)

    def all(self, text: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self.execute(text, params).fetchall()  # type: ignore[no-any-return]
        except sqlite3.Error as error:
            raise _sqlite_error(error, reading=True) from error

    def one(self, text: str, params: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        try:
            return self.execute(text, params).fetchone()  # type: ignore[no-any-return]
        except sqlite3.Error as error:
            raise _sqlite_error(error, reading=True) from error

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert many rows: COPY on PostgreSQL, one prepared statement on SQLite."""
        names = ", ".join(columns)
        if self.dialect == "sqlite":
            marks = ", ".join("?" * len(columns))
            self.raw.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            return
        with self.raw.cursor().copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        self.raw.close()
        if self._closed is not None:
            closed, self._closed = self._closed, None
            closed()


class Database:
    """A registry database. Readers get a connection per thread; there is one writer at a time.

    It does not check its tables; ``registry.store.opening.open_database`` opens a database and checks them.
    """

    def __init__(
        self, url: str | os.PathLike[str] | None = None, *, readonly: bool = False, create: bool = True
    ) -> None:
        self._create = create
        self.dialect, self.location = database_url(url)
        self.readonly = readonly
        self.ledger: object | None = None  #: the newest metadata read by the reader of this database
        self.caches = Caches()  #: all caches of its content
        self._local = threading.local()
        self._opened: list[Connection] = []
        self._guard = threading.Lock()
        self._free = threading.BoundedSemaphore(_CONNECTIONS)
        if self.dialect == "sqlite":
            self._prepare_file(create=create and not readonly)

    def _prepare_file(self, *, create: bool) -> None:
        path = Path(self.location)
        if not path.exists():
            if not create:
                raise StoreError(message("error.no_registry", path=path))
            path.parent.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> URL:
        """The URL that opens the same database in SQLAlchemy."""
        from sqlalchemy import URL, make_url

        if self.dialect == "sqlite":
            return URL.create("sqlite", database=self.location)
        return make_url(self.location.replace("postgresql:", "postgresql+psycopg:", 1))

    def connect(self) -> Connection:
        """A new connection, which the caller closes."""
        if self.dialect == "sqlite":
            return Connection(self._connect_sqlite(), self.dialect, self.ledger)
        return self._bounded(None)

    def _bounded(self, replace: Callable[[], Any] | None) -> Connection:
        """A connection to PostgreSQL, of which a process has a limited number; raises ``LoadBusy`` if none gets free."""
        if not self._free.acquire(timeout=_WRITE_WAIT):
            raise LoadBusy(message("error.connections", most=_CONNECTIONS))
        try:
            raw = self._connect_postgres()
        except BaseException:
            self._free.release()
            raise
        return Connection(raw, self.dialect, self.ledger, closed=self._free.release, replace=replace)

    def _connect_sqlite(self) -> sqlite3.Connection:
        mode = "ro" if self.readonly else "rwc" if self._create else "rw"
        if self.readonly and self._is_on_readonly_medium():
            mode = "ro&immutable=1"
        uri = f"{Path(self.location).absolute().as_uri()}?mode={mode}"
        try:
            raw = sqlite3.connect(
                uri,
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=256,
                timeout=_WRITE_WAIT,
            )
            raw.execute("PRAGMA foreign_keys=ON")
            raw.execute("PRAGMA synchronous=NORMAL")
            raw.execute("PRAGMA cache_size=-16000")
            # mapped pages count as memory of the process: with 24 MB a lookup takes 1 µs more than with 256 MB
            raw.execute("PRAGMA mmap_size=25165824")
        except sqlite3.Error as error:
            raise StoreError(message("error.cannot_open", location=self.location, error=error)) from error
        return raw

    def _is_on_readonly_medium(self) -> bool:
        """Whether SQLite cannot put its shared memory beside the file, which then cannot change either."""
        path, log = Path(self.location), Path(f"{self.location}-wal")
        if os.access(path.parent, os.W_OK):
            return False
        if log.exists() and log.stat().st_size and not Path(f"{self.location}-shm").exists():
            raise StoreError(message("error.log_on_readonly", location=self.location))
        return not log.exists() or not log.stat().st_size

    def _connect_postgres(self) -> Any:
        try:
            import psycopg
        except ImportError as error:
            raise StoreError(message("error.postgres_extra")) from error
        try:
            options: dict[str, Any] = {**_SESSION, **psycopg.conninfo.conninfo_to_dict(self.location)}
            raw = psycopg.connect(**options, autocommit=True, prepare_threshold=2)
        except psycopg.Error as error:
            raise StoreError(message("error.cannot_connect", error=error)) from error
        return raw

    def reader(self) -> Connection:
        """This thread's connection for reading; on PostgreSQL one that is lost is replaced."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            postgres = self.dialect == "postgresql"
            connection = self._bounded(self._connect_postgres) if postgres else self.connect()
            self._local.connection = connection
            with self._guard:
                self._opened.append(connection)
        return connection

    def epoch(self) -> int:
        """The number of the newest publication; values cached for an older one are out of date."""
        row = self.reader().one("SELECT number FROM publication ORDER BY number DESC LIMIT 1")
        return int(row[0]) if row else 0

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A reading transaction on a new connection: it sees one state of the database."""
        connection = self.connect()
        try:
            begin = "BEGIN" if self.dialect == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
            connection.execute(begin)
            yield connection
        finally:
            connection.close()

    @contextmanager
    def transaction(self, *, secure_delete: bool = False) -> Iterator[Connection]:
        """The writer's transaction: all or nothing. Waits for another short write, then raises ``LoadBusy``.

        ``secure_delete``: deleted rows are overwritten in the file (SQLite).
        """
        connection = self.connect()
        try:
            with _translated():
                if secure_delete and self.dialect == "sqlite":
                    connection.execute("PRAGMA secure_delete=ON")
                self._begin(connection)
                yield connection
                self._commit(connection)
        except BaseException:
            self._rollback(connection)
            raise
        finally:
            connection.close()

    def _begin(self, connection: Connection) -> None:
        if self.dialect == "sqlite":
            connection.execute("BEGIN IMMEDIATE")
            return
        connection.execute("BEGIN")
        connection.execute(f"SET LOCAL lock_timeout = '{int(_WRITE_WAIT)}s'")
        connection.execute("SELECT pg_advisory_xact_lock(1199137892)")

    def _commit(self, connection: Connection) -> None:
        """End the transaction; raises ``StoreError`` if a lost connection leaves its outcome unknown."""
        try:
            connection.execute("COMMIT")
        except StoreError as error:
            lost = getattr(connection.raw, "broken", False) or "disk I/O error" in str(error)
            if lost:
                raise StoreError(message("error.commit_unknown", error=str(error.__cause__))) from error
            raise

    def _rollback(self, connection: Connection) -> None:
        # the engine may have rolled back already, or the connection be gone: the same to us
        with suppress(StoreError, LoadBusy):
            connection.execute("ROLLBACK")

    @contextmanager
    def load_lock(self, *, wait: bool = True, notify: Any = None) -> Iterator[None]:
        """Hold the lock of loads, of which one runs at a time; it ends with the process, however that ends."""
        lock = self._file_lock if self.dialect == "sqlite" else self._advisory_lock
        with lock(wait=wait, notify=notify):
            yield

    @contextmanager
    def _file_lock(self, *, wait: bool, notify: Any) -> Iterator[None]:
        import fcntl

        with self._lock_file() as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _busy(wait, notify)
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _lock_file(self) -> IO[str]:
        try:
            return Path(f"{self.location}.lock").open("w")
        except OSError as error:
            raise StoreError(
                message("error.folder_not_writable", location=self.location, error=error.strerror)
            ) from error

    @contextmanager
    def _advisory_lock(self, *, wait: bool, notify: Any) -> Iterator[None]:
        connection = self.connect()
        try:
            row = connection.one("SELECT pg_try_advisory_lock(1199137893)")
            if not (row and row[0]):
                _busy(wait, notify)
                connection.execute("SELECT pg_advisory_lock(1199137893)")
            yield
        finally:
            connection.close()

    def close(self) -> None:
        """Close all connections of readers."""
        with self._guard:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()


def _busy(wait: bool, notify: Any) -> None:
    if not wait:
        raise LoadBusy(message("error.load_running"))
    if notify is not None:
        notify(message("progress.waiting"))


@contextmanager
def _translated() -> Iterator[None]:
    """Raises the driver's errors as the project's errors."""
    try:
        yield
    except sqlite3.Error as error:
        raise _sqlite_error(error) from error
    except OSError as error:
        if error.errno == 28:
            raise StoreFull(message("error.no_space")) from error
        raise
    except Exception as error:
        if getattr(error, "sqlstate", None) is None:
            raise
        raise _postgres_error(error) from error


def _translated_rows(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    try:
        yield from rows
    except sqlite3.Error as error:
        raise _sqlite_error(error, reading=True) from error


def project_error(error: Exception) -> Exception:
    """The project's error for one of SQLite that was raised while rows were read; any other error unchanged."""
    return _sqlite_error(error) if isinstance(error, sqlite3.Error) else error


def _sqlite_error(error: sqlite3.Error, *, reading: bool = False) -> StoreError | LoadBusy:
    """The project's error for an error of SQLite; ``reading``: nothing was to be stored."""
    text = str(error)
    if not isinstance(error, sqlite3.OperationalError) or "decode" in text or "malformed" in text:
        return StoreDamaged(message("error.database_damaged", error=text))
    if reading and "disk I/O error" in text:
        return StoreError(message("error.disk_unreadable", error=text))
    if "full" in text or "disk I/O error" in text:
        return StoreFull(message("error.nothing_stored_free", error=text))
    if "locked" in text or "busy" in text:
        return LoadBusy(message("error.database_busy", seconds=_WRITE_WAIT))
    return StoreError(message("error.database", error=text))


def _postgres_error(error: Exception) -> StoreError | LoadBusy:
    """The project's error for an error of psycopg."""
    state = getattr(error, "sqlstate", None)
    if state == "53100":
        return StoreFull(message("error.nothing_stored", error=error))
    if state == "55P03":
        return LoadBusy(message("error.database_busy", seconds=_WRITE_WAIT))
    return StoreError(message("error.database", error=error))


def now_us() -> int:
    """The instant now, in microseconds since 1970 UTC."""
    return time.time_ns() // 1000
