"""``is-a``: the concept and everything below it. Nothing else here."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """The concept ``value`` with its descendants; nothing where it is unknown."""
    ident = content.find(value)
    return BitMap() if ident is None else content.descendants(ident) | BitMap([ident])
