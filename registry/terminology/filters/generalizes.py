"""``generalizes``: the concept and its ancestors."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.terminology.filters.operator_contract import concept_named

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """The concept ``value`` with its ancestors; raises UnknownCode."""
    ident = concept_named(content, value)
    return (content.ancestors(ident) | BitMap([ident])) & content.all()
