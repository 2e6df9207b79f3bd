"""The cache of the store."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from registry.entities.offload import EVENT_LOOP_GUARD, NeedsOffload
from registry.store.bounded import Bounded


def test_the_least_recently_used_goes_first() -> None:
    kept: Bounded[str, int] = Bounded(2)
    made: list[str] = []

    def make(name: str) -> int:
        def note() -> int:
            made.append(name)
            return len(made)

        return kept.get(name, note)

    for name in ("a", "b", "a", "c", "a", "b"):
        make(name)
    assert made == ["a", "b", "c", "b"] and len(kept) == 2


def test_entries_weigh_what_they_hold() -> None:
    kept: Bounded[int, list[int]] = Bounded(10, len)
    for size in (4, 5, 3):
        kept.get(size, lambda size=size: [0] * size)  # type: ignore[misc]
    assert kept.peek(4) is None and kept.peek(5) is not None and len(kept) == 2
    kept.get(99, lambda: [0] * 99)
    assert len(kept) == 1 and kept.peek(99) is not None


def test_none_and_empty_values_are_kept() -> None:
    kept: Bounded[str, list[int]] = Bounded(3, len)
    first = kept.get("x", list)
    assert kept.get("x", list) is first


def test_what_several_threads_ask_for_at_once_is_made_once() -> None:
    kept: Bounded[str, list[int]] = Bounded(3, len)
    made, begun, done = [], threading.Event(), threading.Event()

    def slow() -> list[int]:
        begun.set()
        done.wait(5)
        made.append(1)
        return [1]

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(kept.get, "x", slow)
        begun.wait(5)
        others = [pool.submit(kept.get, "x", slow) for _ in range(3)]
        with EVENT_LOOP_GUARD, pytest.raises(NeedsOffload):
            kept.get("x", slow)
        done.set()
        assert all(f.result(5) is first.result(5) for f in others) and len(made) == 1
    assert (kept.hits, kept.misses) == (0, 5) and kept.get("x", slow) == [1] and kept.hits == 1


def test_an_entry_that_does_not_fit_is_used_until_the_next_is_built() -> None:
    kept: Bounded[str, list[int]] = Bounded(100, len)
    begun, done = threading.Event(), threading.Event()
    old = kept.get("x", lambda: [1])

    def slow() -> list[int]:
        begun.set()
        done.wait(5)
        return [1, 2]

    with ThreadPoolExecutor(1) as pool:
        newer = pool.submit(kept.fitting, "x", lambda found: len(found) > 1, slow)
        begun.wait(5)
        with EVENT_LOOP_GUARD:
            assert kept.fitting("x", lambda found: len(found) > 0, slow) is old
            with pytest.raises(NeedsOffload):
                kept.fitting("x", lambda found: len(found) > 1, slow)
        done.set()
        assert newer.result(5) == [1, 2]
    assert kept.peek("x") == [1, 2] and kept.weight == 2 and len(kept) == 1


def test_a_failed_making_leaves_nothing() -> None:
    kept: Bounded[str, int] = Bounded(3)
    with pytest.raises(ZeroDivisionError):
        kept.get("x", lambda: 1 // 0)
    assert kept.get("x", lambda: 7) == 7
    kept.discard("x", 8)
    assert kept.peek("x") == 7
    kept.discard("x", 7)
    assert kept.peek("x") is None and kept.weight == 0
