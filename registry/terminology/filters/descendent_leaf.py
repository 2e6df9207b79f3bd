"""``descendent-leaf``: the descendants of the concept that have no children."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.terminology.filters.descendent_of import select as below

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """The leaves among the descendants of ``value``."""
    return BitMap(i for i in below(content, name, value) if not content.children(i))
