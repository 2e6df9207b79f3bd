"""What the first requests need is read before the server says that it is ready.

For every code system the version in force today: its codes, order and hierarchy, and the fragments of its concepts
without a choice of languages (for entries and lookups), and its tree as a text; and the index of resources. Bounded in concepts and in time: the rest is read when it is
asked for first. Not here: what is kept, and how much of it (the registry's caches).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from api.fhir.operations.code_fragments import write_codes
from api.fhir.operations.entry_cache import entry_start
from api.fhir.operations.fragment_cache import Fragments
from api.fhir.operations.lookup_fragment import LookupFragments
from api.fhir.operations.tree_text import write_tree
from api.fhir.resources.resource_index import library
from registry.content.view import ContentView
from registry.entities.errors import GyldigError
from registry.terminology.catalog import Catalog, Missing

__all__ = ["WarmUp", "warm_up"]

_CODES = 1000  #: records read at once; also codes looked up, so that the codes of a version are cached


class WarmUp:
    """Reads ahead of requests: before the first, and in a thread of its own after each change of the catalog.

    Requests that need what is being read wait for it (``registry.store.bounded``). Versions that were read are not
    read again.
    """

    def __init__(self, catalog: Callable[[], Catalog], *, concepts: int, seconds: float) -> None:
        self._catalog, self._concepts, self._seconds = catalog, concepts, seconds
        self._pool: ThreadPoolExecutor | None = None
        self._read: dict[int, ContentView] = {}
        self._waiting = False
        self._state: object = None  # of the catalog that was read
        self._lock = threading.Lock()

    def run(self) -> int:
        """Read now; returns the number of concepts read."""
        self._pool = self._pool or ThreadPoolExecutor(1, "gyldig-warm-up")
        return self._again()

    def _again(self) -> int:
        self._waiting, catalog = False, self._catalog()
        with self._lock:
            self._state = catalog.cache_key()
            return warm_up(catalog, concepts=self._concepts, seconds=self._seconds, read=self._read)

    def start(self) -> None:
        """Read in the other thread if the catalog has changed and something was read before the first request."""
        if self._pool is not None and not self._waiting and self._state != self._catalog().cache_key():
            self._waiting = True
            self._pool.submit(self._again)

    def close(self) -> None:
        """Wait for the thread, whose reading ends within its seconds."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def warm_up(
    catalog: Catalog, *, concepts: int, seconds: float, read: dict[int, ContentView] | None = None
) -> int:
    """Read ahead of the first requests, small systems first; returns the number of concepts read.

    ``read``: the versions that were read before, which are not read again; afterwards those that are read now.
    """
    deadline, number = time.monotonic() + seconds, 0
    if concepts <= 0:
        return 0
    with suppress(GyldigError):
        library(catalog)
        found = {id(view): view for view in _in_force(catalog, deadline)}
        before, kept = read or {}, {}
        for ident, view in sorted(found.items(), key=lambda item: len(item[1])):
            if number + len(view) > concepts or time.monotonic() > deadline:
                break
            if ident not in before:
                _read(view)
            kept[ident] = view
            number += len(view)
        if read is not None:
            read.clear()
            read.update(kept)
    return number


def _in_force(catalog: Catalog, deadline: float) -> list[ContentView]:
    found = []
    for url in catalog.code_systems():
        view = catalog.code_system(url) if time.monotonic() < deadline else Missing("not_loaded", url)
        if not isinstance(view, Missing):
            found.append(view)
    return found


def _read(view: ContentView) -> None:
    order = view.page(view.all(), 0, None)
    parts = LookupFragments(view, None, Fragments(view, None))
    for start in range(0, len(order), _CODES):
        some = order[start : start + _CODES]
        for ident, record in zip(some, view.concepts(some), strict=True):
            parts.write(ident, record)
    write_tree(view, None, entry_start(view.info, versioned=view.info.version_needed))
    write_codes(view, None)
    if order:
        first = view.concepts(order[:_CODES])
        view.find_many([record.code for record in first])
        view.find(first[0].code)
        view.children(order[0])
