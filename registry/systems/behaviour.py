"""Behaviour of one code system: the form of its codes, subsets, implicit value sets, filters, version URIs.

``SystemBehaviour`` is the behaviour of a plain list of codes; a system with other rules has a module with a
subclass or an instance. Inputs and outputs are texts and plain values. Filters and expressions are declared here and
evaluated in ``registry.terminology``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from registry.entities.composed_text import composed
from registry.entities.records import Coding

__all__ = ["Block", "Condition", "Dialect", "Reserve", "SystemBehaviour"]


@dataclass(frozen=True, slots=True)
class Reserve:
    """Reserve codes, which have no meaning yet: their display matches ``display`` (a regular expression)."""

    display: str
    codes: str = ""


class Block(NamedTuple):
    """A part of a system that lists contain or omit as a whole: a pattern on canonical codes, number of codes."""

    name: str
    pattern: str
    size: int


class Dialect(NamedTuple):
    """A language reference set with the tag (BCP 47) of the texts that it prefers, and its other names.

    ``like``: the reference set that counts where this one prefers the same text.
    """

    refset: str
    tag: str
    aliases: tuple[str, ...] = ()
    like: str = ""


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
    contains_longer: bool = False  #: codes contain the longer codes that begin with them (DOMAIN)
    reserve: tuple[Reserve, ...] = ()
    subsets: dict[str, str] = field(default_factory=dict)  #: coverage name → pattern on canonical codes
    #: parts of the system that publishers leave out of their lists (``registry.systems.coverage``); the subset
    #: ``without-`` + ``blocks_name`` is everything else
    blocks: tuple[Block, ...] = ()
    blocks_name: str = ""
    syntax: str = ""  #: regular expression of canonical codes; empty = anything
    #: (property, operator) of filters that this system defines in addition to FHIR's
    own_filters: frozenset[tuple[str, str]] = frozenset()
    #: kinds of designation, best first; empty = the default order (``registry.content.display``)
    display_kinds: tuple[str, ...] = ()
    #: relationship whose values are a concept's parents, where relationships are components of the source
    parent_attribute: str = ""
    #: language reference sets, in order of preference
    dialects: tuple[Dialect, ...] = ()
    #: use of the descriptions of a kind
    description_uses: dict[str, Coding] = field(default_factory=dict)

    def canonical(self, code: str) -> str:
        """The canonical form of a code as people and files write it."""
        return composed(code.strip())

    def key(self, code: str) -> str:
        """The form in which codes are compared: canonical, and lower case if case is not significant."""
        found = self.canonical(code)
        return found if self.case_sensitive else found.casefold()

    def structural_parents(self, code: str) -> list[str]:
        """Shorter codes that contain this one, nearest first; they need not exist."""
        return []

    def looks_right(self, code: str) -> bool:
        """Whether the canonical code matches the syntax of the system."""
        return not self.syntax or re.fullmatch(self.syntax, code) is not None

    def is_reserve(self, code: str, display: str) -> bool:
        """Whether the code is a reserve code."""
        return any(
            re.search(r.display, display) is not None
            and (not r.codes or re.fullmatch(r.codes, code) is not None)
            for r in self.reserve
        )

    def is_expression(self, code: str) -> bool:
        """Whether the text is a post-coordinated expression of the system rather than a code."""
        return False

    def version_uri(self, url: str, label: str) -> str:
        """The version as written in requests and answers, from the system's canonical URL and the version's label."""
        return label

    def names_version(self, label: str, requested: str) -> bool:
        """Whether a requested version is the one with the label."""
        return label == requested

    def track_named(self, requested: str) -> str:
        """The track that a requested version names without saying which of its versions; empty if it does not."""
        return ""

    def edition_named(self, url: str) -> str:
        """The URL of the system, where a URL names an edition or version of it; else empty."""
        return ""

    def implicit_value_set(self, query: str) -> tuple[Condition, ...] | None:
        """Conditions of the value set ``URL?fhir_vs`` + query; () = all codes, None = no such value set.

        FHIR defines ``isa/CODE`` for SNOMED CT (R5 "Using SNOMED CT with FHIR"); here every system has it.

        >>> SystemBehaviour().implicit_value_set("=isa/A00")
        (Condition(property='concept', operator='is-a', value='A00'),)
        """
        if not query:
            return ()
        kind, _, code = query.removeprefix("=").partition("/")
        return (Condition("concept", "is-a", code),) if kind == "isa" and code else None
