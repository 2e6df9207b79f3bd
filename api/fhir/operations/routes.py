"""The terminology operations as routes: parse, call one operation, encode.

Here: which parameters each operation has. Not here: rules (``registry.terminology``), HTTP (``app``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from api.fhir.format.encoding import lookup_json, parameters, subsumes_json, translate_json, validation_json
from api.fhir.format.expansion import entry_json, expansion_json
from api.fhir.format.outcome import Refused, outcome, refuse
from api.fhir.format.parameters import Given
from api.fhir.operations.entry_cache import EntryCache
from api.fhir.operations.parameter_check import check_body
from api.fhir.operations.request_context import (
    RequestContext,
    apply_value_set_defaults,
    context_of,
    value_set_of,
)
from api.fhir.operations.request_limits import check_given
from loaders.formats.fhir.conceptmap import read_concept_map
from registry.entities.canonical import split
from registry.entities.errors import ContentError
from registry.entities.records import Coding
from registry.terminology.conceptmap import ConceptMap
from registry.terminology.expand import ExpandRequest, expand
from registry.terminology.lookup import LookupRequest, lookup
from registry.terminology.subsumes import SubsumesRequest, subsumes
from registry.terminology.translate import TranslateRequest, translate
from registry.terminology.validate_code import (
    CodingRequest,
    ElementPath,
    ValidateRequest,
    ValidationOptions,
    validate_in_system,
    validate_in_value_set,
)
from registry.terminology.valueset import ValueSet

__all__ = ["OPERATIONS"]

Json = dict[str, Any]
_MOST_VALIDATIONS = 10_000


def expand_route(call: RequestContext) -> Json:
    """``ValueSet/$expand``."""
    context = context_of(call)
    value_set = value_set_of(context, call)
    apply_value_set_defaults(context, call, value_set)
    given = _with_own(call.given, value_set)
    request = ExpandRequest(
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
    write = partial(entry_json, release=call.release)
    answer = expand(context, request, partial(EntryCache, write=write, form=call.release))
    if answer.problem is not None:
        raise Refused(answer.problem)
    return expansion_json(answer, call.release, definition=bool(request.include_definition))


_OWN = (
    "activeOnly",
    "excludeNested",
    "includeDesignations",
    "includeDefinition",
    "count",
    "offset",
    "filter",
    "designation",
    "property",
)


def _with_own(given: Given, value_set: ValueSet) -> Given:
    """The value set's own expansion parameters, where the caller says nothing."""
    own = {name: list(values) for name, values in value_set.parameters.items() if name in _OWN}
    if value_set.properties:
        own.setdefault("property", list(value_set.properties))
    return given.over(Given(own)) if own else given


def validate_value_set(call: RequestContext) -> Json:
    """``ValueSet/$validate-code``."""
    context = context_of(call)
    request = _codings(call)
    value_set = value_set_of(context, call)
    apply_value_set_defaults(context, call, value_set)
    answer = validate_in_value_set(context, value_set, request)
    if answer.problem is not None:
        raise Refused(answer.problem)
    return validation_json(answer, call.given.object("codeableConcept") if request.concept else None)


def validate_code_system(call: RequestContext) -> Json:
    """``CodeSystem/$validate-code``."""
    given = call.given
    url, version = split(given.text("url") or call.instance.get("url", ""))
    version = given.text("version") or version or call.instance.get("version", "")
    inline = given.object("codeSystem")
    if inline is not None:
        given.add("tx-resource", inline)
        url = url or str(inline.get("url", ""))
    context = context_of(call)
    request = _codings(call, system=url, version=version)
    answer = validate_in_system(context, request)
    if answer.problem is not None:
        raise Refused(answer.problem)
    return validation_json(answer, given.object("codeableConcept") if request.concept else None)


def _rules(given: Given) -> ValidationOptions:
    return ValidationOptions(
        abstract_allowed=given.flag("abstract") is not False,
        active_only=given.flag("activeOnly") is True,
        lenient_display=given.flag("lenient-display-validation") is True,
        membership_only=given.flag("valueset-membership-only") is True,
    )


def _codings(call: RequestContext, *, system: str = "", version: str = "") -> ValidateRequest:
    """The codings asked about, in whichever of the forms; raises Refused where there are none."""
    given = call.given
    infer = given.flag("inferSystem") is True or given.flag("implySystem") is True
    rules, coding = _rules(given), given.coding("coding")
    if given.has("codeableConcept"):
        found = given.codings("codeableConcept")
        asked = tuple(_asked(c, f"CodeableConcept.coding[{n}]", system, version) for n, c in enumerate(found))
        return ValidateRequest(codings=asked, concept=True, infer_system=infer, rules=rules)
    if coding is not None:
        asked_of = _asked(coding, "Coding", system, version)
        return ValidateRequest(codings=(asked_of,), infer_system=infer, rules=rules)
    code, named = given.text("code"), given.text("system") or system
    if not code or not (named or infer):
        raise refuse("NO_CODE_GIVEN")
    loose = Coding(code, named, given.text("systemVersion") or version, given.text("display"))
    return ValidateRequest(codings=(_asked(loose, "code", "", ""),), infer_system=infer, rules=rules)


def _asked(coding: Coding, path: str, system: str, version: str) -> CodingRequest:
    named = coding.system or system
    fallback = version if named == system else ""
    return CodingRequest(named, coding.code, ElementPath(path), coding.version or fallback, coding.display)


def batch_validate(call: RequestContext) -> Json:
    """``ValueSet/$batch-validate-code``: many validations with common parameters, each answered by itself."""
    listed = call.given.all("validation")
    if len(listed) > _MOST_VALIDATIONS:
        raise refuse(
            "REQUEST_INVALID", f"At most {_MOST_VALIDATIONS} validations at once", place="validation"
        )
    catalog = context_of(call).catalog
    shared = call.given.without("validation", "tx-resource", "known-at")
    answers = []
    for resource in listed:
        own = Given.of_resource(resource).over(shared)
        one = RequestContext(
            catalog, call.settings, call.release, own, call.headers, call.on, instance=call.instance
        )
        answers.append({"name": "validation", "resource": _answered(one)})
    return parameters(answers)


def _answered(call: RequestContext) -> Json:
    in_value_set = call.given.has("url") or call.given.has("valueSet")
    try:
        found = validate_value_set(call) if in_value_set else validate_code_system(call)
        check_body(call.given)
        return found
    except Refused as refused:
        return outcome([refused.issue])


def lookup_route(call: RequestContext) -> Json:
    """``CodeSystem/$lookup``."""
    given, coding = call.given, call.given.coding("coding")
    context = context_of(call)
    found = coding or Coding(
        given.required("code"),
        given.text("system", "url") or call.instance.get("url", "") or given.required("system"),
        given.text("version") or call.instance.get("version", ""),
    )
    request = LookupRequest(
        system=found.system, code=found.code, version=found.version, properties=given.texts("property")
    )
    answer = lookup(context, request)
    if answer.problem is not None:
        raise Refused(answer.problem)
    return lookup_json(answer)


def subsumes_route(call: RequestContext) -> Json:
    """``CodeSystem/$subsumes``."""
    given = call.given
    a, b = given.coding("codingA"), given.coding("codingB")
    system = given.text("system") or (a.system if a else "") or call.instance.get("url", "")
    if not system:
        raise refuse("REQUEST_REQUIRED", "system", place="system")
    if a and b and a.system != b.system:
        raise refuse("REQUEST_INVALID", "Both codings are to be of one system", place="codingB")
    request = SubsumesRequest(
        system=system,
        code_a=a.code if a else given.required("codeA"),
        code_b=b.code if b else given.required("codeB"),
        version=given.text("version") or (a.version if a else "") or call.instance.get("version", ""),
    )
    answer = subsumes(context_of(call), request)
    if answer.problem is not None:
        raise Refused(answer.problem)
    return subsumes_json(answer)


def translate_route(call: RequestContext) -> Json:
    """``ConceptMap/$translate``, in R4's and R5's forms, forward and in reverse."""
    given = call.given
    wanted, reverse = _to_translate(given)
    inline = given.object("conceptMap")
    url, version = split(given.text("url") or call.instance.get("url", ""))
    source_system = given.text("sourceSystem")
    request = TranslateRequest(
        codings=wanted,
        reverse=reverse,
        swapped=reverse and not any(given.has(name) for name in _TARGETS),
        map=url,
        map_version=given.text("conceptMapVersion") or version or call.instance.get("version", ""),
        given=_inline_map(inline, call.settings.given_concepts) if inline is not None else None,
        source_system=source_system if reverse else "",
        target_system=given.text("targetSystem", "targetsystem"),
        source_scope=given.text("sourceScope", "source"),
        target_scope=given.text("targetScope", "target"),
    )
    answer = translate(context_of(call), request)
    if answer.problem is not None:
        raise Refused(answer.problem)
    return translate_json(answer, call.release)


def _inline_map(resource: Json, most: int) -> ConceptMap:
    check_given(resource, most, "conceptMap")
    try:
        return read_concept_map(resource)
    except ContentError as error:
        raise refuse("REQUEST_INVALID", str(error), place="conceptMap") from error


_TARGETS = ("targetCode", "targetCoding", "targetCodeableConcept")


def _to_translate(given: Given) -> tuple[tuple[Coding, ...], bool]:
    """The codings to translate and whether they are targets."""
    if any(given.has(name) for name in _TARGETS):
        found = _one_form(
            given, "targetCode", "targetCoding", "targetCodeableConcept", ("targetSystem", "system")
        )
        return found, True
    if given.has("sourceCode") or given.has("sourceCoding") or given.has("sourceCodeableConcept"):
        names = ("sourceSystem", "system")
        return _one_form(given, "sourceCode", "sourceCoding", "sourceCodeableConcept", names), False
    found = _one_form(given, "code", "coding", "codeableConcept", ("system",))
    if not found:
        raise refuse("REQUEST_REQUIRED", "sourceCode", place="sourceCode")
    return found, given.flag("reverse") is True


def _one_form(
    given: Given, code: str, coding: str, concept: str, system: tuple[str, ...]
) -> tuple[Coding, ...]:
    if given.has(code):
        return (Coding(given.text(code), given.text(*system), given.text("version")),)
    one = given.coding(coding)
    return (one,) if one is not None else given.codings(concept)


OPERATIONS: dict[tuple[str, str], Callable[[RequestContext], Json]] = {
    ("ValueSet", "$expand"): expand_route,
    ("ValueSet", "$validate-code"): validate_value_set,
    ("ValueSet", "$batch-validate-code"): batch_validate,
    ("CodeSystem", "$validate-code"): validate_code_system,
    ("CodeSystem", "$batch-validate-code"): batch_validate,
    ("CodeSystem", "$lookup"): lookup_route,
    ("CodeSystem", "$subsumes"): subsumes_route,
    ("ConceptMap", "$translate"): translate_route,
}
