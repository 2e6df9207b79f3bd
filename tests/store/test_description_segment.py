"""The text index made of many descriptions at once is the one made of them one by one."""

from __future__ import annotations

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from registry.store.description_segment import description_segment
from registry.store.word_segment import SegmentBuilder

TEXTS = st.text(st.sampled_from("aåÉé ß½ı-_.7'/ŀ²Ω\u0301\u00a0\u2013xX"), min_size=1, max_size=12)
ROWS = st.lists(
    st.tuples(st.sampled_from(["fsn", "synonym", "preferred", "x"]), TEXTS), min_size=1, max_size=8
)


@given(ROWS, st.integers(1, 100))
@example([("fsn", "Åpent sår (½ kjent)"), ("synonym", "å_b")], 1)
def test_both_ways_give_the_same_segment(rows: list[tuple[str, str]], first: int) -> None:
    import unicodedata

    composed = [(kind, unicodedata.normalize("NFC", text)) for kind, text in rows]
    builder = SegmentBuilder(0)
    builder.add_texts([(first + n, kind, text) for n, (kind, text) in enumerate(composed)])
    kinds, texts = (pl.Series(column, dtype=pl.String) for column in zip(*composed, strict=True))
    assert description_segment(0, first, kinds, texts) == builder.finish()
