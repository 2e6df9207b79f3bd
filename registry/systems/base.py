"""What the registry must know of a code system's codes: form, structure and subsets. One module per system.

Here: syntax and normalisation. Not here: content, versions, file formats.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["CodeRules", "Reserve"]


@dataclass(frozen=True, slots=True)
class Reserve:
    """Codes held ready without meaning: those whose display matches ``display`` (a regular expression)."""

    display: str
    codes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRules:
    """The rules that the codes of one system follow; this base class is a plain list of codes."""

    name: str = "plain"
    case_sensitive: bool = True
    contains_longer: bool = False  #: a shorter code contains its longer ones (DOMAIN, change types)
    reserve: tuple[Reserve, ...] = ()
    subsets: dict[str, str] = field(default_factory=dict)  #: coverage name → pattern on canonical codes
    syntax: str = ""  #: regular expression of canonical codes; empty = anything

    def canonical(self, code: str) -> str:
        """The form that the system defines, from the code as people and files write it."""
        return code.strip()

    def structural_parents(self, code: str) -> list[str]:
        """Shorter codes that contain this one, nearest first, whether or not they exist."""
        return []

    def looks_right(self, code: str) -> bool:
        """Whether the canonical code has the system's shape."""
        return not self.syntax or re.fullmatch(self.syntax, code) is not None

    def is_reserve(self, code: str, display: str) -> bool:
        """Whether the code is held ready without a meaning of its own."""
        return any(
            re.search(r.display, display) is not None
            and (not r.codes or re.fullmatch(r.codes, code) is not None)
            for r in self.reserve
        )
