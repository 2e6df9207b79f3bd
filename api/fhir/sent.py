"""Resources that a client sends once and refers to later (``$cache-control``, ``cache-id``), in this process.

Here: keeping them within a bound, the oldest go first. Not here: resources that stay (``changes``). Several
processes do not share them, so the operation is not announced unless the settings say so.
"""

from __future__ import annotations

import threading
import uuid
from collections import OrderedDict
from collections.abc import Sequence

from registry.memory_view import MemoryView
from registry.operations.catalog import MemoryCatalog
from registry.operations.conceptmap import ConceptMap
from registry.operations.valueset import ValueSet

__all__ = ["Sendable", "SentResources", "lay"]

Sendable = MemoryView | ValueSet | ConceptMap
_OWN = 20  #: weight of a resource besides its concepts


def lay(catalog: MemoryCatalog, resource: Sendable) -> None:
    """Put a resource into a catalog."""
    if isinstance(resource, MemoryView):
        catalog.add_code_system(resource)
    elif isinstance(resource, ValueSet):
        catalog.add_value_set(resource)
    else:
        catalog.add_concept_map(resource)


def _weight(resources: Sequence[Sendable]) -> int:
    return sum(_OWN + (len(r) if isinstance(r, MemoryView) else 0) for r in resources)


class SentResources:
    """Sets of resources by id; all of them together hold at most ``limit`` concepts."""

    def __init__(self, limit: int) -> None:
        self._limit, self._held = limit, OrderedDict[str, list[Sendable]]()
        self._guard = threading.Lock()

    def start(self, resources: Sequence[Sendable]) -> str:
        """Keep a new set; gives its id."""
        ident = uuid.uuid4().hex
        self.extend(ident, resources)
        return ident

    def extend(self, ident: str, resources: Sequence[Sendable]) -> None:
        """Add to a set, which is made where there is none."""
        with self._guard:
            self._held.setdefault(ident, []).extend(resources)
            self._held.move_to_end(ident)
            while self._held and sum(map(_weight, self._held.values())) > self._limit:
                self._held.popitem(last=False)

    def get(self, ident: str) -> list[Sendable] | None:
        """The resources of a set; None where it is not (or no longer) here."""
        with self._guard:
            if ident in self._held:
                self._held.move_to_end(ident)
            return self._held.get(ident)

    def end(self, ident: str) -> bool:
        """Forget a set; whether there was one."""
        return self._held.pop(ident, None) is not None
