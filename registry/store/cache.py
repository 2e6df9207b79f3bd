"""The caches of one opened registry: one owner; each cache has a name, a bound in bytes, and statistics.

What is cached is immutable or keyed by what it depends on (release ids, the greatest state id, the epoch), so an
entry is never out of date; only a purge, which deletes content, clears them all.
Modules get a cache by its name.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap

from registry.store.bounded import Bounded
from registry.store.state_texts import StateTextTables

__all__ = ["CacheFigures", "Caches", "bytes_of"]

_OBJECT = 100  #: bytes of any object, about
_TEXTS = 96_000_000  #: bytes of the texts of states


def bytes_of(value: object) -> int:
    """Estimated bytes of a bitmap, a list, a tuple of these, or an object with ``nbytes``.

    >>> bytes_of([1, 2, 3])
    196
    """
    if isinstance(value, BitMap):
        statistics = value.get_statistics()
        parts = (
            statistics["n_bytes_array_containers"],
            statistics["n_bytes_run_containers"],
            statistics["n_bytes_bitset_containers"],
        )
        return 2 * _OBJECT + sum(parts)
    if isinstance(value, tuple):
        return _OBJECT + sum(map(bytes_of, value))
    return _OBJECT + 32 * len(value) if isinstance(value, list) else int(getattr(value, "nbytes", _OBJECT))


@dataclass(frozen=True, slots=True)
class CacheFigures:
    """How one cache is used: ``weight`` and ``limit`` in bytes, ``hits`` and ``misses`` since the registry was opened."""

    name: str
    entries: int
    weight: int
    limit: int
    hits: int
    misses: int


class Caches:
    """The caches by name. Safe for several threads."""

    def __init__(self) -> None:
        self._named: dict[str, Bounded[Any, Any]] = {}
        self._guard = threading.Lock()
        #: texts of single states, which are too many and too small for entries of their own
        self.state_texts = StateTextTables(_TEXTS)

    def named(
        self, name: str, limit: int, weigh: Callable[[Any], int] = lambda value: int(value.nbytes)
    ) -> Bounded[Any, Any]:
        """The cache of that name; ``limit`` and ``weigh`` (bytes) are used when it is created."""
        found = self._named.get(name)
        if found is None:
            with self._guard:
                found = self._named.setdefault(name, Bounded(limit, weigh))
        return found

    def figures(self) -> list[CacheFigures]:
        """Statistics of every cache, by name."""
        every: dict[str, Bounded[Any, Any] | StateTextTables]
        every = {**self._named, "texts of states": self.state_texts}
        return [
            CacheFigures(name, len(c), c.weight, c.limit, c.hits, c.misses)
            for name, c in sorted(every.items())
        ]

    def clear(self) -> None:
        """Clear all caches, after content was deleted."""
        for cache in self._named.values():
            cache.clear()
        self.state_texts.clear()
