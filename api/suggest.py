"""What the reader may have meant: names like the one that was not found."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = ["similar"]


def similar(name: str, names: Iterable[str], count: int = 3) -> list[str]:
    """Up to ``count`` of the names that look like ``name``, the nearest first.

    >>> similar("icd10no", ["icd-10-no", "icpc-2-no"])
    ['icd-10-no']
    """
    known = {n.lower(): n for n in names}
    near = get_close_matches(name.lower(), known, n=count, cutoff=0.6)
    inside = [n for n in known if len(name) > 2 and name.lower() in n and n not in near]
    return [known[n] for n in [*near, *sorted(inside)][:count]]
