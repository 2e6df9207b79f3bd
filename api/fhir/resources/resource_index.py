"""Index of the resources of a catalog by id and canonical, for search, read and instance-level operations.

It is cached as long as the catalog does not change.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from api.fhir.format.codesystem import code_system_json
from api.fhir.format.r4_r5 import in_release
from api.fhir.resources.change_maps import groups_json
from registry.entities.offload import require_offload
from registry.terminology.catalog import Catalog, Missing
from registry.terminology.conceptmap import ConceptMap
from registry.terminology.licences import names_in

__all__ = ["ResourceEntry", "ResourceIndex", "library"]

Json = dict[str, Any]
_LONGEST = 64  #: characters of an id
_INLINE_LIMIT = 100  #: most code systems listed on the event loop
_NO_ID = re.compile(r"[^A-Za-z0-9\-.]+")

_ENTRY = 3000  #: estimated bytes of a resource's metadata


@dataclass(slots=True)
class ResourceEntry:
    """One version of a resource; ``shell`` is its metadata, in R5's elements."""

    kind: str
    id: str
    url: str
    version: str
    shell: Json
    definition: Json = field(default_factory=dict)
    read_definition: Callable[[], Json] | None = None  #: reads the definition if it is not in memory
    given_id: str = ""  #: the id as given, before duplicates got other ids

    @property
    def state(self) -> str:
        """``meta.versionId``, empty without."""
        return str(self.shell.get("meta", {}).get("versionId", ""))

    def metadata(self, release: str) -> Json:
        """The metadata in a release's elements."""
        return in_release(self.shell, release)

    def complete(self, catalog: Catalog, release: str) -> Json:
        """The whole resource in a release's elements."""
        if self.kind == "CodeSystem":
            catalog.require_redistribution(self.url, self.version)
            view = catalog.code_system(self.url, self.version)
            if not isinstance(view, Missing):
                own: Json = {name: self.shell[name] for name in ("id", "meta") if name in self.shell}
                return in_release({**code_system_json(view, release=release), **own}, release)
        definition = self.read_definition() if self.read_definition is not None else self.definition
        if self.kind != "CodeSystem":
            for name in dict.fromkeys(names_in(definition)):
                catalog.require_redistribution(name)
        return in_release({**self.shell, **definition}, release)


class ResourceIndex:
    """All resources of a catalog, by type and id and by canonical URL."""

    def __init__(self, catalog: Catalog) -> None:
        self.kinds: dict[str, list[ResourceEntry]] = {"CodeSystem": [], "ValueSet": [], "ConceptMap": []}
        self._ids: dict[tuple[str, str], ResourceEntry] = {}
        self._urls: dict[tuple[str, str], list[ResourceEntry]] = {}
        for entry in _everything(catalog):
            self._add(entry)

    @property
    def nbytes(self) -> int:
        """Estimated bytes, without definitions, which the catalog owns."""
        return _ENTRY * len(self._ids)

    def _add(self, entry: ResourceEntry) -> None:
        name, number = entry.id, 1
        entry.given_id = name
        while (entry.kind, entry.id) in self._ids:
            number += 1
            entry.id = f"{name[:60]}.{number}"
        entry.shell = in_release({"resourceType": entry.kind, **entry.shell, "id": entry.id}, "R5")
        self.kinds[entry.kind].append(entry)
        self._ids[(entry.kind, entry.id)] = entry
        self._urls.setdefault((entry.kind, entry.url), []).append(entry)

    def by_id(self, kind: str, ident: str) -> ResourceEntry | None:
        """The resource with the id."""
        return self._ids.get((kind, ident))

    def sharing(self, entry: ResourceEntry) -> list[ResourceEntry]:
        """The resource, and if it has the id as given, all others with the same given id."""
        if entry.id != entry.given_id:
            return [entry]
        return [h for h in self.kinds[entry.kind] if h.given_id == entry.id]

    def by_url(self, kind: str, url: str) -> list[ResourceEntry]:
        """All versions of a canonical URL."""
        return self._urls.get((kind, url), [])


def make_id(*parts: str) -> str:
    """A valid FHIR id from texts that identify the resource."""
    whole = "-".join(p for p in parts if p)
    found = _NO_ID.sub("-", whole).strip("-.")
    if len(found) > _LONGEST:
        found = f"{found[: _LONGEST - 11]}-{hashlib.sha256(whole.encode()).hexdigest()[:10]}"
    return found or "unnamed"


def _everything(catalog: Catalog) -> Iterator[ResourceEntry]:
    for url in catalog.code_systems():
        for version in catalog.versions(url) or [""]:
            view = catalog.code_system(url, version)
            if isinstance(view, Missing):
                continue
            shell = code_system_json(view, content=False)
            if view.info.release:
                shell["meta"] = {**shell.get("meta", {}), "versionId": view.info.release[:_LONGEST]}
            ident = str(view.info.shell.get("id", "")) or make_id(view.info.system or url, version)
            yield ResourceEntry("CodeSystem", ident, url, view.info.version, shell)
    for value_set in catalog.value_sets():
        ident = str(value_set.shell.get("id", "")) or make_id(value_set.url, value_set.version)
        definition = {k: v for k, v in value_set.definition.items() if k != "extension"}
        shell = value_set.shell | {k: v for k, v in value_set.definition.items() if k == "extension"}
        yield ResourceEntry("ValueSet", ident, value_set.url, value_set.version, shell, definition)
    for one in catalog.concept_maps():
        ident = str(one.shell.get("id", "")) or make_id(one.url, one.version)
        read = None if one.definition else one.read_definition or partial(_rows, one)
        yield ResourceEntry(
            "ConceptMap", ident, one.url, one.version, dict(one.shell), one.definition, read_definition=read
        )


def _rows(one: ConceptMap) -> Json:
    return {"group": groups_json(one)}


def library(catalog: Catalog) -> ResourceIndex:
    """The index of a catalog, cached while the catalog does not change."""

    def made() -> ResourceIndex:
        require_offload(len(catalog.code_systems()), _INLINE_LIMIT)
        return ResourceIndex(catalog)

    return catalog.kept("resources by id", made)
