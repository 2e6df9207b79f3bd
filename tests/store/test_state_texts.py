"""Texts of states: what was put is found, within the limit, whatever else is written."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.store.cache import Caches
from registry.store.state_texts import StateTexts, StateTextTables

IDENTS = st.integers(0, 5000)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(IDENTS, st.binary(max_size=20))), st.lists(IDENTS))
def test_many_texts_are_those_of_each(put: list[tuple[int, bytes]], asked: list[int]) -> None:
    table, expected = StateTexts(), dict(put)
    for ident, text in put:
        table.put(ident, text)
    assert table.get_many(asked) == [table.get(i) for i in asked] == [expected.get(i) for i in asked]


def test_what_is_used_stays_and_the_rest_goes() -> None:
    tables = StateTextTables(60_000)
    table = tables.table("one way")
    table.put(1, b"used")
    for ident in range(2, 4000):
        table.put(ident, b"x" * 70)
        assert table.get(1) == b"used" and table.get_many([1, ident]) == [b"used", b"x" * 70]
    assert len(table) < 600
    assert tables.weight <= 60_000
    assert table.get(2) is None


def test_tables_out_of_use_are_dropped() -> None:
    tables = StateTextTables(100_000)
    held = tables.table(0)
    held.put(1, b"old")
    for key in range(1, 400):
        tables.table(key)
    assert held.get(1) is None, "a table that was dropped ages as well"
    assert len(tables._tables) <= 200


def test_common_parts_have_numbers() -> None:
    table = StateTexts()
    first = table.share(b"common")
    assert first is not None and table.share(b"common") == first
    assert table.shared(first) == b"common"
    numbers = {table.share(b"%d" % n) for n in range(5000)}
    assert None in numbers and len(numbers) <= 2001


def test_figures_name_them_and_clear_empties_them() -> None:
    caches = Caches()
    table = caches.state_texts.table("look")
    table.put(7, b"seven")
    (figure,) = caches.figures()
    assert (figure.name, figure.entries) == ("texts of states", 1) and figure.weight > 0
    caches.clear()
    assert table.get(7) is None
    assert caches.figures()[0].weight == 0
