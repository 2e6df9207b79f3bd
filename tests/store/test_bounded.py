"""The cache of the store."""

from __future__ import annotations

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
