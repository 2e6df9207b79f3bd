"""The catalog over an opened registry: its code systems, and the resources kept in it, read once per change.

Here: building and caching. Not here: the registry's content (``registry.operations.registry_catalog``).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import orjson

from api.fhir.circumstances import add_resource
from registry.artifacts import artifacts
from registry.operations.catalog import Catalog, MemoryCatalog
from registry.operations.registry_catalog import RegistryCatalog

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["StoredCatalogs"]

_KEPT = 8  #: moments and kinds of caller


class StoredCatalogs:
    """Gives the catalog of the moment; the same object as long as nothing is published."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._held: OrderedDict[tuple[str | None, bool], tuple[int, Catalog]] = OrderedDict()

    def get(self, *, trusted: bool, known_at: str | None = None) -> Catalog:
        """The catalog for a caller; raises UsageError for a bad instant."""
        epoch = self.registry.context.ledger().epoch
        held = self._held.get((known_at, trusted))
        if held is not None and held[0] == epoch:
            return held[1]
        made = self._make(trusted=trusted, known_at=known_at)
        self._held[(known_at, trusted)] = (epoch, made)
        if len(self._held) > _KEPT:
            self._held.popitem(last=False)
        return made

    def _make(self, *, trusted: bool, known_at: str | None) -> Catalog:
        context = self.registry.context
        catalog = _Layered(
            self, RegistryCatalog(context, None, trusted=trusted).as_known_at(known_at), trusted
        )
        for record in artifacts(context.connection, known_at):
            add_resource(catalog, orjson.loads(record.body), record.kind)
        return catalog


class _Layered(MemoryCatalog):
    """Resources kept in the registry over its code systems; another moment is another one of these."""

    def __init__(self, source: StoredCatalogs, base: Catalog, trusted: bool) -> None:
        super().__init__(base)
        self._source, self._trusted, self.kept = source, trusted, True

    def as_known_at(self, known_at: str | None) -> Catalog:
        """The catalog of that instant."""
        return self if known_at is None else self._source.get(trusted=self._trusted, known_at=known_at)
