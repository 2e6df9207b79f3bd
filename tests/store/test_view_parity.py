"""The view over a stored release against the view in memory: the same answers, whatever the content."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.content.memory import MemoryView
from registry.content.stored import StoredView
from registry.content.view import ContentView, ViewInfo
from registry.entities.records import Coding, ConceptRecord, Designation, Property
from registry.store.engine import Database
from registry.store.states import canonical
from tests.store.world import World

VALUES: st.SearchStrategy[str | int | bool | Coding] = st.sampled_from(
    ["red", "blue", True, 3, Coding("green")]
)
NUMBERS = count()


@st.composite
def contents(draw: st.DrawFn) -> list[ConceptRecord]:
    """Up to eight concepts, by code; a parent is any earlier or later one that makes no cycle."""
    size = draw(st.integers(1, 8))
    order = draw(st.permutations(range(size)))
    records = []
    for at in range(size):
        above = draw(st.lists(st.sampled_from(order[:at]), max_size=2, unique=True)) if at else []
        texts = draw(st.lists(st.sampled_from(["rød løk", "Blå Løk", "øl", "rød"]), max_size=2, unique=True))
        records.append(
            ConceptRecord(
                code=f"C{order[at]}",
                designations=tuple(
                    Designation("display", t, draw(st.sampled_from(["nb", "en"]))) for t in texts
                ),
                parents=tuple(f"C{n}" for n in above),
                properties=tuple(Property("colour", v) for v in draw(st.lists(VALUES, max_size=2))),
                inactive=draw(st.booleans()),
                selectable=draw(st.sampled_from([None, True, False])),
            )
        )
    return sorted(map(canonical, records), key=lambda r: r.code)


def codes(view: ContentView, idents: Iterable[int]) -> list[str]:
    return [view.concept(i).code for i in idents]


def answers(view: ContentView) -> list[object]:
    """Everything a view can be asked, in terms of codes."""
    everything = view.page(view.all(), 0, None)
    found: list[object] = [
        len(view),
        codes(view, everything),
        view.concepts(everything),
        codes(view, view.roots()),
    ]
    found += [
        sorted(codes(view, s)) for s in (view.inactive(), view.not_selectable(), view.with_property("colour"))
    ]
    found += [
        sorted(codes(view, view.property_equals("colour", v))) for v in ("red", "true", "3", "green", "none")
    ]
    found.append([(value, sorted(codes(view, ids))) for value, ids in view.property_values("colour")])
    for ident in everything:
        found += [sorted(codes(view, step(ident))) for step in (view.parents, view.children)]
        found += [sorted(codes(view, step(ident))) for step in (view.ancestors, view.descendants)]
        found += [view.subsumes(ident, other) for other in everything]
        found += [view.display(ident), codes(view, view.page(view.descendants(ident), 1, 2))]
    found += [view.find(code) is not None for code in ("C1", "c1", "C 1", "", "D1")]
    return found


@given(contents())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stored_and_in_memory_answer_alike(database: Database, records: list[ConceptRecord]) -> None:
    world = World(database, rules="plain", slug=f"demo{next(NUMBERS)}")
    stored = world.view(world.add(records))
    assert isinstance(stored, StoredView)
    memory = MemoryView(ViewInfo(system="demo", url="urn:demo", version="2024"), records)
    assert answers(stored) == answers(memory)
