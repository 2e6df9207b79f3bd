"""The codes of one release in memory, for finding many of them without SQL: about 20 bytes a code.

Codes lie in small buckets by their hash, each bucket one text; a place in it tells the state id.
Not here: other ways to write a code (``registry.content.stored``), when an index is worth it (``release_index``).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

__all__ = ["CodeIndex"]

_BUCKET = 16  #: codes in a bucket, on average
_END = "\x00"  #: between codes; no database can hold it in one


class CodeIndex:
    """State ids by code, exactly as written. Immutable once built, so any thread may read."""

    def __init__(self, rows: Iterable[tuple[int, str]], size: int) -> None:
        """``rows`` are (state id, code), one for each code; ``size`` is about how many."""
        self._count = max(1, size // _BUCKET)
        texts, idents = [_END] * self._count, [array("I") for _ in range(self._count)]
        self._size = 0
        for ident, code in rows:
            at = hash(code) % self._count
            texts[at] += code + _END
            idents[at].append(ident)
            self._size += 1
        self._texts, self._idents = texts, idents

    def __len__(self) -> int:
        return self._size

    def find(self, code: str) -> int | None:
        """The state id of a code."""
        bucket = hash(code) % self._count
        text = self._texts[bucket]
        at = text.find(f"{_END}{code}{_END}")
        if at < 0 or _END in code:
            return None
        return self._idents[bucket][text.count(_END, 0, at)]
