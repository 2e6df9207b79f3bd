"""Validity has three values: yes, no, and unknown where the registry cannot tell (DOMAIN 2)."""

from __future__ import annotations

from datetime import date

import pytest

from registry import Registry
from registry.entities.records import Coverage
from tests.registry.making import PLAIN, concept, load

LAST = {"A00": "Kolera", "K40.9": "Brokk", "U07.1": "Bruk av U07.1 for beredskapsformål"}


@pytest.fixture
def years(registry: Registry) -> Registry:
    """2020, 2021 and 2023 loaded, 2022 unknown, 2024 declared without content."""
    load(registry, "2020", LAST | {"K40.91": "Brokk, annet", "B01": "Vannkopper"})
    head = concept("K63", "Tarm", selectable=False)
    load(registry, "2021", [*(concept(c, t) for c, t in LAST.items()), head, concept("K63.8", "Tarm, annet")],
         facets=("label.full", "selectable"))  # fmt: skip
    load(registry, "2023", {"A00": "Kolera", "K63.8": "Tarm", "M54.20": "Nakke", "M54.21": "Nakke"})
    registry.add_version("demo-icd", "2024", valid_from=date(2024, 1, 1))
    return registry


@pytest.mark.parametrize(
    ("code", "on", "valid", "reason", "says"),
    [
        ("A00", "2021-05-01", True, None, ""),
        ("A00", "2019-05-01", None, "before_first", "before the first known"),
        ("A00", "2022-05-01", None, "gap", "2021-12-31"),
        ("A00", "2024-05-01", None, "not_loaded", "not loaded"),
        ("Z99", "2021-05-01", False, "unknown_code", "no code Z99"),
        ("K63", "2021-05-01", False, "header", "1 code begins with it"),
        ("M54.2", "2023-05-01", False, "unknown_code", "2 codes begin with it"),
        ("U07.1", "2021-05-01", False, "reserve", "reserve"),
        ("B01", "2021-05-01", False, "expired", "last valid on 2020-12-31"),
        ("K40.91", "2021-05-01", False, "expired", "Its successor is K40.9"),
        ("K40.9", "2023-05-01", False, "expired", "last valid on 2021-12-31"),
        ("K40.9", "2023-05-01", False, "expired", "not loaded"),
    ],
)
def test_yes_no_and_unknown(
    years: Registry, code: str, on: str, valid: bool | None, reason: str | None, says: str
) -> None:
    found = years.validity("demo-icd", code, on=on)
    assert (found.valid, found.reason) == (valid, reason)
    assert says in found.message
    assert all(v.valid is not False for v in found.verdicts) or valid is False


def test_the_reasons_of_time_are_those_of_lookup(years: Registry) -> None:
    for on in ("2019-05-01", "2022-05-01", "2024-05-01"):
        assert (
            years.validity("demo-icd", "A00", on=on).reason == years.lookup("demo-icd", "A00", on=on).reason
        )


def test_what_no_row_and_no_coverage_tells_is_unknown(years: Registry) -> None:
    assert years.validity("demo-icd", "A00", on="2021-05-01", scope="nobody").valid is None
    load(years, "2025", {"A00": "Kolera"}, coverage=Coverage("subset", "some", r"A\d\d"))
    outside = years.validity("demo-icd", "K40.9", on="2025-05-01")
    assert (outside.valid, outside.reason) == (None, "outside_coverage")
    assert years.validity("demo-icd", "A01", on="2025-05-01").valid is False


def test_a_category_stays_one_where_another_system_has_the_code(years: Registry) -> None:
    load(years, "2023", {"M54.2": "Cervicalgia", "Z99.9": "Dependence"}, system=PLAIN)
    category = years.validity("demo-icd", "M54.2", on="2023-05-01")
    assert (category.valid, category.reason) == (False, "unknown_code")
    assert "2 codes begin with it" in category.message
    assert years.validity("demo-icd", "Z99.9", on="2023-05-01").reason == "wrong_system"


def test_a_successor_derived_from_equal_texts_is_called_a_proposal(registry: Registry) -> None:
    load(
        registry,
        "2010",
        {"Z22.3": "Bærer", "Z22.30": "Latent tuberkulose", "K40.9": "Brokk", "K40.91": "Residiv"},
    )
    load(registry, "2011", {"Z22.3": "Bærer", "Z22.7": "Latent tuberkulose", "K40.9": "Brokk"})
    proposed = registry.validity("demo-icd", "Z22.30", on="2011-05-01")
    assert "Proposed successor, not reviewed: Z22.7." in proposed.message
    assert "Its successor is K40.9." in registry.validity("demo-icd", "K40.91", on="2011-05-01").message
