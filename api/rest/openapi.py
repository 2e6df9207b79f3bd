"""The OpenAPI description. Schemas of results are derived from their dataclasses, so that they cannot differ."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI

from registry.entities import results
from registry.queries.audit import AuditRecord

__all__ = ["gives", "gives_list", "install"]

_REF = "#/components/schemas/{name}"
_RESULTS = (
    *(getattr(results, name) for name in results.__all__ if isinstance(getattr(results, name), type)),
    AuditRecord,
)
_PROBLEM = {
    "title": "Problem",
    "description": "RFC 9457 problem details.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "suggestions": {"type": "array", "items": {"type": "string"}},
        "reason": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
_ERRORS = {
    "400": "Wrong use: a bad date, cursor or parameter",
    "401": "A token is needed",
    "403": "The licence, or the rights of the token, do not allow this",
    "404": "A name in the path does not exist",
    "413": "The request is too large",
    "422": "Content that cannot be taken, or a request that needs too much work",
    "503": "The registry cannot be used now",
}

Responses = dict[int | str, dict[str, Any]]


def _json(schema: dict[str, Any], description: str) -> Responses:
    not_modified = {"description": "The caller already has this (If-None-Match)"}
    return {
        200: {"description": description, "content": {"application/json": {"schema": schema}}},
        304: not_modified,
    }


def gives(name: str) -> Responses:
    """The responses of a route with the result of that name."""
    return _json({"$ref": _REF.format(name=name)}, f"The answer ({name}); a “no” has its reason")


def gives_list(name: str, item: str) -> Responses:
    """The responses of a route with a page of such results."""
    schema = {
        "type": "object",
        "required": [name, "more", "cursor"],
        "properties": {
            name: {"type": "array", "items": {"$ref": _REF.format(name=item)}},
            "more": {"type": "boolean"},
            "cursor": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
    }
    return _json(schema, f"One page of {name}; `cursor` asks for the next")


def install(app: FastAPI) -> None:
    """Make ``app.openapi()`` return the finished description."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _finish(made())
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _finish(description: dict[str, Any]) -> dict[str, Any]:
    schemas = description.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.update(_result_schemas())
    schemas["Problem"] = _PROBLEM
    for operations in description.get("paths", {}).values():
        for operation in operations.values():
            _errors(operation["responses"])
    return description


def _errors(responses: dict[str, Any]) -> None:
    schema = {"$ref": _REF.format(name="Problem")}
    for status, meaning in _ERRORS.items():
        responses[status] = {
            "description": meaning,
            "content": {"application/problem+json": {"schema": schema}},
        }


def _result_schemas() -> dict[str, Any]:
    _, found = msgspec.json.schema_components(_RESULTS, ref_template=_REF)
    return {name: _as_written(schema) for name, schema in found.items()}


def _as_written(schema: dict[str, Any]) -> dict[str, Any]:
    """``from_`` is written ``from``, and every field is always there (``results.plain``)."""
    properties = {k.rstrip("_"): v for k, v in schema.get("properties", {}).items()}
    return {**schema, "properties": properties, "required": list(properties)} if properties else schema
