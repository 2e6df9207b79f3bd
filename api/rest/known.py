"""Refuses query parameters that a route does not declare or that occur twice: a typo must not change the query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import Request

from registry.entities.errors import UsageError
from registry.entities.messages import message
from registry.time.reasons import suggest

__all__ = ["only_known"]


async def only_known(request: Request) -> None:
    """Raise ``UsageError`` for a parameter that the route does not declare, or that occurs several times."""
    dependant = getattr(request.scope.get("route"), "dependant", None)
    if dependant is None or not request.query_params:
        return
    known = {field.alias: _repeats(field) for field in _declared(dependant)}
    seen: set[str] = set()
    for name, _ in request.query_params.multi_items():
        if name not in known:
            raise UsageError(message("error.no_parameter", name=name, near=suggest(name, sorted(known))))
        if name in seen and not known[name]:
            raise UsageError(message("error.parameter_twice", name=name))
        seen.add(name)


def _declared(dependant: Any) -> Iterator[Any]:
    yield from dependant.query_params
    for below in dependant.dependencies:
        yield from _declared(below)


def _repeats(field: Any) -> bool:
    """Whether a parameter is a list."""
    return "list" in str(getattr(field.field_info, "annotation", "")).lower()
