"""``CodeSystem/$lookup``: what a version says about a code."""

from __future__ import annotations

from api.fhir.format.encoding import lookup_json
from api.fhir.format.outcome import Refused, refuse
from api.fhir.operations.common_parameters import (
    DATE,
    HINTS,
    LANGUAGE,
    RESOURCES,
    SUPPLEMENTS,
    VERSIONS,
    defined_by,
)
from api.fhir.operations.lookup_writer import LookupWriter
from api.fhir.operations.operation import Operation, Parameter, PreparedRequest, Varying
from api.fhir.operations.request_context import RequestContext, agreed, context_of
from registry.entities.exact_json import dumps
from registry.entities.records import Coding
from registry.terminology.catalog import Missing
from registry.terminology.lookup import LookupRequest, lookup

__all__ = ["LOOKUP"]


def prepare(call: RequestContext) -> PreparedRequest:
    """Everything but the code: context, system, version, properties."""
    context, given = context_of(call), call.given
    coding = given.coding("coding")
    named = coding or Coding("")
    system = agreed("system", named.system, given.text("system", "url"), call.instance.get("url", ""))
    version = agreed("version", named.version, given.text("version")) or call.instance.get("version", "")
    if not system:
        raise refuse("REQUEST_REQUIRED", "system", place="system")
    properties = given.texts("property")
    content = context.view(system, context.pins.effective(system, version)[0])
    whole = isinstance(content, Missing) or properties or context.supplements
    writer = None if whole or isinstance(content, Missing) else LookupWriter(context, content)

    def answer(varying: Varying) -> bytes:
        code = coding.code if coding else str(varying.get("code", ""))
        if coding is None and not code:
            raise refuse("REQUEST_REQUIRED", "code", place="code")
        if writer is not None and (kept := writer.find(code)) is not None:
            return kept
        request = LookupRequest(system=system, code=code, version=version, properties=properties)
        found = lookup(context, request)
        if found.problem is not None:
            raise Refused(found.problem)
        written = dumps(lookup_json(found, lang=call.language))
        if writer is not None and found.ident is not None:
            writer.learn(found.ident, written)
        return written

    return answer


LOOKUP = Operation(
    kind="CodeSystem",
    name="lookup",
    title="CodeSystemLookupOnDate",
    text="Displays, designations and properties of a code, in the version named or in force on the date.",
    levels=("type", "instance"),
    standard="http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup",
    varying=frozenset({"code"}),
    prepare=prepare,
    single_code=True,
    alternatives=(("code", "coding"), ("system", "url")),
    example="CodeSystem/$lookup?system=…&code=…",
    parameters=(
        Parameter(name="code", type="code", text="The code; needs system."),
        Parameter(name="system", type="uri", text="Canonical URL of the code system."),
        Parameter(name="url", type="uri", origin="Gyldig", text="The same as system."),
        Parameter(
            name="version",
            type="string",
            text="Version of the system; a pattern is allowed.",
        ),
        Parameter(name="coding", type="Coding", text="The code, in place of code, system and version."),
        Parameter(
            name="property",
            type="code",
            max="*",
            text="Properties to return; without it all of the source's. `*` adds effectiveDate and deprecationDate, `lang.X` restricts designations to language X; an unknown one is a warning.",
        ),
        *DATE,
        *LANGUAGE,
        *defined_by("ecosystem", *VERSIONS),
        *SUPPLEMENTS,
        *RESOURCES,
        *HINTS,
    ),
    results=(
        Parameter(name="name", type="string", min=1, text="Name of the system."),
        Parameter(name="version", type="string", text="The version that answered."),
        Parameter(name="display", type="string", text="The text to show, in the languages asked for."),
        Parameter(
            name="designation",
            type="",
            max="*",
            text="Texts with their language and use.",
            parts=(
                Parameter(name="language", type="code", text="Language of the text."),
                Parameter(name="use", type="Coding", text="What the text is for."),
                Parameter(name="value", type="string", min=1, text="The text."),
                Parameter(name="source", type="canonical", origin="R5", text="The supplement it comes from."),
            ),
        ),
        Parameter(
            name="property",
            type="",
            max="*",
            text="Properties, parents and children.",
            parts=(
                Parameter(name="code", type="code", min=1, text="Name of the property."),
                Parameter(name="value", type="Element", text="Its value."),
                Parameter(name="description", type="string", text="Display of a parent or child."),
            ),
        ),
    ),
)
