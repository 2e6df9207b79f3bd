"""OperationDefinitions of ours: the standard operations with the parameters of time that all of them take here.

Not here: the operations (``questions``).
"""

from __future__ import annotations

from typing import Any

__all__ = ["DEFINED", "operation_definition"]

Json = dict[str, Any]
_BASE = "http://hl7.org/fhir/OperationDefinition/"
#: operations that have no date in the standard
DEFINED = {
    ("CodeSystem", "subsumes"): "CodeSystemSubsumesOnDate",
    ("ConceptMap", "translate"): "ConceptMapTranslateOnDate",
}
_TIME = (
    (
        "date",
        "dateTime",
        "The version in force on this day answers; if there is none the request is refused with the reason.",
    ),
    ("known-at", "dateTime", "The answer of the registry as it was known at this instant."),
)


def operation_definition(kind: str, operation: str, base: str, version: str) -> Json:
    """The definition of an operation of ``DEFINED``."""
    parameters = [
        {"name": name, "use": "in", "min": 0, "max": "1", "documentation": text, "type": type_}
        for name, type_, text in _TIME
    ]
    return {
        "resourceType": "OperationDefinition",
        "id": f"{kind}-{operation}",
        "url": f"{base}/OperationDefinition/{kind}-{operation}",
        "version": version,
        "name": DEFINED[kind, operation],
        "status": "active",
        "kind": "operation",
        "affectsState": False,
        "description": f"{kind}/${operation} of the standard, with time.",
        "base": f"{_BASE}{kind}-{operation}",
        "code": operation,
        "resource": [kind],
        "system": False,
        "type": True,
        "instance": True,
        "parameter": parameters,
    }
