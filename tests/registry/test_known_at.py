"""What the registry knew at an earlier time: corrections, updates, retraction and purging with ``known_at``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import pytest

from loaders.contract import ParsedRelease
from registry import Registry
from registry.entities.errors import BadDate, UnknownTarget, UsageError
from registry.entities.intervals import known_at_us
from tests.registry.making import load, release

OLD, NEW = {"A00": "Kolera", "A01": "Tyfoid"}, {"A00": "Kolera (rettet)", "A02": "Salmonella"}


def _now() -> str:
    return datetime.now(UTC).isoformat()


def test_a_republished_file_amends(registry: Registry) -> None:
    load(registry, "2017", OLD)
    before = _now()
    assert load(registry, "2017", NEW).outcome == "amended"
    now = registry.lookup("demo-icd", "A00", version="2017")
    then = registry.lookup("demo-icd", "A00", version="2017", known_at=before)
    assert now.concept and then.concept
    assert (then.concept.display, now.concept.display) == ("Kolera", "Kolera (rettet)")
    assert registry.lookup("demo-icd", "A01", version="2017").reason == "unknown_code"
    assert registry.history("demo-icd", "A01", known_at=before).spans
    assert [r.superseded for r in registry.releases("demo-icd")] == [True, False]


def test_the_greater_publication_date_speaks_whatever_was_loaded_last(registry: Registry) -> None:
    load(registry, "2017", NEW, published="2017-01-16")
    load(registry, "2017", OLD, published="2017-01-04")
    found = registry.lookup("demo-icd", "A00", version="2017")
    assert found.concept is not None and found.concept.display == "Kolera (rettet)"


def test_the_identical_source_again_is_a_no_op(registry: Registry) -> None:
    load(registry, "2017", OLD)
    cursor = registry.changes_since(0).cursor
    assert load(registry, "2017", OLD).outcome == "unchanged"
    assert registry.changes_since(cursor).entries == []


def test_the_same_content_in_other_bytes_publishes_nothing(registry: Registry) -> None:
    first, cursor = load(registry, "2017", OLD), registry.changes_since(0).cursor
    again = _other_bytes(release("2017", OLD), "a")
    report = registry.load_parsed(again)
    assert (report.outcome, report.other_bytes, report.release) == ("unchanged", True, first.release)
    assert registry.changes_since(cursor).entries == []


def test_what_differs_besides_the_concepts_is_new(registry: Registry) -> None:
    load(registry, "2017", OLD)
    other = _other_bytes(release("2017", OLD, status="provisional"), "a")
    assert registry.load_parsed(other).outcome == "amended"
    ordered = replace(
        _other_bytes(release("2017", OLD), "b"), ordered=True, concepts=[*release("2017", OLD).concepts][::-1]
    )
    assert registry.load_parsed(ordered).outcome == "amended"
    load(registry, "2017", NEW)
    assert registry.load_parsed(_other_bytes(release("2017", OLD), "c")).outcome == "amended"


def _other_bytes(parsed: ParsedRelease, digest: str) -> ParsedRelease:
    (file,) = parsed.header.files
    files = (msgspec.structs.replace(file, sha256=digest * 64),)
    return replace(parsed, header=msgspec.structs.replace(parsed.header, files=files))


def test_before_the_first_load_nothing_was_known(registry: Registry) -> None:
    before = _now()
    load(registry, "2017", OLD)
    assert registry.lookup("demo-icd", "A00", version="2017", known_at=before).reason == "not_recorded_then"
    assert registry.lookup("other", "A00", known_at=before).reason == "unknown_system"
    assert registry.validity("demo-icd", "A00", known_at=before).valid is None
    for answer in (
        registry.lookup("demo-icd", "A00", known_at=before),
        registry.history("demo-icd", "A00", known_at=before),
        registry.applicable("demo-icd", known_at=before),
        registry.validity("demo-icd", "A00", known_at=before),
    ):
        assert answer.reason == "not_recorded_then"
        assert answer.message.startswith("demo-icd was not known here at ")
        assert "first recorded 20" in answer.message
    assert registry.systems(known_at=before) == []


def test_an_instant_to_the_second_covers_that_second() -> None:
    """What a listing shows to the second was recorded by the end of that second."""
    now = known_at_us("2026-01-02T00:00:00.5Z", now_us=2**62)
    assert now is not None
    second = known_at_us("2026-01-01T10:00:08+01:00", now_us=now)
    assert second == known_at_us("2026-01-01T10:00:08.999999+01:00", now_us=now)
    assert known_at_us("2026-01-01T10:00+01:00", now_us=now) == known_at_us(
        "2026-01-01T10:00:59.999999+01:00", now_us=now
    )
    assert known_at_us("2026-01-01T10:00:08.0+01:00", now_us=now) == (second or 0) - 999_999
    assert known_at_us("2026-01-02T00:00:00Z", now_us=now) == now  # the current second means now
    with pytest.raises(BadDate):
        known_at_us("2026-01-02T00:00:01Z", now_us=now)


def test_known_at_without_a_date_asks_about_that_day(registry: Registry) -> None:
    load(registry, str(date.today().year), OLD)
    answer = registry.applicable("demo-icd", known_at=_now())
    assert answer.on == registry.today() and answer.versions


def test_retraction_ends_a_release_from_now_on(registry: Registry) -> None:
    load(registry, "2017", OLD)
    load(registry, "2018", OLD)
    before = _now()
    registry.retract("demo-icd", "2018", why="loaded under the wrong year")
    assert registry.lookup("demo-icd", "A00", version="2018").reason == "unknown_version"
    assert registry.lookup("demo-icd", "A00", version="2018", known_at=before).found
    assert registry.lookup("demo-icd", "A00", version="2017").found
    assert load(registry, "2018", OLD).outcome == "loaded"
    assert registry.lookup("demo-icd", "A00", version="2018").found


def test_retracting_one_of_two_brings_the_other_back(registry: Registry) -> None:
    load(registry, "2017", OLD)
    wrong = load(registry, "2017", NEW)
    registry.retract("demo-icd", "2017", release=wrong.release[:10], why="columns shifted")
    found = registry.lookup("demo-icd", "A00", version="2017")
    assert found.concept is not None and found.concept.display == "Kolera"


def test_purging_deletes_the_content_and_leaves_a_tombstone(registry: Registry) -> None:
    load(registry, "2017", OLD)
    gone = load(registry, "2018", NEW)
    before = _now()
    registry.purge("demo-icd", "2018", release=gone.release[:8], why="the licence ended")
    answer = registry.lookup("demo-icd", "A00", version="2018")
    assert (answer.found, answer.reason) == (False, "purged") and "licence" in answer.message
    assert not registry.lookup("demo-icd", "A00", version="2018", known_at=before).found
    assert registry.lookup("demo-icd", "A00", version="2017").found
    assert registry.search("salmonella", system="demo-icd", version="2017").hits == []
    left = registry.database.reader().all("SELECT body FROM concept_state")
    assert not any(b"rettet" in bytes(body) for (body,) in left)
    assert registry.verify().ok
    assert [r.purged for r in registry.releases("demo-icd")] == ["", "the licence ended"]


def test_removal_needs_a_reason_and_a_target(registry: Registry) -> None:
    load(registry, "2017", OLD)
    with pytest.raises(UsageError, match="why"):
        registry.retract("demo-icd", "2017", why=" ")
    with pytest.raises(UnknownTarget):
        registry.retract("demo-icd", "2031", why="x")
    with pytest.raises(UnknownTarget):
        registry.purge("demo-icd", "2017", release="ffffffff", why="x")


def test_publications_are_numbered_and_strictly_ordered(registry: Registry) -> None:
    for year in ("2018", "2017", "2019"):
        load(registry, year, OLD)
    feed = registry.changes_since(0)
    assert [e.number for e in feed.entries] == [1, 2, 3]
    assert sorted(e.recorded for e in feed.entries) == [e.recorded for e in feed.entries]
    assert [e.version for e in registry.changes_since(1).entries] == ["2017", "2019"]


def test_a_correction_of_a_version_s_dates_is_known_from_then_on(registry: Registry) -> None:
    load(registry, "2017", OLD)
    before = _now()
    registry.add_version("demo-icd", "2017", valid_from="2017-02-01")
    assert registry.applicable("demo-icd", on="2017-01-15").reason == "before_first"
    assert registry.applicable("demo-icd", on="2017-01-15", known_at=before).reason is None
