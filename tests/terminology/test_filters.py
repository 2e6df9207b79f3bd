"""Filters on properties against a reading of the decision table, over a view in memory."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.content.memory import MemoryView
from registry.content.view import ContentView, ViewInfo
from registry.entities.records import ConceptRecord, Designation, Property, PropertyDefinition
from registry.terminology import filters
from registry.terminology.issues import Unanswerable
from registry.terminology.valueset import Filter

DECLARED = tuple(PropertyDefinition(n, "string") for n in ("colour", "notSelectable", "status", "inactive"))
VALUES = ("red", "Red", "RED", "true", "True", "false")
HIERARCHY = ("is-a", "is-not-a", "descendent-of", "descendent-leaf", "child-of", "generalizes")


@st.composite
def contents(draw: st.DrawFn) -> list[ConceptRecord]:
    """Up to six concepts with several, one or no value of a property."""
    records = []
    for number in range(draw(st.integers(1, 6))):
        stated = draw(st.lists(st.sampled_from(VALUES), max_size=2, unique=True))
        flags = draw(st.sampled_from([[], [Property("notSelectable", True, "boolean")]]))
        records.append(
            ConceptRecord(
                code=f"c{number}",
                designations=(Designation("display", f"Text {number}"),),
                properties=(*(Property("colour", v, "string") for v in stated), *flags),
                inactive=draw(st.booleans()),
                selectable=draw(st.sampled_from([None, True, False])),
            )
        )
    return records


def texts(record: ConceptRecord, name: str) -> set[str]:
    """What the record states of a property; ``inactive`` is worked out."""
    if name == "inactive":
        return {"true" if record.inactive else "false"}
    return {"true" if p.value is True else str(p.value) for p in record.properties if p.code == name}


def meets(record: ConceptRecord, condition: Filter) -> bool:
    """The decision table, row by row."""
    own, value = texts(record, condition.property), condition.value or ""
    return {
        "=": value in own,
        "in": bool(own & set(value.split(","))),
        "not-in": not own & set(value.split(",")),
        "exists": bool(own) is (value == "true"),
        "regex": any(re.fullmatch(value, text) for text in own),
    }[condition.op]


conditions = st.builds(
    Filter,
    st.sampled_from(["colour", "notSelectable", "inactive", "status"]),
    st.sampled_from(["=", "in", "not-in", "regex"]),
    st.sampled_from([*VALUES, "red,Red", "true,false"]),
) | st.builds(
    Filter, st.sampled_from(["colour", "inactive"]), st.just("exists"), st.sampled_from(["true", "false"])
)


def selected(view: ContentView, condition: Filter) -> set[str]:
    return {view.concept(i).code for i in filters.apply(view, condition)}


@settings(max_examples=300, deadline=None)
@given(contents(), conditions)
def test_a_filter_compares_what_is_stated(records: list[ConceptRecord], condition: Filter) -> None:
    view = MemoryView(ViewInfo(system="", url="http://s", version="1", properties=DECLARED), records)
    assert selected(view, condition) == {r.code for r in records if meets(r, condition)}


@pytest.mark.parametrize("op", HIERARCHY)
@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("concept", "nowhere", "FILTER_UNKNOWN_CODE"),
        ("code", "C1", "FILTER_UNKNOWN_CODE"),
        ("colour", "c1", "FILTER_NOT_UNDERSTOOD"),
        ("concept", "c1", ""),
    ],
)
def test_an_operator_of_the_hierarchy_needs_a_concept(op: str, name: str, value: str, problem: str) -> None:
    records = [ConceptRecord(code="c1"), ConceptRecord(code="c2", parents=("c1",))]
    view = MemoryView(ViewInfo(system="", url="http://s", version="1", properties=DECLARED), records)
    if not problem:
        assert selected(view, Filter(name, op, value)) <= {"c1", "c2"}
        return
    with pytest.raises(Unanswerable) as stopped:
        filters.apply(view, Filter(name, op, value), ("include", 0, "filter", 1))
    assert (stopped.value.issue.id, stopped.value.issue.place) == (problem, ("include", 0, "filter", 1))


def test_exists_is_true_or_false() -> None:
    view = MemoryView(ViewInfo(system="", url="http://s", version="1", properties=DECLARED), [])
    with pytest.raises(Unanswerable) as stopped:
        filters.apply(view, Filter("colour", "exists", "yes"))
    assert stopped.value.issue.id == "FILTER_NOT_UNDERSTOOD"
