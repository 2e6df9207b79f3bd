"""``ConceptMap/$translate``, in R4's and R5's forms, forward and in reverse."""

from __future__ import annotations

from typing import Any

import orjson

from api.fhir.format.encoding import translate_json
from api.fhir.format.outcome import Refused, refuse
from api.fhir.format.parameters import Given
from api.fhir.operations.common_parameters import CONTEXT, HINTS
from api.fhir.operations.operation import Operation, Parameter, PreparedRequest, Varying
from api.fhir.operations.request_context import RequestContext, context_of
from loaders.formats.fhir.conceptmap import read_concept_map
from registry.entities.canonical import split
from registry.entities.errors import ContentError
from registry.entities.records import Coding
from registry.terminology.conceptmap import ConceptMap
from registry.terminology.translate import TranslateRequest, translate

__all__ = ["TRANSLATE"]

_TARGETS = ("targetCode", "targetCoding", "targetCodeableConcept")
_SOURCES = ("sourceCode", "sourceCoding", "sourceCodeableConcept")
_VARYING = frozenset({*_TARGETS, *_SOURCES, "code", "coding", "codeableConcept"})


def prepare(call: RequestContext) -> PreparedRequest:
    """Everything but what is to be translated: context, map, systems."""
    shared, context = call.given, context_of(call)
    inline = shared.object("conceptMap")
    own = _inline_map(inline, call) if inline is not None else None
    url, version = split(shared.text("url") or call.instance.get("url", ""))
    map_version = shared.text("conceptMapVersion") or version or call.instance.get("version", "")
    source_system, target_system = shared.text("sourceSystem"), shared.text("targetSystem", "targetsystem")
    source_scope, target_scope = shared.text("sourceScope", "source"), shared.text("targetScope", "target")

    def answer(varying: Varying) -> bytes:
        given = Given.of_values(varying).over(shared)
        wanted, reverse = _to_translate(given, call.release)
        request = TranslateRequest(
            codings=wanted,
            reverse=reverse,
            swapped=reverse and not any(name in varying for name in _TARGETS),
            map=url,
            map_version=map_version,
            given=own,
            source_system=source_system if reverse else "",
            target_system=target_system,
            source_scope=source_scope,
            target_scope=target_scope,
        )
        found = translate(context, request)
        if found.problem is not None:
            raise Refused(found.problem)
        return orjson.dumps(translate_json(found, call.release, lang=call.language))

    return answer


def _inline_map(resource: dict[str, Any], call: RequestContext) -> ConceptMap:
    call.check_concepts(resource, "conceptMap")
    try:
        return read_concept_map(resource)
    except ContentError as error:
        raise refuse("REQUEST_INVALID", str(error), place="conceptMap") from error


def _to_translate(given: Given, release: str) -> tuple[tuple[Coding, ...], bool]:
    """The codings to translate and whether they are targets."""
    if any(given.has(name) for name in _TARGETS):
        return _one_form(given, *_TARGETS, system=("targetSystem", "system")), True
    if any(given.has(name) for name in _SOURCES):
        return _one_form(given, *_SOURCES, system=("sourceSystem", "system")), False
    found = _one_form(given, "code", "coding", "codeableConcept", system=("system",))
    if not found:
        name = "code" if release == "R4" else "sourceCode"
        raise refuse("REQUEST_REQUIRED", name, place=name)
    return found, given.flag("reverse") is True


def _one_form(
    given: Given, code: str, coding: str, concept: str, *, system: tuple[str, ...]
) -> tuple[Coding, ...]:
    if given.has(code):
        return (Coding(given.text(code), given.text(*system), given.text("version")),)
    one = given.coding(coding)
    return (one,) if one is not None else given.codings(concept)


TRANSLATE = Operation(
    kind="ConceptMap",
    name="translate",
    title="ConceptMapTranslateOnDate",
    text="The codes that a code is mapped to, by the map named or by those in force on the date.",
    levels=("type", "instance"),
    standard="http://hl7.org/fhir/OperationDefinition/ConceptMap-translate",
    varying=_VARYING,
    prepare=prepare,
    single_code=True,
    example="ConceptMap/$translate?system=…&code=…&targetSystem=…",
    parameters=(
        Parameter(
            name="url", type="uri", text="The map; without it every map in force about the code's system."
        ),
        Parameter(name="conceptMap", type="ConceptMap", text="The map itself."),
        Parameter(name="conceptMapVersion", type="string", text="Version of the map."),
        Parameter(name="sourceCode", type="code", origin="R5", text="The code; needs system."),
        Parameter(name="sourceCoding", type="Coding", origin="R5", text="The code with its system."),
        Parameter(
            name="sourceCodeableConcept",
            type="CodeableConcept",
            origin="R5",
            text="Several codes, one meaning.",
        ),
        Parameter(
            name="targetCode", type="code", origin="R5", text="The target code: translates in reverse."
        ),
        Parameter(name="targetCoding", type="Coding", origin="R5", text="The same with its system."),
        Parameter(
            name="targetCodeableConcept",
            type="CodeableConcept",
            origin="R5",
            text="The same with several codes.",
        ),
        Parameter(name="code", type="code", origin="R4", text="As sourceCode."),
        Parameter(name="coding", type="Coding", origin="R4", text="As sourceCoding."),
        Parameter(
            name="codeableConcept", type="CodeableConcept", origin="R4", text="As sourceCodeableConcept."
        ),
        Parameter(name="reverse", type="boolean", origin="R4", text="The code given is a target."),
        Parameter(name="system", type="uri", text="System of the code."),
        Parameter(name="version", type="string", text="Version of the code's system."),
        Parameter(name="sourceSystem", type="uri", origin="ecosystem", text="System of the source codes."),
        Parameter(name="targetSystem", type="uri", origin="R5", text="System to translate to."),
        Parameter(name="targetsystem", type="uri", origin="R4", text="As targetSystem."),
        Parameter(name="sourceScope", type="uri", origin="R5", text="Source value set of the maps to use."),
        Parameter(name="targetScope", type="uri", origin="R5", text="Target value set of the maps to use."),
        Parameter(name="source", type="uri", origin="R4", text="As sourceScope."),
        Parameter(name="target", type="uri", origin="R4", text="As targetScope."),
        Parameter(
            name="dependency",
            type="BackboneElement",
            max="*",
            effect="refused",
            text="Not implemented: further data elements that rows of a map depend on.",
        ),
        *CONTEXT,
        *HINTS,
    ),
    results=(
        Parameter(name="result", type="boolean", min=1, text="Whether there is a match."),
        Parameter(name="message", type="string", text="Why there is none."),
        Parameter(
            name="match",
            type="",
            max="*",
            text="A target with its relationship.",
            parts=(
                Parameter(name="relationship", type="code", origin="R5", text="Relationship to the source."),
                Parameter(name="equivalence", type="code", origin="R4", text="The same in R4's codes."),
                Parameter(name="concept", type="Coding", text="The target."),
                Parameter(name="originMap", type="uri", text="The map."),
            ),
        ),
    ),
)
