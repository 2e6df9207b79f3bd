"""A value set with its expansion as FHIR JSON, R4 and R5."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from api.fhir.format.encoding import designation_json, typed
from api.fhir.format.own_extensions import used
from api.fhir.format.parameters import writing
from api.fhir.format.r4_r5 import R5_ELEMENT, in_release
from loaders.formats.fhir.extension_names import extension_of
from registry.entities.messages import in_language
from registry.terminology.entries import Entry
from registry.terminology.expand import Expansion

__all__ = ["entry_json", "expansion_json"]

Json = dict[str, Any]
#: metadata that an expansion has also without its definition
_KEPT = frozenset(
    {"id", "language", "url", "identifier", "version", "name", "title", "status", "experimental", "date"}
    | {"publisher", "effectivePeriod"}
)
_UNCLOSED = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"
_PLACE = "ValueSet.expansion."


def expansion_json(answer: Expansion, release: str, *, definition: bool, lang: str = "en") -> Json:
    """The expanded ValueSet; ``definition`` = with its definition, ``lang`` = the language of messages."""
    value_set = answer.value_set
    ident, identifier = _random_uuids()
    written: Json = {"resourceType": "ValueSet", "id": ident}
    written |= {k: v for k, v in value_set.shell.items() if definition or k in _KEPT}
    written.setdefault("status", value_set.status)
    if value_set.url:
        written["url"] = value_set.url
    if value_set.version:
        written["version"] = value_set.version
    if definition:
        written |= value_set.definition
    written = in_release(written, release)
    written["expansion"] = _expansion(answer, release, lang, identifier)
    return written


def _random_uuids() -> tuple[str, str]:
    """Two UUIDs of version 4 (RFC 9562), in a quarter of the time that ``uuid.uuid4`` takes."""
    digits = os.urandom(32).hex()
    return _uuid(digits[:32]), _uuid(digits[32:])


def _uuid(digits: str) -> str:
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def _expansion(answer: Expansion, release: str, lang: str, identifier: str) -> Json:
    written: Json = {
        "identifier": "urn:uuid:" + identifier,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "total": answer.total,
    }
    if answer.offset is not None:
        written["offset"] = answer.offset
    if answer.parameters:
        written["parameter"] = [writing(*p) for p in answer.parameters]
    extensions = _unclosed(in_language(answer.unclosed, lang)) if answer.unclosed else []
    for canonical, version in answer.used.items():
        extensions += used(canonical, version.info, version.status)
    properties = [{"code": code, "uri": uri} if uri else {"code": code} for code, uri in answer.properties]
    if release == "R4":
        extensions += [_as_extension("property", p) for p in properties]
    elif properties:
        written["property"] = properties
    if extensions:
        written["extension"] = extensions
    if answer.entries:
        written["contains"] = [entry_json(e, release) if isinstance(e, Entry) else e for e in answer.entries]
    return written


def _unclosed(reasons: list[str]) -> list[Json]:
    found = [{"url": _UNCLOSED + "-reason", "valueString": r} for r in reasons]
    return [{"url": _UNCLOSED, "valueBoolean": True}, *found]


def _as_extension(name: str, parts: Json) -> Json:
    """The extension of R4 for elements that only R5 has."""
    kinds = {"code": "valueCode", "uri": "valueUri"}
    inner = [{"url": k, kinds[k]: v} if k in kinds else {"url": "value", k: v} for k, v in parts.items()]
    return {"url": R5_ELEMENT + _PLACE + name, "extension": inner}


def entry_json(entry: Entry, release: str) -> Json:
    """One entry and those below it; entries that are no ``Entry`` are written already (``operations.entry_cache``)."""
    written: Json = {"system": entry.system}
    if entry.version:
        written["version"] = entry.version
    if entry.abstract:
        written["abstract"] = True
    if entry.inactive:
        written["inactive"] = True
    written["code"] = entry.code
    if entry.display is not None:
        written["display"] = entry.display
    if entry.designations:
        written["designation"] = [
            designation_json(d, r4_place=_PLACE + "contains" if release == "R4" else "")
            for d in entry.designations
        ]
    properties = [{"code": code, **typed(kind, value)} for code, kind, value in entry.properties]
    extensions = [extension_of(a) for a in entry.annotations]
    if properties and release == "R4":
        extensions += [_as_extension("contains.property", p) for p in properties]
    elif properties:
        written["property"] = properties
    if extensions:
        written["extension"] = extensions
    if entry.contains:
        written["contains"] = [entry_json(e, release) for e in entry.contains]
    return written
