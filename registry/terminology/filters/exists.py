"""``exists``: the property has a value (``true``) or none (``false``)."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.terminology.filters.operator_contract import NotUnderstood, has

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """Ids with, or for ``false`` without, a value; raises NotUnderstood for any other value of the filter."""
    if value not in ("true", "false"):
        raise NotUnderstood
    found = has(content, name)
    return content.all() - found if value == "false" else BitMap(found)
