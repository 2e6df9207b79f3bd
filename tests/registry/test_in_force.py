"""Which version applied: reasons instead of guesses, statuses per scope, transitions (DOMAIN 2, 3)."""

from __future__ import annotations

from datetime import date

import pytest

from registry import Registry
from registry.entities.errors import BadDate, UnknownTarget, UsageError
from registry.entities.results import ScopeRow
from tests.registry.making import PLAIN, load

CODES = {"A00.0": "Kolera", "A00.9": "Uspesifisert kolera"}


def _row(
    version: str, allowed: str | None, required: str | None, until: str | None = None, **more: str
) -> ScopeRow:
    a, r, u = (date.fromisoformat(d) if d else None for d in (allowed, required, until))
    base = {"scope": "demoreg", "system": "demo-icd", "track": "", "role": "", "legal_basis": ""}
    return ScopeRow(version=version, allowed_from=a, required_from=r, accepted_until=u, **(base | more))


@pytest.fixture
def years(registry: Registry) -> Registry:
    """2019, 2020 and 2023 loaded, 2022 declared."""
    for year in ("2023", "2019", "2020"):
        load(registry, year, CODES)
    registry.add_version("demo-icd", "2022", valid_from="2022-01-01")
    return registry


@pytest.mark.parametrize(
    ("day", "versions", "reason"),
    [
        ("2018-12-31", [], "before_first"),
        ("2019-01-01", ["2019"], None),
        ("2019-12-31", ["2019"], None),
        ("2020-01-01", ["2020"], None),
        ("2021-06-01", [], "gap"),
        ("2022-06-01", [], "not_loaded"),
        ("2023-12-31", ["2023"], None),
        ("2024-01-01", [], "after_last"),
    ],
)
def test_a_day_without_a_version_says_why(
    years: Registry, day: str, versions: list[str], reason: str | None
) -> None:
    answer = years.applicable("demo-icd", on=day)
    assert ([v.version for v in answer.versions], answer.reason) == (versions, reason)
    found = years.lookup("demo-icd", "A000", on=day)
    assert (found.found, found.reason) == (not reason, reason)
    assert bool(answer.message) == bool(reason)


def test_a_declared_version_is_named_though_its_content_is_not_here(years: Registry) -> None:
    assert [v.version for v in years.applicable("demo-icd", on="2022-06-01").not_loaded] == ["2022"]
    assert years.history("demo-icd", "A00.0").versions_not_loaded == ["2022"]


def test_a_code_that_comes_after_a_missing_version_is_dated_between(years: Registry) -> None:
    load(years, "2024", CODES | {"B00": "Ny"})
    load(years, "2026", CODES | {"B00": "Ny", "B01": "Nyere"})
    created = years.history("demo-icd", "B00").spans[0].change
    assert created is not None and (created.type, created.after, created.by) == ("created", None, None)
    between = years.history("demo-icd", "B01").spans[0].change
    assert between is not None and (between.after, between.by) == ("2024", "2026")


def test_an_upcoming_version_changes_no_answer_about_today(open_registry) -> None:  # type: ignore[no-untyped-def]
    registry: Registry = open_registry(today=date(2020, 6, 1))
    load(registry, "2020", CODES)
    before = (
        registry.applicable("demo-icd"),
        registry.lookup("demo-icd", "A00.0"),
        registry.search("kolera"),
    )
    load(registry, "2021", {"A00.0": "Noe annet"}, valid_from=date(2021, 1, 1))
    assert (
        registry.applicable("demo-icd"),
        registry.lookup("demo-icd", "A00.0"),
        registry.search("kolera"),
    ) == before
    assert registry.versions("demo-icd", status="upcoming")[0].version == "2021"


def test_two_versions_valid_at_once_are_both_given(registry: Registry) -> None:
    load(registry, "2019", CODES, valid_to=date(2020, 7, 1))
    load(registry, "2020", {"A00.0": "Ny tekst"})
    answer = registry.applicable("demo-icd", on="2020-03-01")
    assert [v.version for v in answer.versions] == ["2019", "2020"]
    assert answer.warnings
    assert registry.lookup("demo-icd", "A00.0", on="2020-03-01").version == "2020"
    verdicts = registry.validity("demo-icd", "A00.9", on="2020-03-01").verdicts
    assert [(v.version, v.valid) for v in verdicts] == [("2019", True), ("2020", False)]


def test_an_undated_version_counts_as_in_force_and_is_marked(registry: Registry) -> None:
    load(registry, "2020", CODES, system=PLAIN, valid_from=None)
    answer = registry.applicable("plain", on="1970-01-01")
    assert (answer.versions[0].undated, answer.reason) == (True, None)
    load(registry, "2021", CODES, system=PLAIN)
    assert registry.lookup("plain", "A00.0", on="2021-03-01").version == "2021"


def test_same_as_takes_the_other_version_s_content(years: Registry) -> None:
    years.add_version("demo-icd", "2021", valid_from="2021-01-01", same_as="2020")
    answer = years.lookup("demo-icd", "A00.0", on="2021-06-01")
    assert (answer.found, answer.version) == (True, "2021")


def test_statuses_of_a_scope_follow_its_dates(registry: Registry) -> None:
    load(registry, "2019", CODES)
    load(registry, "2020", CODES | {"A01": "Tyfoid"})
    registry.add_scope("demoreg", title="Demoregisteret")
    registry.add_applicability(
        _row("2019", "2019-01-01", "2019-05-01", "2020-09-01"), _row("2020", "2020-01-01", "2020-05-01")
    )
    seen = {}
    for day in (
        "2018-12-31",
        "2019-03-01",
        "2019-06-01",
        "2020-02-01",
        "2020-05-01",
        "2020-08-31",
        "2020-09-01",
    ):
        answer = registry.applicable("demo-icd", on=day, scope="demoreg")
        seen[day] = ([(v.version, v.status) for v in answer.versions], answer.reason)
    assert seen == {
        "2018-12-31": ([], "before_first"),
        "2019-03-01": ([("2019", "permitted")], None),
        "2019-06-01": ([("2019", "required")], None),
        "2020-02-01": ([("2019", "required"), ("2020", "permitted")], None),
        "2020-05-01": ([("2020", "required"), ("2019", "grace")], None),
        "2020-08-31": ([("2020", "required"), ("2019", "grace")], None),
        "2020-09-01": ([("2020", "required")], None),
    }
    assert registry.validity("demo-icd", "A01", on="2020-02-01", scope="demoreg").valid
    assert registry.validity("demo-icd", "A01", on="2019-06-01", scope="demoreg").reason == "unknown_code"


def test_another_role_s_rows_never_answer(registry: Registry) -> None:
    load(registry, "2020", CODES)
    registry.add_scope("demoreg")
    registry.add_applicability(_row("2020", "2020-01-01", None, role="discharge"))
    assert registry.applicable("demo-icd", on="2020-03-01", scope="demoreg").reason == "unknown"
    assert (
        registry.applicable("demo-icd", on="2020-03-01", scope="demoreg", role="admission").reason
        == "unknown"
    )
    assert registry.applicable("demo-icd", on="2020-03-01", scope="demoreg", role="discharge").reason is None


def test_a_row_may_be_narrowed_to_some_codes(registry: Registry) -> None:
    load(registry, "2020", CODES)
    registry.add_scope("demoreg")
    registry.add_applicability(
        _row("2020", "2020-01-01", None), _row("2020", "2020-01-01", None, "2020-06-01", codes=r"A00\.9")
    )
    late = {code: registry.validity("demo-icd", code, on="2020-07-01", scope="demoreg") for code in CODES}
    assert (late["A00.0"].valid, late["A00.9"].valid, late["A00.9"].reason) == (True, False, "expired")


def test_wrong_use_is_refused_in_a_sentence(registry: Registry) -> None:
    load(registry, "2020", CODES)
    with pytest.raises(BadDate, match="yyyy-mm-dd"):
        registry.lookup("demo-icd", "A00.0", on="01.02.2020")
    with pytest.raises(BadDate, match="future"):
        registry.lookup("demo-icd", "A00.0", known_at="2999-01-01")
    with pytest.raises(UnknownTarget, match="no scope"):
        registry.add_applicability(_row("2020", "2020-01-01", None, scope="nobody"))
    with pytest.raises(UsageError, match="not in order"):
        registry.add_scope("demoreg")
        registry.add_applicability(_row("2020", "2020-06-01", "2020-01-01"))
    with pytest.raises(UsageError, match="end"):
        registry.add_version("demo-icd", "2030", valid_from="2030-01-01", valid_to="2029-01-01")


def test_unknown_things_are_answers(registry: Registry) -> None:
    load(registry, "2020", CODES)
    assert registry.lookup("nothing", "A00.0").reason == "unknown_system"
    assert "demo-icd" in registry.lookup("demo-ic", "A00.0").message
    assert registry.lookup("demo-icd", "A00.0", version="2031").reason == "unknown_version"
    assert registry.lookup("demo-icd", "Z99.9", version="2020").reason == "unknown_code"
    assert registry.applicable("nothing").reason == "unknown"
    assert registry.history("demo-icd", "Z99.9").reason == "unknown_code"
    assert registry.diff("demo-icd", "2020", "2031").reason == "unknown_version"


def test_a_span_names_the_days_of_which_nothing_is_loaded(years: Registry) -> None:
    (span,) = years.history("demo-icd", "A00.0").spans
    assert [(str(g.valid_from), str(g.valid_to)) for g in span.gaps] == [("2021-01-01", "2023-01-01")]
    rows = [r for r in years.history_rows("demo-icd") if r["code"] == "A00.0"]
    assert [(r["valid_from"], r["valid_to"]) for r in rows] == [
        ("2019-01-01", "2021-01-01"),
        ("2023-01-01", "2024-01-01"),
    ]


def test_every_system_has_a_canonical_url(registry: Registry) -> None:
    load(registry, "2020", CODES)
    (found,) = registry.systems()
    assert found.url == "urn:gyldig:demo-icd"
    named = registry.system(found.url)
    assert named is not None and named.slug == "demo-icd"
