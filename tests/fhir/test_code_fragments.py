"""A list of codes expanded by the table of codes is the list expanded by ids."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.fhir.operations.code_fragments import fragments_of_codes, write_codes
from api.fhir.operations.entry_cache import EntryCache
from api.fhir.server.app import FhirApp
from registry.content.memory import MemoryView
from registry.content.view import ViewInfo
from registry.entities.records import ConceptRecord, Designation
from registry.terminology.registry_catalog import RegistryCatalog
from tests.fhir.test_fast_path import SET, URL, ask, catalog, made
from tests.fhir.test_sent_value_sets import body_of
from tests.fhir.test_tree_text import shape

__all__ = ["catalog"]

CODES = st.lists(st.sampled_from(["F", "F1", "F2", "F9", "F1a", "f1", "none", ""]), min_size=1, max_size=5)
MORE: list[list[dict[str, Any]]] = [
    [], [{"name": "activeOnly", "valueBoolean": True}], [{"name": "count", "valueInteger": 1}, {"name": "offset", "valueInteger": 1}],
    [{"name": "count", "valueInteger": 0}], [{"name": "filter", "valueString": "apple"}], [{"name": "displayLanguage", "valueCode": "nb"}],
    [{"name": "includeDesignations", "valueBoolean": True}], [{"name": "date", "valueDate": "2020-05-01"}],
    [{"name": "system-version", "valueUri": URL + "|2020"}], [{"name": "limit", "valueInteger": 1}],
]  # fmt: skip


@pytest.fixture(scope="module")
def warm(catalog: RegistryCatalog) -> FhirApp:
    app = made(catalog, memoise=False)
    app.warm_up()
    return app


@st.composite
def includes(draw: st.DrawFn) -> dict[str, Any]:
    found: dict[str, Any] = {"system": URL, "concept": [{"code": c} for c in draw(CODES)]}
    found |= draw(st.sampled_from([{}, {}, {}, {"version": "2020"}, {"valueSet": [SET]}]))
    if draw(st.integers(0, 9)) == 0:
        found["concept"][0]["display"] = "Its own"
    return found


@settings(max_examples=300, deadline=None)
@given(
    st.lists(includes(), min_size=1, max_size=2),
    st.lists(includes(), max_size=1),
    st.sampled_from(MORE),
    st.sampled_from([{}, {"inactive": False}]),
)
def test_lists_are_the_same_by_code_and_by_id(
    warm: FhirApp, included: list[Any], excluded: list[Any], more: list[Any], other: dict[str, Any]
) -> None:
    compose = {"include": included, **({"exclude": excluded} if excluded else {}), **other}
    sent = {"name": "valueSet", "resource": {"resourceType": "ValueSet", "compose": compose}}
    body = orjson.dumps({"resourceType": "Parameters", "parameter": [sent, *more]})
    by_code = ask(warm, "/r5/ValueSet/$expand", "", {}, body)
    with patch.object(EntryCache, "whole_list", lambda *_: None):
        by_id = ask(warm, "/r5/ValueSet/$expand", "", {}, body)
    assert (by_code[0], shape(by_code[1])) == (by_id[0], shape(by_id[1]))


def test_a_plain_list_takes_the_table(warm: FhirApp) -> None:
    body = body_of(["F2", "F1"])
    with patch.object(EntryCache, "flat", side_effect=AssertionError("expanded by id")):
        status, answer = ask(warm, "/ValueSet/$expand", "", {}, body)
    assert status == 200
    assert [entry["code"] for entry in orjson.loads(answer)["expansion"]["contains"]] == ["F2", "F1"]


def view_of(*codes: str) -> MemoryView:
    records = [ConceptRecord(code=c, designations=(Designation(kind="display", text=c * 2),)) for c in codes]
    return MemoryView(ViewInfo(system="", url="s", version="1"), records)


def test_the_table_has_the_codes_as_the_version_writes_them() -> None:
    view = view_of("A", 'B"é', "C")
    write_codes(view, None)
    assert fragments_of_codes(view, None, ["C", 'B"é']) == [
        b'"code":"C","display":"CC"',
        '"code":"B\\"é","display":"B\\"éB\\"é"'.encode(),
    ]
    assert fragments_of_codes(view, None, ["A", "A"]) is None, "listed twice"
    assert fragments_of_codes(view, None, ["A", "a"]) is None, "unknown"


def test_the_table_is_written_when_it_is_worth_it() -> None:
    view = view_of("A", "B")
    assert fragments_of_codes(view, None, ["A"]) is fragments_of_codes(view, None, ["B"]) is None
    assert fragments_of_codes(view, None, ["A"]) == [b'"code":"A","display":"AA"']


def test_what_had_to_leave_is_written_again_after_as_many_entries() -> None:
    view = view_of("A", "B")
    write_codes(view, None)
    assert fragments_of_codes(view, None, ["A"])
    for number in range(64):  # as many as a view keeps
        view.kept(number, object)
    assert [bool(fragments_of_codes(view, None, ["A"])) for _ in range(4)] == [False, False, True, True]


def test_a_code_of_two_concepts_is_not_in_the_table() -> None:
    view = view_of("A", "A", "B")
    write_codes(view, None)
    assert fragments_of_codes(view, None, ["B"]) is None
