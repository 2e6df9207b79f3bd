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
from registry.entities.errors import Restricted
from registry.entities.exact_json import loads
from registry.entities.messages import message
from registry.entities.records import SystemRecord
from registry.store.artifacts import ArtifactRow
from registry.terminology.catalog import Catalog, CodeValidity, Missing
from registry.terminology.conceptmap import ConceptMap
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
    told = datetime.fromtimestamp(row.recorded_from / 1_000_000, UTC).isoformat(timespec="milliseconds")
    own = {"versionId": str(row.number), "lastUpdated": told.replace("+00:00", "Z")}
    resource["meta"] = {**resource.get("meta", {}), **own}
    return {**resource, "id": row.resource_id} if row.resource_id else resource


class Licensed:
    """A catalog for untrusted callers: restricted content and lists without redistribution are refused."""

    def __init__(self, base: Catalog, records: dict[str, SystemRecord]) -> None:
        self._base, self._records = base, records
        self.versions, self.supplement = base.versions, base.supplement
        self.value_set, self.concept_map = base.value_set, base.concept_map
        self.behaviour, self.version_order = base.behaviour, base.version_order

    def cache_key(self) -> object | None:
        """As the base, but never the same as the base's."""
        below = self._base.cache_key()
        return None if below is None else ("licensed", below)

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Cached with the base, under a separate key."""
        return self._base.kept(("licensed", key), make)

    def _restricted(self, url: str) -> SystemRecord | None:
        record = self._records.get(url)
        return record if record is not None and record.access == "restricted" else None

    def code_system(self, url: str, version: str = "", on: date | None = None) -> ContentView | Missing:
        """As the base; raises Restricted if the licence forbids it."""
        found = self._base.code_system(url, version, on)
        record = None if isinstance(found, Missing) else self._restricted(found.info.url)
        if record is not None:
            raise Restricted(message("error.restricted_content", system=record.slug))
        return found

    def code_validity(self, url: str, code: str, on: date | None = None) -> CodeValidity:
        """As the base; unknown if the licence forbids it."""
        if self._restricted(url) is not None:
            return CodeValidity(valid=None)
        return self._base.code_validity(url, code, on)

    def require_redistribution(self, url: str) -> None:
        """Raise Restricted if the licence does not allow redistribution of lists."""
        record = self._records.get(url)
        if record is not None and record.redistribution == "no":
            raise Restricted(message("error.no_redistribution", system=record.slug))

    def code_systems(self) -> list[str]:
        """The systems that the caller may read."""
        return [url for url in self._base.code_systems() if self._restricted(url) is None]

    def value_sets(self) -> Iterable[ValueSet]:
        """As the base."""
        return self._base.value_sets()

    def concept_maps(self) -> Iterable[ConceptMap]:
        """As the base."""
        return self._base.concept_maps()

    def as_known_at(self, known_at: str | None) -> Catalog:
        """The restricted catalog at another instant."""
        return Licensed(self._base.as_known_at(known_at), self._records)
