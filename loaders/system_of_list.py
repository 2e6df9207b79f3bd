"""Proposes the code system of a plain list from its file name and the form of its codes; both must agree."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["guess"]

_SHAPES: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (system, re.compile(name, re.IGNORECASE), re.compile(code))
    for system, name, code in (
        ("ncmp-no", r"ncmp", r"[A-Z]{3,4}\d\d[A-Z]?"),
        ("ncsp-no", r"ncsp", r"[A-Z]{3}\d\d[A-Z]?"),
        ("icpc-2b-no", r"icpc-?2b", r"[-A-Z]\d\d(\.?\d{4})?"),
        ("icpc-2-no", r"icpc", r"[-A-Z]\d\d\d?"),
        ("icd-10-no", r"icd-?10(?!-?cm)", r"[A-Z]\d[0-9a-z]\.?[0-9A-Za-z]{0,4}"),
    )
)


def guess(name: str, codes: Sequence[str]) -> str:
    """The slug of the system, or empty if name and at least 95 % of the codes don't agree on one.

    >>> guess("NCSP2012.txt", ["AAA00", "AAA10"])
    'ncsp-no'
    """
    for system, named, shape in _SHAPES:
        if named.search(name) and sum(shape.fullmatch(c) is not None for c in codes) * 100 >= 95 * max(
            len(codes), 1
        ):
            return system
    return ""
