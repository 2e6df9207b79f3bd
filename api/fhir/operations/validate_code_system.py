"""``CodeSystem/$validate-code``: whether a code is right in a version of its system."""

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
    VERSIONS,
    defined_by,
)
from api.fhir.operations.operation import Operation, Parameter, PreparedRequest, Varying
from api.fhir.operations.ordinary_answers import OrdinaryAnswers
from api.fhir.operations.request_context import RequestContext, agreed, context_of
from api.fhir.operations.validation_parameters import (
    ALTERNATIVES,
    CODINGS_IN_SYSTEM,
    OPTIONS,
    RESULTS,
    VARYING,
    is_default,
    validate_request,
)
from registry.entities.canonical import split
from registry.terminology.catalog import Missing
from registry.terminology.validate_code import validate_in_system

__all__ = ["VALIDATE_CODE_SYSTEM"]


def prepare(call: RequestContext) -> PreparedRequest:
    """Everything but the code and its display: context, system, version, options."""
    shared = call.given
    inline = shared.object("codeSystem")
    if inline is not None:
        shared.add("tx-resource", inline)
    url, version = split(shared.text("url"))
    url = agreed("url", url, call.instance.get("url", ""), str((inline or {}).get("url", "")))
    version, default = agreed("version", shared.text("version"), version), call.instance.get("version", "")
    context = context_of(call)
    ordinary = None
    if is_default(shared) and shared.text("system") in ("", url) and not shared.has("systemVersion"):
        content = context.view(url, context.pins.effective(url, version or default)[0])
        ordinary = None if isinstance(content, Missing) else OrdinaryAnswers(context, content, None)

    def answer(varying: Varying) -> bytes:
        if ordinary is not None and (found := ordinary.find(varying)) is not None:
            return found
        request = validate_request(
            Given.of_values(varying).over(shared), system=url, version=version, default=default
        )
        judged = validate_in_system(context, request)
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


VALIDATE_CODE_SYSTEM = Operation(
    kind="CodeSystem",
    name="validate-code",
    title="CodeSystemValidateCodeOnDate",
    text="Whether a code and its display are right in a version of a code system.",
    levels=("type", "instance"),
    standard="http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code",
    varying=VARYING,
    prepare=prepare,
    single_code=True,
    alternatives=ALTERNATIVES,
    example="CodeSystem/$validate-code?url=…&code=…",
    parameters=(
        Parameter(name="url", type="uri", text="Canonical URL of the code system."),
        Parameter(name="version", type="string", text="Version of the system; a pattern is allowed."),
        Parameter(name="codeSystem", type="CodeSystem", text="The code system itself."),
        *CODINGS_IN_SYSTEM,
        *OPTIONS,
        *DATE,
        *LANGUAGE,
        *defined_by("ecosystem", *VERSIONS, *SUPPLEMENTS),
        *RESOURCES,
        *HINTS,
        *EXPANSION_HINTS,
    ),
    results=RESULTS,
)
