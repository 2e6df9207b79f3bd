"""A write that is interrupted at any statement leaves all of it or nothing, on both databases.

An interruption is an exception after which the connection is closed without another statement, as the end of a process
closes it; some writes are also interrupted by ``kill -9`` (``test_faults``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import Any

import pytest
from sqlmodel import SQLModel

import registry.entities.model  # noqa: F401 - fills the metadata
from registry import Registry
from registry.entities.records import SystemRecord
from registry.entities.results import ScopeRow
from registry.store.artifacts import ArtifactRow
from registry.store.engine import Connection, Database
from tests.registry.everything import resource_map
from tests.registry.making import DEMO, concept, load, release
from tests.store.test_components import INTERNATIONAL, parsed

TABLES = [t for t in SQLModel.metadata.sorted_tables if t.name != "load"]


def row(version: str) -> ScopeRow:
    return ScopeRow(
        scope="npr", system="demo-icd", version=version, track="", role="", allowed_from=date(2020, 1, 1),
        required_from=None, accepted_until=None, legal_basis="",
    )  # fmt: skip


class Crash(BaseException):
    """The end of the process."""


class _Crashing:
    """Raises ``Crash`` after a number of statements, and ends every connection without a rollback."""

    def __init__(self, statements: int) -> None:
        self.left, self.crashed = statements, False

    def count(self) -> None:
        if self.crashed:
            raise Crash
        if self.left == 0:
            self.crashed = True
            raise Crash
        self.left -= 1


@contextmanager
def crashing(statements: int) -> Iterator[_Crashing]:
    """The process ends before the statement of that number; the last one counted may be COMMIT."""
    state = _Crashing(statements)
    execute, insert, rollback = Connection.execute, Connection.insert, Database._rollback

    def counted(self: Connection, text: str, params: Sequence[Any] = ()) -> Any:
        state.count()
        return execute(self, text, params)

    def inserted(self: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        state.count()
        insert(self, table, columns, rows)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Connection, "execute", counted)
        patched.setattr(Connection, "insert", inserted)
        patched.setattr(Database, "_rollback", lambda self, c: None if state.crashed else rollback(self, c))
        yield state


def dump(registry: Registry) -> list[object]:
    """All rows; instants by their number, because they differ from run to run."""
    connection = registry.database.connect()
    try:
        instants = [r for (r,) in connection.all("SELECT recorded FROM publication ORDER BY number")]
        found: list[object] = []
        for table in TABLES:
            names = [c.name for c in table.columns if c.name not in ("seals", "digest")]
            order = ", ".join(c.name for c in table.primary_key.columns)
            for values in connection.all(f"SELECT {', '.join(names)} FROM {table.name} ORDER BY {order}"):
                found.append((table.name, *(instants.index(v) if v in instants else v for v in values)))
        return found
    finally:
        connection.close()


def _together(registry: Registry) -> None:
    items = [
        release("2020", {"X": slug}, system=SystemRecord(slug=slug, access="open")) for slug in ("one", "two")
    ]
    registry.load_together(items)


def _purge(registry: Registry) -> None:
    (gone,) = (r.release for r in registry.releases("demo-icd") if r.version == "2020")
    registry.purge("demo-icd", "2020", release=gone, why="law")


def _replace(registry: Registry) -> None:
    """A code system under the id of another one: that ends."""
    other = SystemRecord(slug="other", access="open")
    registry.load_parsed(release("2022", {"N": "new"}, system=other), ends=[("demo-icd", "2020")])


def _replace_resource(registry: Registry) -> None:
    new = ArtifactRow(kind="ValueSet", resource_id="v", url="urn:new", version="2", body=b"{}")
    registry.put_artifacts([new], by_id=True, ends=[("ValueSet", "urn:nameless", "")])


def _components(registry: Registry) -> None:
    registry.load_parsed(parsed("2024-01-01", INTERNATIONAL))


WRITES: dict[str, Callable[[Registry], object]] = {
    "load": lambda r: load(r, "2021", [concept("A00", "Kolera"), concept("B00", "Herpes", parents=("A00",))]),
    "correct": lambda r: load(r, "2020", {"A00": "Kolera, rettet"}),
    "load components": _components,
    "load together": _together,
    "replace": _replace,
    "keep a resource": lambda r: r.put_artifacts([resource_map()]),
    "replace a resource": _replace_resource,
    "drop a resource": lambda r: r.drop_artifacts("ValueSet", canonicals=[("ValueSet", "urn:nameless", "")]),
    "add a system": lambda r: r.add_system(SystemRecord(slug="new", url="urn:new")),
    "correct a system": lambda r: r.add_system(SystemRecord(slug="demo-icd", url="urn:new")),
    "declare a version": lambda r: r.add_version("demo-icd", "2030", valid_from="2030-01-01"),
    "correct a version": lambda r: r.add_version("demo-icd", "2020", valid_from="2020-02-01"),
    "add a scope with a row": lambda r: r.add_scope("npr", row("2020"), title="Register"),
    "retract": lambda r: r.retract("demo-icd", "2020", why="wrong"),
    "retract every": lambda r: r.retract_every([("demo-icd", "2020"), ("demo-icd", "2019")], why="wrong"),
    "purge": _purge,
}


def _fill(registry: Registry) -> None:
    load(registry, "2019", {"A00": "Kolera", "C00": "Kreft"})
    load(registry, "2020", {"A00": "Kolera", "B00": "Helvetesild"}, system=DEMO)
    registry.put_artifact(kind="ValueSet", url="urn:nameless", body=b"{}")


@pytest.mark.parametrize("name", WRITES)
def test_every_interrupted_write_is_all_or_nothing(name: str, open_registry: Callable[..., Registry]) -> None:
    registry = open_registry()
    _fill(registry)
    before, statements = dump(registry), 0
    publications = registry.database.epoch()
    while True:
        writer = open_registry()
        with crashing(statements) as state, suppress(Crash):
            WRITES[name](writer)
        writer.close()
        after = dump(registry)
        if after != before:
            break  # stored: further interruptions come after COMMIT
        assert state.crashed, "the write says it is done, and nothing is stored"
        statements += 1
    assert statements > 3
    problems = registry.verify().problems
    assert problems == []
    assert registry.database.epoch() - publications == (2 if name == "load together" else 1)
    assert dump(open_registry()) == after


def test_a_scope_whose_row_is_refused_is_not_left_behind(registry: Registry) -> None:
    from registry.entities.errors import UnknownTarget

    _fill(registry)
    with pytest.raises(UnknownTarget):
        registry.add_scope("npr", row("1066"))
    assert registry.scopes() == [] and "npr" not in registry.reader.moment().snapshot.scopes
