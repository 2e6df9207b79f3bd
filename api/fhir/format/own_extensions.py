"""Gyldig's extensions: information in answers for which the standard has no element.

They are in ``meta`` of a Parameters, in an expansion and in resources, never parameters, because strict clients compare
the parameters of an answer with those of the standard.
"""

from __future__ import annotations

from typing import Any

from registry.content.view import ViewInfo

__all__ = [
    "IN_FORCE",
    "NOT_CHECKED",
    "NOT_VALID",
    "PROVISIONAL",
    "RELEASE",
    "SUCCESSOR",
    "USED",
    "VERSION",
    "used",
    "with_origin",
]

Json = dict[str, Any]
_BASE = "urn:gyldig:extension:"
#: hash of the release used
RELEASE = _BASE + "release"
#: the content may still change
PROVISIONAL = _BASE + "provisional"
#: version used, in answers for which the standard has no element for it
VERSION = _BASE + "version"
#: in an expansion: a code system used (``codesystem``, its canonical) and its release
USED = _BASE + "used-release"
#: ``upcoming`` or ``expired``: the version does not apply on the date of the request
IN_FORCE = _BASE + "in-force"
#: of a match of $translate: why its code is not valid on the day, and what is proposed in its place
NOT_VALID, SUCCESSOR = _BASE + "not-valid", _BASE + "successor"
#: of a match of $translate: why it is not known whether its code is valid on the day
NOT_CHECKED = _BASE + "not-checked"


def _origin(info: ViewInfo) -> list[Json]:
    """Extensions with the stored release used; empty for content that is not stored."""
    found: list[Json] = []
    if info.release:
        found.append({"url": RELEASE, "valueString": info.release})
    if info.provisional:
        found.append({"url": PROVISIONAL, "valueBoolean": True})
    return found


def used(canonical: str, info: ViewInfo, status: str) -> list[Json]:
    """The extension of an expansion about a version that it used; ``status`` upcoming, expired or empty."""
    found = _origin(info)
    if status:
        found.append({"url": IN_FORCE, "valueCode": status})
    named = {"url": "codesystem", "valueUri": canonical}
    return [{"url": USED, "extension": [named, *found]}] if found else []


def with_origin(parameters: Json, info: ViewInfo | None, *, version: bool = False) -> Json:
    """A Parameters with the release used in its ``meta``."""
    found = _origin(info) if info is not None else []
    if found and version and info is not None and info.version:
        found.insert(0, {"url": VERSION, "valueString": info.version})
    return {**parameters, "meta": {"extension": found}} if found else parameters
