"""The decision tables of an expansion's shape: when it is a tree, which status of a concept it shows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.content.memory import MemoryView
from registry.content.view import ViewInfo
from registry.entities.annotations import STANDARDS_STATUS, Annotation
from registry.entities.records import ConceptRecord, Designation, Property
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.context import Context
from registry.terminology.entries import Entry
from registry.terminology.expand import ExpandRequest, Expansion, expand
from registry.terminology.valueset import ConceptReference, Filter, Include, ValueSet

URL = "http://s"
WHOLE = Include(system=URL)
BELOW = Include(system=URL, filters=(Filter("concept", "is-a", "a"),))
LISTED = Include(system=URL, concepts=(ConceptReference("a"), ConceptReference("ab")))
INNER = ValueSet(url="http://inner", includes=(WHOLE,))


def context(*records: ConceptRecord) -> Context:
    catalog = MemoryCatalog()
    catalog.add_code_system(MemoryView(ViewInfo(system="s", url=URL, version="1"), records))
    catalog.add_value_set(INNER)
    return Context(catalog)


def record(code: str, *parents: str, **more: Any) -> ConceptRecord:
    return ConceptRecord(
        code=code, designations=(Designation("display", f"Text {code}"),), parents=parents, **more
    )


def opened(value_set: ValueSet, *records: ConceptRecord, **request: Any) -> Expansion:
    found = expand(context(*records), ExpandRequest(value_set=value_set, **request))
    assert found.problem is None
    return found


@pytest.mark.parametrize(
    ("includes", "excludes", "request_", "tree"),
    [
        ((WHOLE,), (), {}, True),
        ((WHOLE,), (), {"exclude_nested": False}, True),
        ((BELOW,), (), {}, True),
        ((BELOW,), (), {"filter": "text"}, True),
        ((WHOLE,), (), {"filter": "text"}, False),
        ((WHOLE,), (), {"exclude_nested": True}, False),
        ((LISTED,), (), {}, False),
        ((BELOW, WHOLE), (), {}, False),
        ((WHOLE,), (LISTED,), {}, False),
        ((Include(value_sets=(INNER.url,)),), (), {}, False),
        ((WHOLE,), (), {"count": 1}, False),
        ((WHOLE,), (), {"offset": 1}, False),
        ((WHOLE,), (), {"count": 3}, True),
    ],
)
def test_an_expansion_is_a_tree_only_for_one_include(
    includes: tuple[Include, ...], excludes: tuple[Include, ...], request_: dict[str, Any], tree: bool
) -> None:
    value_set = ValueSet(url="http://vs", includes=includes, excludes=excludes)
    records = (record("a"), record("ab", "a"), record("abc", "ab"))
    answer = opened(value_set, *records, **request_)
    assert any(e.contains for e in answer.entries) is tree


@st.composite
def forests(draw: st.DrawFn) -> dict[str, tuple[str, ...]]:
    """Codes with their parents, each of which comes before its children."""
    made: dict[str, tuple[str, ...]] = {}
    for number in range(draw(st.integers(1, 8))):
        above = st.lists(st.sampled_from(sorted(made)), max_size=2, unique=True) if made else st.just([])
        made[f"c{number}"] = tuple(draw(above))
    return made


def below(parents: dict[str, tuple[str, ...]], root: str) -> set[str]:
    """The code with all below it."""
    found = {root}
    for code, above in parents.items():  # parents come first
        if found.intersection(above):
            found.add(code)
    return found


def edges(entries: list[Entry], above: str = "") -> set[tuple[str, str]]:
    """(parent, code) of every entry; an empty parent on top."""
    found = {(above, e.code) for e in entries}
    return found.union(*(edges(e.contains, e.code) for e in entries))


@settings(max_examples=150)
@given(forests(), st.booleans(), st.booleans())
def test_every_member_is_once_in_the_tree_under_its_first_parent_that_belongs(
    parents: dict[str, tuple[str, ...]], whole: bool, flat: bool
) -> None:
    """Plain loops over the parents, in the order of the system: R5 ValueSet.expansion.contains.contains."""
    only = Include(system=URL, filters=(Filter("concept", "is-a", "c0"),))
    members = set(parents) if whole else below(parents, "c0")
    answer = opened(
        ValueSet(url="http://vs", includes=(WHOLE if whole else only,)),
        *(record(code, *above) for code, above in parents.items()),
        exclude_nested=flat,
    )
    expected = {
        ("" if flat else next((p for p in sorted(parents[c]) if p in members), ""), c) for c in members
    }
    assert edges(answer.entries) == expected
    assert answer.total == len(members)


MARKED = (Annotation(STANDARDS_STATUS, "Code", "deprecated"),)


@pytest.mark.parametrize(
    ("inactive", "status", "annotations", "shown"),
    [
        (False, "", (), ""),
        (False, "active", (), ""),
        (False, "deprecated", (), ""),
        (True, "retired", (), "retired"),
        (True, "", (), ""),
        (False, "", MARKED, "deprecated"),
        (True, "", MARKED, "deprecated"),
        (True, "retired", MARKED, "retired"),
    ],
)
def test_the_status_of_a_concept_is_shown_where_it_is_inactive(
    inactive: bool, status: str, annotations: tuple[Annotation, ...], shown: str
) -> None:
    properties = (Property("status", status, "code"),) if status else ()
    one = record("a", inactive=inactive, properties=properties, annotations=annotations)
    entry = opened(ValueSet(url="http://vs", includes=(WHOLE,)), one).entries[0]
    assert [value for code, _, value in entry.properties if code == "status"] == ([shown] if shown else [])
