"""``child-of``: the concepts directly below."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.terminology.filters.operator_contract import concept_named

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """The children of ``value``; raises UnknownCode."""
    return BitMap(content.children(concept_named(content, value))) & content.all()
