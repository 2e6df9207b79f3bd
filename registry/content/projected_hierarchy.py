"""Hierarchy of a view: of the release itself, of another layer, or none.

Results are state ids of the view's first layer. A hierarchy that only another layer asserts also has *groups*:
concepts above members that the first layer lacks (chapters and blocks that a flat list omits). They are ids of
their own layer, occur among parents, children and roots, and are never in a set of members.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Protocol

from pyroaring import BitMap

from registry.content.source_layers import LayerAlignment

__all__ = ["NoHierarchy", "ProjectedHierarchy", "Relatives"]


class Relatives(Protocol):
    """The hierarchy that a view uses; ``Closure`` implements it."""

    def parents(self, ident: int) -> list[int]: ...

    def only_parents(self, idents: Sequence[int]) -> Sequence[int]:
        """The parent of each of many members where it can only be this one or none; 0 where ``parents`` is to tell."""

    def children(self, ident: int) -> list[int]: ...

    def roots(self) -> list[int]: ...

    def ancestors(self, ident: int) -> BitMap: ...

    def descendants(self, ident: int) -> BitMap: ...

    def descendants_at_hand(self, ident: int) -> BitMap | None:
        """``descendants`` where they are found without walking; else None."""

    def subsumes(self, ancestor: int, descendant: int) -> bool: ...

    @property
    def nbytes(self) -> int:
        """Estimated bytes of the data held for this hierarchy alone."""


class NoHierarchy:
    """No source asserts a hierarchy and the codes have no structure: no concept has relatives."""

    nbytes = 200

    def __init__(self, members: BitMap) -> None:
        self._members = members

    def parents(self, ident: int) -> list[int]:
        return []

    def only_parents(self, idents: Sequence[int]) -> Sequence[int]:
        return [0] * len(idents)

    def children(self, ident: int) -> list[int]:
        return []

    def roots(self) -> list[int]:
        return list(self._members)

    def ancestors(self, ident: int) -> BitMap:
        return BitMap()

    def descendants(self, ident: int) -> BitMap:
        return BitMap()

    def descendants_at_hand(self, ident: int) -> BitMap | None:
        return BitMap()

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        return False


class ProjectedHierarchy:
    """The hierarchy of another layer: its concepts that the first layer lacks are groups if members are below."""

    def __init__(self, closure: Relatives, alignment: LayerAlignment, members: BitMap, other: BitMap) -> None:
        self._closure, self._alignment, self._members, self._other = closure, alignment, members, other

    @property
    def nbytes(self) -> int:
        """Estimated bytes; the alignment is the largest part."""
        return 1000 + self._alignment.nbytes

    @cached_property
    def groups(self) -> BitMap:
        """Ids of the other layer's concepts that are not members and have members below."""
        matched = BitMap([i for i in self._other if self._alignment.to_first.get(i) is not None])
        below = self._closure.descendants
        return BitMap([i for i in self._other - matched if below(i).intersect(matched)])

    def _in_closure(self, ident: int) -> int | None:
        """The id in the closure of a member or group."""
        found = self._alignment.from_first.get(ident)
        return ident if found is None and ident in self.groups else found

    def _in_view(self, others: Iterable[int]) -> list[int]:
        """Members and groups of ids in the closure; others are left out."""
        found = (i if i in self.groups else self._alignment.to_first.get(i) for i in others)
        return [i for i in found if i is not None]

    def parents(self, ident: int) -> list[int]:
        other = self._in_closure(ident)
        return [] if other is None else self._in_view(self._closure.parents(other))

    def only_parents(self, idents: Sequence[int]) -> Sequence[int]:
        return [0] * len(idents)

    def children(self, ident: int) -> list[int]:
        other = self._in_closure(ident)
        return [] if other is None else self._in_view(self._closure.children(other))

    def roots(self) -> list[int]:
        tops = self._in_view(self._closure.roots())
        return tops + [i for i in self._members if self._alignment.from_first.get(i) is None]

    def ancestors(self, ident: int) -> BitMap:
        other = self._in_closure(ident)
        return BitMap() if other is None else self._alignment.translate(self._closure.ancestors(other))

    def descendants_at_hand(self, ident: int) -> BitMap | None:
        return None

    def descendants(self, ident: int) -> BitMap:
        other = self._in_closure(ident)
        return BitMap() if other is None else self._alignment.translate(self._closure.descendants(other))

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        above, below = self._in_closure(ancestor), self._in_closure(descendant)
        return above is not None and below is not None and self._closure.subsumes(above, below)
