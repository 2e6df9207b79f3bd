"""``$batch-validate-code``: many validations with common parameters, each with its own result."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from api.fhir.format.encoding import parameters
from api.fhir.format.outcome import Refused, outcome, refuse
from api.fhir.format.parameters import Given
from api.fhir.operations.common_parameters import (
    DATE,
    HINTS,
    LANGUAGE,
    RESOURCES,
    SUPPLEMENTS,
    VALUE_SETS,
    VERSIONS,
    defined_by,
)
from api.fhir.operations.operation import Operation, Parameter, PreparedRequest, Varying
from api.fhir.operations.parameter_check import check_parameters
from api.fhir.operations.request_context import RequestContext, context_of
from api.fhir.operations.split_parameters import SplitParameters
from api.fhir.operations.validate_code_system import VALIDATE_CODE_SYSTEM
from api.fhir.operations.validate_value_set import VALIDATE_VALUE_SET
from api.fhir.operations.validation_parameters import ALTERNATIVES, IN_VALUE_SETS, OPTIONS
from registry.entities.budget import spend
from registry.entities.messages import message

__all__ = ["BATCH_VALIDATE_CODE_SYSTEM", "BATCH_VALIDATE_VALUE_SET"]

_MOST = 10_000  #: most validations in one request
_STEPS = 50  #: steps to read one validation


def prepare(call: RequestContext) -> PreparedRequest:
    """The common parameters and every validation: nothing differs from one request to the next but all of it."""
    listed = call.given.all("validation")
    if not listed:
        raise refuse("REQUEST_REQUIRED", "validation", place="validation")
    if len(listed) > _MOST:
        raise refuse("REQUEST_INVALID", message("request.most_validations", most=_MOST), place="validation")
    catalog = context_of(call).catalog
    shared = call.given.without("validation", "tx-resource", "known-at")
    kept: dict[Any, PreparedRequest] = {}

    def one(resource: Any) -> dict[str, Any]:
        spend(_STEPS)
        own = replace(call, catalog=catalog)
        try:
            operation, own.given = _applied(Given.of_resource(resource), shared)
            return {"name": "validation", "resource": orjson.Fragment(_answered(operation, own, kept))}
        except Refused as refused:
            return {"name": "validation", "resource": outcome([refused.issue], own.language)}

    def answer(varying: Varying) -> bytes:
        return orjson.dumps(parameters([one(resource) for resource in listed]))

    return answer


def _applied(own: Given, shared: Given) -> tuple[Operation, Given]:
    """The operation of one validation, and its parameters with those of the batch that this operation has."""
    whole = own.over(shared)
    in_value_set = whole.has("url") or whole.has("valueSet")
    operation = VALIDATE_VALUE_SET if in_value_set else VALIDATE_CODE_SYSTEM
    if not any(own.has(name) for name in ALTERNATIVES[0]):
        raise refuse("NO_CODE_GIVEN")
    given = own.over(shared.only({row.name for row in operation.parameters}))
    check_parameters(operation, given)
    return operation, given


def _answered(operation: Operation, call: RequestContext, kept: dict[Any, PreparedRequest]) -> bytes:
    """One validation; those that share everything but the code are prepared once."""
    parts = SplitParameters.of(operation, call.given)
    prepared = kept.get((operation, parts.key)) if parts.key is not None else None
    if prepared is None:
        prepared = operation.prepared(replace(call, given=parts.shared))
        if parts.key is not None:
            kept[operation, parts.key] = prepared
    return prepared(parts.varying)


def _operation(kind: str, title: str) -> Operation:
    return Operation(
        kind=kind,
        name="batch-validate-code",
        title=title,
        text="Many validations in one request; each has the answer of a single $validate-code.",
        levels=("type",),
        prepare=prepare,
        repeatable=False,
        standard="http://hl7.org/fhir/OperationDefinition/ValueSet-batch-validate-code",
        example=f"{kind}/$batch-validate-code",
        parameters=(
            Parameter(
                name="validation",
                type="Parameters",
                max="*",
                text="The parameters of one validation; with url or valueSet in a value set, else in its system.",
            ),
            Parameter(name="url", type="uri", text="Value set of every validation that names none."),
            Parameter(name="valueSet", type="ValueSet", text="The same value set itself."),
            Parameter(name="valueSetVersion", type="string", text="Version of the value set."),
            *OPTIONS,
            *IN_VALUE_SETS,
            *VALUE_SETS,
            *defined_by("ecosystem", *DATE, *LANGUAGE, *VERSIONS, *SUPPLEMENTS),
            *RESOURCES,
            *HINTS,
        ),
        results=(
            Parameter(
                name="validation",
                type="Resource",
                max="*",
                text="Parameters as of $validate-code, or an OperationOutcome, in the order of the request.",
            ),
        ),
    )


BATCH_VALIDATE_VALUE_SET = _operation("ValueSet", "ValueSetBatchValidateCode")
BATCH_VALIDATE_CODE_SYSTEM = _operation("CodeSystem", "CodeSystemBatchValidateCode")
