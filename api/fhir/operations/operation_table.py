"""The table of operations: adding one is a module that declares it and a row here.

Routes (``service``), the check of parameters (``parameter_check``), the CapabilityStatement (``capability``),
OperationDefinitions (``format.operation_definition``), docs/reference/fhir.md (``api.reference``) and the fast path
(``fast_path``) are derived from it.
"""

from __future__ import annotations

from api.fhir.operations.batch_validate import BATCH_VALIDATE_CODE_SYSTEM, BATCH_VALIDATE_VALUE_SET
from api.fhir.operations.expand import EXPAND
from api.fhir.operations.lookup import LOOKUP
from api.fhir.operations.operation import Operation
from api.fhir.operations.server_operations import CACHE_CONTROL, VERSIONS
from api.fhir.operations.subsumes import SUBSUMES
from api.fhir.operations.translate import TRANSLATE
from api.fhir.operations.validate_code_system import VALIDATE_CODE_SYSTEM
from api.fhir.operations.validate_value_set import VALIDATE_VALUE_SET

__all__ = ["OPERATIONS", "find_operation", "operations_of"]

OPERATIONS: tuple[Operation, ...] = (
    LOOKUP,
    VALIDATE_CODE_SYSTEM,
    SUBSUMES,
    BATCH_VALIDATE_CODE_SYSTEM,
    TRANSLATE,
    EXPAND,
    VALIDATE_VALUE_SET,
    BATCH_VALIDATE_VALUE_SET,
    VERSIONS,
    CACHE_CONTROL,
)
_BY_NAME = {(operation.kind, "$" + operation.name): operation for operation in OPERATIONS}


def find_operation(path: tuple[str, ...]) -> Operation | None:
    """The operation that a path below the base leads to; None if there is none at this level.

    >>> found = find_operation(("CodeSystem", "icd-10", "$lookup"))
    >>> found.name if found else None
    'lookup'
    """
    if not 1 <= len(path) <= 3:
        return None
    found = _BY_NAME.get((path[0] if len(path) > 1 else "", path[-1]))
    level = ("system", "type", "instance")[len(path) - 1]
    return found if found is not None and level in found.levels else None


def operations_of(kind: str) -> list[Operation]:
    """The operations on a resource type (empty = the server), by name."""
    return sorted((o for o in OPERATIONS if o.kind == kind), key=lambda o: o.name)
