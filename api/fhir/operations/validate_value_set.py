"""``ValueSet/$validate-code``: whether a code belongs to a value set and is right in its system."""

from __future__ import annotations

import orjson

from api.fhir.format.encoding import validation_json
from api.fhir.format.outcome import Refused
from api.fhir.format.parameters import Given
from api.fhir.operations.common_parameters import (
    DATE,
    EXPANSION_HINTS,
    HINTS,
    LANGUAGE,
    RESOURCES,
    SUPPLEMENTS,
    VALUE_SETS,
    VERSIONS,
    defined_by,
)
from api.fhir.operations.operation import Operation, Parameter, PreparedRequest, Varying
from api.fhir.operations.ordinary_answers import OrdinaryAnswers
from api.fhir.operations.request_context import (
    RequestContext,
    apply_value_set_defaults,
    context_of,
    value_set_of,
)
from api.fhir.operations.validation_parameters import (
    ALTERNATIVES,
    CODINGS,
    IN_VALUE_SETS,
    OPTIONS,
    RESULTS,
    VARYING,
    is_default,
    validate_request,
)
from registry.terminology.catalog import Missing
from registry.terminology.compose import Prepared, ids_of
from registry.terminology.compose import prepare as find_imports
from registry.terminology.context import Context
from registry.terminology.issues import Unanswerable
from registry.terminology.validate_code import (
    ValidateRequest,
    Validation,
    validate_in_value_set,
    validate_prepared,
)
from registry.terminology.valueset import ValueSet

__all__ = ["VALIDATE_VALUE_SET"]


def prepare(call: RequestContext) -> PreparedRequest:
    """Everything but the code and its display: context, value set with its imports, options."""
    context, shared = context_of(call), call.given
    value_set = value_set_of(context, call, call.given.object("valueSet"))
    apply_value_set_defaults(context, call, value_set)
    found = _imports(context, value_set)
    plain = found is not None and is_default(shared) and not shared.has("systemVersion")
    ordinary = _members(context, found, shared.text("system")) if found is not None and plain else None

    def answer(varying: Varying) -> bytes:
        if ordinary is not None and (kept := ordinary.find(varying)) is not None:
            return kept
        request = validate_request(Given.of_values(varying).over(shared))
        judged = _judged(context, value_set, found, request)
        if judged.problem is not None:
            raise Refused(judged.problem)
        written = orjson.dumps(
            validation_json(
                judged, varying.get("codeableConcept") if request.concept else None, lang=call.language
            )
        )
        if ordinary is not None:
            ordinary.learn(varying, written)
        return written

    return answer


def _imports(context: Context, value_set: ValueSet) -> Prepared | None:
    """The value set with what it imports; None if it cannot be used, which every answer then says."""
    try:
        return find_imports(context, value_set, expanding=False)
    except Unanswerable:
        return None


def _judged(
    context: Context, value_set: ValueSet, found: Prepared | None, request: ValidateRequest
) -> Validation:
    if found is not None:
        try:
            return validate_prepared(context, found, request)
        except Unanswerable:
            pass
    return validate_in_value_set(context, value_set, request)


def _members(context: Context, prepared: Prepared, system: str) -> OrdinaryAnswers | None:
    """Ordinary members of a value set that is one include of one system; None for any other."""
    value_set = prepared.value_set
    if context.supplements or len(value_set.includes) != 1 or value_set.excludes:
        return None
    include = value_set.includes[0]
    plain = not any(c.display or c.designations or c.annotations for c in include.concepts)
    if value_set.inactive is False or include.system != system or include.value_sets or not plain:
        return None
    version = context.pins.effective(system, include.version)[0]
    content = context.view(system, version, value_set.locked_date)
    if isinstance(content, Missing):
        return None
    whole = not include.listed and not include.filters
    try:
        return OrdinaryAnswers(context, content, None if whole else ids_of(context, include, content))
    except Unanswerable:
        return None


VALIDATE_VALUE_SET = Operation(
    kind="ValueSet",
    name="validate-code",
    title="ValueSetValidateCodeOnDate",
    text="Whether a code belongs to a value set, and is right in its system.",
    levels=("type", "instance"),
    standard="http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code",
    varying=VARYING,
    prepare=prepare,
    single_code=True,
    alternatives=(*ALTERNATIVES, ("valueSetVersion", "valueSet")),
    example="ValueSet/$validate-code?url=…&system=…&code=…",
    parameters=(
        Parameter(
            name="url", type="uri", text="The value set; `SYSTEM?fhir_vs` and `SYSTEM?fhir_vs=isa/CODE` too."
        ),
        Parameter(name="valueSet", type="ValueSet", text="The value set itself."),
        Parameter(name="valueSetVersion", type="string", text="Version of the value set."),
        Parameter(
            name="context",
            type="uri",
            effect="refused",
            text="The value set that an element is bound to.",
        ),
        *CODINGS,
        *OPTIONS,
        *IN_VALUE_SETS,
        *VALUE_SETS,
        *DATE,
        *LANGUAGE,
        *defined_by("ecosystem", *VERSIONS),
        *SUPPLEMENTS,
        *RESOURCES,
        *HINTS,
        *EXPANSION_HINTS,
    ),
    results=RESULTS,
)
