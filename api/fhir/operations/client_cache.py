"""Resources that a client sends once and refers to later (``$cache-control``, ``cache-id``), in this process.

A client chooses its ids, so resources are found by their sender and id together. Bounded; the least recently used are evicted first. Several processes do not share them, so the operation is announced
only if the settings allow it. Resources are stored permanently by ``resource_writer``.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from registry.content.memory import MemoryView
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.conceptmap import ConceptMap
from registry.terminology.valueset import ValueSet

__all__ = ["TerminologyResource", "ClientCache", "SendersCache", "add_to_catalog"]

TerminologyResource = MemoryView | ValueSet | ConceptMap
_OWN = 20  #: weight of a resource without its concepts


def add_to_catalog(catalog: MemoryCatalog, resource: TerminologyResource) -> None:
    """Add a resource to a catalog."""
    if isinstance(resource, MemoryView):
        catalog.add_code_system(resource)
    elif isinstance(resource, ValueSet):
        catalog.add_value_set(resource)
    else:
        catalog.add_concept_map(resource)


def _weight(resource: TerminologyResource) -> int:
    """Number of concepts, listed codes and rows, each about 1 KB."""
    if isinstance(resource, MemoryView):
        return _OWN + len(resource)
    if isinstance(resource, ValueSet):
        return _OWN + sum(len(i.listed) for i in (*resource.includes, *resource.excludes))
    return _OWN + sum(len(g) for g in resource.groups)


def _key(resource: TerminologyResource) -> tuple[str, str, str]:
    """Key of a resource: of two resources with the same key the one sent later replaces the other."""
    named = resource.info if isinstance(resource, MemoryView) else resource
    return type(resource).__name__, named.url, named.version


@dataclass(slots=True)
class _Set:
    """Resources sent under one id; ``used``: when last, in seconds of the clock."""

    used: float
    resources: dict[tuple[object, ...], TerminologyResource] = field(default_factory=dict)
    weight: int = 0

    def add(self, resource: TerminologyResource) -> None:
        key: tuple[object, ...] = _key(resource)
        if isinstance(resource, ConceptMap):  # several of one canonical stand side by side
            if resource in self.resources.values():
                return
            key = (*key, len(self.resources))
        old = self.resources.pop(key, None)
        self.weight += _weight(resource) - (_weight(old) if old is not None else 0)
        self.resources[key] = resource


class ClientCache:
    """Sets of resources by sender and id: ``number`` of them, ``limit`` concepts in all, none unused for ``seconds``."""

    def __init__(
        self,
        limit: int,
        *,
        number: int = 200,
        seconds: float = 3600,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit, self._number, self._seconds, self._clock = limit, number, seconds, clock
        self._sets = OrderedDict[tuple[str, str], _Set]()
        self._guard = threading.Lock()

    def of(self, sender: str) -> SendersCache:
        """The sets of one sender."""
        return SendersCache(self, sender)

    def extend(self, ident: tuple[str, str], resources: Sequence[TerminologyResource]) -> None:
        """Add to a set, which is created if it does not exist."""
        with self._guard:
            found = self._touched(ident) or self._sets.setdefault(ident, _Set(self._clock()))
            for resource in resources:
                found.add(resource)
            while self._sets and (len(self._sets) > self._number or self._weight() > self._limit):
                self._sets.popitem(last=False)

    def get(self, ident: tuple[str, str]) -> list[TerminologyResource] | None:
        """The resources of a set; None if it does not exist (any more)."""
        with self._guard:
            found = self._touched(ident)
            return None if found is None else list(found.resources.values())

    def end(self, ident: tuple[str, str]) -> bool:
        """Remove a set; returns whether it existed."""
        with self._guard:
            return self._sets.pop(ident, None) is not None

    def _weight(self) -> int:
        return sum(s.weight for s in self._sets.values())

    def _touched(self, ident: tuple[str, str]) -> _Set | None:
        """The set, marked as used now; removes the sets that have not been used for long."""
        now = self._clock()
        while self._sets and next(iter(self._sets.values())).used < now - self._seconds:
            self._sets.popitem(last=False)
        found = self._sets.get(ident)
        if found is not None:
            found.used = now
            self._sets.move_to_end(ident)
        return found


@dataclass(frozen=True, slots=True)
class SendersCache:
    """The sets of one sender, by id."""

    cache: ClientCache
    sender: str

    def start(self, resources: Sequence[TerminologyResource]) -> str:
        """Store a new set; returns its id."""
        ident = uuid.uuid4().hex
        self.extend(ident, resources)
        return ident

    def extend(self, ident: str, resources: Sequence[TerminologyResource]) -> None:
        """Add to a set, which is created if it does not exist."""
        self.cache.extend((self.sender, ident), resources)

    def get(self, ident: str) -> list[TerminologyResource] | None:
        """The resources of a set; None if it does not exist (any more)."""
        return self.cache.get((self.sender, ident))

    def end(self, ident: str) -> bool:
        """Remove a set; returns whether it existed."""
        return self.cache.end((self.sender, ident))
