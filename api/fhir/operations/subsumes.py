"""``CodeSystem/$subsumes``: whether one code is above another in the hierarchy of its system."""

from __future__ import annotations

import orjson

from api.fhir.format.encoding import subsumes_json
from api.fhir.format.outcome import Refused, refuse
from api.fhir.operations.common_parameters import DATE, HINTS, LANGUAGE, RESOURCES, VERSIONS, defined_by
from api.fhir.operations.operation import Operation, Parameter, PreparedRequest, Varying
from api.fhir.operations.request_context import RequestContext, agreed, context_of
from registry.entities.messages import message
from registry.terminology.subsumes import SubsumesRequest, subsumes

__all__ = ["SUBSUMES"]


def prepare(call: RequestContext) -> PreparedRequest:
    """Everything but codeA and codeB: context, system, version."""
    given, context = call.given, context_of(call)
    a, b = given.coding("codingA"), given.coding("codingB")
    codings = [c for c in (a, b) if c is not None]
    if a and b and a.system != b.system:
        raise refuse("REQUEST_INVALID", message("request.one_system"), place="codingB")
    system = agreed(
        "system", given.text("system"), *(c.system for c in codings), call.instance.get("url", "")
    )
    if not system:
        raise refuse("REQUEST_REQUIRED", "system", place="system")
    version = agreed("version", given.text("version"), *(c.version for c in codings))
    version = version or call.instance.get("version", "")

    def answer(varying: Varying) -> bytes:
        code_a = a.code if a else str(varying.get("codeA", ""))
        code_b = b.code if b else str(varying.get("codeB", ""))
        for name, code in (("codeA", code_a), ("codeB", code_b)):
            if not code:
                raise refuse("REQUEST_REQUIRED", name, place=name)
        request = SubsumesRequest(system=system, code_a=code_a, code_b=code_b, version=version)
        found = subsumes(context, request)
        if found.problem is not None:
            raise Refused(found.problem)
        return orjson.dumps(subsumes_json(found, lang=call.language))

    return answer


SUBSUMES = Operation(
    kind="CodeSystem",
    name="subsumes",
    title="CodeSystemSubsumesOnDate",
    text="How two codes of one system are related in its hierarchy, in the version named or in force on the date.",
    levels=("type", "instance"),
    standard="http://hl7.org/fhir/OperationDefinition/CodeSystem-subsumes",
    varying=frozenset({"codeA", "codeB"}),
    prepare=prepare,
    single_code=True,
    alternatives=(("codeA", "codingA"), ("codeB", "codingB")),
    example="CodeSystem/$subsumes?system=…&codeA=…&codeB=…",
    parameters=(
        Parameter(name="codeA", type="code", text="The first code."),
        Parameter(name="codeB", type="code", text="The second code."),
        Parameter(name="system", type="uri", text="Canonical URL of the code system."),
        Parameter(name="version", type="string", text="Version of the system; a pattern is allowed."),
        Parameter(name="codingA", type="Coding", text="The first code, in place of codeA and system."),
        Parameter(name="codingB", type="Coding", text="The second code, in place of codeB and system."),
        *defined_by("Gyldig", *DATE, *LANGUAGE),
        *defined_by("ecosystem", *VERSIONS),
        *RESOURCES,
        *HINTS,
    ),
    results=(
        Parameter(
            name="outcome", type="code", min=1, text="equivalent, subsumes, subsumed-by or not-subsumed."
        ),
    ),
)
