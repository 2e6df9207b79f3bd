"""The spring of 2020 as a story: one code, one version, three meanings, by updates inside the year."""

from __future__ import annotations

from datetime import date

import pytest

from registry import Registry
from registry.entities.records import Coverage
from tests.registry.making import load

RESERVE = "Bruk av U07.1 for beredskapsformål"
LIST = {"U07.1": RESERVE, "J12.9": "Uspesifisert viruspneumoni"}
UPDATES = [
    (date(2020, 5, 5), "Covid-19 med påvist virus"),
    (date(2020, 3, 2), "2019-nCoV"),
    (date(2020, 3, 4), "Koronavirussykdom"),
]


@pytest.fixture
def spring(registry: Registry) -> Registry:
    """The updates in any order, the year's own list after them, then the next year."""
    for day, text in UPDATES:
        load(registry, "2020", LIST | {"U07.1": text}, kind="update", effective_from=day)
    load(registry, "2020", LIST)
    load(registry, "2021", LIST | {"U07.1": "Covid-19 med påvist virus"})
    return registry


@pytest.mark.parametrize(
    ("day", "meaning"),
    [
        ("2020-01-01", RESERVE),
        ("2020-03-01", RESERVE),
        ("2020-03-02", "2019-nCoV"),
        ("2020-03-03", "2019-nCoV"),
        ("2020-03-04", "Koronavirussykdom"),
        ("2020-05-04", "Koronavirussykdom"),
        ("2020-05-05", "Covid-19 med påvist virus"),
        ("2020-12-31", "Covid-19 med påvist virus"),
        ("2021-06-01", "Covid-19 med påvist virus"),
    ],
)
def test_one_code_has_the_meaning_of_its_day(spring: Registry, day: str, meaning: str) -> None:
    answer = spring.lookup("demo-icd", "U071", on=day)
    assert answer.concept is not None
    assert (answer.concept.display, answer.version) == (meaning, day[:4])


def test_the_history_tells_each_meaning_with_its_days(spring: Registry) -> None:
    spans = spring.history("demo-icd", "U07.1").spans
    assert [(s.display, str(s.valid_from), str(s.valid_to), s.change and s.change.type) for s in spans] == [
        (RESERVE, "2020-01-01", "2020-03-02", None),
        ("2019-nCoV", "2020-03-02", "2020-03-04", "activated"),
        ("Koronavirussykdom", "2020-03-04", "2020-05-05", "relabelled"),
        ("Covid-19 med påvist virus", "2020-05-05", "2022-01-01", "relabelled"),
    ]


def test_a_reserve_code_is_no_code_to_use_until_it_has_a_meaning(spring: Registry) -> None:
    before = spring.validity("demo-icd", "U07.1", on="2020-02-01")
    assert (before.valid, before.reason) == (False, "reserve")
    assert spring.validity("demo-icd", "U07.1", on="2020-03-02").valid


def test_the_year_can_be_compared_with_itself_at_two_days(spring: Registry) -> None:
    changes = spring.diff("demo-icd", "2020@2020-01-01", "2020@2020-03-02")
    assert changes.counts == {"activated": 1}
    assert not changes.changes[0].automatic_forward
    assert spring.diff("demo-icd", "2020", "2021").counts == {}


def test_an_update_alone_says_nothing_of_the_days_before_it(registry: Registry) -> None:
    load(registry, "2020", LIST, kind="update", effective_from=date(2020, 3, 2))
    assert registry.lookup("demo-icd", "U07.1", on="2020-02-01").reason == "not_loaded"
    assert registry.lookup("demo-icd", "U07.1", on="2020-03-02").found


def test_an_update_may_list_only_the_codes_it_changes(registry: Registry) -> None:
    """A fragment is applied to the year's list; codes that it leaves out are unchanged."""
    part = Coverage("fragment")
    for day, text in UPDATES:
        load(registry, "2020", {"U07.1": text}, kind="update", effective_from=day, coverage=part)
    load(registry, "2020", LIST)
    meanings = [
        registry.lookup("demo-icd", "U07.1", on=d) for d in ("2020-03-01", "2020-03-03", "2020-06-01")
    ]
    assert [m.concept and m.concept.display for m in meanings] == [
        RESERVE,
        "2019-nCoV",
        "Covid-19 med påvist virus",
    ]
    assert registry.lookup("demo-icd", "J12.9", on="2020-06-01").found
    assert len(list(registry.export_rows("demo-icd", "2020", on="2020-06-01"))) == 2
    assert [h.code for h in registry.search("covid", system="demo-icd", on="2020-06-01").hits] == ["U07.1"]
    assert registry.search("covid", system="demo-icd", on="2020-03-03").hits == []
    assert registry.verify().ok
