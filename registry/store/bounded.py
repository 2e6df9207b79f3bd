"""A small cache for immutable things, shared by threads. Not here: what is cached, and under which key."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Bounded"]

K = TypeVar("K")
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Forgets the least recently used entries when all together weigh more than ``limit``.

    An entry weighs 1 unless ``weigh`` says otherwise; the newest entry is kept whatever it weighs.
    """

    def __init__(self, limit: int, weigh: Callable[[V], int] | None = None) -> None:
        self._limit, self._weigh = limit, weigh or (lambda value: 1)
        self._entries = OrderedDict[K, V]()
        self._weight = 0
        self._guard = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def peek(self, key: K) -> V | None:
        """The entry, or None."""
        with self._guard:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            return self._entries[key]

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The entry, made where it is missing (two threads may both make it; one of the results is kept)."""
        with self._guard:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
        value = make()
        with self._guard:
            if key not in self._entries:
                self._entries[key] = value
                self._weight += self._weigh(value)
                self._shrink()
            return self._entries[key]

    def _shrink(self) -> None:
        while self._weight > self._limit and len(self._entries) > 1:
            _, gone = self._entries.popitem(last=False)
            self._weight -= self._weigh(gone)
