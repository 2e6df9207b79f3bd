"""``exists``: the property has some value (``true``) or none (``false``). Nothing else here."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.terminology.filters.base import has

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """Ids with, or for ``false`` without, a value."""
    found = has(content, name)
    return content.all() - found if value.lower() == "false" else BitMap(found)
