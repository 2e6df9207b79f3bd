"""A bounded cache of immutable values, shared by threads. The caches of a registry are in ``registry.store.cache``."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from registry.entities.budget import check
from registry.entities.offload import EVENT_LOOP_GUARD, NeedsOffload

__all__ = ["Bounded"]

_WAIT = 0.05  #: seconds after which a waiting thread looks whether its request has time left

K = TypeVar("K")
V = TypeVar("V")


class _Build:
    """An entry that one thread builds; ``done`` ends when it is built, or has failed."""

    __slots__ = ("done", "lock")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.done: Future[None] = Future()
        self.done.set_running_or_notify_cancel()  # who waits for it cannot cancel it


def _any(value: object) -> bool:
    return True


class Bounded(Generic[K, V]):
    """Evicts the least recently used entries when their total weight exceeds ``limit``.

    An entry weighs 1 unless ``weigh`` is given; the newest entry is kept whatever its weight. ``hits`` and
    ``misses`` count since the start. A second thread waits while another builds the same entry, unless it is the
    event loop's: then it raises NeedsOffload with the build, to be repeated after it. It waits no longer than its budget.
    """

    def __init__(self, limit: int, weigh: Callable[[V], int] | None = None) -> None:
        self.limit, self._weigh = limit, weigh or (lambda value: 1)
        self._entries = OrderedDict[K, V]()
        self._making: dict[K, _Build] = {}
        self._guard = threading.Lock()
        self.weight = self.hits = self.misses = 0

    def __len__(self) -> int:
        return len(self._entries)

    def peek(self, key: K) -> V | None:
        """The entry, or None."""
        with self._guard:
            if key not in self._entries:
                return None
            self._entries.move_to_end(key)
            self.hits += 1
            return self._entries[key]

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The entry, built if it is missing; built once if several threads request it at the same time."""
        return self.fitting(key, _any, make)

    def fitting(self, key: K, fits: Callable[[V], bool], make: Callable[[], V]) -> V:
        """The entry if it fits; else a new one, which replaces it when it is built."""
        with self._guard:
            if key in self._entries and fits(self._entries[key]):
                self._entries.move_to_end(key)
                self.hits += 1
                return self._entries[key]
            self.misses += 1
            build = self._making.setdefault(key, _Build())
        if not build.lock.acquire(blocking=False):
            if EVENT_LOOP_GUARD.on:
                raise NeedsOffload(build.done)
            while not build.lock.acquire(timeout=_WAIT):
                check()
        try:
            return self._made(key, fits, make)
        finally:
            build.lock.release()

    def _made(self, key: K, fits: Callable[[V], bool], make: Callable[[], V]) -> V:
        """The entry; built unless another thread did so while this one waited."""
        with self._guard:
            if key in self._entries and fits(self._entries[key]):
                return self._entries[key]
        try:
            value = make()
            with self._guard:
                if key in self._entries:
                    self.weight -= self._weigh(self._entries.pop(key))
                self._entries[key] = value
                self.weight += self._weigh(value)
                self._shrink()
                return value
        finally:
            with self._guard:
                build = self._making.pop(key, None)
            if build is not None:
                build.done.set_result(None)

    def discard(self, key: K, value: V) -> None:
        """Remove an entry if it still has this value."""
        with self._guard:
            if self._entries.get(key) is value:
                self.weight -= self._weigh(self._entries.pop(key))

    def items(self) -> list[tuple[K, V]]:
        """The entries, the least recently used first."""
        with self._guard:
            return list(self._entries.items())

    def clear(self) -> None:
        """Remove all entries."""
        with self._guard:
            self._entries.clear()
            self.weight = 0

    def _shrink(self) -> None:
        while self.weight > self.limit and len(self._entries) > 1:
            _, oldest = self._entries.popitem(last=False)
            self.weight -= self._weigh(oldest)
