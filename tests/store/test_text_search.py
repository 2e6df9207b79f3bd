"""Text search: folding, ranking, hostile queries, and parity with the slow twin whatever the order of loading."""

from __future__ import annotations

import random
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from registry.content.stored import StoredView
from registry.content.system_index import SystemIndex
from registry.content.text_search import parse, remove_terms, search
from registry.entities.records import ConceptRecord, Designation
from registry.store.engine import Database
from registry.store.tokens import compact_code, fold, tokens
from registry.store.word_segment import Segment, SegmentBuilder
from tests.store.slow_search import slow_fold, slow_search
from tests.store.world import World, record

RECORDS = [
    record("K63.8", "Andre spesifiserte sykdommer i tarm"),
    record("K63.80", "Sykdom i tarm"),
    record("K63", "Andre tarmsykdommer"),
    record("A00", "Kolera"),
    record("S06.01", "Åpent sår i hodet"),
    record("B99", "Aorta og sårskade"),
    record("T78.4", "Allergi mot æbler, øl og Sjögrens crème brûlée"),
    ConceptRecord(
        code="C50",
        designations=(
            Designation("label.full", "Ondartet svulst i bryst", "nb"),
            Designation("synonym", "Kreft", "nb"),
            Designation("synonym", "Brystkreft", "nb"),
        ),
    ),
    record("C51", "Kreft med langt navn i vulva"),
    record("-54", "Prosedyre"),
    record("73211009", "Diabetes"),
]


def found(view: StoredView, text: str, within: BitMap | None = None) -> list[str]:
    return [view.concept(i).code for i in view.search(text, within)]


@pytest.fixture
def view(world: World) -> StoredView:
    return world.view(world.add(RECORDS))


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("kolera", ["A00"]),
        ("KOL", ["A00"]),
        ("tarm sykd", ["K63.80", "K63.8"]),
        ("sykd tarm", ["K63.80", "K63.8"]),
        ("åpent", ["S06.01"]),
        ("apent", []),
        ("aorta", ["B99"]),
        ("sår", ["B99", "S06.01"]),
        ("sar", []),
        ("sjogren", ["T78.4"]),
        ("åpent S06.01", ["S06.01"]),
        ("åpent S0601", ["S06.01"]),
        ("sjögren creme ØL", ["T78.4"]),
        ("kreft", ["C51", "C50"]),
        ("K63.8", ["K63.8", "K63.80"]),
        ("k638", ["K63.8", "K63.80"]),
        ("K63", ["K63", "K63.8", "K63.80"]),
        ("k63 tarm", ["K63.80", "K63", "K63.8"]),
        ("K63.8 tarm", ["K63.80", "K63.8"]),
        ("tarm k63.80", ["K63.80"]),
        ("-54", ["-54"]),
        ("732", ["73211009"]),
        ("", []),
        ("  .,;  ", []),
        ("finnes ikke", []),
    ],
)
def test_what_is_found_in_which_order(view: StoredView, text: str, codes: list[str]) -> None:
    assert found(view, text) == codes
    assert slow_search(RECORDS, text) == codes


@pytest.mark.parametrize(
    "text",
    ['"', "tarm OR kolera", "NEAR(tarm kolera)", "tokens:tarm", "tarm*", "^tarm", "' | 'x", "\\", "tarm -kolera", "a\x00b",
     "x" * 5000, "a " * 500, "!&|():*<->", "%_", "\ud7ff\uffff", "🙂 tarm", "İ", "ß"],
)  # fmt: skip
def test_hostile_queries_are_only_words(view: StoredView, text: str) -> None:
    assert found(view, text) == slow_search(RECORDS, text)


def test_a_query_is_bounded() -> None:
    query = parse("1-2-3-4-5-6-7-8-9-10-11-12-13-14 " + "ord " * 100 + "x" * 1000)
    assert len(query.words) <= 12 and all(len(way) <= 12 for ways in query.words for way in ways)
    assert all(len(t) <= 64 for ways in query.words for way in ways for t in way)


def test_search_within_a_set_and_one_release(world: World) -> None:
    old = world.view(world.add(RECORDS))
    new = world.view(world.add([r for r in RECORDS if r.code != "K63"]))
    assert found(new, "k63") == ["K63.8", "K63.80"] and found(old, "k63")[0] == "K63"
    only = BitMap([old.find("K63.80") or 0])
    assert found(old, "tarm", only) == ["K63.80"] and found(old, "tarm", BitMap()) == []


def test_a_common_word_in_a_narrow_set_is_answered_alike_on_every_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry.content import text_search as module

    records = [record(f"A{n:03d}", f"felles{n % 3} ord nr {n % 11}") for n in range(900)]
    records += [
        ConceptRecord(
            code="B1", designations=(Designation("synonym", "ord"), Designation("display", "ord ord"))
        )
    ]
    view = world.view(world.add(records))
    for size in (1, 5, 60, 70, 400, 901):
        wanted = BitMap(list(view.all())[-size:])
        mine = [view.concept(i) for i in wanted]
        expected = {text: slow_search(mine, text) for text in ("ord", "felles1 ord", "a1", "nr 1")}
        for few in (0, 64, 1000):
            monkeypatch.setattr(module, "_FEW", few)
            assert {text: found(view, text, wanted) for text in expected} == expected
            assert all(view.matching(t, wanted) == BitMap(view.search(t, wanted)) for t in expected)


def test_other_systems_are_not_seen(database: Database) -> None:
    first, second = World(database, slug="one"), World(database, slug="two")
    one, two = first.view(first.add(RECORDS)), second.view(second.add([record("X", "Kolera to")]))
    assert found(one, "kolera") == ["A00"] and found(two, "kolera") == ["X"]


def test_removed_states_are_not_found(world: World) -> None:
    layer = world.add(RECORDS)
    view = world.view(layer)
    gone = view.find("A00") or 0
    with world.database.transaction() as connection:
        remove_terms(connection, world.system_id, BitMap([gone]))
    world.database.caches.clear()
    (body,) = world.database.reader().one("SELECT body FROM word_segment") or ()
    assert b"kolera" not in body and b"tarmsykdommer" in body
    assert found(view, "kolera") == [] and found(view, "tarm sykd") == ["K63.80", "K63.8"]


def test_a_concept_with_very_many_equal_texts_is_found_once(world: World) -> None:
    texts = tuple(Designation("synonym", f"navn {n:04d}") for n in range(600))
    view = world.view(world.add([ConceptRecord(code="X", designations=texts)]))
    assert found(view, "navn") == ["X"] and found(view, "navn 0100") == ["X"]


def test_the_limit_ends_the_search(world: World) -> None:
    layer = world.add([record(f"A{n}", f"likt navn {n % 7}") for n in range(500)])
    system = SystemIndex(world.database, world.system_id)
    whole = list(search(system, "likt", layer.bitmap))
    assert len(whole) == 500 and list(search(system, "likt", layer.bitmap, 20)) == whole[:20]


LETTERS = "aAåÅæøeéöüß1.-' k\u030a\u0301ﬁ²–İ"
TEXTS = st.text(alphabet=LETTERS, max_size=12)
RELEASE = st.lists(
    st.builds(
        ConceptRecord,
        code=st.text(alphabet="aAkK12.-", min_size=1, max_size=4),
        designations=st.lists(
            st.builds(
                Designation, kind=st.sampled_from(["label.full", "label.short", "synonym"]), text=TEXTS
            ),
            max_size=3,
        ).map(tuple),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda r: r.code,
)
_NUMBERS = count()


@given(TEXTS)
def test_folding_has_a_slow_twin(text: str) -> None:
    assert tokens(text) == slow_fold(text).split() and " ".join(tokens(text)) == " ".join(tokens(fold(text)))
    assert all(t.isalnum() for t in tokens(text)) and compact_code("K63.8") == "k638"


@given(records=RELEASE, texts=st.lists(TEXTS, min_size=3, max_size=3), seed=st.randoms())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_search_is_the_slow_one_in_any_order_of_loading(
    database: Database, records: list[ConceptRecord], texts: list[str], seed: random.Random
) -> None:
    world = World(database, slug=f"demo{next(_NUMBERS)}")
    mixed = list(records)
    seed.shuffle(mixed)
    if half := mixed[: len(mixed) // 2]:
        world.add(half)
    view = world.view(world.add(mixed))
    for text in [*texts, "a", "k1", *(r.code for r in records[:2])]:
        expected = slow_search(records, text)
        assert found(view, text) == expected
        assert sorted(view.concept(i).code for i in view.matching(text)) == sorted(expected)


def test_answers_do_not_depend_on_the_order_of_loading(database: Database) -> None:
    answers = []
    for seed in (3, 4):
        world = World(database, slug=f"demo{seed}")
        mixed = [record(f"A{n:03d}", f"felles ord nr {n % 10}") for n in range(300)]
        random.Random(seed).shuffle(mixed)
        view = world.view(world.add(mixed))
        answers.append([found(view, text) for text in ("felles", "ord 3", "a0", "a")])
    assert answers[0] == answers[1]


def test_long_words_are_completed(world: World) -> None:
    words = [f"forkortelse{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(200)]
    view = world.view(world.add([record(f"A{n:03d}", word) for n, word in enumerate(words)]))
    with_few = found(view, "forkortelsea")
    assert len(found(view, "forkort")) == 200 and len(with_few) == 26
    assert found(view, words[5]) == ["A005"] and found(view, "forkortelsezzz") == []


def test_many_loads_are_as_one(database: Database) -> None:
    """Segments are joined after some loads; what was loaded before the index was read, or after, is found alike."""
    grown, whole = World(database, slug="grown"), World(database, slug="whole")
    records = [record(f"A{n:02d}", f"felles ord nr {n % 7}") for n in range(40)]
    for size in range(2, 41, 2):
        layer = grown.add(records[:size])
        assert len(found(grown.view(layer), "felles")) == size
    (segments,) = database.reader().one("SELECT count(*) FROM word_segment WHERE system_id = 1") or (0,)
    at_once = whole.view(whole.add(records))
    assert 1 < segments <= 8 and all(
        found(grown.view(layer), text) == found(at_once, text) for text in ("felles", "nr 3", "a1", "a")
    )


@given(
    st.lists(st.lists(st.text("abcdå 1", min_size=1, max_size=9), max_size=4), max_size=30), st.integers(0, 6)
)
def test_a_segment_is_the_same_however_many_words_are_in_memory(texts: list[list[str]], most: int) -> None:
    states = [
        (70_000 + n, ConceptRecord(code=f"C{n}", designations=tuple(Designation("display", t) for t in some)))
        for n, some in enumerate(texts)
    ]
    whole, parts = SegmentBuilder(65_536), SegmentBuilder(65_536, words=most)
    for at in range(0, len(states), 3):
        whole.add(states[at : at + 3])
        parts.add(states[at : at + 3])
    packed = whole.packed()
    assert parts.packed() == packed
    assert Segment.unpack(packed).pack() == packed
