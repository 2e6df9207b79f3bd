"""Stored maps answer as maps in memory do, on both databases, and rows are read only for the requested codes.

The oracle walks over all rows with rules of its own: no index, no bitmap, no code of the implementation.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.fhir.resources.stored_catalog import read_stored
from loaders.contract import ParsedMap
from registry import Registry
from registry.entities.records import Coding, MapRecord, MapRowRecord
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.context import Context
from registry.terminology.loaded_maps import concept_map
from registry.terminology.registry_catalog import RegistryCatalog
from registry.terminology.translate import TranslateRequest, TranslateResult, translate

Open = Callable[..., Registry]
FAST = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
S, T = "urn:gyldig:s", "urn:gyldig:t"
URL = f"{S}?fhir_cm=m"
WORDS = ["equivalent", "source-is-narrower-than-target", "source-is-broader-than-target", "related-to"]
TURNED = {
    "source-is-narrower-than-target": "source-is-broader-than-target",
    "source-is-broader-than-target": "source-is-narrower-than-target",
}
DAYS = [None, *(date(2024, month, 1) for month in (2, 5, 8, 11))]
CODES = st.sampled_from(["a", "b", "c.1", "C1", "c 1"])
ROWS = st.builds(
    MapRowRecord,
    sources=st.lists(CODES, min_size=1, max_size=3, unique=True).map(tuple),
    target=st.sampled_from(["", "x", "y", "X.1"]),
    relationship=st.sampled_from(WORDS),
    valid_from=st.sampled_from(DAYS),
    valid_to=st.sampled_from(DAYS),
    automatic=st.booleans(),
    automatic_back=st.booleans(),
)
MAPS = st.lists(ROWS, max_size=8).map(tuple)


def record(version: str = "1", **more: Any) -> MapRecord:
    return MapRecord(
        **{"slug": "m", "version": version, "purpose": "test", "source_system": "s", "target_system": "t"}
        | more
    )


def ask(registry: Registry, *codes: str, on: date | None = None, **more: Any) -> TranslateResult:
    catalog = RegistryCatalog(registry.reader, read_stored, known_at=more.pop("known_at", None))
    return _asked(Context(catalog, on=on, date_given=on is not None), *codes, **more)


def _asked(context: Context, *codes: str, reverse: bool = False, **more: Any) -> TranslateResult:
    system = T if reverse else S
    request = TranslateRequest(
        codings=tuple(Coding(c, system) for c in codes),
        reverse=reverse,
        swapped=reverse,
        **{"map": URL} | more,
    )
    return translate(context, request)


def targets(answer: TranslateResult) -> list[str]:
    assert answer.problem is None, answer.problem
    return [m.concept.code for m in answer.matches if m.concept is not None]


def applies(row: MapRowRecord, on: date) -> bool:
    return (row.valid_from or date.min) <= on < (row.valid_to or date.max)


def subsequence(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    return any(combined == short for combined in itertools.combinations(long, len(short)))


def forward_oracle(rows: tuple[MapRowRecord, ...], codes: tuple[str, ...], on: date) -> set[tuple[str, str]]:
    """Target and relationship: rows of several codes first, whose codes are not looked at singly then."""
    live = [r for r in rows if applies(r, on)]
    joint = [r for r in live if len(r.sources) > 1 and subsequence(r.sources, codes)]
    left = set(codes) - {c for r in joint for c in r.sources}
    single = [r for r in live if len(r.sources) == 1 and r.sources[0] in left]
    return {(r.target, r.relationship) for r in (*joint, *single)}


@FAST
@given(
    rows=MAPS,
    codes=st.lists(st.sampled_from(["a", "b", "c.1", "C1"]), min_size=1, max_size=3, unique=True).map(tuple),
    on=st.dates(date(2024, 1, 1), date(2024, 12, 31)),
)
def test_stored_and_in_memory_answer_as_the_oracle(
    rows: tuple[MapRowRecord, ...], codes: tuple[str, ...], on: date
) -> None:
    with _fresh() as registry:
        registry.load_parsed(ParsedMap(map=record(rows=rows)))
        stored = ask(registry, *codes, on=on)
        memory = MemoryCatalog()
        memory.add_concept_map(concept_map(record(), rows, lambda slug: None))
        sent = _asked(Context(memory, on=on, date_given=True), *codes)
        assert sent.matches == stored.matches
        expected = forward_oracle(rows, codes, on)
        assert {(m.concept.code if m.concept else "", m.relationship) for m in stored.matches} == expected
        for target in ("x", "y", "X.1"):
            back = ask(registry, target, on=on, reverse=True)
            found = {(m.concept.code, m.relationship, m.automatic) for m in back.matches if m.concept}
            assert found == {
                (s, TURNED.get(r.relationship, r.relationship), r.automatic_back)
                for r in rows
                if r.target == target and applies(r, on)
                for s in r.sources
            }
            assert not any(m.defaults or m.weight for m in back.matches)


@contextmanager
def _fresh() -> Iterator[Registry]:
    with tempfile.TemporaryDirectory() as folder, Registry.open(str(Path(folder) / "r.sqlite")) as registry:
        yield registry


VERSIONS = [
    record("2023", valid_from=date(2023, 1, 1), valid_to=date(2024, 1, 1), rows=(MapRowRecord(sources=("a",), target="t2023"),)),
    record("2024", valid_from=date(2024, 1, 1), rows=(MapRowRecord(sources=("a",), target="t2024"),)),
    record("2024", valid_from=date(2024, 1, 1), published="2024-02-01", rows=(MapRowRecord(sources=("a",), target="t2024c"),)),
    record("2024", valid_from=date(2024, 5, 1), rows=(MapRowRecord(sources=("a",), target="t2024u"),)),
    record("2025", valid_from=date(2025, 1, 1), rows=(MapRowRecord(sources=("a",), target="t2025"),)),
]  # fmt: skip
EXPECTED = [
    (date(2022, 6, 1), None),
    (date(2023, 6, 1), "t2023"),
    (date(2024, 1, 1), "t2024c"),
    (date(2024, 4, 30), "t2024c"),
    (date(2024, 5, 1), "t2024u"),
    (date(2024, 12, 31), "t2024u"),
    (date(2025, 1, 1), "t2025"),
    (date(2031, 1, 1), "t2025"),
]


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(len(VERSIONS))))
def test_the_order_of_loading_never_matters(order: list[int]) -> None:
    with _fresh() as registry:
        for number in order:
            registry.load_parsed(ParsedMap(map=VERSIONS[number]))
        for day, expected in EXPECTED:
            answer = ask(registry, "a", on=day)
            if expected is None:
                assert answer.problem is not None and "before the first version" in answer.problem.text
            else:
                assert targets(answer) == [expected]
        for day, expected in (
            (date(2024, 3, 1), "t2024c"),
            (date(2024, 6, 1), "t2024u"),
            (date(2031, 1, 1), "t2024u"),
        ):
            assert targets(ask(registry, "a", on=day, map_version="2024")) == [expected]


def test_known_at_gives_the_map_of_that_time(open_registry: Open) -> None:
    registry = open_registry()
    loaded = [registry.load_parsed(ParsedMap(map=VERSIONS[n])).outcome for n in (1, 2, 1)]
    assert loaded == ["loaded", "amended", "unchanged"]
    moments = [e.recorded for e in registry.changes_since(0).entries]
    day = date(2024, 3, 1)
    assert targets(ask(registry, "a", on=day)) == ["t2024c"]
    assert targets(ask(registry, "a", on=day, known_at=str(moments[0]))) == ["t2024"]
    assert targets(ask(registry, "a", on=day, known_at=str(moments[1]))) == ["t2024c"]


def test_codes_are_found_however_they_are_written(open_registry: Open) -> None:
    registry = open_registry()
    rows = (
        MapRowRecord(sources=("e103", "H36.0"), target="L54"),
        MapRowRecord(sources=("X8n0a",), target="-30"),
    )
    registry.load_parsed(
        ParsedMap(map=record(source_system="icd-10-no", target_system="icpc-2-no", rows=rows, url="http://m"))
    )
    catalog = RegistryCatalog(registry.reader, read_stored)

    def found(*codes: str, reverse: bool = False) -> list[str]:
        codings = tuple(Coding(c) for c in codes)
        request = TranslateRequest(codings=codings, map="http://m", reverse=reverse, swapped=reverse)
        return targets(translate(Context(catalog), request))

    assert found("E10.3", "H360") == ["-54"] and found("H36.0", "E10.3") == [] and found("E10.3") == []
    assert found("X8N.0A") == [] and found("x8n0a") == ["-30"] and found("X8n.0a") == ["-30"]
    assert found("A54", reverse=True) == ["E10.3", "H36.0"]
    assert found("NEGATIVE_30", reverse=True) == ["X8n.0a"]


@pytest.mark.parametrize("resource_id", ["", "m1"])
def test_a_publication_reads_headers_only(
    open_registry: Open, resource_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = open_registry()
    rows = tuple(MapRowRecord(sources=(f"s{n}",), target=f"t{n}") for n in range(3000))
    registry.load_parsed(ParsedMap(map=record(rows=rows)))
    catalog = RegistryCatalog(registry.reader, read_stored)
    read: list[str] = []
    own = catalog._map_rows._read
    monkeypatch.setattr(
        catalog._map_rows, "_read", lambda m, side, *page: read.append(side) or own(m, side, *page)
    )
    assert len(list(catalog.concept_maps())) == 1 and read == []
    for code in ("s7", "s7", "s8"):
        request = TranslateRequest(codings=(Coding(code, S),), map=URL)
        assert targets(translate(Context(catalog), request)) == [code.replace("s", "t")]
    assert sorted(read) == ["row", "source"]
    assert catalog._map_rows._kept.weight < 30_000
