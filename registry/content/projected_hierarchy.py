"""Hierarchy as a view needs it: of the release itself, of another layer, or none.

All three answer with state ids of the view's first layer. Not here: how a closure is made and read
(``registry.content.hierarchy``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pyroaring import BitMap

from registry.content.hierarchy import Closure
from registry.content.source_layers import LayerAlignment

__all__ = ["ProjectedHierarchy", "NoHierarchy", "Relatives"]


class Relatives(Protocol):
    """What a view asks of a hierarchy; ``Closure`` is one."""

    def parents(self, ident: int) -> list[int]: ...

    def children(self, ident: int) -> list[int]: ...

    def roots(self) -> list[int]: ...

    def ancestors(self, ident: int) -> BitMap: ...

    def descendants(self, ident: int) -> BitMap: ...

    def subsumes(self, ancestor: int, descendant: int) -> bool: ...


class NoHierarchy:
    """No source asserts a hierarchy: every concept stands alone."""

    def __init__(self, members: BitMap) -> None:
        self._members = members

    def parents(self, ident: int) -> list[int]:
        return []

    def children(self, ident: int) -> list[int]:
        return []

    def roots(self) -> list[int]:
        return list(self._members)

    def ancestors(self, ident: int) -> BitMap:
        return BitMap()

    def descendants(self, ident: int) -> BitMap:
        return BitMap()

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        return False


class ProjectedHierarchy:
    """The hierarchy of another layer. Its concepts that the first layer lacks are stepped over."""

    def __init__(self, closure: Closure, counterparts: LayerAlignment, members: BitMap) -> None:
        self._closure, self._counterparts, self._members = closure, counterparts, members

    def parents(self, ident: int) -> list[int]:
        return self._nearest(ident, self._closure.parents)

    def children(self, ident: int) -> list[int]:
        return self._nearest(ident, self._closure.children)

    def _nearest(self, ident: int, step: Callable[[int], list[int]]) -> list[int]:
        """The nearest members in one direction, each once."""
        start = self._counterparts.from_first.get(ident)
        ahead = [] if start is None else step(start)
        found: dict[int, None] = {}
        seen = set(ahead)
        while ahead:
            other = ahead.pop(0)
            mine = self._counterparts.to_first.get(other)
            if mine is not None:
                found[mine] = None
                continue
            fresh = [further for further in step(other) if further not in seen]
            seen.update(fresh)
            ahead.extend(fresh)
        return list(found)

    def roots(self) -> list[int]:
        return [ident for ident in self._members if not self.parents(ident)]

    def ancestors(self, ident: int) -> BitMap:
        other = self._counterparts.from_first.get(ident)
        return BitMap() if other is None else self._counterparts.translate(self._closure.ancestors(other))

    def descendants(self, ident: int) -> BitMap:
        other = self._counterparts.from_first.get(ident)
        return BitMap() if other is None else self._counterparts.translate(self._closure.descendants(other))

    def subsumes(self, ancestor: int, descendant: int) -> bool:
        above = self._counterparts.from_first.get(ancestor)
        below = self._counterparts.from_first.get(descendant)
        return above is not None and below is not None and self._closure.subsumes(above, below)
