"""``ValueSet/$expand``: the codes of a value set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
from registry.terminology.context import Context
from registry.terminology.expand import ExpandRequest, expand
from registry.terminology.valueset import ValueSet

__all__ = ["EXPAND"]

#: parameters that a value set may set for its expansion, unless the caller does
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
    """Everything but text, page and a value set sent along: context, value set named, options."""
    base, shared = context_of(call), call.given
    options, lang = _options(shared), call.language
    named: list[_Question] = []

    def answer(varying: Varying) -> bytes:
        inline = varying.get("valueSet")
        if inline is None and not named:
            named.append(_question(base.apart(), call, None))
        question = named[0] if inline is None else _question(base.apart(), call, inline)
        request = question.request(shared, varying, options)
        found = expand(question.context, request, EntryCache)
        if found.problem is not None:
            raise Refused(found.problem)
        return dumps(
            expansion_json(found, call.release, definition=bool(request.include_definition), lang=lang)
        )

    return answer


@dataclass(frozen=True, slots=True)
class _Question:
    """A value set and the context that it is expanded in; ``own``: expansion parameters that it sets itself."""

    context: Context
    value_set: ValueSet
    own: dict[str, list[Any]]

    def request(self, shared: Given, varying: Varying, options: dict[str, Any]) -> ExpandRequest:
        """The request of the operation; ``options`` are those of the shared parameters."""
        if self.own or len(varying) > ("valueSet" in varying):
            given = shared.over(Given(self.own)) if self.own else shared
            options = _options(Given.of_values(varying).over(given))
        return ExpandRequest(value_set=self.value_set, **options)


def _question(context: Context, call: RequestContext, inline: dict[str, Any] | None) -> _Question:
    value_set = value_set_of(context, call, inline)
    apply_value_set_defaults(context, call, value_set)
    names = (*_OWN, *_OWN_LISTS)
    own = {name: list(values) for name, values in value_set.parameters.items() if name in names}
    if value_set.properties:
        own.setdefault("property", list(value_set.properties))
    return _Question(context, value_set, own)


def _options(given: Given) -> dict[str, Any]:
    return {
        "filter": given.text("filter"),
        "offset": given.number("offset"),
        "count": given.number("count"),
        "active_only": given.flag("activeOnly"),
        "exclude_nested": given.flag("excludeNested"),
        "include_designations": given.flag("includeDesignations"),
        "include_definition": given.flag("includeDefinition"),
        "designations": given.texts("designation"),
        "properties": given.texts("property"),
    }


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
    varying=frozenset({"filter", "count", "offset", "valueSet"}),
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
