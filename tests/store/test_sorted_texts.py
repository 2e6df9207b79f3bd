"""Texts in blocks, numbers in pages, segments as bytes: each against a plain Python equivalent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from registry.entities.records import ConceptRecord, Designation
from registry.store.number_table import NumberTable
from registry.store.sorted_texts import SortedTexts
from registry.store.word_index import WordIndex
from registry.store.word_segment import LOCAL, PLACE, Segment, build, merge

TEXTS = st.lists(st.text(alphabet="abåz019.\U0010ffff", max_size=5), unique=True, max_size=120).map(sorted)


@given(TEXTS, st.text(alphabet="abåz019.", max_size=3))
def test_texts_are_found_by_themselves_and_by_their_beginning(texts: list[str], prefix: str) -> None:
    kept = SortedTexts(texts)
    assert len(kept) == len(texts) and [kept[n] for n in range(len(texts))] == texts
    assert all(kept.find(text) == n for n, text in enumerate(texts))
    assert kept.find(prefix) == (texts.index(prefix) if prefix in texts else -1) and kept.find("a\x00b") == -1
    first, end = kept.starting(prefix)
    if not any("\U0010ffff" in text for text in texts):
        assert texts[first:end] == [text for text in texts if text.startswith(prefix)]


@given(st.dictionaries(st.integers(0, 2**20), st.integers(0, 65535)))
def test_numbers_by_id(numbers: dict[int, int]) -> None:
    table = NumberTable("H")
    table.put(numbers.items())
    assert all(table[ident] == number for ident, number in numbers.items())


RECORDS = st.lists(
    st.builds(
        ConceptRecord,
        code=st.just("X"),
        designations=st.lists(
            st.builds(
                Designation, kind=st.sampled_from(["label.full", "synonym"]), text=st.text("ab ", max_size=6)
            ),
            max_size=12,
        ).map(tuple),
    ),
    max_size=8,
)


@given(RECORDS, st.integers(0, 8))
def test_segments_keep_what_was_put_in(records: list[ConceptRecord], cut: int) -> None:
    states = list(enumerate(records, 65536 + 5))
    whole = build(65536, states)
    assert Segment.unpack(whole.pack()) == whole
    parts = merge([build(65536, states[:cut]), build(65536, states[cut:])])
    assert {w: sorted(n) for w, n in parts} == {w: sorted(n) for w, n in whole}
    assert {b: sorted(n) for b, n in parts.bands.items()} == {b: sorted(n) for b, n in whole.bands.items()}
    gone = BitMap([states[0][0]]) if states else BitMap()
    rest = build(65536, states[1:])
    assert {w: sorted(n) for w, n in whole.without(gone, top=whole.top)} == {w: sorted(n) for w, n in rest}
    index = WordIndex(whole)
    for word, numbers in whole:
        texts = index.starting(word)
        assert BitMap(numbers) <= texts
        split = {(place, state) for place, states in index.states_of(texts) for state in states}
        assert split == {(n >> PLACE, n & LOCAL) for n in texts}
