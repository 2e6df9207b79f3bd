"""Two versions of one track that are valid at the same time: a warning when loaded, and in every answer of those days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from registry import Registry
from tests.conftest import Ran
from tests.registry.making import load


@pytest.fixture
def overlapping(registry: Registry) -> Registry:
    """2020 to the end of March 2021, 2021 from January 2021, 2022 in its year; B is in both of the first."""
    load(registry, "2020", {"A00": "a", "B00": "b"}, valid_to=date(2021, 4, 1))
    load(registry, "2021", {"B00": "b", "C00": "c"})
    load(registry, "2022", {"B00": "b"})
    return registry


def test_a_load_that_overlaps_warns(registry: Registry) -> None:
    assert load(registry, "2021", {"B00": "b"}).warnings == []
    assert load(registry, "2022", {"B00": "b"}).warnings == []
    (warning,) = load(registry, "2020", {"A00": "a"}, valid_to=date(2021, 4, 1)).warnings
    assert warning.startswith("versions 2020 and 2021 are both valid")
    (again,) = load(registry, "2020", {"A00": "a", "B00": "b"}, valid_to=date(2021, 4, 1)).warnings[:1]
    assert again.startswith("versions 2020 and 2021 are both valid")


@pytest.mark.parametrize(
    ("on", "code", "warned", "others"),
    [
        ("2020-12-31", "B00", False, []),
        ("2021-01-01", "B00", True, ["2020"]),
        ("2021-03-31", "C00", True, []),
        ("2021-04-01", "B00", False, []),
        ("2022-05-01", "B00", False, []),
    ],
)
def test_an_answer_within_the_overlap_says_which_other_version_is_valid(
    overlapping: Registry, on: str, code: str, warned: bool, others: list[str]
) -> None:
    found = overlapping.lookup("demo-icd", code, on=on)
    assert found.found and found.also_in == others
    assert found.warnings == overlapping.applicable("demo-icd", on=on).warnings
    assert bool(found.warnings) is warned


def test_a_named_version_is_not_warned_of(overlapping: Registry) -> None:
    found = overlapping.lookup("demo-icd", "B00", version="2021", on="2021-02-01")
    assert (found.warnings, found.also_in) == ([], [])


def test_subsumption_with_a_code_that_the_version_lacks(
    gyldig: Callable[..., Ran], database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GYLDIG_DB", database)
    with Registry.open(database) as registry:
        load(registry, "2020", {"M54": "m", "M54.20": "a", "M54.21": "b"})
    ran = gyldig("hierarchy", "subsumes", "demo-icd", "M54.2", "M54.20", "--version", "2020")
    assert ran.code == 3 and "2 codes begin with it" in " ".join(ran.out.split())
    assert gyldig("hierarchy", "subsumes", "demo-icd", "M54.20", "M54.21", "--version", "2020").code == 1
