"""The closure against a naive walk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from registry.content.hierarchy import Closure, check_acyclic
from registry.entities.errors import StoreDamaged


@st.composite
def hierarchies(draw: st.DrawFn) -> tuple[list[int], list[list[int]]]:
    """State ids, ascending, and for each the places of its parents; no cycles, in no particular order."""
    size = draw(st.integers(0, 14))
    order = draw(st.permutations(range(size)))
    parents: list[list[int]] = [[] for _ in range(size)]
    for at in range(1, size):
        above = draw(st.lists(st.integers(0, at - 1), max_size=3, unique=True))
        parents[order[at]] = [order[n] for n in above]
    gaps = draw(st.lists(st.integers(1, 9), min_size=size, max_size=size))
    idents = [sum(gaps[: n + 1]) for n in range(size)]
    return idents, parents


def walk(start: int, steps: list[list[int]]) -> set[int]:
    seen: set[int] = set()
    ahead = list(steps[start])
    while ahead:
        found = ahead.pop()
        if found not in seen:
            seen.add(found)
            ahead.extend(steps[found])
    return seen


@given(hierarchies())
def test_closure_is_the_naive_walk(given_: tuple[list[int], list[list[int]]]) -> None:
    idents, parents = given_
    closure = Closure(idents, parents)
    children = [[c for c, up in enumerate(parents) if n in up] for n in range(len(idents))]
    for n, ident in enumerate(idents):
        assert closure.descendants(ident) == BitMap(idents[d] for d in walk(n, children))
        assert closure.ancestors(ident) == BitMap(idents[d] for d in walk(n, parents))
        assert sorted(closure.children(ident)) == sorted(idents[c] for c in children[n])
        assert sorted(closure.parents(ident)) == sorted(idents[p] for p in parents[n])
        below = walk(n, children)
        for m, other in enumerate(idents):
            assert closure.subsumes(ident, other) == (m in below)
    assert sorted(closure.roots()) == [i for n, i in enumerate(idents) if not parents[n]]


def test_strange_ids_have_no_relatives() -> None:
    closure = Closure([5, 9], [[], [0]])
    assert closure.subsumes(5, 9) and not closure.subsumes(4, 9) and not closure.subsumes(5, 7)
    assert not closure.descendants(100) and closure.parents(-1) == [] and not closure.ancestors(7)


def test_a_cycle_is_found_and_named() -> None:
    assert check_acyclic({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]}) == ["a", "b", "c"]
    assert check_acyclic({"a": ["a"]}) == ["a"]
    assert check_acyclic({"x": ["a"], "a": ["b", "c"], "b": ["c"], "c": []}) is None
    assert check_acyclic({"x": ["elsewhere"]}) is None


@given(hierarchies())
def test_no_cycle_is_found_if_there_is_none(given_: tuple[list[int], list[list[int]]]) -> None:
    assert check_acyclic(dict(enumerate(given_[1]))) is None


def test_long_chains_need_no_recursion() -> None:
    size = 20_000
    closure = Closure(range(1, size + 1), [[n - 1] if n else [] for n in range(size)])
    assert closure.subsumes(1, size) and len(closure.descendants(1)) == size - 1
    cycle = check_acyclic({n: [(n + 1) % size] for n in range(size)})
    assert cycle is not None and len(cycle) == size


def test_a_stored_cycle_is_damage() -> None:
    with pytest.raises(StoreDamaged):
        Closure([1, 2], [[1], [0]])
