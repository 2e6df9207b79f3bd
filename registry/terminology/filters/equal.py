"""``=``: the property has exactly this value."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.terminology.filters.operator_contract import equals

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """Ids whose property has the value."""
    return equals(content, name, value)
