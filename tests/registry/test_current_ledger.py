"""Which publications are in use at once, and which when they are prepared (the table of ``registry.store.current_ledger``)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from registry import Registry
from registry.entities.errors import StoreError
from registry.entities.offload import EVENT_LOOP_GUARD, NeedsOffload
from registry.entities.records import SystemRecord
from registry.store import current_ledger
from tests.registry.making import DEMO, load

CODES = {"A00": "kolera", "A01": "tyfoid", "A02": "salmonella"}
SLUG = DEMO.slug


@pytest.fixture
def server(open_registry: Callable[..., Registry], monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A registry as a server has it; a version of three codes counts as large."""
    monkeypatch.setattr(current_ledger, "LARGE", 3)
    monkeypatch.setattr(current_ledger, "EPOCH_SECONDS", 0)
    registry = open_registry()
    load(registry, "2019", CODES)
    registry.systems()
    return registry


@pytest.fixture
def other(server: Registry) -> Iterator[Registry]:
    """The same database, as another process has it."""
    with Registry.open(server.database.location) as registry:
        yield registry


class Preparation:
    """What a server prepares; it takes as long as the test wants."""

    def __init__(self, registry: Registry, *, error: Exception | None = None) -> None:
        self.registry, self.error = registry, error
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.seen: list[list[str]] = []
        registry.reader.current.keep_old(self)

    def __call__(self) -> None:
        self.begun.set()
        self.seen.append(_labels(self.registry))
        assert self.may_end.wait(10)
        if self.error is not None:
            raise self.error


def _labels(registry: Registry) -> list[str]:
    return [v.version for v in registry.versions(SLUG)]


def _wait(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_large_publication_is_in_use_when_it_is_prepared(server: Registry, other: Registry) -> None:
    preparation = Preparation(server)
    load(other, "2020", CODES)
    with EVENT_LOOP_GUARD:
        assert _labels(server) == ["2019"]
    assert preparation.begun.wait(10)
    assert _labels(server) == ["2019"] and preparation.seen == [["2019", "2020"]]
    preparation.may_end.set()
    _wait(lambda: _labels(server) == ["2019", "2020"])
    server.reader.current.close()


def test_a_preparation_that_fails_or_takes_too_long_does_not_keep_the_old(
    server: Registry, other: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = Preparation(server, error=StoreError("not prepared"))
    failing.may_end.set()
    load(other, "2020", CODES)
    _wait(lambda: _labels(server) == ["2019", "2020"])
    monkeypatch.setattr(current_ledger, "_LONGEST", 0.05)
    endless = Preparation(server)
    load(other, "2021", CODES)
    _wait(lambda: _labels(server) == ["2019", "2020", "2021"])
    endless.may_end.set()
    server.reader.current.close()


def test_what_must_not_wait_is_in_use_at_once(server: Registry, other: Registry) -> None:
    small: list[Callable[[], Any]] = [
        lambda: other.add_scope("npr", title="NPR"),
        lambda: other.add_system(SystemRecord(slug="small")),
        lambda: other.set_system(SLUG, access="restricted", redistribution="no"),
    ]
    preparation = Preparation(server)
    before = server.reader.ledger()
    for change in small:
        change()
        newer = server.reader.ledger()
        assert newer is not before
        before = newer
    assert not preparation.begun.is_set()
    server.reader.current.close()


def test_a_purge_is_in_use_at_once(server: Registry, other: Registry) -> None:
    preparation = Preparation(server)
    (release,) = other.releases(SLUG)
    assert server.lookup(SLUG, "A00", version="2019").found
    other.retract(SLUG, "2019", why="wrong")
    other.purge(SLUG, "2019", release=release.release, why="must go")
    assert not server.lookup(SLUG, "A00", version="2019").found
    assert not preparation.begun.is_set()
    server.reader.current.close()


def test_a_change_of_this_process_is_in_use_when_it_is_answered(server: Registry) -> None:
    preparation = Preparation(server)
    preparation.may_end.set()
    load(server, "2020", CODES)
    with EVENT_LOOP_GUARD:
        assert _labels(server) == ["2019", "2020"]
    assert preparation.seen == [["2019", "2020"]]  # by the thread of the change, before its answer
    server.reader.current.close()


def test_nothing_long_is_read_on_the_event_loop(
    server: Registry, other: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current_ledger, "_INLINE", 0)
    other.add_scope("npr", title="NPR")
    with EVENT_LOOP_GUARD, pytest.raises(NeedsOffload):
        server.systems()
    preparation = Preparation(server)
    preparation.may_end.set()
    before = server.reader.ledger()
    other.add_scope("sysvak", title="SYSVAK")
    with EVENT_LOOP_GUARD:
        server.systems()
    _wait(lambda: server.reader.ledger() is not before)
    server.reader.current.close()
