"""Indexes in memory that all releases of a code system share: codes, words, links.

Each covers the states of the system up to its ``top``, so it is out of date only for a release with a greater state
id; then it is read again. Data per release is in ``registry.content.release_index``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from pyroaring import BitMap

from registry.content.links import SystemLinks
from registry.entities.offload import require_offload
from registry.store.bounded import Bounded
from registry.store.code_order import SystemCodes
from registry.store.engine import Connection, Database
from registry.store.terms import read_terms
from registry.store.word_index import WordIndex

__all__ = ["SystemIndex"]

_CODES = 64_000_000  #: bytes of the codes of all systems
_WORDS = 128_000_000  #: bytes of the words of all systems
_LINKS = 48_000_000  #: bytes of the parents and children of all systems
_INLINE_LIMIT = 10_000  #: most concepts of a release whose system is read on the event loop

Containing = Callable[[str], Sequence[str]]  #: codes that contain a code, nearest first


class _Covering(Protocol):
    top: int

    @property
    def nbytes(self) -> int: ...


C = TypeVar("C", bound=_Covering)


class SystemIndex:
    """The codes, words and links of one system."""

    def __init__(self, database: Database, system_id: int) -> None:
        self._database, self._system_id = database, system_id
        named = self._named = database.caches.named
        self._codes: Bounded[int, SystemCodes] = named("codes of systems", _CODES)
        self._words: Bounded[int, WordIndex] = named("words of systems", _WORDS)
        self._links: Bounded[int, SystemLinks] = named("links of systems", _LINKS)
        self._structural: Bounded[int, SystemLinks] = named("structural links of systems", _LINKS)

    def codes(self, members: BitMap) -> SystemCodes:
        """The codes of all states, including those of the release."""
        return self._covering(self._codes, members, lambda: self._scan(SystemCodes.read))

    def _scan(self, read: Callable[[Connection, int], C]) -> C:
        """Read by a connection that is closed afterwards, because it would keep pages of the whole table in memory."""
        with self._database.snapshot() as connection:
            return read(connection, self._system_id)

    def kept_codes(self, members: BitMap) -> SystemCodes | None:
        """The codes if they are in memory."""
        found = self._codes.peek(self._system_id)
        return found if found is not None and (not members or members.max() <= found.top) else None

    def words(self, members: BitMap) -> WordIndex:
        """The words of all texts, including those of the release."""
        return self._covering(self._words, members, lambda: self._scan(_read_words))

    def description_words(self, rows: BitMap) -> WordIndex:
        """The words of all descriptions, including those of the release's rows."""
        cache: Bounded[int, WordIndex]
        cache = self._named("words of descriptions", _WORDS)
        return self._covering(cache, rows, lambda: self._scan(_read_description_words))

    def links(self, members: BitMap) -> SystemLinks:
        """The parents that sources assert."""
        return self._covering(self._links, members, lambda: self._scan(SystemLinks.asserted))

    def structural_links(self, members: BitMap, containing: Containing) -> SystemLinks:
        """The parents that follow from codes; ``containing`` as for ``SystemLinks.structural``."""
        return self._covering(
            self._structural, members, lambda: SystemLinks.structural(self.codes(members), containing)
        )

    def _covering(self, cache: Bounded[int, C], members: BitMap, read: Callable[[], C]) -> C:
        """The cached index if it covers the members, else a new one; those who need only the old one use it meanwhile."""

        def covers(found: C) -> bool:
            return not members or members.max() <= found.top

        def made() -> C:
            require_offload(len(members), _INLINE_LIMIT)
            return read()

        return cache.fitting(self._system_id, covers, made)


def _read_description_words(connection: Connection, system_id: int) -> WordIndex:
    return WordIndex(read_terms(connection, system_id, "description"))


def _read_words(connection: Connection, system_id: int) -> WordIndex:
    return WordIndex(read_terms(connection, system_id))
