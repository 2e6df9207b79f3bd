"""ICPC-2 and the Norwegian ICPC-2B.

Process codes (components 2-6, ``-30`` to ``-69``) are the same in every chapter: ``L54`` is ``-54``, and so is
``NEGATIVE_54``, which some software writes.
ICPC-2B codes are an ICPC-2 code, a dot and four digits (``A04.0005``, also written ``A040005``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from registry.systems.behaviour import Block, Reserve, SystemBehaviour

__all__ = ["ICPC2B_NO", "ICPC2_NO", "Icpc2Behaviour", "Icpc2bBehaviour"]

_PROCESS = re.compile(r"(?:[-A-Z]|NEGATIVE_)([3-6]\d)")
DIAGNOSES = r"[A-Z](?:[0-2]\d|[7-9]\d)\d?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Icpc2Behaviour(SystemBehaviour):
    """Chapter letter and two digits; process codes begin with ``-``."""

    def canonical(self, code: str) -> str:
        bare = code.strip().replace(" ", "").upper().rstrip(".")
        process = _PROCESS.fullmatch(bare)
        return f"-{process[1]}" if process else bare


@dataclass(frozen=True, slots=True, kw_only=True)
class Icpc2bBehaviour(SystemBehaviour):
    """An ICPC-2 code with a four-digit extension; its parent is the ICPC-2 code."""

    def canonical(self, code: str) -> str:
        bare = code.strip().replace(" ", "").replace(".", "").upper()
        if len(bare) <= 3 or _PROCESS.fullmatch(bare):
            return ICPC2_NO.canonical(bare)
        head = bare[:3]
        return f"{ICPC2_NO.canonical(head)}.{bare[3:]}"

    def structural_parents(self, code: str) -> list[str]:
        head, _, tail = code.partition(".")
        return [head] if tail else []


ICPC2_NO = Icpc2Behaviour(
    name="icpc-2-no",
    reserve=(Reserve(display=r"^Utbruddssykdom definert av FHI"),),
    subsets={"without-process-codes": DIAGNOSES},
    blocks=(
        Block("process-codes-30-49", r"-[34]\d", 20),
        Block("process-codes-50-59", r"-5\d", 10),
        Block("process-codes-60-69", r"-6\d", 10),
    ),
    blocks_name="process-codes",
    syntax=r"[A-Z]\d\d\d?|-[3-6]\d",
)
ICPC2B_NO = Icpc2bBehaviour(
    name="icpc-2b-no", contains_longer=False, syntax=r"(?:[A-Z]\d\d|-[3-6]\d)(?:\.\d{4})?"
)
