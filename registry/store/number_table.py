"""Numbers by id in pages: ids of one system come in a few dense runs, one per load, with other systems' between.

Not here: what the numbers mean.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

__all__ = ["NumberTable"]

_PAGE = 12  #: bits of an id within a page
_WITHIN = (1 << _PAGE) - 1


class NumberTable:
    """A number for each id that was put in; 0 for others in the same page, KeyError or 0 elsewhere."""

    __slots__ = ("_code", "_pages", "_size")

    def __init__(self, typecode: str) -> None:
        """``typecode`` as of ``array``: ``H`` up to 65,535, ``I`` up to 2³² - 1."""
        self._code, self._pages = typecode, dict[int, "array[int]"]()
        self._size = array(typecode).itemsize << _PAGE

    def put(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Set the numbers of ids, given as (id, number)."""
        pages = self._pages
        for ident, number in pairs:
            page = pages.get(ident >> _PAGE)
            if page is None:
                page = pages[ident >> _PAGE] = array(self._code, bytes(self._size))
            page[ident & _WITHIN] = number

    def __getitem__(self, ident: int) -> int:
        return self._pages[ident >> _PAGE][ident & _WITHIN]

    def get_many(self, idents: Iterable[int]) -> list[int]:
        """The numbers of many ids, in their order."""
        pages = self._pages
        return [pages[ident >> _PAGE][ident & _WITHIN] for ident in idents]

    @property
    def nbytes(self) -> int:
        """Bytes, about."""
        return len(self._pages) * (self._size + 200)
