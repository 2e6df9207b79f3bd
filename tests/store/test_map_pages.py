"""The index of a map's rows finds every code, whatever characters it has."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.store.maps import _index_page, _numbers
from registry.store.tokens import compact_code

CODES = st.text(alphabet='",:[]{}\\\n a1.é', max_size=8).map(compact_code)
INDEXES = st.dictionaries(CODES, st.lists(st.integers(0, 999), min_size=1, max_size=3), max_size=8)


@given(INDEXES, CODES)
@settings(max_examples=200, deadline=None)
def test_a_code_is_found_as_in_the_json(index: dict[str, list[int]], other: str) -> None:
    page = _index_page([*index.items()])
    plain = json.loads(b"{" + page[1:]) if index else {}
    for code in [*index, other]:
        assert _numbers(page, code) == plain.get(code, [])
