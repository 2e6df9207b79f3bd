"""The extensions on concepts, designations and resources that change an answer, and how to read them.

A record keeps an extension as its source wrote it, a dict with ``url`` and one ``value…``, so that it is given back
unchanged. The one module of ``registry`` with names of extensions (``tests/test_layers.py``).
Not here: anything else of the shape of FHIR resources.
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
    """The value of an extension, whatever its type; None without one."""
    return next((v for k, v in extension.items() if k.startswith("value")), None)


def named(extensions: Iterable[Mapping[str, Any]], url: str) -> Any:
    """The value of the first extension of that name, or None."""
    return next((value_of(e) for e in extensions if e.get("url") == url), None)


def standards_status(extensions: Iterable[Mapping[str, Any]]) -> str:
    """The standing that the source gives: ``deprecated``, ``withdrawn``, ``draft`` …, or empty."""
    return str(named(extensions, STANDARDS_STATUS) or "")
