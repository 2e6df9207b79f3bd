"""A version's content as a CodeSystem resource."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson

from api.fhir.format.encoding import designation_json, typed
from api.fhir.format.own_extensions import PROVISIONAL
from api.fhir.format.r4_r5 import ELEMENTS
from loaders.formats.fhir.extension_names import extension_of
from loaders.formats.fhir.reading import period
from registry.content.display import is_repeated, own_display
from registry.content.view import ContentView, ViewInfo
from registry.entities.budget import spend
from registry.entities.exact_json import dumps
from registry.entities.offload import require_offload
from registry.entities.records import ConceptRecord, Property
from registry.systems.concept_properties import standard_uri

__all__ = ["code_system_json"]

Json = dict[str, Any]
_STATUSES = ("draft", "active", "retired", "unknown")
_OWN = (ELEMENTS["CodeSystem", "R4"] | ELEMENTS["CodeSystem", "R5"]) - {
    "concept",
    "property",
    "text",
    "count",
}
_PIECE = 500  #: concepts written per batch
_INLINE_LIMIT = 2000  #: most concepts written on the event loop
_CONCEPT_STEPS = 20  #: steps to write one concept


def code_system_json(view: ContentView, *, content: bool = True, release: str = "R5") -> Json:
    """The resource; without ``content`` only its metadata. Parents are written as properties.

    Its concepts are in the release's elements, its metadata in R5's.
    """
    info = view.info
    written = _shell(info)
    written["count"] = len(view)
    properties = _properties(view)
    if properties:
        written["property"] = properties
    if content:
        written["concept"] = _concepts(view, release)
    return written


def _shell(info: ViewInfo) -> Json:
    own = {k: v for k, v in info.shell.items() if k in _OWN and (k != "status" or v in _STATUSES)}
    written: Json = {"resourceType": "CodeSystem", "status": info.status, "content": info.content}
    written |= {"url": info.url, "caseSensitive": info.case_sensitive}
    if info.title:
        written["title"] = info.title
    if info.version:
        written["version"] = info.version
    if info.hierarchy == "asserted":
        written["hierarchyMeaning"] = "is-a"
    return _provisional(_dated({**written, **own}, info), info)


def _provisional(written: Json, info: ViewInfo) -> Json:
    """The resource, marked if its content is provisional: by Gyldig's extension, and with status draft."""
    if not info.provisional:
        return written
    extensions = [*written.get("extension", []), {"url": PROVISIONAL, "valueBoolean": True}]
    status = "draft" if written["status"] == "active" else written["status"]
    return {**written, "status": status, "extension": extensions}


def _dated(written: Json, info: ViewInfo) -> Json:
    """The resource with the registry's period, unless the resource has the same period."""
    known = (info.valid_from, info.valid_to)
    if known in ((None, None), period(written, "CodeSystem")):
        return written
    return {**written, "effectivePeriod": _period(info)}


def _period(info: ViewInfo) -> Json:
    """FHIR's Period, whose end is the last day."""
    period: Json = {}
    if info.valid_from:
        period["start"] = info.valid_from.isoformat()
    if info.valid_to:
        period["end"] = (info.valid_to - timedelta(days=1)).isoformat()
    return period


def _properties(view: ContentView) -> list[Json]:
    found = []
    for p in view.info.properties:
        written = {"code": p.code, "type": p.type}
        if p.uri:
            written["uri"] = p.uri
        if p.description:
            written["description"] = p.description
        found.append(written)
    if view.info.hierarchy == "asserted" and not any(p.code == "parent" for p in view.info.properties):
        found.append({"code": "parent", "uri": standard_uri("parent"), "type": "code"})
    return found


def _concepts(view: ContentView, release: str) -> orjson.Fragment:
    """The list of concepts, written in batches, so that not all records are in memory at the same time."""
    order = view.page(view.all(), 0, None)
    pieces = [order[at : at + _PIECE] for at in range(0, len(order), _PIECE)]
    require_offload(len(order), _INLINE_LIMIT)
    codes = {r.stable_key: r.code for piece in pieces for r in _records(view, piece)}
    written = b",".join(_piece(_records(view, piece), codes, view.info.language, release) for piece in pieces)
    return orjson.Fragment(b"[" + written + b"]")


def _records(view: ContentView, piece: Sequence[int]) -> list[ConceptRecord]:
    spend(_CONCEPT_STEPS * len(piece))
    return view.concepts(piece)


def _piece(records: Sequence[ConceptRecord], codes: dict[str, str], language: str, release: str) -> bytes:
    written = [_concept(r, [codes[p] for p in r.parents if p in codes], language, release) for r in records]
    return dumps(written)[1:-1]


def _concept(record: ConceptRecord, parents: list[str], language: str, release: str) -> Json:
    written: Json = {"code": record.code}
    if record.annotations:
        written["extension"] = [extension_of(a) for a in record.annotations]
    own = own_display(record.designations, language)
    if own is not None:
        written["display"] = own.text
    definition = next((n.text for n in record.notes if n.kind == "definition"), "")
    if definition:
        written["definition"] = definition
    shown = {(own.text, own.language)} if own is not None else set()
    place = "CodeSystem.concept" if release == "R4" else ""
    others = [
        designation_json(d, r4_place=place)
        for d in record.designations
        if d is not own and not is_repeated(d, shown)
    ]
    if others:
        written["designation"] = others
    properties = [{"code": "parent", "valueCode": p} for p in parents]
    properties += [_property(p) for p in record.properties]
    if properties:
        written["property"] = properties
    return written


def _property(found: Property) -> Json:
    written: Json = {"code": found.code, **typed(found.type, found.value)}
    if found.annotations:
        written["extension"] = [extension_of(a) for a in found.annotations]
    return written
