"""The codes of a system in memory: the same states whether found by a dictionary or by the order of the codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from registry.store import code_order
from registry.store.code_order import SystemCodes

texts = st.text(alphabet="AB.1å", max_size=4)


@given(st.dictionaries(st.integers(0, 60), texts, max_size=40), st.sets(st.integers(0, 60)), st.booleans())
def test_codes_are_found_as_in_the_rows(listed: dict[int, str], chosen: set[int], large: bool) -> None:
    members = BitMap(chosen)
    with pytest.MonkeyPatch.context() as patch:
        if large:
            patch.setattr(code_order, "_DICTIONARY", 0)
        rows = sorted((code, i) for i, code in listed.items())
        found = SystemCodes([(i, code, code.replace(".", "")) for code, i in rows])
    wanted = [*listed.values(), "C", "A\x00B"]
    every = [sorted(i for i, other in listed.items() if other == code) for code in wanted]
    assert [list(found.states(code)) for code in wanted] == every
    for code, states in zip(wanted, every, strict=True):
        assert found.find(code, members) in (set(states) & chosen or {None})
    assert found.find_many(wanted, members) == [found.find(code, members) for code in wanted]
    order = sorted(set(listed.values()))
    assert [found.node(code) for code in wanted] == [order.index(c) if c in order else -1 for c in wanted]
