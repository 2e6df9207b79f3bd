"""Typed changes: a table of pairs of small lists and the event that each must give (DOMAIN, change types)."""

from __future__ import annotations

from typing import Any

import pytest

from registry import Registry
from registry.entities.records import ConceptRecord, Coverage, Designation, Note, Property
from registry.systems.icpc2 import DIAGNOSES
from tests.registry.making import DEMO, PLAIN, concept, load

ICPC = DEMO.__class__(slug="icpc-2-no", language="nb", end_rule="calendar-year", access="open")


def _two(registry: Registry, old: Any, new: Any, **more: Any) -> list[tuple[str, list[str], list[str]]]:
    load(registry, "2020", old, **more)
    load(registry, "2021", new, **more)
    slug = more.get("system", DEMO).slug
    found = registry.diff(slug, "2020", "2021")
    return [(c.type, [x.code for x in c.inputs], [x.code for x in c.outputs]) for c in found.changes]


K638 = {"K63.8": "Andre spesifiserte sykdommer i tarm"}
TABLE = {
    "a surviving code that gains a child": (
        K638, K638 | {"K63.80": "Kort tarm"}, [("split_off", ["K63.8"], ["K63.8", "K63.80"])]),
    "a code replaced by longer ones": (
        {"D37.0": "Svulst"}, {"D37.00": "Svulst a", "D37.01": "Svulst b"}, [("split", ["D37.0"], ["D37.00", "D37.01"])]),
    "longer codes folded into the code that stays": (
        K638 | {"K63.80": "Kort tarm"}, K638, [("taken_over", ["K63.80", "K63.8"], ["K63.8"])]),
    "longer codes replaced by the shorter": (
        {"D37.00": "Svulst a", "D37.01": "Svulst b"}, {"D37.0": "Svulst"}, [("merged", ["D37.00", "D37.01"], ["D37.0"])]),
    "a new code": ({"A00": "x"}, {"A00": "x", "B00": "y"}, [("created", [], ["B00"])]),
    "a code that went": ({"A00": "x", "B00": "y"}, {"A00": "x"}, [("deleted", ["B00"], [])]),
    "typography": (
        {"A66.8": 'Latent "yaws"'}, {"A66.8": "Latent «yaws»"}, [("clarified", ["A66.8"], ["A66.8"])]),
    "another text": (
        {"S06.01": "Hjernerystelse;med åpent sår"}, {"S06.01": "Hjernerystelse;med åpen intrakraniell skade"},
        [("relabelled", ["S06.01"], ["S06.01"])]),
    "a reserve code that gets a meaning": (
        {"U07.1": "Bruk av U07.1 for beredskapsformål"}, {"U07.1": "Covid-19"}, [("activated", ["U07.1"], ["U07.1"])]),
    "nothing": (K638, K638, []),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_lists(registry: Registry, case: str) -> None:
    old, new, expected = TABLE[case]
    assert _two(registry, old, new) == expected


FACETS = ("label.full", "notes", "hierarchy", "selectable", "inactive", "property:weight")


def _rich(**more: Any) -> list[ConceptRecord]:
    return [concept("B00", "Overordnet"), concept("B01", "Annen"), concept("A00", "Kolera", **more)]


@pytest.mark.parametrize(
    ("before", "after", "kind", "automatic"),
    [
        (
            {"notes": (Note("inclusion", "tarm"),)},
            {"notes": (Note("inclusion", "mage"),)},
            "criteria_changed",
            False,
        ),
        (
            {"notes": (Note("inclusion", "tarm"),)},
            {"notes": (Note("inclusion", "Tarm."),)},
            "clarified",
            True,
        ),
        ({"parents": ("B00",)}, {"parents": ("B01",)}, "reparented", True),
        ({"selectable": True}, {"selectable": False}, "retired_for_use", False),
        ({"inactive": False}, {"inactive": True}, "inactivated", False),
        ({"inactive": True}, {"inactive": False}, "reactivated", True),
        (
            {"properties": (Property("weight", "1"),)},
            {"properties": (Property("weight", "2"),)},
            "property_changed",
            True,
        ),
    ],
)
def test_facets(registry: Registry, before: Any, after: Any, kind: str, automatic: bool) -> None:
    events = _two(registry, _rich(**before), _rich(**after), system=PLAIN, facets=FACETS)
    assert events == [(kind, ["A00"], ["A00"])]
    change = registry.diff("plain", "2020", "2021").changes[0]
    assert (change.automatic_forward, change.source) == (automatic, "derived")


def test_the_gravest_aspect_gives_the_type_and_all_are_named(registry: Registry) -> None:
    old, new = _rich(parents=("B00",), selectable=True), _rich(parents=("B01",), selectable=False)
    _two(registry, old, new, system=PLAIN, facets=FACETS)
    assert registry.diff("plain", "2020", "2021").changes[0].aspects == ["retired_for_use", "reparented"]


def test_short_and_full_texts_are_not_compared(registry: Registry) -> None:
    full, short = {"A00": "Kolera som skyldes vibrio"}, {"A00": "Kolera s. sk. vibr."}
    for year, codes, label in (
        ("2019", full, "label.full"),
        ("2020", short, "label.short"),
        ("2021", full, "label.full"),
    ):
        load(registry, year, codes, label=label)
    for a, b in (("2019", "2020"), ("2020", "2021"), ("2019", "2021")):
        assert registry.diff("demo-icd", a, b).changes == []
    assert registry.diff("demo-icd", "2019", "2020").not_comparable == {"label.full": 1, "label.short": 1}
    (span,) = registry.history("demo-icd", "A00").spans
    assert (span.from_version, span.to_version, len(span.displays)) == ("2019", "2021", 2)


def test_a_header_that_gains_a_child_stays_what_it_was(registry: Registry) -> None:
    header = concept("C43.1", "Øyelokk", selectable=False)
    old, leaf = concept("C43.11", "Høyre", selectable=True), concept("C43.12", "Venstre", selectable=True)
    assert _two(registry, [header, old], [header, old, leaf], facets=FACETS) == [("created", [], ["C43.12"])]


def test_a_code_that_becomes_a_header_is_split_off(registry: Registry) -> None:
    old = [concept("C43.11", "Høyre", selectable=True)]
    new = [concept("C43.11", "Høyre", selectable=False), concept("C43.111", "Høyre øvre", selectable=True)]
    assert _two(registry, old, new, facets=FACETS) == [("split_off", ["C43.11"], ["C43.11", "C43.111"])]
    change = registry.diff("demo-icd", "2020", "2021").changes[0]
    assert change.aspects == ["split_off", "retired_for_use"]


def test_absence_outside_the_coverage_is_no_deletion(registry: Registry) -> None:
    load(registry, "2019", {"-54": "Sutur", "A01": "Smerte"}, system=ICPC)
    narrow = Coverage("subset", "without-process-codes", DIAGNOSES)
    load(registry, "2023", {"A01": "Smerte"}, system=ICPC, coverage=narrow)
    load(registry, "2025", {"A01": "Smerte", "A02": "Frysninger"}, system=ICPC, coverage=narrow)
    first = registry.diff("icpc-2-no", "2019", "2023")
    assert (first.changes, first.not_comparable, first.removed) == ([], {"codes": 1}, [])
    assert registry.diff("icpc-2-no", "2023", "2025").counts == {"created": 1}
    (span,) = registry.history("icpc-2-no", "L54").spans
    assert (span.to_version, span.ends) == ("2019", "outside_coverage")
    assert registry.lookup("icpc-2-no", "-54", version="2023").reason == "outside_coverage"
    assert registry.validity("icpc-2-no", "A99", on="2023-03-01").reason == "unknown_code"


def test_a_fragment_says_nothing_of_what_it_leaves_out(registry: Registry) -> None:
    load(registry, "2020", {"A00": "x", "A01": "y"})
    load(registry, "2021", {"A00": "x"}, coverage=Coverage("fragment"))
    assert registry.diff("demo-icd", "2020", "2021").changes == []


def test_a_code_that_comes_back_is_reactivated(registry: Registry) -> None:
    for year, codes in (
        ("2019", {"A00": "x", "B00": "y"}),
        ("2020", {"A00": "x"}),
        ("2021", {"A00": "x", "B00": "y"}),
    ):
        load(registry, year, codes)
    assert registry.diff("demo-icd", "2020", "2021").counts == {"reactivated": 1}
    spans = registry.history("demo-icd", "B00").spans
    assert [(s.from_version, s.ends, s.change and s.change.type) for s in spans] == [
        ("2019", "deleted", None),
        ("2021", "", "reactivated"),
    ]


def test_a_stable_key_keeps_the_concept_when_its_code_changes(registry: Registry) -> None:
    old, new = (
        ConceptRecord(code=c, key="urn:1", designations=(Designation("label.full", "x", "nb"),)) for c in "AB"
    )
    assert _two(registry, [old], [new], system=PLAIN) == [("recoded", ["A"], ["B"])]


def test_counts_follow_the_filter_by_type(registry: Registry) -> None:
    _two(registry, {"A00": "x", "B00": "Tekst"}, {"B00": "Noe annet"})
    found = registry.diff("demo-icd", "2020", "2021", types=["deleted"])
    assert ([c.type for c in found.changes], found.counts) == (["deleted"], {"deleted": 1})
    assert (found.types, found.left_out) == (["deleted"], 1)
    both = registry.diff("demo-icd", "2020", "2021")
    assert (both.counts, both.types, both.left_out) == ({"deleted": 1, "relabelled": 1}, [], 0)


def test_exports_show_the_text_that_lookup_shows(registry: Registry) -> None:
    """The system's own language before others, whatever the order of the texts."""
    texts = (Designation("label.full", "Aeble", "da"), Designation("label.full", "Eple", "nb"))
    rows = [ConceptRecord(code="A01", designations=texts), ConceptRecord(code="A02", designations=texts)]
    load(registry, "2020", rows[:1])
    load(registry, "2021", rows)
    found = registry.lookup("demo-icd", "A01", version="2021").concept
    assert found is not None and found.display == "Eple"
    assert [row["display"] for row in registry.export_rows("demo-icd", "2021")] == ["Eple", "Eple"]


def test_events_and_histories_show_the_text_in_the_language_of_the_content(registry: Registry) -> None:
    """The release says English, the system Norwegian: the release counts, as in lookup."""
    for year, code in (("2020", "A"), ("2021", "B")):
        texts = (Designation("label.full", "arm", "en"), Designation("label.full", "aaa", "nb"))
        record = ConceptRecord(code=code, key="k", designations=texts)
        load(registry, year, [record], system=PLAIN, language="en")
    (event,) = registry.diff("plain", "2020", "2021").changes
    assert [c.display for c in (*event.inputs, *event.outputs)] == ["arm", "arm"]
    assert [span.display for span in registry.history("plain", "B").spans] == ["arm", "arm"]
    concept = registry.lookup("plain", "B", version="2021").concept
    assert concept is not None and concept.display == "arm"
