"""Identifiers for synthetic RF2: numbered by item, with partition, namespace and check digit; UUIDs from numbers.

The check digit is computed by arrays from the multiplication table of the Verhoeff scheme, independently of
``registry.systems.snomed``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

__all__ = ["identifiers", "uuids"]

#: the table d(j, k) of the scheme, and the permutation p(1, n); p(i, n) = p(i - 1, p(1, n))
_D = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 0, 6, 7, 8, 9, 5], [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7], [4, 0, 1, 2, 3, 9, 5, 6, 7, 8], [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2], [7, 6, 5, 9, 8, 2, 1, 0, 4, 3], [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ]
)  # fmt: skip
_FIRST = np.array([1, 5, 7, 6, 2, 8, 3, 0, 9, 4])
_INVERSE = np.array([0, 4, 3, 2, 1, 5, 6, 7, 8, 9])


def identifiers(items: Any, partition: str, namespace: str = "") -> pl.Series:
    """Identifiers of items (whole numbers from 100) with ``partition`` (``00``, ``11`` …)."""
    stems = np.array(items, dtype=np.uint64) * np.uint64(10 ** (len(namespace) + 2))
    stems = stems + np.uint64(int((namespace or "0") + partition))
    left, total = stems.copy(), np.zeros(len(stems), dtype=np.int64)
    permutation = np.arange(10)
    while left.any():
        permutation = _FIRST[permutation]
        digit = (left % np.uint64(10)).astype(np.int64)
        total = np.where(left > 0, _D[total, permutation[digit]], total)
        left = left // np.uint64(10)
    return pl.Series(stems * np.uint64(10) + _INVERSE[total].astype(np.uint64)).cast(pl.String)


def uuids(count: int, kind: int) -> pl.Series:
    """UUIDs of a kind of row, numbered; they look random, so that they compress as real ones do."""
    numbers = np.arange(count, dtype=np.uint64)
    first = _mixed(numbers + np.uint64(kind << 40))
    second = _mixed(first)
    text = pl.DataFrame({"a": first, "b": second}).select(
        pl.col("a").map_batches(_hexadecimal, return_dtype=pl.String),
        pl.col("b").map_batches(_hexadecimal, return_dtype=pl.String),
    )
    joined = pl.concat_str(
        pl.col("a").str.slice(0, 8), pl.lit("-"), pl.col("a").str.slice(8, 4), pl.lit("-4"),
        pl.col("a").str.slice(13, 3), pl.lit("-a"), pl.col("b").str.slice(1, 3), pl.lit("-"),
        pl.col("b").str.slice(4, 12),
    )  # fmt: skip
    return text.select(joined).to_series()


def _mixed(numbers: Any) -> Any:
    """The numbers mixed (splitmix64)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _hexadecimal(numbers: pl.Series) -> pl.Series:
    raw = numbers.to_numpy().astype(">u8").tobytes()
    text = np.frombuffer(raw.hex().encode(), dtype="S16").astype("U16")
    return pl.Series(text.tolist(), dtype=pl.String)
