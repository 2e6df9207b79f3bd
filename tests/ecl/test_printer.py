"""Writing a tree and reading it again gives the same tree, in brief and in long syntax."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.ecl import parse, write
from registry.ecl.nodes import Constraint
from tests.ecl.test_parser import VALID
from tests.ecl.trees import Pools, constraints


@settings(max_examples=400)
@given(tree=constraints(Pools()), long=st.booleans())
def test_what_is_written_is_read_as_the_same_tree(tree: Constraint, long: bool) -> None:
    assert parse(write(tree, long=long)) == tree


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize(("rule", "text"), VALID)
def test_what_is_read_is_written_and_read_again(rule: str, text: str, long: bool) -> None:
    tree = parse(text)
    assert parse(write(tree, long=long)) == tree, rule


def test_brackets_only_where_needed() -> None:
    text = "(<< (404684003 |x|)) AND ((^ (363698007)) OR ((116676008)))"
    assert write(parse(text)) == "<< 404684003 |x| AND (^ 363698007 OR 116676008)"
    assert write(parse("<(<*) {{ C active=1 }}"), long=True) == (
        "descendantOf (descendantOf ANY) {{ C active = true }}"
    )
