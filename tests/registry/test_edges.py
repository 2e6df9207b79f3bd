"""Edge cases, each of which was wrong once."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from registry import Registry
from registry.entities.errors import BadDate, UnknownTarget, UsageError
from registry.entities.records import Coverage
from registry.entities.results import ScopeRow
from registry.systems.icpc2 import DIAGNOSES
from tests.registry.making import DEMO, load

X, Y = {"A00": "Kolera"}, {"A00": "Noe annet"}
ICPC = DEMO.__class__(slug="icpc-2-no", language="nb", end_rule="calendar-year", access="open")


def test_purging_touches_only_the_version_named(registry: Registry) -> None:
    load(registry, "2017", X)
    other = load(registry, "2018", Y)
    with pytest.raises(UnknownTarget):
        registry.purge("demo-icd", "2017", release=other.release[:10], why="x")
    assert registry.lookup("demo-icd", "A00", version="2018").found


def test_a_purged_version_is_reported_for_a_date_too(registry: Registry) -> None:
    gone = load(registry, "2018", X)
    registry.purge("demo-icd", "2018", release=gone.release, why="licence")
    assert registry.lookup("demo-icd", "A00", on="2018-05-01").reason == "purged"
    assert registry.validity("demo-icd", "A00", on="2018-05-01").reason == "purged"


@pytest.mark.parametrize("day", [date(2017, 12, 31), date(2019, 1, 1)])
def test_an_update_takes_effect_inside_its_version(registry: Registry, day: date) -> None:
    load(registry, "2018", X)
    with pytest.raises(UsageError, match="takes effect"):
        load(registry, "2018", Y, kind="update", effective_from=day)
    with pytest.raises(UsageError, match="update"):
        load(registry, "2018", Y, effective_from=date(2018, 5, 1))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_content_that_is_published_again_speaks_again_in_any_order(
    registry: Registry, order: tuple[int, ...]
) -> None:
    """Three downloads, the last like the first; also as a rolling source, where only content counts."""
    files = [(X, "2018-01-01"), (Y, "2018-02-01"), (X, "2018-03-01")]
    for n in order:
        codes, day = files[n]
        load(registry, "2018", codes, published=day)
        load(registry, "2018-01-01", codes, published=day, track="fat", rolling=True, source_line="fat")
    for track_version in ("2018", "2018-01-01"):
        found = registry.lookup("demo-icd", "A00", version=track_version)
        assert found.concept is not None and found.concept.display == "Kolera"
    assert [v.published for v in registry.versions("demo-icd")] == ["2018-03-01"] * 2
    assert len(registry.releases("demo-icd")) <= 5


def test_a_scope_s_pattern_must_be_one_and_cannot_hang(registry: Registry) -> None:
    load(registry, "2018", {"A" * 50 + "1": "x"})
    registry.add_scope("reg")
    row = {"scope": "reg", "system": "demo-icd", "version": "2018", "track": "", "role": "", "legal_basis": "",
           "allowed_from": None, "required_from": None, "accepted_until": None}  # fmt: skip
    with pytest.raises(UsageError, match="pattern"):
        registry.add_applicability(ScopeRow(**row, codes="A["))
    registry.add_applicability(ScopeRow(**row, codes="(A+)+$"))
    assert registry.validity("demo-icd", "A" * 50 + "1", on="2018-05-01", scope="reg").reason == "unknown"
    with pytest.raises(UsageError, match="name"):
        registry.add_scope(" ")


def test_retraction_of_one_of_several_needs_its_name(registry: Registry) -> None:
    load(registry, "2018", X)
    load(registry, "2018", Y)
    with pytest.raises(UsageError, match="several releases"):
        registry.retract("demo-icd", "2018", why="which?")


def test_a_declared_version_can_be_withdrawn(registry: Registry) -> None:
    load(registry, "2018", X)
    registry.add_version("demo-icd", "2019", valid_from="2019-01-01")
    registry.retract("demo-icd", "2019", why="declared by mistake")
    assert [v.version for v in registry.versions("demo-icd")] == ["2018"]


def test_same_as_leads_on(registry: Registry) -> None:
    load(registry, "2018", X)
    registry.add_version("demo-icd", "2019", valid_from="2019-01-01", same_as="2018")
    registry.add_version("demo-icd", "2020", valid_from="2020-01-01", same_as="2019")
    assert registry.lookup("demo-icd", "A00", on="2020-05-01").found
    with pytest.raises(UsageError, match="itself"):
        registry.add_version("demo-icd", "2020", valid_from="2020-01-01", same_as="2020")


def test_what_is_no_code_at_all_is_unknown_in_a_narrow_list_too(registry: Registry) -> None:
    narrow = Coverage("subset", "without-process-codes", DIAGNOSES)
    load(registry, "2023", {"A01": "Smerte"}, system=ICPC, coverage=narrow)
    reasons = [registry.lookup("icpc-2-no", c, version="2023").reason for c in ("ZZZ", "-54", "A99")]
    assert reasons == ["unknown_code", "outside_coverage", "unknown_code"]


@pytest.mark.parametrize("code", ["a\0b", "\udcff", "", " ", "x" * 5000, "'; drop table concept_state; --"])
def test_odd_codes_are_unknown(registry: Registry, code: str) -> None:
    load(registry, "2018", X)
    assert registry.lookup("demo-icd", code, version="2018").reason == "unknown_code"
    assert registry.history("demo-icd", code).reason == "unknown_code"
    assert registry.validity("demo-icd", code, on="2018-01-01").reason == "unknown_code"


@pytest.mark.parametrize("when", ["9999-12-31", "2999-01-01", "2999-01-01T00:00:00Z"])
def test_the_future_is_not_known_yet(registry: Registry, when: str) -> None:
    with pytest.raises(BadDate, match="future"):
        registry.systems(known_at=when)


def test_a_difference_backwards_reactivates_nothing(registry: Registry) -> None:
    load(registry, "2018", X | {"B00": "Herpes"})
    load(registry, "2019", X)
    assert registry.diff("demo-icd", "2019", "2018").counts == {"created": 1}
    with pytest.raises(UsageError, match="no change type"):
        registry.diff("demo-icd", "2018", "2019", types=["zzz"])


def test_a_path_may_hold_any_sign(tmp_path: Path) -> None:
    path = tmp_path / "æø å?x=1#y%20.sqlite"
    with Registry.open(str(path)) as registry:
        load(registry, "2018", X)
    assert [p.name for p in tmp_path.glob("*.sqlite")] == [path.name]


@pytest.mark.parametrize(("version", "slug"), [("2018@x", "demo"), ("2018", "../x y")])
def test_names_that_no_request_could_contain_are_refused(registry: Registry, version: str, slug: str) -> None:
    with pytest.raises(UsageError):
        load(registry, version, X, system=DEMO.__class__(slug=slug))
