"""What is kept in memory once per code system and serves all its releases: codes and words.

Each covers the states of the system up to its ``top``, so it is out of date only for a release with a greater state
id; then it is read anew. Not here: what is kept per release (``registry.content.release_index``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from pyroaring import BitMap

from registry.entities.offload import require_offload
from registry.store.bounded import Bounded
from registry.store.codes import SystemCodes
from registry.store.engine import Database
from registry.store.terms import read_terms
from registry.store.words import WordIndex

__all__ = ["SystemIndex"]

_CODES = 64_000_000  #: bytes of the codes of all systems
_WORDS = 128_000_000  #: bytes of the words of all systems
_INLINE_LIMIT = 10_000  #: concepts of a release whose system is read on the event loop


class _Covering(Protocol):
    top: int

    @property
    def nbytes(self) -> int: ...


C = TypeVar("C", bound=_Covering)


class SystemIndex:
    """The codes and words of one system."""

    def __init__(self, database: Database, system_id: int) -> None:
        self._database, self._system_id = database, system_id

    def codes(self, members: BitMap) -> SystemCodes:
        """The codes of all states, among them those of the release."""
        cache: Bounded[int, SystemCodes] = self._database.caches.named("codes of a system", _CODES)
        return self._covering(
            cache, members, lambda: SystemCodes.read(self._database.reader(), self._system_id)
        )

    def kept_codes(self, members: BitMap) -> SystemCodes | None:
        """The codes if they are in memory."""
        found: SystemCodes | None = self._database.caches.named("codes of a system", _CODES).peek(
            self._system_id
        )
        return found if found is not None and (not members or members.max() <= found.top) else None

    def words(self, members: BitMap) -> WordIndex:
        """The words of all texts, among them those of the release."""
        cache: Bounded[int, WordIndex] = self._database.caches.named("words of a system", _WORDS)
        return self._covering(
            cache, members, lambda: WordIndex(read_terms(self._database.reader(), self._system_id))
        )

    def _covering(self, cache: Bounded[int, C], members: BitMap, read: Callable[[], C]) -> C:
        def made() -> C:
            require_offload(len(members), _INLINE_LIMIT)
            return read()

        found = cache.get(self._system_id, made)
        if members and members.max() > found.top:
            cache.discard(self._system_id, found)
            found = cache.get(self._system_id, made)
        return found
