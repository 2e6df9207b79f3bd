"""Several sources of one version complement each other, and disagreements are listed (DOMAIN 6, 12)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from registry import Registry
from registry.entities.records import ConceptRecord, Designation, Property
from registry.entities.results import ScopeRow
from tests.registry.making import load

FACETS = (
    "label.full",
    "label.short",
    "hierarchy",
    "selectable",
    "property:Rapporteres_til_NPR",
    "property:Stjernekode",
)


def _fat(code: str, full: str, *parents: str, npr: bool = True, **more: Any) -> ConceptRecord:
    properties = (Property("Rapporteres_til_NPR", npr, "boolean"), *more.pop("properties", ()))
    texts = (Designation("label.full", full, "nb"), Designation("label.short", full[:20], "nb"))
    return ConceptRecord(code=code, designations=texts, parents=parents, properties=properties, **more)


ROWS = [
    _fat("XI", "Fordøyelse", npr=False, selectable=False),
    _fat("K63", "Andre tarmsykdommer", "XI", npr=False),
    _fat("K63.8", "Andre spesifiserte sykdommer i tarm", "K63"),
    _fat("U07.1", "Covid-19 med påvist virus", npr=False),
    _fat("H36.0", "Retinopati", properties=(Property("Stjernekode", True, "boolean"),)),
]
LIST = {
    "K63.8": "Andre spes. sykd. i tarm",
    "U07.1": "Bruk av U07.1 for beredskapsformål",
    "H36.0": "Retinopati",
}


@pytest.fixture
def both(registry: Registry) -> Registry:
    """A year's short list, and a rolling download that tells of the past in today's words."""
    rolling = {"track": "fat", "rolling": True, "source_line": "fat", "priority": -10, "facets": FACETS}
    load(registry, "1999-01-01", ROWS, testimony="reconstructed", **rolling)
    load(registry, "2025-01-01", ROWS, **rolling | {"valid_from": date(2025, 1, 1)})
    load(registry, "2020", LIST, label="label.short", priority=10)
    load(registry, "2025", LIST | {"U07.1": "Covid-19"}, label="label.short", priority=10)
    return registry


def test_today_s_wording_is_never_the_display_of_the_past(both: Registry) -> None:
    then = both.lookup("demo-icd", "U07.1", on="2020-01-01").concept
    assert then is not None and then.display == "Bruk av U07.1 for beredskapsformål"
    assert [(d.kind, d.source_line, d.reconstructed) for d in then.designations] == [
        ("label.short", "list", False),
        ("label.full", "fat", True),
    ]
    now = both.lookup("demo-icd", "U07.1", on="2025-03-01").concept
    assert now is not None and now.display == "Covid-19 med påvist virus"
    assert (
        both.view("demo-icd", on="2020-01-01").display(
            both.view("demo-icd", on="2020-01-01").find("U07.1") or 0
        )
        == then.display
    )


def test_the_list_decides_membership_and_the_download_adds_parents(both: Registry) -> None:
    found = both.lookup("demo-icd", "K63.8", on="2020-05-01")
    assert found.concept and found.concept.parents and found.concept.parents[0].code == "K63"
    assert len(found.releases) == 2
    assert both.lookup("demo-icd", "K63", on="2020-05-01").reason == "unknown_code"
    above = both.hierarchy("demo-icd", "K63.8", "ancestors", on="2020-05-01")
    assert (above.asserted, [c.code for c in above.codes]) == (True, ["K63", "XI"])
    assert both.subsumes("demo-icd", "XI", "K63.8", on="2020-05-01").outcome == "subsumes"


def test_disagreements_are_listed_with_their_sources(both: Registry) -> None:
    concept = both.lookup("demo-icd", "U07.1", on="2020-05-01").concept
    assert concept is not None
    assert [(d.facet, d.used_line, d.other_line) for d in concept.disagreements] == [
        ("label.short", "list", "fat")
    ]


def test_versions_in_force_are_those_of_the_yearly_lists(both: Registry) -> None:
    assert [v.version for v in both.applicable("demo-icd", on="2020-05-01").versions] == ["2020"]
    every = both.applicable("demo-icd", on="2020-05-01", track="*").versions
    assert [(v.track, v.version) for v in every] == [("", "2020"), ("fat", "1999-01-01")]


def test_flags_of_the_download_speak_in_validity(both: Registry) -> None:
    star = both.validity("demo-icd", "H36.0", on="2020-05-01")
    assert star.valid and [i.issue for i in star.role_issues] == ["star_alone"]
    both.add_scope("npr")
    row = {
        "system": "demo-icd",
        "track": "",
        "role": "",
        "required_from": None,
        "accepted_until": None,
        "legal_basis": "",
    }
    both.add_applicability(ScopeRow(scope="npr", version="2025", allowed_from=date(2025, 1, 1), **row))
    assert both.validity("demo-icd", "U07.1", on="2025-05-01", scope="npr").reason == "not_reportable"
    assert both.validity("demo-icd", "K63.8", on="2025-05-01", scope="npr").valid


def test_without_a_yearly_list_the_rolling_track_is_the_default(registry: Registry) -> None:
    load(registry, "2024-03-01", ROWS, track="fat", rolling=True, facets=FACETS, valid_from=date(2024, 3, 1))
    load(
        registry,
        "2024-06-15",
        ROWS[:3],
        track="fat",
        rolling=True,
        facets=FACETS,
        valid_from=date(2024, 6, 15),
    )
    assert registry.lookup("demo-icd", "H36.0", on="2024-05-01").version == "2024-03-01"
    gone = registry.validity("demo-icd", "H36.0", on="2024-07-01")
    assert gone.reason == "expired" and "last valid on 2024-06-14" in gone.message
    assert registry.applicable("demo-icd", on="2024-06-14").versions[0].valid_to == date(2024, 6, 15)


def test_a_flat_list_says_that_nobody_asserts_a_hierarchy(registry: Registry) -> None:
    load(registry, "2020", LIST | {"K63.80": "Kort tarm"})
    answer = registry.hierarchy("demo-icd", "K63.8", "children", version="2020")
    assert (answer.asserted, answer.source, [c.code for c in answer.codes]) == (
        False,
        "structural",
        ["K63.80"],
    )
    assert "asserts" in answer.message


def test_a_second_source_of_one_side_is_no_change(registry: Registry) -> None:
    """Versions are compared by the source lines they share (DOMAIN 6)."""
    codes = {"A00": "Kolera", "A01": "Tyfoid"}
    blocks = [
        ConceptRecord(code="A00-A09", designations=(Designation("label.full", "Tarminfeksjoner", "nb"),)),
        *(
            ConceptRecord(
                code=c, designations=(Designation("label.full", t + " x", "nb"),), parents=("A00-A09",)
            )
            for c, t in codes.items()
        ),
    ]
    second = {"source_line": "tabular", "facets": ("label.full", "hierarchy"), "priority": 5}
    load(registry, "2020", codes)
    load(registry, "2021", codes)
    load(registry, "2021", blocks, **second)
    load(registry, "2022", blocks, **second)
    for pair in (("2020", "2021"), ("2021", "2022")):
        found = registry.diff("demo-icd", *pair)
        assert (found.changes, found.added) == ([], [])
    assert registry.diff("demo-icd", "2020", "2021").not_comparable == {"hierarchy": 2}
    (span,) = registry.history("demo-icd", "A00").spans
    assert (span.from_version, span.to_version) == ("2020", "2022")
