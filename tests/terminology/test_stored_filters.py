"""The filters of ``test_filters`` over stored content, on each database."""

from __future__ import annotations

from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.entities.records import ConceptRecord
from registry.store.opening import open_database
from registry.terminology.valueset import Filter
from tests.store.world import World
from tests.terminology.test_filters import DECLARED, conditions, contents, meets, selected

NUMBERS = count()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents(), st.lists(conditions, min_size=1, max_size=10))
def test_a_filter_compares_what_is_stated_in_stored_content(
    database: str, records: list[ConceptRecord], wanted: list[Filter]
) -> None:
    opened = open_database(database)
    try:
        world = World(opened, rules="plain", slug=f"filters{next(NUMBERS)}")
        view = world.view(world.add(records), properties=DECLARED)
        for condition in wanted:
            assert selected(view, condition) == {r.code for r in records if meets(r, condition)}
    finally:
        opened.close()
