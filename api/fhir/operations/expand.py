"""``ValueSet/$expand``: the codes of a value set."""

from __future__ import annotations

from api.fhir.format.expansion import expansion_json
from api.fhir.format.outcome import Refused
from api.fhir.format.parameters import Given
from api.fhir.operations.common_parameters import (
    DATE,
    HINTS,
    LANGUAGE,
    LIMIT,
    RESOURCES,
    SUPPLEMENTS,
    VALUE_SETS,
    VERSIONS,
)
from api.fhir.operations.entry_cache import EntryCache
from api.fhir.operations.operation import Operation, Origin, Parameter, PreparedRequest, Varying
from api.fhir.operations.request_context import (
    RequestContext,
    apply_value_set_defaults,
    context_of,
    value_set_of,
)
from registry.entities.exact_json import dumps
from registry.terminology.expand import ExpandRequest, expand
from registry.terminology.valueset import ValueSet

__all__ = ["EXPAND"]

#: parameters that a value set may set for its own expansion
_OWN = (
    "activeOnly",
    "excludeNested",
    "includeDesignations",
    "includeDefinition",
    "count",
    "offset",
    "filter",
)
_OWN_LISTS = ("designation", "property")


def prepare(call: RequestContext) -> PreparedRequest:
    """Everything but text and page: context, value set, options."""
    context = context_of(call)
    value_set = value_set_of(context, call)
    apply_value_set_defaults(context, call, value_set)
    shared = _with_own(call.given, value_set)

    def answer(varying: Varying) -> bytes:
        given = Given.of_values(varying).over(shared) if varying else shared
        request = _request(given, value_set)
        found = expand(context, request, EntryCache)
        if found.problem is not None:
            raise Refused(found.problem)
        return dumps(
            expansion_json(
                found, call.release, definition=bool(request.include_definition), lang=call.language
            )
        )

    return answer


def _with_own(given: Given, value_set: ValueSet) -> Given:
    """The value set's own expansion parameters, where the caller says nothing."""
    names = (*_OWN, *_OWN_LISTS)
    own = {name: list(values) for name, values in value_set.parameters.items() if name in names}
    if value_set.properties:
        own.setdefault("property", list(value_set.properties))
    return given.over(Given(own)) if own else given


def _request(given: Given, value_set: ValueSet) -> ExpandRequest:
    return ExpandRequest(
        value_set=value_set,
        filter=given.text("filter"),
        offset=given.number("offset"),
        count=given.number("count"),
        active_only=given.flag("activeOnly"),
        exclude_nested=given.flag("excludeNested"),
        include_designations=given.flag("includeDesignations"),
        include_definition=given.flag("includeDefinition"),
        designations=given.texts("designation"),
        properties=given.texts("property"),
    )


def _refused(
    name: str, kind: str, text: str, *, neutral: str = "", max: str = "1", origin: Origin = "R4 and R5"
) -> Parameter:
    return Parameter(
        name=name,
        type=kind,
        text=text[:1].upper() + text[1:],
        effect="refused",
        neutral=neutral,
        max=max,
        origin=origin,
    )


EXPAND = Operation(
    kind="ValueSet",
    name="expand",
    title="ValueSetExpandOnDate",
    text="The codes of a value set, in the versions named or in force on the date.",
    levels=("type", "instance"),
    standard="http://hl7.org/fhir/OperationDefinition/ValueSet-expand",
    varying=frozenset({"filter", "count", "offset"}),
    prepare=prepare,
    alternatives=(("valueSetVersion", "valueSet"),),
    example="ValueSet/$expand?url=…&filter=…&count=20",
    parameters=(
        Parameter(
            name="url", type="uri", text="The value set; `SYSTEM?fhir_vs` and `SYSTEM?fhir_vs=isa/CODE` too."
        ),
        Parameter(name="valueSet", type="ValueSet", text="The value set itself."),
        Parameter(name="valueSetVersion", type="string", text="Version of the value set."),
        Parameter(name="filter", type="string", text="Words that have to begin words of a text or the code."),
        Parameter(name="count", type="integer", text="Codes of one page; 0 = the total alone."),
        Parameter(name="offset", type="integer", text="Codes before the page."),
        Parameter(name="activeOnly", type="boolean", text="True: without inactive codes."),
        Parameter(name="excludeNested", type="boolean", text="True: a flat list."),
        Parameter(name="includeDesignations", type="boolean", text="True: with designations."),
        Parameter(name="includeDefinition", type="boolean", text="True: with the value set's definition."),
        Parameter(
            name="designation",
            type="string",
            max="*",
            text="Designations to return, by use (`system|code`) or language (`urn:ietf:bcp:47|nb`).",
        ),
        Parameter(
            name="property", type="string", max="*", origin="R5", text="Properties to return with each code."
        ),
        _refused("exclude-system", "canonical", "systems to leave out.", max="*"),
        _refused("excludePostCoordinated", "boolean", "leave expressions out.", neutral="false"),
        _refused("excludeNotForUI", "boolean", "leave abstract codes out.", neutral="false"),
        _refused("includeAlternateCodes", "code", "alternate codes.", max="*", origin="ecosystem"),
        _refused("property-value", "BackboneElement", "codes with this value.", max="*", origin="ecosystem"),
        _refused("context", "uri", "the value set that an element is bound to."),
        _refused("contextDirection", "code", "the direction of the context."),
        *LIMIT,
        *VALUE_SETS,
        *DATE,
        *LANGUAGE,
        *VERSIONS,
        *SUPPLEMENTS,
        *RESOURCES,
        *HINTS,
    ),
    results=(Parameter(name="return", type="ValueSet", min=1, text="The value set with its expansion."),),
)
