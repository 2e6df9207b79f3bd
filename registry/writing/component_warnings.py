"""What is wrong with the components of a release without changing what they mean: reported, not refused.

==============================================  ====================================================================
finding                                         why it is no error
==============================================  ====================================================================
an active row names a concept that is missing   nothing shows the row; a missing parent is an error (``content_check``)
several active rows of one language reference   the description is preferred if one of them makes it preferred
set for one description
==============================================  ====================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from pyroaring import BitMap

from registry.entities.messages import message
from registry.store.component_packs import UNKNOWN, bitmap_of_numbers

if TYPE_CHECKING:
    from polars import DataFrame, Series

__all__ = ["dangling", "repeated_acceptability"]


def dangling(
    kind: str, rows: DataFrame, concepts: BitMap, concept: int, key_of: Callable[[int], str]
) -> Iterator[str]:
    """A warning for the concepts that active rows name and the release does not have.

    ``concept`` is the number of the name ``concept`` in the column ``of``; ``key_of`` gives the key of a concept id.
    """
    active = rows.filter(~rows["inactive"])
    subjects = active["subject"] if kind != "member" else active.filter(active["of"] == concept)["subject"]
    named = _known(subjects)
    if kind == "relationship":
        named |= _known(active["target"].filter(active["target"] > 0))
    if missing := named - concepts:
        first = key_of(missing.min())
        yield message("load.dangling", kind=kind, n=len(missing), first=first)


def _known(subjects: Series) -> BitMap:
    return bitmap_of_numbers(subjects.filter(subjects < UNKNOWN))


def repeated_acceptability(rows: DataFrame, names: dict[str, int]) -> Iterator[str]:
    """A warning for each language reference set with several active rows for one description."""
    import polars as pl

    accepting = rows.filter(~pl.col("inactive") & (pl.col("acceptability") != names.get("", 0)))
    counted = accepting.group_by("refset", "subject").len().filter(pl.col("len") > 1)
    by_number = {number: name for name, number in names.items()}
    for (refset,), found in sorted(counted.partition_by("refset", as_dict=True).items()):
        yield message("load.repeated_acceptability", refset=by_number[int(str(refset))], n=found.height)
