"""OperationDefinitions, from the table of operations: the standard's operations with the additions of this server."""

from __future__ import annotations

from typing import Any

from api.fhir.operations.operation import Operation, Parameter

__all__ = ["operation_definition"]

Json = dict[str, Any]


def operation_definition(operation: Operation, base: str, version: str) -> Json:
    """The definition of one operation, for the server at ``base``."""
    written: Json = {
        "resourceType": "OperationDefinition",
        "id": operation.ident,
        "url": f"{base}/OperationDefinition/{operation.ident}",
        "version": version,
        "name": operation.title,
        "status": "active",
        "kind": "operation",
        "affectsState": operation.affects_state,
        "description": operation.text,
        "base": operation.standard,
        "code": operation.name,
        "resource": [operation.kind] if operation.kind else None,
        "system": "system" in operation.levels,
        "type": "type" in operation.levels,
        "instance": "instance" in operation.levels,
        "parameter": [
            *(_parameter(p, "in") for p in operation.parameters if p.effect != "refused"),
            *(_parameter(p, "out") for p in operation.results),
        ],
    }
    return {name: value for name, value in written.items() if value not in (None, "", [])}


def _parameter(parameter: Parameter, use: str) -> Json:
    written: Json = {"name": parameter.name, "use": use, "min": parameter.min, "max": parameter.max}
    written["documentation"] = parameter.text
    if parameter.parts:
        written["part"] = [_parameter(part, use) for part in parameter.parts]
    else:
        written["type"] = parameter.type
    return written
