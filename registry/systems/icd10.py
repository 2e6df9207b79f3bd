"""ICD-10, Norwegian ICD-10 and ICD-10-CM: a letter, two characters, a dot, the rest.

Source: WHO ICD-10 volume 2, 2.4; Norwegian subcodes may end in a significant lower-case letter (X8n0a).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from registry.systems.behaviour import Reserve, SystemBehaviour

__all__ = ["ICD10_CM", "ICD10_NO", "Icd10Behaviour"]

_BLOCK = re.compile(r"[A-Z][0-9A-Z]{2}-[A-Z][0-9A-Z]{2}|[IVX]{1,5}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Icd10Behaviour(SystemBehaviour):
    """Dot after the third character; chapters (roman numerals) and blocks (A00-A09) are unchanged."""

    upper: bool = False  #: letters have no case in this system

    def canonical(self, code: str) -> str:
        if (
            code[3:4] == "."
            and code.count(".") == 1
            and code.replace(".", "").isalnum()
            and code[0].isupper()
        ):
            return code.upper() if self.upper else code  # already canonical: the most frequent case
        bare = code.strip().replace(" ", "").rstrip("*†+")
        bare = bare.upper() if self.upper else bare
        if not bare or _BLOCK.fullmatch(bare):
            return bare
        bare = bare.replace(".", "")
        bare = bare[0].upper() + bare[1:]
        return bare if len(bare) <= 3 else f"{bare[:3]}.{bare[3:]}"

    def structural_parents(self, code: str) -> list[str]:
        if _BLOCK.fullmatch(code):
            return []
        head, _, tail = code.partition(".")
        return [f"{head}.{tail[:n]}" for n in range(len(tail) - 1, 0, -1)] + ([head] if tail else [])


ICD10_NO = Icd10Behaviour(
    name="icd-10-no",
    contains_longer=True,
    reserve=(Reserve(display=r"^Bruk av [A-Z]\d\d(\.\d+)? for beredskapsformål"),),
    syntax=r"[A-Z][0-9][0-9n](\.[0-9A-Za-z]{1,4})?|[A-Z]\d\d-[A-Z]\d\d|[IVX]{1,5}",
)
ICD10_CM = Icd10Behaviour(
    name="icd-10-cm",
    upper=True,
    contains_longer=True,
    syntax=r"[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?|[A-Z][0-9A-Z]{2}-[A-Z][0-9A-Z]{2}|[0-9]{1,2}|[IVX]{1,5}",
)
