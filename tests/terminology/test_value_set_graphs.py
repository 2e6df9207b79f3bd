"""Value sets that import each other in any shape are answered as by set algebra or refused, within the budget.

Shapes: diamonds, chains in which each value set imports the next several times, cycles, chains deeper than is allowed.
The oracle has no code in common with the evaluation: sets of codes, each value set evaluated once, bottom up.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.content.memory import MemoryView
from registry.content.view import ViewInfo
from registry.entities.budget import Budget
from registry.entities.errors import TooCostly
from registry.entities.records import ConceptRecord, Designation
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.context import Context
from registry.terminology.expand import ExpandRequest, expand
from registry.terminology.validate_code import (
    CodingRequest,
    ElementPath,
    ValidateRequest,
    validate_in_value_set,
)
from registry.terminology.valueset import ConceptReference, Include, ValueSet

SYSTEM, CODES, DEEPEST = "http://a", [f"c{n}" for n in range(12)], 50
STEPS = 300_000  #: plenty for what is generated here, nothing for 2^n


@dataclass(frozen=True)
class Part:
    """An include or exclude: imports by number, listed codes, or both."""

    imports: tuple[int, ...]
    codes: tuple[str, ...]

    def include(self) -> Include:
        listed = tuple(map(ConceptReference, self.codes))
        sets = tuple(f"http://vs/{n}" for n in self.imports)
        return Include(system=SYSTEM if self.codes else "", concepts=listed, value_sets=sets)


@dataclass(frozen=True)
class Node:
    includes: tuple[Part, ...]
    excludes: tuple[Part, ...] = ()

    @property
    def imports(self) -> list[int]:
        return [n for part in (*self.includes, *self.excludes) for n in part.imports]

    def value_set(self, number: int) -> ValueSet:
        return ValueSet(
            url=f"http://vs/{number}",
            version="1",
            includes=tuple(p.include() for p in self.includes),
            excludes=tuple(p.include() for p in self.excludes),
        )


def plain(graph: list[Node]) -> set[str] | str:
    """The codes of value set 0 by set algebra, or why it is refused."""
    height: dict[int, int] = {}
    members: dict[int, set[str]] = {}

    def part(one: Part) -> set[str]:
        groups = [members[n] for n in one.imports]
        return set.intersection(*groups, *([set(one.codes)] if one.codes else []))

    open_now: list[int] = []

    def visit(number: int) -> bool:
        if number in open_now:
            return False
        if number in members:
            return True
        open_now.append(number)
        node = graph[number]
        if not all(visit(n) for n in node.imports):
            return False
        open_now.pop()
        height[number] = 1 + max((height[n] for n in node.imports), default=-1)
        found = set().union(*(part(i) for i in node.includes))
        members[number] = found - set().union(*(part(e) for e in node.excludes))
        return True

    if not visit(0):
        return "VALUESET_CIRCULAR_REFERENCE"
    return "VALUESET_TOO_COSTLY" if height[0] > DEEPEST else members[0]


@st.composite
def parts(draw: st.DrawFn, targets: list[int]) -> Part:
    imports = draw(st.lists(st.sampled_from(targets), max_size=3)) if targets else []
    least = 0 if imports else 1
    codes = draw(st.lists(st.sampled_from(CODES), min_size=least, max_size=4, unique=True))
    return Part(tuple(imports), tuple(codes))


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    """Any graph of up to 10 value sets: imports point forwards, now and then anywhere."""
    size = draw(st.integers(1, 10))
    found = []
    for number in range(size):
        targets = list(range(number + 1, size))
        if draw(st.integers(0, 9)) == 0:
            targets = list(range(size))
        one = parts(targets)
        found.append(
            Node(
                tuple(draw(st.lists(one, min_size=1, max_size=3))),
                tuple(draw(st.lists(one, max_size=1))),
            )
        )
    return found


@st.composite
def chains(draw: st.DrawFn) -> list[Node]:
    """A long chain: each imports the next several times, alone or with another after it; the last lists codes."""
    size = draw(st.integers(2, 60))
    found = []
    for number in range(size - 1):
        below = [number + 1, min(size - 1, number + draw(st.integers(1, 3)))]
        times = draw(st.integers(1, 4))
        found.append(Node(tuple(Part((draw(st.sampled_from(below)),), ()) for _ in range(times))))
    last = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=6, unique=True))
    return [*found, Node((Part((), tuple(last)),))]


def catalog_of(graph: list[Node]) -> tuple[MemoryCatalog, ValueSet]:
    records = [ConceptRecord(code=c, designations=(Designation("display", c),)) for c in CODES]
    catalog = MemoryCatalog()
    catalog.add_code_system(MemoryView(ViewInfo(system="", url=SYSTEM, version="1"), records))
    sets = [node.value_set(n) for n, node in enumerate(graph)]
    for value_set in sets:
        catalog.add_value_set(value_set)
    return catalog, sets[0]


def agree(graph: list[Node]) -> None:
    """Expansion and validation give what the oracle gives, each within the budget."""
    expected = plain(graph)
    catalog, value_set = catalog_of(graph)
    with Budget(steps=STEPS, seconds=60):
        found = expand(Context(catalog), ExpandRequest(value_set=value_set, exclude_nested=True))
    if isinstance(expected, str):
        assert found.problem is not None and found.problem.id == expected
    else:
        assert found.problem is None
        codes = [e.code for e in found.entries]
        assert sorted(codes) == sorted(expected) and found.total == len(expected)
    for code in CODES:
        asked = CodingRequest(SYSTEM, code, ElementPath("Coding"))
        with Budget(steps=STEPS, seconds=60):
            answer = validate_in_value_set(Context(catalog), value_set, ValidateRequest(codings=(asked,)))
        if isinstance(expected, str):
            assert answer.problem is not None and answer.problem.id == expected
        else:
            assert answer.result == (code in expected)


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_any_graph(graph: list[Node]) -> None:
    agree(graph)


@settings(max_examples=40, deadline=None)
@given(chains())
def test_chains_that_would_double_at_every_level(graph: list[Node]) -> None:
    agree(graph)


@pytest.mark.parametrize("length", [25, 51, 52])
@pytest.mark.parametrize("parts_each", [1, 2])
def test_each_includes_the_next_twice(length: int, parts_each: int) -> None:
    """2^n of evaluations, entries or verdicts if anything is done once for each way; as one include, and as two."""
    twice = Node((Part((1, 1), ()),)) if parts_each == 1 else None
    graph = [
        Node((Part((n + 1, n + 1), ()),)) if twice else Node((Part((n + 1,), ()), Part((n + 1,), ())))
        for n in range(length - 1)
    ]
    agree([*graph, Node((Part((), ("c1", "c2")),))])


@settings(max_examples=40, deadline=None)
@given(chains(), st.integers(1, 200))
def test_a_small_budget_ends_the_work_or_changes_nothing(graph: list[Node], steps: int) -> None:
    expected = plain(graph)
    catalog, value_set = catalog_of(graph)
    try:
        with Budget(steps=steps, seconds=60):
            found = expand(Context(catalog), ExpandRequest(value_set=value_set, exclude_nested=True))
    except TooCostly:
        return
    if isinstance(expected, str):
        assert found.problem is not None
    else:
        assert sorted(e.code for e in found.entries) == sorted(expected)
