"""``descendent-of``: everything below the concept, without it. Nothing else here."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """The descendants of ``value``."""
    ident = content.find(value)
    return BitMap() if ident is None else BitMap(content.descendants(ident))
