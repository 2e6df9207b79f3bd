"""What one code system does differently from others: the form of its codes, its subsets, and a few hooks.

``SystemBehaviour`` itself is the behaviour of a plain list of codes; each system with rules of its own has a module
with a subclass or an instance. Inputs and outputs are texts and plain values.
Not here: content, versions, file formats, evaluation of filters or expressions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Block", "Condition", "Reserve", "SystemBehaviour"]


@dataclass(frozen=True, slots=True)
class Reserve:
    """Codes held ready without meaning: those whose display matches ``display`` (a regular expression)."""

    display: str
    codes: str = ""


class Block(NamedTuple):
    """A part of a system that a list holds or leaves out as a whole: a pattern on canonical codes, how many there are."""

    name: str
    pattern: str
    size: int


class Condition(NamedTuple):
    """A filter of an implicit value set: property, operator (FHIR's names) and value."""

    property: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemBehaviour:
    """The behaviour of one code system; the defaults are those of a plain list of codes."""

    name: str = "plain"
    case_sensitive: bool = True
    contains_longer: bool = False  #: a shorter code contains its longer ones (DOMAIN, change types)
    reserve: tuple[Reserve, ...] = ()
    subsets: dict[str, str] = field(default_factory=dict)  #: coverage name → pattern on canonical codes
    #: parts of the system that publishers leave out of their lists (``registry.systems.coverage``); the subset
    #: ``without-`` + ``blocks_name`` is everything else
    blocks: tuple[Block, ...] = ()
    blocks_name: str = ""
    syntax: str = ""  #: regular expression of canonical codes; empty = anything
    #: (property, operator) of filters that this system defines beside FHIR's own
    own_filters: frozenset[tuple[str, str]] = frozenset()
    #: kinds of designation, best first; empty = the order that all systems share (``registry.content.display``)
    display_kinds: tuple[str, ...] = ()

    def canonical(self, code: str) -> str:
        """The form that the system defines, from the code as people and files write it."""
        return code.strip()

    def key(self, code: str) -> str:
        """The form in which codes are equal: canonical, without case where the system has none."""
        found = self.canonical(code)
        return found if self.case_sensitive else found.casefold()

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

    def is_expression(self, code: str) -> bool:
        """Whether the text is a post-coordinated expression of the system rather than a code."""
        return False

    def version_uri(self, url: str, label: str) -> str:
        """The version as requests and answers write it, from the system's canonical URL and the version's label."""
        return label

    def implicit_value_set(self, query: str) -> tuple[Condition, ...] | None:
        """Conditions of ``URL?fhir_vs`` + query: none of them = all codes; None = no such value set.

        ``isa/CODE`` is FHIR's for SNOMED CT (R5 "Using SNOMED CT with FHIR"); every system here has it.

        >>> SystemBehaviour().implicit_value_set("=isa/A00")
        (Condition(property='concept', operator='is-a', value='A00'),)
        """
        if not query:
            return ()
        kind, _, code = query.removeprefix("=").partition("/")
        return (Condition("concept", "is-a", code),) if kind == "isa" and code else None
