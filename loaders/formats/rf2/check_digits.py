"""Check digits and partitions of many SNOMED CT identifiers at once.

The rule is that of ``registry.entities.sctid`` for one identifier; here by arrays, digit by digit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from registry.entities.sctid import PERMUTATION, PRODUCT

if TYPE_CHECKING:
    from polars import Series

__all__ = ["wrong_identifiers"]

_PARTITION = {"concept": "0", "description": "1", "relationship": "2"}
_LONGEST = 18


def wrong_identifiers(identifiers: Series, kind: str) -> Series:
    """For each text whether it is no identifier of the kind: form, partition or check digit."""
    import numpy as np
    import polars as pl

    shaped = identifiers.str.contains(rf"^[1-9][0-9]{{2,14}}[01]{_PARTITION[kind]}[0-9]$")
    numbers = pl.select(pl.when(shaped).then(identifiers).otherwise(pl.lit("0"))).to_series()
    left = numbers.cast(pl.UInt64).to_numpy()
    times = np.array(PRODUCT, dtype=np.uint8)
    order = np.array(PERMUTATION, dtype=np.uint8)
    total = np.zeros(len(left), dtype=np.uint8)
    for place in range(_LONGEST):
        digit = (left % 10).astype(np.uint8)
        within = left > 0
        total = np.where(within, times[total, order[place % 8][digit]], total)
        left = left // 10
    return ~shaped | pl.Series(total != 0)
