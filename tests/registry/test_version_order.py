"""The order of version labels: a table of the four algorithms, and that it is total and never fails."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import Registry
from registry.content.memory import MemoryView
from registry.content.view import ViewInfo
from registry.entities.records import SystemRecord
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.registry_catalog import RegistryCatalog
from registry.time.version_order import latest, order_key, ordered
from tests.registry.making import concept, load

ALGORITHMS = ("date", "integer", "semver", "natural")

#: (clause, algorithm, labels from oldest to newest)
ORDERS = [
    (
        "semver.org 11.4: the example there",
        "semver",
        [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
        ],
    ),
    (
        "semver.org 11.2: major, minor and patch by value",
        "semver",
        ["1.0.0", "2.0.0", "2.1.0", "2.1.1", "2.10.0"],
    ),
    ("semver.org 11.4.2: identifiers with letters in ASCII order", "semver", ["1.0.0-rc10", "1.0.0-rc2"]),
    ("semver: what is none comes before what is", "semver", ["2024-01-01", "2024-01-01T", "draft", "0.1.0"]),
    ("semver: a missing part is 0", "semver", ["1.0.0-rc1", "1.0", "1.0.1", "1.1"]),
    ("natural: a candidate before its release", "natural", ["1.0.0-rc1", "1.0.0-rc2", "1.0.0-rc10", "1.0.0"]),
    ("natural: a candidate of two numbers", "natural", ["1.0-ballot", "1.0", "1.0.1", "1.1-ballot", "1.1"]),
    ("natural: after its release, build metadata", "natural", ["1.0.0", "1.0.0+2", "1.0.0+10"]),
    ("natural: months are no candidates of their year", "natural", ["2023-12", "2024", "2024-01", "2024-02"]),
    ("natural: nor are editions", "natural", ["2024", "2024-Q1", "2024-Q2", "2025"]),
    ("natural: numbers by value", "natural", ["v2", "v10", "v10a"]),
    (
        "natural: SNOMED's URIs by date",
        "natural",
        [f"http://snomed.info/sct/900000000000207008/version/{d}" for d in ("20230731", "20240101")],
    ),
    ("integer: by value", "integer", ["9", "10", "2024"]),
    ("integer: what is none comes first", "integer", ["2023b", "9", "10"]),
    (
        "date: a year before its months, with or without hyphens",
        "date",
        ["2024", "2024-01", "20240102", "2024-01-03"],
    ),
    ("date: at the end of a URI", "date", ["http://b/version/20230731", "http://a/version/20240101"]),
    ("date: what is none comes first", "date", ["version 9999", "2024-01"]),
]


@pytest.mark.parametrize(("clause", "algorithm", "labels"), ORDERS)
def test_order(clause: str, algorithm: str, labels: list[str]) -> None:
    assert ordered(reversed(labels), algorithm) == labels, clause
    assert latest(labels[::-1], algorithm=algorithm) == labels[-1], clause


def test_the_newest_of_those_that_match() -> None:
    labels = ["1.0.0", "1.0.9", "1.0.10", "1.0.11-rc1", "1.1.0"]
    assert latest(labels, "1.0.x") == "1.0.11-rc1"
    assert latest(labels, "2.x") is None


_labels = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){0,3}(-[a-z0-9.]{1,5})?(\+[a-z0-9]{1,3})?", fullmatch=True),
    st.from_regex(r"(19|20)[0-9]{2}(-[0-9]{2}){0,2}", fullmatch=True),
    st.sampled_from(["", "²", "1²", "٣", "9" * 5000, "1.0.0-", "-1", "x", "1.0.0-\n"]),
)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(labels=st.lists(_labels, max_size=6, unique=True))
def test_the_order_is_total_and_never_fails(algorithm: str, labels: list[str]) -> None:
    found = ordered(labels, algorithm)
    assert sorted(labels) == sorted(found)
    assert all(order_key(a, algorithm) < order_key(b, algorithm) for a, b in pairwise(found))
    assert ordered(found[::-1], algorithm) == found


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(a=st.integers(0, 10**12), b=st.integers(0, 10**12))
def test_whole_numbers_are_ordered_by_value(algorithm: str, a: int, b: int) -> None:
    if algorithm != "date" and a != b:
        assert (order_key(str(a), algorithm) < order_key(str(b), algorithm)) == (a < b)


@pytest.mark.parametrize("algorithm", ["semver", "natural"])
@given(
    core=st.lists(st.integers(0, 99), min_size=3, max_size=3),
    name=st.from_regex(r"[a-z]{1,4}[0-9]?", fullmatch=True),
)
def test_a_candidate_comes_between_two_releases(algorithm: str, core: list[int], name: str) -> None:
    before = [core[0], core[1], core[2] - 1] if core[2] else None
    label = ".".join(map(str, core))
    assert order_key(f"{label}-{name}", algorithm) < order_key(label, algorithm)
    if before:
        assert order_key(".".join(map(str, before)), algorithm) < order_key(f"{label}-{name}", algorithm)


def test_a_sent_version_is_ordered_among_stored_ones_as_the_system_declares(registry: Registry) -> None:
    system = SystemRecord(slug="s", url="urn:s", access="open", version_order="date")
    for label in ("2024-06-30", "20240131"):
        load(registry, label, {"a": "A"}, system=system, valid_from=None)
    stored = RegistryCatalog(registry.reader)
    catalog = MemoryCatalog(stored)
    assert catalog.versions("urn:s") == stored.versions("urn:s") == ["20240131", "2024-06-30"]
    info = ViewInfo(system="", url="urn:s", version="2024-03-31")
    catalog.add_code_system(MemoryView(info, [concept("a", "A")]))
    assert catalog.versions("urn:s") == ["20240131", "2024-03-31", "2024-06-30"]
