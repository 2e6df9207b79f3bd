"""Histories: the same changes as differences show, code by code; label kinds in turn; concepts that change codes."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import Registry
from registry.entities.records import ConceptRecord, Designation
from registry.entities.results import Change, SpanChange
from tests.registry.making import DEMO, PLAIN, concept, load

KINDS = ("label.full", "label.short")
CODES = ("A00", "A00.0", "A00.1", "B00", "B00.9")
TEXTS = ("Kolera", "Uspesifisert sykdom", "Residiv")
_YEARS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.fixed_dictionaries(dict.fromkeys(CODES, st.sampled_from(TEXTS)))),
    min_size=2,
    max_size=5,
)


def _of(changes: list[Change], code: str) -> list[tuple[str, list[str], list[str], list[str]]]:
    found = [c for c in changes if code in {x.code for x in (*c.inputs, *c.outputs)}]
    return [(c.type, c.aspects, [x.code for x in c.inputs], [x.code for x in c.outputs]) for c in found]


def _spans(registry: Registry, code: str) -> list[tuple[str, SpanChange]]:
    spans = registry.history("demo-icd", code).spans
    return [(s.from_version, s.change) for s in spans if s.change is not None]


@settings(max_examples=25, deadline=None)
@given(_YEARS)
def test_history_and_differences_agree_where_kinds_of_label_change(years: list[Any]) -> None:
    """Between versions of one kind that follow each other, history says exactly what the difference says."""
    with tempfile.TemporaryDirectory() as folder, Registry.open(str(Path(folder) / "r.sqlite")) as registry:
        for year, (kind, codes) in enumerate(years, 2010):
            load(registry, str(year), codes, label=kind)
        shown = {code: _spans(registry, code) for code in CODES}
        rows = list(registry.history_rows("demo-icd"))
        for kind in KINDS:
            labels = [str(year) for year, (k, _) in enumerate(years, 2010) if k == kind]
            for old, new in pairwise(labels):
                changes = registry.diff("demo-icd", old, new).changes
                for code in CODES:
                    spans = [c for label, c in shown[code] if label == new]
                    assert [(c.type, c.aspects, c.from_, c.to) for c in spans] == _of(changes, code)
                    between = (None, None) if int(new) == int(old) + 1 else (old, new)
                    assert all((c.after, c.by) == between for c in spans)
        for code in CODES:
            begun = [r["change"] for r in rows if r["code"] == code and r["change"]]
            assert begun == [c.type for _, c in shown[code]]


def test_rows_of_histories_name_the_ancestors_that_the_hierarchy_has(registry: Registry) -> None:
    """The parents of the source count, not the code; ancestors that change further up begin another interval."""
    for year, above in (("2020", "A"), ("2021", "A"), ("2022", "D"), ("2024", "D")):
        records = [concept("A", "a"), concept("D", "d"), concept("B", "b", parents=(above,))]
        records.append(concept("C", "c", parents=("B",)))
        load(registry, year, records, system=DEMO, facets=("label.full", "hierarchy"))
    rows = [r for r in registry.history_rows("demo-icd") if r["code"] == "C"]
    assert [(r["valid_from"], r["valid_to"], r["ancestors"]) for r in rows] == [
        ("2020-01-01", "2022-01-01", "B A"),
        ("2022-01-01", "2023-01-01", "B D"),
        ("2024-01-01", "2025-01-01", "B D"),
    ]
    assert {(r["from_version"], r["to_version"]) for r in rows} == {("2020", "2024")}


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from((*CODES, "A00.10")), st.sampled_from(TEXTS), min_size=1),
        min_size=2,
        max_size=4,
    )
)
def test_history_and_differences_agree_where_codes_come_and_go(years: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder, Registry.open(str(Path(folder) / "r.sqlite")) as registry:
        for year, codes in enumerate(years, 2010):
            load(registry, str(year), codes)
        for year in range(2011, 2010 + len(years)):
            changes = registry.diff("demo-icd", str(year - 1), str(year)).changes
            for code in (*CODES, "A00.10"):
                spans = registry.history("demo-icd", code).spans
                begun = [s.change for s in spans if s.change and s.from_version == str(year)]
                ended = [s.ended for s in spans if s.ended and s.to_version == str(year - 1)]
                found = [(c.type, c.aspects, c.from_, c.to) for c in (*begun, *ended)]
                assert found == _of(changes, code), (year, code)


def test_a_change_between_two_full_texts_is_found_past_a_short_one(registry: Registry) -> None:
    for year, text, kind in (
        ("2010", "Hjernerystelse", KINDS[0]),
        ("2011", "Hj.ryst.", KINDS[1]),
        ("2013", "Intrakraniell skade", KINDS[0]),
    ):
        load(registry, year, {"S06.0": text}, label=kind)
    first, second = registry.history("demo-icd", "S06.0").spans
    assert (first.display, first.displays, first.to_version) == (
        "Hjernerystelse",
        ["Hjernerystelse", "Hj.ryst."],
        "2011",
    )
    assert (second.display, second.change and second.change.type) == ("Intrakraniell skade", "relabelled")
    assert second.change is not None and (second.change.after, second.change.by) == ("2010", "2013")


def _keyed(code: str, key: str, text: str) -> ConceptRecord:
    return ConceptRecord(code=code, key=key, designations=(Designation("label.full", text, "nb"),))


@pytest.fixture
def recoded(registry: Registry) -> Registry:
    """urn:1 stood under A, then B, then C; urn:2 took A over."""
    for year, records in (
        ("2010", [_keyed("A", "urn:1", "en")]),
        ("2011", [_keyed("B", "urn:1", "en")]),
        ("2012", [_keyed("C", "urn:1", "en"), _keyed("A", "urn:2", "to")]),
    ):
        load(registry, year, records, system=PLAIN)
    return registry


@pytest.mark.parametrize(
    ("code", "concepts"), [("A", {"urn:1", "urn:2"}), ("B", {"urn:1"}), ("C", {"urn:1"})]
)
def test_a_concept_is_found_under_each_of_its_codes(recoded: Registry, code: str, concepts: set[str]) -> None:
    spans = recoded.history("plain", code).spans
    assert {s.concept for s in spans} == concepts
    first = [(s.code, s.from_version, s.change and s.change.type) for s in spans if s.concept == "urn:1"]
    assert first == [("A", "2010", None), ("B", "2011", "recoded"), ("C", "2012", "recoded")]
    assert [(s.code, s.display) for s in spans if s.concept == "urn:2"] == (
        [("A", "to")] if code == "A" else []
    )


def test_the_exported_history_has_every_stretch_once_under_its_code(recoded: Registry) -> None:
    rows = [(r["code"], r["concept"], r["from_version"]) for r in recoded.history_rows("plain")]
    assert rows == [
        ("A", "urn:1", "2010"),
        ("A", "urn:2", "2012"),
        ("B", "urn:1", "2011"),
        ("C", "urn:1", "2012"),
    ]


def test_the_export_names_the_event_that_ended_a_code_as_the_difference_does(registry: Registry) -> None:
    load(
        registry,
        "2010",
        {"Z22.3": "Bærer", "Z22.30": "Latent tuberkulose", "Z22.38": "Annen", "Z99": "Annet"},
    )
    load(registry, "2011", {"Z22.3": "Bærer", "Z22.7": "Latent tuberkulose"})
    ends = {r["code"]: r["ends"] for r in registry.history_rows("demo-icd") if r["ends"]}
    changes = registry.diff("demo-icd", "2010", "2011").changes
    events = {i.code: c.type for c in changes for i in c.inputs if i.code in ends}
    assert ends == events
    assert ends["Z22.38"] == "taken_over"
