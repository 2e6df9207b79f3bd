"""``generalizes``: the concept and everything above it. Nothing else here."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """The concept ``value`` with its ancestors."""
    ident = content.find(value)
    return BitMap() if ident is None else content.ancestors(ident) | BitMap([ident])
