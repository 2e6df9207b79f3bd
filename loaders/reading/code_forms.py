"""What looks wrong in the codes of a list although each can be a code: notices with examples, nothing is refused.

=====================================================================  ==========================
codes                                                                  notice
=====================================================================  ==========================
not of the form that the system's codes have                           ``notice.code_form``
with a blank inside                                                    ``notice.code_blank``
a number in scientific notation (``1,00E+05``)                         ``notice.code_scientific``
digits alone, of two lengths that differ by one, none with a leading   ``notice.code_zeros``
zero, and a shorter one that begins no longer one
that differ in upper and lower case alone                              ``notice.code_case``
=====================================================================  ==========================
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from registry.entities.messages import message
from registry.systems import SystemBehaviour

__all__ = ["code_notices"]

_SHOWN = 5  #: codes in a notice
_SHORTEST = 3  #: length of the longer codes from which on a leading zero may have been lost
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
_BLANK = re.compile(r"\s")


def code_notices(codes: Collection[str], rules: SystemBehaviour) -> Iterator[str]:
    """The notices about the codes of one list; ``codes``: canonical."""
    scientific = [c for c in codes if _SCIENTIFIC.fullmatch(c)]
    blank = [c for c in codes if _BLANK.search(c)]
    named = {*scientific, *blank}
    form = [c for c in codes if c not in named and not rules.looks_right(c)]
    for key, found in (
        ("notice.code_scientific", scientific),
        ("notice.code_blank", blank),
        ("notice.code_form", form),
        ("notice.code_case", _case_alone(codes)),
        ("notice.code_zeros", _lost_zeros(codes)),
    ):
        if found:
            yield message(key, count=len(found), codes=found[:_SHOWN])


def _case_alone(codes: Collection[str]) -> list[str]:
    """Codes that differ in case alone, next to each other."""
    spelled: dict[str, list[str]] = {}
    for code in codes:
        spelled.setdefault(code.casefold(), []).append(code)
    return [code for group in spelled.values() if len(group) > 1 for code in group]


def _lost_zeros(codes: Collection[str]) -> list[str]:
    """The shorter codes of a list of numbers that look as if they had lost a leading zero."""
    if not all(c.isdecimal() and not c.startswith("0") for c in codes):
        return []
    lengths = sorted({len(c) for c in codes})
    if len(lengths) != 2 or lengths[1] - lengths[0] != 1 or lengths[1] < _SHORTEST:
        return []
    beginnings = {c[: lengths[0]] for c in codes if len(c) == lengths[1]}
    shorter = [c for c in codes if len(c) == lengths[0]]
    return shorter if any(c not in beginnings for c in shorter) else []
