"""What is written of a whole version: when that is worth it, and where it is kept.

It is written for the versions in force when the server starts, and for other versions or languages once as many entries
were written one by one as the version has; never on the event loop. It is kept with the content, bounded in bytes; what
had to leave is written again after as many entries, so that more versions than fit cost at most twice as much.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from registry.content.view import ContentView
from registry.entities.offload import require_offload

__all__ = ["if_worth_it", "write_ahead"]

T = TypeVar("T")
_MOST = 200_000  #: concepts of a version of which something is written as a whole
_INLINE_LIMIT = 2000  #: concepts of a version that is written on the event loop


class _Use(Generic[T]):
    """Entries written one by one since the whole was last there, and the whole as long as the cache has it."""

    def __init__(self) -> None:
        self.entries = 0
        self.whole: Callable[[], T | None] = lambda: None


def if_worth_it(
    content: ContentView, key: tuple[Hashable, ...], entries: int, write: Callable[[], T]
) -> T | None:
    """What ``write`` makes of the version, written once; None as long as too few ``entries`` were needed.

    ``key`` identifies what is written. Raises NeedsOffload on the event loop where a large version is to be written.
    """
    use: _Use[T] = content.kept(("use", key), _Use)
    found = use.whole()
    if found is not None:
        return content.kept(key, lambda: found)  # used again: the last to leave the cache
    if use.entries < len(content) or len(content) > _MOST:
        use.entries += entries
        return None
    return _written(content, key, use, write)


def write_ahead(content: ContentView, key: tuple[Hashable, ...], write: Callable[[], object]) -> None:
    """Write it before the requests that need it."""
    if len(content) <= _MOST:
        _written(content, key, content.kept(("use", key), _Use), write)


def _written(content: ContentView, key: tuple[Hashable, ...], use: _Use[T], write: Callable[[], T]) -> T:
    def made() -> T:
        require_offload(len(content), _INLINE_LIMIT)
        return write()

    found = content.kept(key, made)
    use.whole, use.entries = weakref.ref(found), 0
    return found
