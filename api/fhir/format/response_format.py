"""The format of an answer: JSON, or XML if it is requested."""

from __future__ import annotations

__all__ = ["wants_xml"]


def wants_xml(format_: str, accept: str) -> bool:
    """Whether XML is requested, by ``_format`` or else the Accept header; JSON is the default.

    >>> wants_xml("", "application/fhir+xml"), wants_xml("json", "application/xml"), wants_xml("", "*/*")
    (True, False, False)
    """
    if format_:
        return "xml" in format_
    if "json" in accept or "xml" not in accept:
        return False
    return "fhir+xml" in accept or "*/*" not in accept
