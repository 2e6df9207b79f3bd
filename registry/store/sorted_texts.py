"""Many distinct short texts in order, in little memory: finds a text, or all texts with a prefix.

Texts are kept in blocks, each one string; a text is known by its place in the order. About 10 bytes a text besides
its own characters. Used by ``registry.store.code_order`` and ``registry.store.word_index``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

__all__ = ["SortedTexts"]

_BLOCK = 32  #: texts in a block
_END = "\x00"  #: between texts; no database can hold it in one
_LAST = "\U0010ffff"


class SortedTexts:
    """Distinct texts, ascending. Immutable, so any thread may read."""

    __slots__ = ("_blocks", "_firsts", "_size", "nbytes")

    def __init__(self, texts: Sequence[str]) -> None:
        """``texts`` are distinct and ascending.

        >>> SortedTexts(["arm", "armed", "leg"]).starting("ar")
        (0, 2)
        """
        starts = range(0, len(texts), _BLOCK)
        self._firsts = [texts[at] for at in starts]
        self._blocks = [_END + _END.join(texts[at : at + _BLOCK]) + _END for at in starts]
        self._size = len(texts)
        self.nbytes = sum(
            len(b.encode()) + 140 + len(f) for b, f in zip(self._blocks, self._firsts, strict=True)
        )

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[str]:
        return (text for block in self._blocks for text in block.split(_END)[1:-1])

    def __getitem__(self, place: int) -> str:
        return self._blocks[place // _BLOCK].split(_END)[place % _BLOCK + 1]

    def find(self, text: str) -> int:
        """The index of a text; -1 if it is not there."""
        number = bisect_right(self._firsts, text) - 1
        if number < 0 or _END in text:
            return -1
        block = self._blocks[number]
        at = block.find(f"{_END}{text}{_END}")
        return -1 if at < 0 else number * _BLOCK + block.count(_END, 0, at)

    def starting(self, prefix: str) -> tuple[int, int]:
        """The index of the first text with the prefix, and the index after the last."""
        return self._from(prefix), self._from(prefix + _LAST)

    def _from(self, text: str) -> int:
        """The index of the first text that is not less."""
        number = bisect_right(self._firsts, text) - 1
        if number < 0:
            return 0
        return number * _BLOCK + bisect_left(self._blocks[number].split(_END)[1:-1], text)
