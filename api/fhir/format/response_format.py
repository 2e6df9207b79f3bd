"""Which form an answer is written in: JSON, or XML where it is asked for.

Not here: the two forms themselves (``loaders.formats.fhir.fhir_xml``).
"""

from __future__ import annotations

__all__ = ["wants_xml"]


def wants_xml(format_: str, accept: str) -> bool:
    """Whether the answer is to be XML: as ``_format`` says, else the Accept header; JSON in doubt.

    >>> wants_xml("", "application/fhir+xml"), wants_xml("json", "application/xml"), wants_xml("", "*/*")
    (True, False, False)
    """
    if format_:
        return "xml" in format_
    if "json" in accept or "xml" not in accept:
        return False
    return "fhir+xml" in accept or "*/*" not in accept
