"""Only what a caller states changes the dates of a version (the table of ``registry.writing.version_dates``)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry
from registry.entities.errors import UnknownTarget, UsageError
from registry.entities.results import LoadReport
from tests.registry.making import load

STATED = {"valid_from": date(2020, 2, 1), "valid_to": date(2021, 2, 1)}


@pytest.fixture
def list_of(registry: Registry, tmp_path: Path) -> Callable[..., LoadReport]:
    """Loads a plain list of these texts as version 2020, with these options."""

    def made(*texts: str, dry_run: bool = False, **options: Any) -> LoadReport:
        file = tmp_path / "list-2020.csv"
        file.write_text("code;text\n" + "".join(f"P{n};{t}\n" for n, t in enumerate(texts)), "utf-8")
        wanted = LoadOptions(system="pets", **options)
        (report,) = load_paths(registry, [file], wanted, dry_run=dry_run)
        return report

    return made


def dates(registry: Registry, system: str = "pets") -> tuple[date | None, date | None]:
    (version,) = registry.versions(system)
    return version.valid_from, version.valid_to


def test_an_inferred_year_does_not_replace_stated_dates(
    registry: Registry, list_of: Callable[..., LoadReport]
) -> None:
    list_of("Katt", "Hund", **STATED)
    report = list_of("Katten", "Hund")
    assert report.outcome == "amended"
    assert dates(registry) == (date(2020, 2, 1), date(2021, 2, 1))
    assert any("keeps its dates" in w and "2020-01-01" in w for w in report.warnings)


def test_stated_dates_outlive_the_content_they_came_with(
    registry: Registry, list_of: Callable[..., LoadReport]
) -> None:
    first = list_of("Katt", "Hund", **STATED)
    list_of("Katten", "Hund")
    registry.purge("pets", "2020", release=first.release, why="licence")
    list_of("Katter", "Hund")
    assert dates(registry) == (date(2020, 2, 1), date(2021, 2, 1))


def test_the_caller_changes_dates_and_the_report_says_it(
    registry: Registry, list_of: Callable[..., LoadReport]
) -> None:
    list_of("Katt", "Hund")
    before = dates(registry)
    told = list_of("Katten", "Hund", dry_run=True, valid_from=date(2020, 3, 1))
    assert dates(registry) == before
    report = list_of("Katten", "Hund", valid_from=date(2020, 3, 1))
    assert dates(registry)[0] == date(2020, 3, 1)
    for said in (told, report):
        assert any("2020-03-01" in w and "2020-01-01" in w for w in said.warnings)


def test_one_stated_date_leaves_the_other(registry: Registry, list_of: Callable[..., LoadReport]) -> None:
    list_of("Katt", "Hund", **STATED)
    list_of("Katt", "Hund", valid_to=date(2021, 3, 1))
    assert dates(registry) == (date(2020, 2, 1), date(2021, 3, 1))


def test_the_same_bytes_with_other_stated_dates_are_not_identical(
    registry: Registry, list_of: Callable[..., LoadReport]
) -> None:
    list_of("Katt", "Hund", **STATED)
    assert list_of("Katt", "Hund").outcome == "unchanged"
    assert dates(registry) == (date(2020, 2, 1), date(2021, 2, 1))
    assert list_of("Katt", "Hund", valid_from=date(2020, 3, 1)).outcome == "amended"
    assert dates(registry)[0] == date(2020, 3, 1)


def test_dates_that_cannot_be_are_refused_and_store_nothing(
    registry: Registry, list_of: Callable[..., LoadReport]
) -> None:
    list_of("Katt", "Hund", **STATED)
    with pytest.raises(UsageError):
        list_of("Katten", "Hund", valid_from=date(2021, 3, 1))
    assert dates(registry) == (date(2020, 2, 1), date(2021, 2, 1))
    assert len(registry.releases("pets")) == 1


def test_a_declared_version_keeps_its_dates_unless_the_caller_states_others(
    registry: Registry, list_of: Callable[..., LoadReport]
) -> None:
    list_of("Katt", "Hund")
    registry.set_version("pets", "2020", valid_from="2020-04-01", why="notice")
    list_of("Katten", "Hund")
    assert dates(registry)[0] == date(2020, 4, 1)
    list_of("Katter", "Hund", valid_from=date(2020, 5, 1))
    assert dates(registry)[0] == date(2020, 5, 1)


def test_a_source_corrects_its_own_dates(registry: Registry) -> None:
    load(registry, "2020", {"A": "a"}, valid_from=date(2020, 1, 1))
    load(registry, "2020", {"A": "b"}, valid_from=date(2020, 2, 1))
    assert dates(registry, "demo-icd")[0] == date(2020, 2, 1)


def test_set_version_says_what_changed(registry: Registry, list_of: Callable[..., LoadReport]) -> None:
    list_of("Katt", "Hund", published="2019-12-01")
    done = registry.set_version(
        "pets", "2020", valid_from="2020-02-01", valid_to="2020-12-01", why="notice 7"
    )
    assert (done.changed, done.before_valid_from, done.valid_from) == (
        True,
        date(2020, 1, 1),
        date(2020, 2, 1),
    )
    assert done.valid_to == date(2020, 12, 1)
    assert "2020-02-01" in done.message and "2020-01-01" in done.message
    (version,) = registry.versions("pets")
    assert (version.published, version.loaded) == ("2019-12-01", True)
    again = registry.set_version("pets", "2020", valid_from="2020-02-01")
    assert not again.changed and again.valid_to == date(2020, 12, 1)
    assert registry.set_version("pets", "2020", open_end=True).valid_to is None


def test_set_version_refuses_what_cannot_be(registry: Registry, list_of: Callable[..., LoadReport]) -> None:
    list_of("Katt", "Hund")
    for system, version, options, error in (
        ("nothing", "2020", {"valid_from": "2020-02-01"}, UnknownTarget),
        ("pets", "1999", {"valid_from": "2020-02-01"}, UnknownTarget),
        ("pets", "2020", {"valid_from": "2021-02-01", "valid_to": "2020-01-01"}, UsageError),
        ("pets", "2020", {"valid_to": "2020-01-01", "open_end": True}, UsageError),
    ):
        with pytest.raises(error):
            registry.set_version(system, version, **options)


def test_declaring_a_known_version_keeps_what_is_not_given(
    registry: Registry, list_of: Callable[..., LoadReport]
) -> None:
    list_of("Katt", "Hund", **STATED)
    registry.add_version("pets", "2020", published="2019-12-01")
    assert dates(registry) == (date(2020, 2, 1), date(2021, 2, 1))
    with pytest.raises(UsageError):
        registry.add_version("pets", "2020", valid_from="2021-03-01")
    assert dates(registry) == (date(2020, 2, 1), date(2021, 2, 1))
