"""Creating, updating and deleting resources over FHIR, as loads, stored resources and retractions.

Permission is checked by ``api.callers``.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.fhir.format.outcome import refuse
from api.fhir.resources.resource_index import ResourceEntry
from api.fhir.resources.stored_catalog import stored_json
from loaders.contract import LoadOptions, ParsedResource
from loaders.formats.fhir.package import parsed_resource
from registry.entities.errors import ContentError
from registry.entities.messages import message

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["Changed", "ResourceWriter"]

Json = dict[str, Any]
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(slots=True)
class Changed:
    """The stored resource; ``created``: it did not exist before."""

    resource: Json
    created: bool


class ResourceWriter:
    """Writes to one registry. PUT replaces the resource of an id, DELETE ends it; earlier states stay known."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def create(self, kind: str, resource: Any) -> Changed:
        """Store a resource under a new id; raises Refused with what is wrong with it."""
        return self._put(kind, {**_expected(kind, resource), "id": str(uuid.uuid4())}, ())

    def update(self, kind: str, ident: str, resource: Any, entries: Sequence[ResourceEntry]) -> Changed:
        """Store a resource under an id; ends every other live resource of that id, in the same publication.

        Raises Refused with what is wrong with the resource.
        """
        given = _expected(kind, resource).get("id", ident)
        if given != ident:
            text = message("request.other_id", given=given, ident=ident)
            raise refuse("REQUEST_INVALID", text, place=f"{kind}.id")
        if not _ID.fullmatch(ident):
            text = message("request.id_form")
            raise refuse("REQUEST_INVALID", text, place=f"{kind}.id")
        return self._put(kind, {**resource, "id": ident}, entries)

    def _put(self, kind: str, resource: Json, entries: Sequence[ResourceEntry]) -> Changed:
        others = [h for h in entries if (h.url, h.version) != _identity(resource)]
        for one in _parsed(resource):
            if isinstance(one, ParsedResource):
                self._registry.put_artifacts([one.artifact], by_id=True, ends=_canonicals(others))
            else:
                self._registry.load_parsed(one, ends=[(h.url, h.version) for h in others])
        if kind != "CodeSystem":
            resource = stored_json(self._registry.artifact_history(kind, resource["id"])[-1])
        return Changed(resource, created=not entries)

    def delete(self, entries: Sequence[ResourceEntry]) -> None:
        """End the resources of one id from now on; an earlier ``known-at`` still shows them."""
        first = entries[0]
        if first.kind == "CodeSystem":
            versions = [(h.url, h.version) for h in entries]
            self._registry.retract_every(versions, why="deleted over FHIR")
        else:
            ident = first.id if first.id == first.given_id else ""
            self._registry.drop_artifacts(first.kind, resource_id=ident, canonicals=_canonicals(entries))


def _canonicals(entries: Sequence[ResourceEntry]) -> list[tuple[str, str, str]]:
    return [(h.kind, h.url, h.version) for h in entries if h.url]


def _expected(kind: str, resource: Any) -> Json:
    if not isinstance(resource, dict) or resource.get("resourceType") != kind:
        raise refuse("REQUEST_INVALID", message("request.resource_expected", kind=kind), place="resourceType")
    return resource


def _identity(resource: Json) -> tuple[str, str]:
    return str(resource.get("url", "")), str(resource.get("version", ""))


def _parsed(resource: Json) -> list[Any]:
    try:
        return list(parsed_resource(resource, LoadOptions()))
    except ContentError as error:
        raise refuse("REQUEST_INVALID", error.message, place=str(error.line or "")) from error
