"""The fragments of a version by code: a list of codes is expanded with one lookup for each code.

By way of the ids it takes two lookups for each, in tables that together are too large for the processor's caches. The
table holds the codes as the version writes them, and only plain concepts; lists with any other code are expanded by id.
It takes 100 bytes a concept besides the fragments, which it shares with ``fragment_cache``.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from api.fhir.operations.fragment_cache import Fragments, code_and_display, look
from api.fhir.operations.whole_versions import if_worth_it, write_ahead
from registry.content.view import ContentView
from registry.entities.languages import Languages

__all__ = ["fragments_of_codes", "write_codes"]

_ENTRY = 150  #: bytes of an entry with its code, and of a fragment besides its length
_AT_ONCE = 1000  #: codes read at once


class _ByCode:
    """Fragments by code."""

    def __init__(self, content: ContentView, languages: Languages | None) -> None:
        idents = content.page(content.all(), 0, None)
        written = [text for text in Fragments(content, languages).fill(idents) if text]
        found: dict[str, bytes] = {}
        for start in range(0, len(written), _AT_ONCE):
            some = written[start : start + _AT_ONCE]
            codes = orjson.loads(b"[%b]" % b",".join([code_and_display(text)[0] for text in some]))
            found.update(zip(codes, some, strict=True))
        self._fragments = found if len(found) == len(written) else {}  # two concepts of a code: by id
        self.nbytes = sum(map(len, written)) + _ENTRY * len(written)

    def of(self, codes: Sequence[str]) -> list[bytes] | None:
        """The fragments of different codes, in their order; None if a code is listed twice or not in the table."""
        if len(set(codes)) < len(codes):
            return None
        try:
            return list(map(self._fragments.__getitem__, codes))
        except KeyError:
            return None


def fragments_of_codes(
    content: ContentView, languages: Languages | None, codes: Sequence[str]
) -> list[bytes] | None:
    """The fragments of a list of codes, in its order; None where there is no table, or it does not have them all.

    Raises NeedsOffload on the event loop where the table is to be written.
    """
    key = ("codes", *look(content, languages))
    table = if_worth_it(content, key, len(codes), lambda: _ByCode(content, languages))
    return None if table is None else table.of(codes)


def write_codes(content: ContentView, languages: Languages | None) -> None:
    """Write the table ahead of the requests for it."""
    write_ahead(content, ("codes", *look(content, languages)), lambda: _ByCode(content, languages))
