"""``in``: the property has one of the values of a comma-separated list."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.terminology.filters.operator_contract import equals

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """Ids whose property has any of the values."""
    return BitMap().union(*(equals(content, name, one.strip()) for one in value.split(",")))
