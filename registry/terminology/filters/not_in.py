"""``not-in``: the property has none of the values of a comma-separated list."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.terminology.filters.one_of import select as one_of

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """Ids whose property has none of the values; those without the property too."""
    return content.all() - one_of(content, name, value)
