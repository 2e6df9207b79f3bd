"""Whether a resource fits the published definitions of its FHIR version (``fhir.resources``).

Here: the check and the path of what is wrong. Concepts are not checked here: the reader does, a hundred times
faster. Not here: meaning.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

from registry.errors import ContentError

__all__ = ["check_shape"]

_BIG = {"CodeSystem": ("concept",), "ValueSet": ("expansion",), "ConceptMap": ()}
_PACKAGES = ("fhir.resources.R4B.", "fhir.resources.")


def check_shape(resource: dict[str, Any], path: str) -> None:
    """Raise ContentError unless the resource is valid R4 (R4B) or R5."""
    kind = str(resource.get("resourceType"))
    shell = {k: v for k, v in resource.items() if k not in _BIG.get(kind, ())}
    problems = []
    for package in _PACKAGES:
        found = _problem(package, kind, shell)
        if found is None:
            return
        problems.append(found)
    place, message = min(problems, key=lambda p: len(p[0]) == 0)
    raise ContentError(message, line=".".join((path, *place)))


def _problem(package: str, kind: str, shell: dict[str, Any]) -> tuple[tuple[str, ...], str] | None:
    """Where the resource does not fit, and how; None where it does."""
    from pydantic import ValidationError

    model = getattr(importlib.import_module(package + kind.lower()), kind)
    try:
        model.model_validate(shell)
    except ValidationError as error:
        first = error.errors()[0]
        return tuple(_place(first["loc"])), str(first["msg"])
    return None


def _place(location: Iterable[Any]) -> list[str]:
    place: list[str] = []
    for piece in location:
        if isinstance(piece, int) and place:
            place[-1] += f"[{piece}]"
        else:
            place.append(str(piece))
    return place
