"""How two concepts of a view are related in its hierarchy."""

from __future__ import annotations

from registry.content.view import ContentView

__all__ = ["outcome"]


def outcome(view: ContentView, a: int, b: int) -> str:
    """``equivalent``, ``subsumes`` (A contains B), ``subsumed-by`` or ``not-subsumed``."""
    if a == b:
        return "equivalent"
    if view.subsumes(a, b):
        return "subsumes"
    return "subsumed-by" if view.subsumes(b, a) else "not-subsumed"
