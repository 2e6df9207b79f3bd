"""The standing that a source gives a resource, a concept or a text by FHIR's standards-status extension.

An extension is kept as its source wrote it: a dict with ``url`` and one ``value…``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["STANDARDS_STATUS", "standards_status"]

STANDARDS_STATUS = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status"


def standards_status(extensions: Iterable[Mapping[str, Any]]) -> str:
    """``deprecated``, ``withdrawn``, ``draft`` … of the first extension of that name, or empty."""
    for extension in extensions:
        if extension.get("url") == STANDARDS_STATUS:
            return str(next((v for k, v in extension.items() if k.startswith("value")), "") or "")
    return ""
