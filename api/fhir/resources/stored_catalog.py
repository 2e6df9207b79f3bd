"""The catalog over an opened registry: its reader of stored resources, and what the licence allows a caller.

Parses the JSON of stored resources, and restricts a catalog by licence.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from loaders.formats.fhir.conceptmap import read_concept_map
from loaders.formats.fhir.valueset import read_value_set
from registry.content.view import ContentView
from registry.entities.exact_json import loads
from registry.store.artifacts import ArtifactRow
from registry.terminology.catalog import Catalog, CodeValidity, Missing
from registry.terminology.conceptmap import ConceptMap
from registry.terminology.licences import Licences
from registry.terminology.stored_resources import Stored
from registry.terminology.valueset import ValueSet

__all__ = ["Licensed", "read_stored", "stored_json"]

T = TypeVar("T")


def read_stored(rows: Sequence[ArtifactRow]) -> Stored:
    """Stored value sets and maps as values, with the ids that the server assigned."""
    found = Stored()
    for row in rows:
        resource = stored_json(row)
        kept: dict[str, Any] = {name: resource[name] for name in ("text", "meta") if name in resource}
        if row.kind == "ValueSet":
            value_set = read_value_set(resource)
            value_set.shell.update(kept)
            if "expansion" in resource:
                value_set.definition["expansion"] = resource["expansion"]
            found.value_sets.append(value_set)
        elif row.kind == "ConceptMap":
            concept_map = read_concept_map(resource)
            concept_map.shell.update(kept)
            found.concept_maps.append(concept_map)
    return found


def stored_json(row: ArtifactRow) -> dict[str, Any]:
    """A stored resource, with the id and the version that the server assigned."""
    resource: dict[str, Any] = loads(row.body)
    recorded = datetime.fromtimestamp(row.recorded_from / 1_000_000, UTC).isoformat(timespec="milliseconds")
    own = {"versionId": str(row.number), "lastUpdated": recorded.replace("+00:00", "Z")}
    resource["meta"] = {**resource.get("meta", {}), **own}
    return {**resource, "id": row.resource_id} if row.resource_id else resource


class Licensed:
    """A catalog for callers who may not read restricted content: what names a restricted system is refused."""

    def __init__(self, base: Catalog, licences: Licences) -> None:
        self._base, self._licences = base, licences
        self.versions, self.behaviour, self.version_order = base.versions, base.behaviour, base.version_order

    def cache_key(self) -> object | None:
        """As the base, but never the same as the base's."""
        below = self._base.cache_key()
        return None if below is None else ("licensed", below)

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Cached with the base, under a separate key."""
        return self._base.kept(("licensed", key), make)

    def _names_of(self, view: ContentView) -> tuple[str, ...]:
        """The names of a content's system and of the one that it supplements."""
        info = view.info
        return tuple(name for name in (info.url, info.system, info.supplements) if name)

    def code_system(self, url: str, version: str = "", on: date | None = None) -> ContentView | Missing:
        """As the base; raises Restricted if the licence forbids it."""
        found = self._base.code_system(url, version, on)
        if not isinstance(found, Missing):
            self._licences.require_read(self._names_of(found))
        return found

    def supplement(self, url: str, version: str = "") -> ContentView | None:
        """As the base; raises Restricted if the licence of the supplement or of what it supplements forbids it."""
        found = self._base.supplement(url, version)
        if found is not None:
            self._licences.require_read(self._names_of(found))
        return found

    def value_set(self, url: str, version: str = "", on: date | None = None) -> ValueSet | Missing:
        """As the base; raises Restricted if the value set names a restricted system."""
        found = self._base.value_set(url, version, on)
        if not isinstance(found, Missing):
            self._licences.require_read(self._licences.names_of(found))
        return found

    def concept_map(self, url: str, version: str = "", on: date | None = None) -> ConceptMap | Missing:
        """As the base; raises Restricted if the map names a restricted system."""
        self._licences.require_read((url,))
        found = self._base.concept_map(url, version, on)
        if not isinstance(found, Missing):
            self._licences.require_read(self._licences.names_of(found))
        return found

    def code_validity(self, url: str, code: str, on: date | None = None) -> CodeValidity:
        """As the base; unknown if the licence forbids it."""
        return self._base.code_validity(url, code, on) if self._open(url) else CodeValidity(valid=None)

    def missing_update(self, url: str, version: str, code: str, on: date | None = None) -> str:
        """As the base; empty if the licence forbids it."""
        return self._base.missing_update(url, version, code, on) if self._open(url) else ""

    def _open(self, url: str) -> bool:
        """Whether the system may be read; its content says which system it is if the URL was its name only earlier."""
        contents = (self._base.code_system(url, version) for version in self._base.versions(url)[-1:])
        own = (name for view in contents if not isinstance(view, Missing) for name in self._names_of(view))
        return self._licences.may_read((url, *own))

    def require_redistribution(self, url: str, version: str = "", *, end: int | None = None) -> None:
        """Raise Restricted if the licence does not allow redistribution of the list, or of a part up to its ``end``."""
        if end is None:
            self._licences.require_list((url,))
        else:
            self._licences.require_part((url,), end)

    def code_systems(self) -> list[str]:
        """The systems that the caller may read."""
        return [url for url in self._base.code_systems() if self._open(url)]

    def value_sets(self) -> Iterable[ValueSet]:
        """Those that name no restricted system."""
        return [v for v in self._base.value_sets() if self._licences.may_read(self._licences.names_of(v))]

    def concept_maps(self) -> Iterable[ConceptMap]:
        """Those that name no restricted system."""
        return [m for m in self._base.concept_maps() if self._licences.may_read(self._licences.names_of(m))]

    def as_known_at(self, known_at: str | None) -> Catalog:
        """The catalog at another instant, under the licences of now."""
        return Licensed(self._base.as_known_at(known_at), self._licences)
