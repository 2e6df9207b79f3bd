"""Whole answers to requests asked again, as long as the catalog stays as it is; bounded in bytes.

The answer to a request is kept when it is asked for the second time: most requests never come again. An expansion given from here is the same expansion: its identifier and timestamp say when it was made.
Not here: which requests may be answered so (``app``).
"""

from __future__ import annotations

import msgspec

from registry.store.bounded import Bounded

__all__ = ["Encoded", "Replies"]

_OVERHEAD = 1000  #: bytes that an entry takes besides its body
_ASKED = 5000  #: requests that were asked once
_LARGEST = 8  #: an answer of more than the n-th part of all is not kept


class Encoded(msgspec.Struct, frozen=True):
    """An encoded answer; ``body`` may be empty."""

    status: int
    body: bytes
    headers: dict[str, str] = {}
    xml: bool = False


class Replies:
    """Answers by what was asked, all of one state of the catalog; together at most ``limit`` bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._stamp: object = None
        self._kept: Bounded[tuple[object, ...], Encoded] = Bounded(limit, _weight)
        self._asked: set[int] = set()

    def find(self, stamp: object, key: tuple[object, ...]) -> Encoded | None:
        """The answer given before, in the same state of the catalog."""
        if stamp != self._stamp:
            self._stamp, self._kept = stamp, Bounded(self._limit, _weight)
        return self._kept.peek(key)

    def keep(self, stamp: object, key: tuple[object, ...], reply: Encoded) -> None:
        """Remember an answer asked for again, unless it is large or the catalog has changed meanwhile."""
        asked = hash(key)
        if asked not in self._asked:
            if len(self._asked) >= _ASKED:
                self._asked.clear()
            self._asked.add(asked)
        elif stamp == self._stamp and len(reply.body) * _LARGEST <= self._limit:
            # a copy takes its own length, what a serialiser gives may hold on to much more
            self._kept.get(key, lambda: msgspec.structs.replace(reply, body=bytes(memoryview(reply.body))))


def _weight(reply: Encoded) -> int:
    return len(reply.body) + _OVERHEAD
