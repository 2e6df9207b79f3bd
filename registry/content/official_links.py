"""Links of official change tables for a pair of contents, an input of ``registry.content.changes``.

Pure data. The tables are read by ``registry.queries.official``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from registry.content.successors import Link
from registry.entities.messages import message

__all__ = ["OfficialLinks"]


@dataclass(frozen=True)
class OfficialLinks:
    """The links of the tables for a pair of contents.

    ``found``: links of source ``official`` without a type, at most one a pair of codes. ``alone``: codes that have no previous or no later code by a table, with the note. ``left_out``: rows that could
    not be used. ``key`` names the maps that were read.
    """

    key: tuple[int, ...] = ()
    found: tuple[Link, ...] = ()
    alone: Mapping[str, str] = field(default_factory=dict)
    left_out: int = 0

    @cached_property
    def codes(self) -> frozenset[str]:
        """All codes that the tables explain."""
        return frozenset(c for link in self.found for c in (link.old, link.new)).union(self.alone)

    def within(self, inside: Callable[[str], bool]) -> OfficialLinks:
        """The links with at least one code inside."""
        found = tuple(link for link in self.found if inside(link.old) or inside(link.new))
        return OfficialLinks(self.key, found, {c: n for c, n in self.alone.items() if inside(c)})

    def note(self) -> str:
        """A message with the number of rows left out; empty if there are none."""
        if not self.left_out:
            return ""
        return message("official_left_out", n=self.left_out)

    def backwards(self) -> OfficialLinks:
        """The reversed links, from the newer content to the older one."""
        found = (x._replace(old=x.new, new=x.old, forward=x.back, back=x.forward) for x in self.found)
        return OfficialLinks(self.key, tuple(sorted(found)), self.alone, self.left_out)
