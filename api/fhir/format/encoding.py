"""Results as FHIR JSON: validations, lookups, translations. Expansions are written by ``expansion``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from api.fhir.format.outcome import outcome
from api.fhir.format.own_extensions import NOT_CHECKED, NOT_VALID, SUCCESSOR, with_origin
from api.fhir.format.parameters import writing
from api.fhir.format.r4_r5 import R5_ELEMENT
from loaders.formats.fhir.extension_names import extension_of
from registry.entities.records import Coding, Designation
from registry.entities.relationships import to_r4
from registry.terminology.lookup import LookupResult
from registry.terminology.subsumes import SubsumesResult
from registry.terminology.translate import Match, TranslateResult
from registry.terminology.validate_code import Validation

__all__ = [
    "coding_json",
    "designation_json",
    "lookup_json",
    "parameters",
    "property_json",
    "subsumes_json",
    "translate_json",
    "typed",
    "validation_json",
]

Json = dict[str, Any]
_DECIMAL = re.compile(r"[-+]?\d{1,30}(\.\d{1,30})?([eE][-+]?\d{1,2})?")
_KINDS = {"Coding": "valueCoding", "dateTime": "valueDateTime"}


def parameters(items: list[Json]) -> Json:
    """A Parameters resource."""
    return {"resourceType": "Parameters", "parameter": items}


def coding_json(coding: Coding) -> Json:
    """A Coding without its empty elements."""
    found = {
        "system": coding.system,
        "version": coding.version,
        "code": coding.code,
        "display": coding.display,
    }
    return {k: v for k, v in found.items() if v}


def typed(kind: str, value: Any) -> Json:
    """``value[x]`` of a property."""
    if isinstance(value, Coding):
        return {"valueCoding": coding_json(value)}
    if kind == "decimal" and isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            return {"valueString": value}  # a text that the source declares as a number
        value = Decimal(value)
    return {_KINDS.get(kind, "value" + kind[:1].upper() + kind[1:]): value}


def designation_json(text: Designation, *, r4_place: str = "") -> Json:
    """A designation without its empty elements; ``r4_place`` = path of its owner, in R4, which has one use alone."""
    written: Json = {"value": text.text}
    if text.language:
        written["language"] = text.language
    if text.use is not None:
        written["use"] = coding_json(text.use)
    extensions = [extension_of(a) for a in text.annotations]
    uses = [coding_json(use) for use in text.additional_uses]
    if uses and r4_place:
        url = f"{R5_ELEMENT}{r4_place}.designation.additionalUse"
        extensions += [{"url": url, "valueCoding": use} for use in uses]
    elif uses:
        written["additionalUse"] = uses
    if extensions:
        written["extension"] = extensions
    return written


def validation_json(answer: Validation, concept: Json | None, *, lang: str = "en") -> Json:
    """The Parameters of ``$validate-code``; ``concept`` is the CodeableConcept of the request, ``lang`` that of texts."""
    items = [writing("result", "boolean", answer.result)]
    items += _coding(answer)
    if concept is not None:
        items.append(writing("codeableConcept", "codeableConcept", concept))
    items += [writing("x-caused-by-unknown-system", "canonical", c) for c in answer.caused_by]
    items += [writing("x-unknown-system", "canonical", u) for u in answer.unknown]
    if text := answer.message_in(lang):
        items.append(writing("message", "string", text))
    if answer.issues:
        items.append({"name": "issues", "resource": outcome(answer.issues, lang)})
    shown = answer.shown.content if answer.shown is not None else None
    return with_origin(parameters(items), shown.info if shown is not None else None)


def _coding(answer: Validation) -> Iterator[Json]:
    shown = answer.shown
    if shown is None:
        return
    yield writing("code", "code", shown.coding.code)
    if shown.coding.system:
        yield writing("system", "uri", shown.coding.system)
    if shown.content is not None and shown.content.info.version:
        yield writing("version", "string", shown.content.info.version)
    if shown.display:
        yield writing("display", "string", shown.display)
    record = shown.record
    if record is not None and record.code != shown.coding.code:
        yield writing("normalized-code", "code", record.code)
    if record is not None and record.inactive:
        yield writing("inactive", "boolean", True)
    if shown.status:
        yield writing("status", "code", shown.status)


def lookup_json(answer: LookupResult, *, lang: str = "en") -> Json:
    """The Parameters of ``$lookup``; ``lang`` is the language of warnings."""
    content, record = answer.content, answer.record
    if content is None or record is None:
        return parameters([])
    info = content.info
    items = [
        writing("name", "string", info.name or info.title or info.system or info.url),
        writing("system", "uri", info.url),
        writing("code", "code", record.code),
        writing("abstract", "boolean", record.selectable is False),
    ]
    optional = (("version", info.version), ("display", answer.display), ("definition", answer.definition))
    items += [writing(name, "string", value) for name, value in optional if value]
    items += [{"name": "designation", "part": list(_designation(d, s))} for d, s in answer.designations]
    items += [property_json(*p) for p in answer.properties]
    items += [writing("used-supplement", "canonical", s) for s in answer.supplements]
    if answer.warnings:
        items.append({"name": "issues", "resource": outcome(answer.warnings, lang)})
    return with_origin(parameters(items), info)


def subsumes_json(answer: SubsumesResult, *, lang: str = "en") -> Json:
    """The Parameters of ``$subsumes``; with the version if it is a stored one."""
    items = [writing("outcome", "code", answer.outcome)]
    if answer.warnings:
        items.append({"name": "issues", "resource": outcome(answer.warnings, lang)})
    info = answer.content.info if answer.content is not None else None
    return with_origin(parameters(items), info, version=True)


def _designation(text: Designation, source: str) -> Iterator[Json]:
    if text.language:
        yield writing("language", "code", text.language)
    if text.use is not None:
        yield writing("use", "coding", coding_json(text.use))
    yield writing("value", "string", text.text)
    if source:
        yield writing("source", "canonical", source)


def property_json(code: str, kind: str, value: Any, description: str) -> Json:
    """One property of a ``$lookup``."""
    return {"name": "property", "part": list(_property(code, kind, value, description))}


def _property(code: str, kind: str, value: Any, description: str) -> Iterator[Json]:
    yield writing("code", "code", code)
    yield {"name": "value", **typed(kind, value)}
    if description:
        yield writing("description", "string", description)


def translate_json(answer: TranslateResult, release: str, *, lang: str = "en") -> Json:
    """The Parameters of ``$translate``, in R4's or R5's form."""
    items = [writing("result", "boolean", answer.result)]
    if text := answer.message_in(lang):
        items.append(writing("message", "string", text))
    items += [_marked({"name": "match", "part": list(_match(m, release))}, m) for m in answer.matches]
    return parameters(items)


def _marked(item: Json, match: Match) -> Json:
    """A match whose code is not valid on the day, or could not be checked: the reason and successors as extensions."""
    validity = match.validity
    if validity.valid is False:
        successors = [{"url": SUCCESSOR, "valueCoding": coding_json(s)} for s in validity.successors]
        return {"extension": [{"url": NOT_VALID, "valueCode": validity.reason}, *successors], **item}
    if match.not_checked:
        return {"extension": [{"url": NOT_CHECKED, "valueCode": match.not_checked}], **item}
    return item


def _match(match: Match, release: str) -> Iterator[Json]:
    if release == "R4":
        yield writing("equivalence", "code", to_r4(match.relationship))
    else:
        yield writing("relationship", "code", match.relationship)
    if match.concept is not None:
        yield writing("concept", "coding", coding_json(match.concept))
    if match.source is not None:
        yield writing("source", "coding", coding_json(match.source))
    for attribute, system, value in match.products:
        yield {"name": "product", "part": list(_product(attribute, system, value, release))}
    if match.origin:
        if release == "R4":
            yield writing("source" if match.source is None else "originMap", "uri", match.origin)
        else:
            yield writing("originMap", "canonical", match.origin)
    if match.comment:
        yield writing("comment", "string", match.comment)


def _product(attribute: str, system: str, value: str, release: str) -> Iterator[Json]:
    yield writing("element" if release == "R4" else "attribute", "uri", attribute)
    found = coding_json(Coding(value, system))
    yield writing("concept" if release == "R4" else "value", "coding", found)
