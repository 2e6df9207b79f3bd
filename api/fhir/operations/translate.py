"""``ConceptMap/$translate``, in R4's and R5's forms, forward and in reverse."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import orjson

from api.fhir.format.encoding import translate_json
from api.fhir.format.outcome import Refused, refuse
from api.fhir.format.parameters import Given
from api.fhir.operations.common_parameters import DATE, HINTS, LANGUAGE, RESOURCES, defined_by
from api.fhir.operations.operation import Operation, Parameter, PreparedRequest, Varying
from api.fhir.operations.request_context import RequestContext, agreed, context_of
from loaders.formats.fhir.conceptmap import read_concept_map
from registry.entities.canonical import split
from registry.entities.errors import ContentError
from registry.entities.records import Coding
from registry.terminology.conceptmap import ConceptMap
from registry.terminology.translate import TranslateRequest, translate

__all__ = ["TRANSLATE"]

_TARGETS = ("targetCode", "targetCoding", "targetCodeableConcept")
_SOURCES = ("sourceCode", "sourceCoding", "sourceCodeableConcept")
_PLAIN = ("code", "coding", "codeableConcept")
_CODED = tuple(n for n in (*_SOURCES, *_TARGETS, *_PLAIN) if not n.endswith("ode"))


@dataclass(frozen=True, slots=True)
class _Form:
    """How a request names what to translate: the three names, and what its other parameters mean for a single code.

    ``reverse``: what is given is a target; ``swapped``: in R4's form.
    """

    names: tuple[str, str, str]
    system: str
    version: str
    reverse: bool = False
    swapped: bool = False

    @staticmethod
    def of(given: Collection[str], shared: Given) -> _Form:
        """The form of a request that gives these names: R5's with a target, R5's with a source, else R4's."""
        version = shared.text("version")
        if any(name in given for name in _TARGETS):
            return _Form(_TARGETS, _system(shared, "targetSystem"), version, reverse=True)
        if any(name in given for name in _SOURCES):
            return _Form(_SOURCES, _system(shared, "sourceSystem"), version)
        reverse = shared.flag("reverse") is True
        return _Form(_PLAIN, shared.text("system"), version, reverse=reverse, swapped=reverse)

    def codings(self, given: Given) -> tuple[Coding, ...]:
        """What to translate; empty where the request does not say."""
        code, coding, concept = self.names
        if given.has(code):
            return (Coding(given.text(code), self.system, self.version),)
        one = given.coding(coding)
        return (one,) if one is not None else given.codings(concept)


def _system(shared: Given, name: str) -> str:
    """The system of a bare code; raises Refused if it is given twice, differently."""
    return agreed(name, shared.text(name), shared.text("system"))


def prepare(call: RequestContext) -> PreparedRequest:
    """Everything but what is to be translated: context, map, systems."""
    shared, context = call.given, context_of(call)
    inline = shared.object("conceptMap")
    own = _inline_map(inline, call) if inline is not None else None
    url, version = split(shared.text("url"))
    url = agreed("url", url, call.instance.get("url", ""))
    map_version = shared.text("conceptMapVersion") or version or call.instance.get("version", "")
    source_system, target_system = shared.text("sourceSystem"), shared.text("targetSystem", "targetsystem")
    source_scope, target_scope = shared.text("sourceScope", "source"), shared.text("targetScope", "target")
    lang = call.language
    forms: dict[tuple[str, ...], _Form] = {}

    def answer(varying: Varying) -> bytes:
        names = tuple(varying)
        form = forms.get(names) or forms.setdefault(names, _Form.of(names, shared))
        wanted = form.codings(Given.of_values(varying))
        if not wanted and form.names is _PLAIN:
            name = "code" if call.release == "R4" else "sourceCode"
            raise refuse("REQUEST_REQUIRED", name, place=name)
        request = TranslateRequest(
            codings=wanted,
            reverse=form.reverse,
            swapped=form.swapped,
            map=url,
            map_version=map_version,
            given=own,
            source_system=source_system,
            target_system=target_system,
            source_scope=source_scope,
            target_scope=target_scope,
        )
        found = translate(context, request)
        if found.problem is not None:
            raise Refused(found.problem)
        return orjson.dumps(translate_json(found, call.release, lang=lang))

    return answer


def _inline_map(resource: dict[str, Any], call: RequestContext) -> ConceptMap:
    call.check_concepts(resource, "conceptMap")
    try:
        return read_concept_map(resource)
    except ContentError as error:
        raise refuse("REQUEST_INVALID", error.text, place="conceptMap") from error


TRANSLATE = Operation(
    kind="ConceptMap",
    name="translate",
    title="ConceptMapTranslateOnDate",
    text="The codes that a code is mapped to, by the map named or by those in force on the date.",
    levels=("type", "instance"),
    standard="http://hl7.org/fhir/OperationDefinition/ConceptMap-translate",
    varying=frozenset({*_TARGETS, *_SOURCES, *_PLAIN}),
    prepare=prepare,
    single_code=True,
    alternatives=(
        (*_SOURCES, *_TARGETS, *_PLAIN),
        *((name, *_CODED) for name in ("system", "version")),
        ("reverse", *_SOURCES, *_TARGETS),
        ("url", "conceptMap"),
        ("conceptMapVersion", "conceptMap"),
        ("targetSystem", "targetsystem"),
        ("sourceScope", "source"),
        ("targetScope", "target"),
    ),
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
        Parameter(
            name="reverse",
            type="boolean",
            origin="R4",
            text="The code given is a target.",
        ),
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
            text="Further data elements that rows of a map depend on.",
        ),
        *defined_by("Gyldig", *DATE, *LANGUAGE),
        *RESOURCES,
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
