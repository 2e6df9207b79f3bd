"""Elements that publishers leave out without changing the meaning of a resource: it is loaded, with a notice.

=================================  ===================================================================
Left out                           What happens
=================================  ===================================================================
``status`` of any resource         it counts as ``unknown``
``value`` of a value set's filter  the value set is kept; using it is an error that names the filter
=================================  ===================================================================

Anything else that FHIR requires is an error (``validation``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from loaders.formats.fhir.reading import Json
from registry.entities.messages import message

__all__ = ["completed", "left_out"]

_ANY_VALUE = "?"  #: only to be validated, never read


def left_out(resource: Json, path: str) -> list[str]:
    """A notice for each element that is missing and may be missing."""
    found: list[str] = [] if "status" in resource else [message("fhir.status_missing", path=path)]
    for where, condition in _filters(resource, path):
        if "value" not in condition:
            found.append(message("fhir.filter_value_missing", path=where))
    return found


def completed(resource: Json) -> Json:
    """The resource with stand-ins for what may be missing, to be validated."""
    made = resource if "status" in resource else {**resource, "status": "unknown"}
    if not any("value" not in condition for _, condition in _filters(resource, "")):
        return made
    compose = dict(made["compose"])
    for name in ("include", "exclude"):
        if isinstance(compose.get(name), list):
            compose[name] = [_completed(part) for part in compose[name]]
    return {**made, "compose": compose}


def _completed(part: Any) -> Any:
    if not isinstance(part, dict) or not isinstance(part.get("filter"), list):
        return part
    filters = [{"value": _ANY_VALUE, **f} if isinstance(f, dict) else f for f in part["filter"]]
    return {**part, "filter": filters}


def _filters(resource: Json, path: str) -> Iterator[tuple[str, Json]]:
    compose = resource.get("compose") if resource.get("resourceType") == "ValueSet" else None
    if not isinstance(compose, dict):
        return
    for name in ("include", "exclude"):
        for number, part in _numbered(compose.get(name)):
            for place, condition in _numbered(part.get("filter")):
                yield f"{path}.compose.{name}[{number}].filter[{place}]", condition


def _numbered(listed: Any) -> Iterator[tuple[int, Json]]:
    if isinstance(listed, list):
        yield from ((n, item) for n, item in enumerate(listed) if isinstance(item, dict))
