"""``is-not-a``: all concepts but the concept and its descendants."""

from __future__ import annotations

from pyroaring import BitMap

from registry.content.view import ContentView
from registry.terminology.filters.is_a import select as is_a

__all__ = ["select"]


def select(content: ContentView, name: str, value: str) -> BitMap:
    """All concepts but ``value`` and its descendants."""
    return content.all() - is_a(content, name, value)
