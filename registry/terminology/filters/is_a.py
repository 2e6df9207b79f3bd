"""``is-a``: the concept and its descendants."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.terminology.filters.operator_contract import concept_named

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """The concept ``value`` with its descendants; raises UnknownCode."""
    ident = concept_named(content, value)
    found = content.descendants(ident)
    if ident not in content.groups():
        found.add(ident)
    return found
