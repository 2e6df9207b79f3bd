"""Encodings and dates, by table and by generated text."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.checks import find_cycle
from loaders.reading.archive import open_source
from loaders.reading.dates import end_of, start_of
from loaders.reading.decoding import decode, line_at, lines_of
from loaders.reading.table import open_table
from registry.entities.errors import ContentError, DecodeError, UsageError

WORDS = st.lists(
    st.sampled_from(["sår", "øre", "kjønn", "Ærlig", "Østfold", "Ås", "idé", "feber"]), min_size=1
)


@given(WORDS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850"]))
def test_norwegian_text_is_read_back(words: list[str], encoding: str) -> None:
    text = "\n".join(words)
    assert decode(text.encode(encoding), file="x").text == text


#: characters that ``str.splitlines`` takes for ends of lines, and that belong to a text
ODD = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
CELL = st.text(alphabet="aÅåÆØ…" + ODD, min_size=1, max_size=8).map(lambda t: f"x{t}y")


@given(st.lists(CELL, min_size=1, max_size=6), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_lines_end_at_line_ends_only(cells: list[str], end: str, last: bool) -> None:
    assert lines_of(end.join(cells) + (end if last else "")) == cells


@given(st.lists(CELL, min_size=1, max_size=6), st.booleans())
def test_tables_keep_characters_that_look_like_line_ends(cells: list[str], quoted: bool) -> None:
    mark = '"' if quoted else ""
    text = "".join(f"{mark}A{n:02d}{mark};{mark}{cell}{mark}\n" for n, cell in enumerate(cells))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.write_bytes(text.encode())
        rows = [*open_table(open_source(path), "x").rows]
    assert rows == [(n + 1, [f"A{n:02d}", cell]) for n, cell in enumerate(cells)]


def test_ambiguous_bytes_are_not_guessed() -> None:
    with pytest.raises(DecodeError, match=r"x:2: byte 0xa9 .* name one"):
        decode(b"abc\nd\xa9f\xa9", file="x")
    assert decode(b"abc\nd\x94f", file="x", encoding="cp850").text == "abc\nd\xf6f"
    with pytest.raises(UsageError, match="no encoding called"):
        decode(b"a", file="x", encoding="klingon")


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(9000, 1, 1)))
def test_starts_and_inclusive_ends(day: date) -> None:
    for text in (
        day.isoformat(),
        f"{day:%Y/%m/%d}",
        f"{day.isoformat()}T00:00:00",
        f"{day:%Y%m%d}",
        f"{day:%d.%m.%Y}",
    ):
        assert start_of(text) == day
        assert end_of(text) == day + timedelta(days=1)
    assert end_of(f"{day.isoformat()}T23:59:00") == day + timedelta(days=1)


@pytest.mark.parametrize("text", ["", "  /  /  ", None, "9999", "9999-12-31", "9999-12-31T23:59:59", "NULL"])
def test_no_date(text: str | None) -> None:
    assert start_of(text) is None
    assert end_of(text) is None


@pytest.mark.parametrize("text", ["2020-02-30", "20-01-01", "soon", "2020-1", "31.02.2020", "0000"])
def test_typos_name_file_and_line(text: str) -> None:
    with pytest.raises(ContentError, match=rf"f\.txt:7: '{text}' is not a date"):
        end_of(text, file="f.txt", line=7)


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3).map(tuple)))
def test_a_cycle_is_found_exactly_where_there_is_one(parents: dict[str, tuple[str, ...]]) -> None:
    reach = {key: set(above) for key, above in parents.items()}
    for _ in range(6):
        reach = {key: above.union(*(reach.get(p, set()) for p in above)) for key, above in reach.items()}
    cycle = find_cycle(parents)
    assert bool(cycle) == any(key in above for key, above in reach.items())
    assert all(b in parents.get(a, ()) for a, b in zip(cycle, cycle[1:], strict=False))


def test_line_at() -> None:
    assert [line_at(b"a\nb\nc", at) for at in (0, 1, 2, 4)] == [1, 1, 2, 3]
