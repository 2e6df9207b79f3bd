"""Creating, updating and deleting resources over FHIR: what each does to the registry.

Here: from a resource to a load, a kept resource or a retraction. Not here: who may (``api.auth``), files
(``loaders.fhir.package``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from api.fhir.library import Held, make_id
from api.fhir.outcome import refuse
from loaders.base import LoadOptions, ParsedResource
from loaders.fhir.package import parsed_resource
from registry.errors import ContentError

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["Changed", "Changes"]

Json = dict[str, Any]


@dataclass(slots=True)
class Changed:
    """What became of a resource; ``created`` = it was not there before."""

    resource: Json
    created: bool
    headers: dict[str, str] = field(default_factory=dict)


class Changes:
    """Writes to one registry. PUT of a ``url|version`` amends it, DELETE ends it; earlier states stay known."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def put(self, kind: str, ident: str, resource: Any, *, known: bool) -> Changed:
        """Keep a resource under its id (empty = one is made); raises Refused naming what is wrong with it."""
        if not isinstance(resource, dict) or resource.get("resourceType") != kind:
            raise refuse("REQUEST_INVALID", f"A {kind} is expected", place="resourceType")
        given = str(resource.get("id", ""))
        if ident and given and given != ident:
            raise refuse(
                "REQUEST_INVALID", f"The id '{given}' is not that of the address, '{ident}'", place="id"
            )
        made = ident or given or make_id(str(resource.get("url", "")), str(resource.get("version", "")))
        written = {**resource, "id": made}
        outcomes = {self._keep(one) for one in _parsed(written)}
        created = not known and not outcomes & {"unchanged", "amended"}
        return Changed(written, created, {"Location": f"{kind}/{made}/_history/1"})

    def _keep(self, parsed: Any) -> str:
        if isinstance(parsed, ParsedResource):
            return self._registry.put_artifacts([parsed.artifact])[0]
        return self._registry.load_parsed(parsed).outcome

    def delete(self, held: Held) -> None:
        """End a resource from now on; ``known-at`` before still shows it."""
        if held.kind != "CodeSystem":
            self._registry.drop_artifact(held.kind, resource_id=held.id)
            return
        system = self._registry.system(held.url)
        if system is None:
            raise refuse("RESOURCE_UNKNOWN", held.kind, held.id)
        self._registry.retract(system.slug, held.version, why="deleted over FHIR")


def _parsed(resource: Json) -> list[Any]:
    try:
        return list(parsed_resource(resource, LoadOptions()))
    except ContentError as error:
        raise refuse("REQUEST_INVALID", error.message, place=str(error.line or "")) from error
