"""``descendent-leaf``: those below the concept that have nothing below themselves. Nothing else here."""

from __future__ import annotations

from pyroaring import BitMap

from registry.filters.descendent_of import select as below
from registry.views import ContentView

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """The leaves among the descendants of ``value``."""
    return BitMap(i for i in below(content, name, value) if not content.children(i))
