"""The whole tree of a version as one text, of which the tree below any concept is a part.

An expansion of a concept with everything below it is then a copy of bytes. That holds where the concepts are exactly those
whose entries are in that part: a concept with several parents is below the first of them alone, so sets that cross such
concepts are joined entry by entry (``entry_cache``), as are those with an entry that is not plain.

A text takes 150 bytes a concept; ``whole_versions`` says when it is written.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

from pyroaring import BitMap

from api.fhir.operations.fragment_cache import Fragments, look
from api.fhir.operations.whole_versions import if_worth_it, write_ahead
from registry.content.view import ContentView
from registry.entities.languages import Languages
from registry.store.number_table import NumberTable

__all__ = ["TreeText", "part_of_tree", "write_tree"]


class TreeText:
    """The tree of one version, written; entries are numbered in the order in which they are in the text."""

    def __init__(
        self, start: bytes, order: Sequence[int], fragments: Sequence[bytes], parents: Sequence[int | None]
    ) -> None:
        """``order`` of all concepts, with the fragment and the parent of each; ``start`` of an entry."""
        self._idents, self._numbers = array("I"), NumberTable("I")
        self._begins, self._ends = array("I"), array("I", bytes(4 * len(order)))
        self._sizes = array("I", bytes(4 * len(order)))
        self._special: set[int] = set()
        written, path = bytearray(), list[int]()  # path: numbers of the entries that are not closed
        for place in _depth_first(order, parents):
            inside = bool(path) and parents[place] == self._idents[path[-1]]
            if not inside:
                self._close(written, path, parents[place])
            written += b',"contains":[' if inside else b"," if written else b""
            path.append(len(self._idents))
            if not fragments[place]:
                self._special.update(path)
            self._idents.append(order[place])
            self._begins.append(len(written))
            written += start + fragments[place]
        self._close(written, path, None)
        self._text = bytes(written)
        self._numbers.put((ident, n) for n, ident in enumerate(self._idents, 1))

    def _close(self, written: bytearray, path: list[int], above: int | None) -> None:
        """Close the entries up to the one of the concept ``above``."""
        closing = b"}"
        while path and self._idents[path[-1]] != above:
            number = path.pop()
            written += closing
            closing = b"]}"
            self._ends[number] = len(written)
            self._sizes[number] = len(self._idents) - number

    @property
    def nbytes(self) -> int:
        """Bytes, about."""
        return len(self._text) + 16 * len(self._idents) + self._numbers.nbytes

    def part(self, top: int, ids: BitMap) -> bytes | None:
        """The tree of ``top`` and all below it; None unless these are exactly ``ids``, all with plain entries."""
        number = self._numbers[top] - 1
        if number < 0 or number in self._special or (size := self._sizes[number]) != len(ids):
            return None
        if BitMap(self._idents[number : number + size]) != ids:
            return None
        return self._text[self._begins[number] : self._ends[number]]


def _depth_first(order: Sequence[int], parents: Sequence[int | None]) -> Iterator[int]:
    """The places of an order, each before what is below it."""
    below: dict[int | None, list[int]] = {}
    for place in reversed(range(len(order))):
        below.setdefault(parents[place], []).append(place)
    ahead = below.get(None, [])
    while ahead:
        place = ahead.pop()
        yield place
        ahead += below.get(order[place], ())


def part_of_tree(
    content: ContentView, languages: Languages | None, start: bytes, top: int, ids: BitMap
) -> bytes | None:
    """The tree of ``top`` and all below it as JSON; None where there is no text, or ``ids`` are other concepts.

    ``start``: what each entry begins with. Raises NeedsOffload on the event loop where the text is to be written.
    """
    key = ("tree", start, *look(content, languages))
    tree = if_worth_it(content, key, len(ids), lambda: _written(content, languages, start))
    return None if tree is None else tree.part(top, ids)


def write_tree(content: ContentView, languages: Languages | None, start: bytes) -> None:
    """Write the text of the tree ahead of the requests for it."""
    if content.info.hierarchy:
        key = ("tree", start, *look(content, languages))
        write_ahead(content, key, lambda: _written(content, languages, start))


def _written(content: ContentView, languages: Languages | None, start: bytes) -> TreeText:
    order = content.page(content.all(), 0, None)
    fragments = Fragments(content, languages).fill(order)
    return TreeText(start, order, fragments, content.parents_within(order))
