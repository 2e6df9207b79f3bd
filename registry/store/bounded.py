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
    """Forgets the least recently used entry beyond ``size``."""

    def __init__(self, size: int) -> None:
        self._size, self._entries = size, OrderedDict[K, V]()
        self._guard = threading.Lock()

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
            value = self._entries.setdefault(key, value)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)
        return value
