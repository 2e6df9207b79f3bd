"""What the first requests need is read before the server says that it is ready.

For every code system the version in force today: its codes, order and hierarchy, and the fragments of its concepts
without a choice of languages (for entries and lookups), and its tree as a text; and the index of resources. Bounded in concepts and in time: the rest is read when it is
asked for first. Not here: what is kept, and how much of it (the registry's caches).
"""

from __future__ import annotations

import time
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

__all__ = ["warm_up"]

_CODES = 1000  #: records read at once; also codes looked up, so that the codes of a version are cached


def warm_up(catalog: Catalog, *, concepts: int, seconds: float) -> int:
    """Read ahead of the first requests, small systems first; returns the number of concepts read."""
    deadline, read = time.monotonic() + seconds, 0
    if concepts <= 0:
        return 0
    with suppress(GyldigError):
        library(catalog)
        for view in sorted(_in_force(catalog, deadline), key=len):
            if read + len(view) > concepts or time.monotonic() > deadline:
                break
            _read(view)
            read += len(view)
    return read


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
