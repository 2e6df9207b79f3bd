"""The text index of many descriptions at once: the segment that ``SegmentBuilder.add_texts`` builds one by one.

Texts are cut at ASCII characters that are neither letters nor digits; each distinct piece is folded and split into words once.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from registry.entities.errors import StoreError
from registry.entities.messages import message
from registry.store.states import band_of
from registry.store.tokens import tokens
from registry.store.word_segment import LOCAL, Segment

if TYPE_CHECKING:
    from polars import DataFrame, Series

__all__ = ["description_segment"]

_PIECE = r"[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+"


def description_segment(base: int, first: int, kinds: Series, texts: Series) -> Segment:
    """The segment of the descriptions of rows from ``first`` on, each a text by itself; raises ``StoreError`` if it is full."""
    import polars as pl

    top = first + len(texts) - 1
    if top - base > LOCAL:
        raise StoreError(message("error.word_index_full", most=LOCAL))
    rows = pl.int_range(first - base, top - base + 1, dtype=pl.UInt32, eager=True)
    frame = pl.DataFrame({"number": rows, "kind": kinds, "text": texts})
    words = _words(frame)
    starts = words["number"].list.len().cum_sum()
    numbers = words.select(pl.col("number").explode())["number"]
    return Segment(
        base,
        top,
        words["word"].to_list(),
        array("I", [0, *starts.to_list()]),
        _packed(numbers),
        {band: _packed(found) for band, found in _bands(frame)},
    )


def _packed(numbers: Series) -> array[int]:
    import numpy as np

    return array("I", np.ascontiguousarray(numbers.to_numpy(), dtype=np.uint32).tobytes())


def _words(frame: DataFrame) -> DataFrame:
    """Each word with its text numbers, ascending."""
    import polars as pl

    pieces = (
        frame.select("number", piece=pl.col("text").str.extract_all(_PIECE)).explode("piece").drop_nulls()
    )
    distinct = pieces["piece"].unique()
    split = {"piece": distinct, "word": [tokens(piece) for piece in distinct]}
    words = pl.DataFrame(split, schema={"piece": pl.String, "word": pl.List(pl.String)}).explode("word")
    found = pieces.join(words.drop_nulls(), on="piece").select("word", "number").unique()
    return found.sort("word", "number").group_by("word", maintain_order=True).agg("number")


def _bands(frame: DataFrame) -> list[tuple[int, Series]]:
    """Each band with its text numbers, ascending."""
    import polars as pl

    ranks = {kind: band_of(kind, "") for kind in frame["kind"].unique()}
    rank = frame["kind"].replace_strict(ranks, return_dtype=pl.Int64)
    length = frame["text"].str.len_chars().clip(0, 255)
    banded = frame.select("number", band=rank + length.cast(pl.Int64))
    grouped = banded.sort("band", "number").group_by("band", maintain_order=True).agg("number")
    return list(zip(grouped["band"].to_list(), grouped["number"], strict=True))
