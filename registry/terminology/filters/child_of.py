"""``child-of``: the concepts directly below. Nothing else here."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """The children of ``value``."""
    ident = content.find(value)
    return BitMap() if ident is None else BitMap(content.children(ident))
