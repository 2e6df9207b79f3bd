"""FHIR's extensions as annotations, and back: the one table of the extensions that change an answer.

Not here: extensions of this server's own answers (``api.fhir.format.own_extensions``).
"""

from __future__ import annotations

from typing import Any

from registry.entities import annotations as names
from registry.entities.annotations import Annotation

__all__ = ["annotation_of", "extension_of"]

Json = dict[str, Any]
_SD = "http://hl7.org/fhir/StructureDefinition/"
_URLS = {
    names.STANDARDS_STATUS: _SD + "structuredefinition-standards-status",
    names.DEPRECATED: _SD + "valueset-deprecated",
    names.DEFINITION: _SD + "valueset-concept-definition",
    names.ORDER: _SD + "codesystem-conceptOrder",
    names.LISTED_ORDER: _SD + "valueset-conceptOrder",
    names.LABEL: _SD + "codesystem-label",
    names.LISTED_LABEL: _SD + "valueset-label",
    names.WEIGHT: _SD + "itemWeight",
    "alternate-code": _SD + "codesystem-alternate",
    "rendering-style": _SD + "rendering-style",
    "rendering-xhtml": _SD + "rendering-xhtml",
}
_NAMES = {url: name for name, url in _URLS.items()}


def annotation_of(extension: Json) -> Annotation:
    """An extension with a ``url``, as an annotation.

    >>> annotation_of({"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": 3})
    Annotation(name='weight', type='Decimal', value=3, parts=(), other={})
    """
    rest = {k: v for k, v in extension.items() if k not in ("url", "extension")}
    key = next((k for k in rest if k.startswith("value")), "")
    value = rest.pop(key, None)
    parts = tuple(annotation_of(e) for e in extension.get("extension", ()))
    url: str = extension["url"]
    return Annotation(_NAMES.get(url, url), key.removeprefix("value"), value, parts, rest)


def extension_of(annotation: Annotation) -> Json:
    """The extension that an annotation was read from.

    >>> extension_of(Annotation("weight", "Decimal", 3))
    {'url': 'http://hl7.org/fhir/StructureDefinition/itemWeight', 'valueDecimal': 3}
    """
    written: Json = {"url": _URLS.get(annotation.name, annotation.name), **annotation.other}
    if annotation.parts:
        written["extension"] = [extension_of(p) for p in annotation.parts]
    if annotation.type:
        written["value" + annotation.type] = annotation.value
    return written
