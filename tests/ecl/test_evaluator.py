"""The evaluator on bitmaps and packed columns agrees with a slow one on plain sets, for every form of the language."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from registry.ecl import parse, write
from registry.ecl.evaluator import Evaluated, evaluate
from registry.ecl.nodes import Constraint, MemberOf
from registry.entities.errors import EclError
from tests.ecl.slow_evaluator import Refused, SlowEvaluator
from tests.ecl.test_parser import VALID
from tests.ecl.trees import constraints, focused
from tests.ecl.world import POOLS, World, edition_of, world

SEEDS = 6
WORLDS = [world(seed) for seed in range(SEEDS)]
EDITIONS = [edition_of(made) for made in WORLDS]


def names(number: int, found: Evaluated) -> set[str]:
    """The identifiers of a result."""
    return {EDITIONS[number].concepts.ids[n] for n in found.concepts}


def slow(made: World, tree: Constraint) -> object:
    """The result of the slow evaluator; None if it refuses."""
    evaluator = SlowEvaluator(made)
    try:
        if isinstance(tree, MemberOf) and tree.fields is not None:
            return evaluator.projected(tree)
        return evaluator.concepts(tree)
    except Refused:
        return None


def fast(number: int, tree: Constraint) -> object:
    """The result of the evaluator in the same form."""
    try:
        found = evaluate(EDITIONS[number], tree)
    except EclError as error:
        assert error.kind == "semantic"
        return None
    return names(number, found) if found.projection is None else found.projection.rows


def agree(number: int, tree: Constraint) -> None:
    """Compares both results; a part that is refused may be left out by one of them, if nothing depends on it."""
    expected, found = slow(WORLDS[number], tree), fast(number, tree)
    assume(expected is not None and found is not None)
    assert found == expected, write(tree)


@settings(max_examples=500)
@given(number=st.integers(0, SEEDS - 1), tree=constraints(POOLS, depth=2))
def test_both_evaluators_agree(number: int, tree: Constraint) -> None:
    agree(number, tree)


FOCUSED = focused(POOLS)


@pytest.mark.parametrize("form", FOCUSED)
def test_both_evaluators_agree_on_each_form(form: str) -> None:
    @settings(max_examples=150)
    @given(number=st.integers(0, SEEDS - 1), tree=FOCUSED[form])
    def check(number: int, tree: Constraint) -> None:
        agree(number, tree)

    check()


@pytest.mark.slow
@settings(max_examples=3000)
@given(number=st.integers(0, SEEDS - 1), tree=constraints(POOLS, depth=3))
def test_both_evaluators_agree_on_many_constraints(number: int, tree: Constraint) -> None:
    agree(number, tree)


@pytest.mark.parametrize(("rule", "text"), VALID)
def test_every_form_is_evaluated_on_an_almost_empty_release(rule: str, text: str) -> None:
    """A release without metadata, descriptions and members: nothing is found, nothing fails in another way."""
    made = World(active={"138875005": True}, module={"138875005": ""}, effective={}, status={"138875005": ""})
    try:
        found = evaluate(edition_of(made), parse(text))
    except EclError as error:
        assert error.kind == "semantic"
    else:
        assert len(found.concepts) <= 1, rule


def test_unknown_and_inactive_concepts_are_warnings() -> None:
    inactive = next(c for c, active in WORLDS[0].active.items() if not active)
    found = evaluate(EDITIONS[0], parse(f"404684003 OR {inactive}"))
    assert not found.concepts and [w.split()[0] for w in found.warnings] == ["404684003", inactive]
    widened = evaluate(EDITIONS[0], parse(f"{inactive} {{{{ C active = 0 }}}}"))
    assert names(0, widened) == {inactive} and not widened.warnings
