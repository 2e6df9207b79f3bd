"""Extensions on concepts, designations and resources that change an answer: their URLs, and reading them.

A record stores an extension as its source wrote it, a dict with ``url`` and one ``value…``, so that it is returned
unchanged. This is the only module of ``registry`` with extension URLs (``tests/test_layers.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = [
    "CONCEPT_SHOWN",
    "PROPERTY_OF",
    "STANDARDS_STATUS",
    "VALUE_SET_SHOWN",
    "VS_DEPRECATED",
    "named",
    "standards_status",
    "value_of",
]

SD = "http://hl7.org/fhir/StructureDefinition/"
VS_DEPRECATED = SD + "valueset-deprecated"
STANDARDS_STATUS = SD + "structuredefinition-standards-status"

#: extension → property of an expansion and the type of its value
PROPERTY_OF = {
    SD + "codesystem-conceptOrder": ("order", "decimal"),
    SD + "valueset-conceptOrder": ("order", "decimal"),
    SD + "codesystem-label": ("label", "string"),
    SD + "valueset-label": ("label", "string"),
    SD + "itemWeight": ("weight", "decimal"),
}
_RENDERING = frozenset({SD + "rendering-style", SD + "rendering-xhtml"})
#: extensions of a code system's concept that an expansion repeats
CONCEPT_SHOWN = _RENDERING | {SD + "codesystem-alternate"}
#: extensions of a value set's concept that an expansion repeats
VALUE_SET_SHOWN = _RENDERING | {VS_DEPRECATED, SD + "valueset-concept-definition", STANDARDS_STATUS}


def value_of(extension: Mapping[str, Any]) -> Any:
    """The value of an extension, of any type; None if it has no value."""
    return next((v for k, v in extension.items() if k.startswith("value")), None)


def named(extensions: Iterable[Mapping[str, Any]], url: str) -> Any:
    """The value of the first extension with that URL; None if there is none."""
    return next((value_of(e) for e in extensions if e.get("url") == url), None)


def standards_status(extensions: Iterable[Mapping[str, Any]]) -> str:
    """The standards status in the extensions: ``deprecated``, ``withdrawn``, ``draft`` …; empty if there is none."""
    return str(named(extensions, STANDARDS_STATUS) or "")
