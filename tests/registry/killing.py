"""Kills processes that write: ``python -m tests.registry.killing URL WRITE`` prints what each kill left, as JSON.

One process imports everything and forks a child for each write, which it kills with signal 9 before one of its
statements, after one row of an insertion, or at any time. Each kill begins with a copy of the same database.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from registry import Registry
from registry.store.engine import Connection
from tests.registry.making import load
from tests.registry.test_crashes import WRITES, _fill, dump

MANY = {f"D{n // 100:02d}.{n % 100:02d}": f"Tekst nummer {n}" for n in range(6000)}
RANDOM_KILLS = 12


class Databases:
    """Makes copies of a database under one URL: a file, or a database made from a template."""

    def __init__(self, url: str) -> None:
        self.url, self._kept = url, f"{url}_kept"

    def keep(self) -> None:
        """Keep the database as it is, for copies."""
        if self.url.startswith("postgresql"):
            self._statements(f'CREATE DATABASE "{self._name}_kept" TEMPLATE "{self._name}"')
            return
        shutil.copy(self.url, self._kept)

    def restore(self) -> None:
        """Put the kept state in the place of the database."""
        if self.url.startswith("postgresql"):
            drop = f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)'
            self._statements(drop, f'CREATE DATABASE "{self._name}" TEMPLATE "{self._name}_kept"')
            return
        for ending in ("-wal", "-shm", ".lock"):
            Path(f"{self.url}{ending}").unlink(missing_ok=True)
        shutil.copy(self._kept, self.url)

    def close(self) -> None:
        """Remove the kept state."""
        if self.url.startswith("postgresql"):
            self._statements(f'DROP DATABASE IF EXISTS "{self._name}_kept" WITH (FORCE)')

    @property
    def _name(self) -> str:
        return self.url.rpartition("/")[2]

    def _statements(self, *statements: str) -> None:
        import psycopg

        server = f"{self.url.rpartition('/')[0]}/postgres"
        with psycopg.connect(server, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_at(number: int) -> None:
    """Let this process be killed before the statement of that number, or after the first row that it inserts."""
    left = number
    execute, insert = Connection.execute, Connection.insert

    def count() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    def executed(self: Connection, text: str, params: Sequence[Any] = ()) -> Any:
        if count():
            _die()
        return execute(self, text, params)

    def inserted(self: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        insert(self, table, columns, _dying(rows) if count() else rows)

    Connection.execute, Connection.insert = executed, inserted  # type: ignore[method-assign]


def _dying(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for row in rows:
        yield row
        _die()
    _die()


def _child(work: Callable[[], object]) -> int:
    """Run the work in a child; its exit code, negative if it was killed."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 3
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def _killed_after(seconds: float, work: Callable[[], object]) -> int:
    pid = os.fork()
    if not pid:
        work()
        os._exit(0)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _state(url: str, into: Path) -> dict[str, Any]:
    """What a database holds and what is wrong with it, read by a process of its own."""

    def read() -> None:
        with Registry.open(url) as registry:
            found = {"rows": repr(dump(registry)), "problems": registry.verify().problems}
            into.write_text(json.dumps(found, default=str))

    into.unlink(missing_ok=True)
    if _child(read) != 0:
        return {"rows": "", "problems": ["cannot be read"]}
    found: dict[str, Any] = json.loads(into.read_text())
    return found


def _write(url: str, name: str, before: Callable[[], None] = lambda: None) -> None:
    with Registry.open(url) as registry:
        before()
        if name == "many":
            load(registry, "2023", MANY)
        else:
            WRITES[name](registry)


def kills(url: str, name: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Each kill with the state that it left: ``before``, ``after``, or something else."""
    databases, into = Databases(url), folder / "state.json"

    def fill() -> None:
        with Registry.open(url) as registry:
            _fill(registry)
            registry.database.close()

    assert _child(fill) == 0
    databases.keep()
    before = _state(url, into)
    begun = time.monotonic()
    assert _child(lambda: _write(url, name)) == 0
    took = time.monotonic() - begun
    after = _state(url, into)
    names = {before["rows"]: "before", after["rows"]: "after"}
    for at, run in _attempts(url, name, took):
        databases.restore()
        code = run()
        left = _state(url, into)
        repeated = _child(lambda: _write(url, name)) if names.get(left["rows"]) == "before" else 0
        yield {
            "at": at,
            "code": code,
            "left": names.get(left["rows"], "neither"),
            "problems": left["problems"],
            "repeated": repeated,
        }
        if code == 0 and name != "many":  # past the last statement
            break
    databases.close()


def _attempts(url: str, name: str, took: float) -> Iterator[tuple[str, Callable[[], int]]]:
    if name == "many":
        draw = random.Random(7)
        for number in range(RANDOM_KILLS):
            seconds = draw.uniform(0.05, 0.8) * took
            yield f"{number}: {seconds:.2f} s", lambda s=seconds: _killed_after(s, lambda: _write(url, name))
        return
    for number in range(1000):
        yield str(number), lambda n=number: _child(lambda: _write(url, name, lambda: _kill_at(n)))


if __name__ == "__main__":
    print(json.dumps(list(kills(sys.argv[1], sys.argv[2], Path(sys.argv[3])))))
