"""What is written of a whole version: when that is worth it, and where it is kept.

It is written for the versions in force when the server starts, and for other versions or languages once as many entries
were written one by one as the version has; never on the event loop. It is kept with the content, bounded in bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from registry.content.view import ContentView
from registry.entities.offload import require_offload

__all__ = ["if_worth_it", "write_ahead"]

T = TypeVar("T")
_MOST = 200_000  #: concepts of a version of which something is written as a whole
_INLINE_LIMIT = 2000  #: concepts of a version that is written on the event loop


class _Use:
    """How many entries were written one by one."""

    def __init__(self) -> None:
        self.entries = 0


def if_worth_it(
    content: ContentView, key: tuple[Hashable, ...], entries: int, write: Callable[[], T]
) -> T | None:
    """What ``write`` makes of the version, written once; None as long as too few ``entries`` were needed.

    ``key`` identifies what is written. Raises NeedsOffload on the event loop where a large version is to be written.
    """
    use = content.kept(("use", key), _Use)
    if use.entries < len(content):
        use.entries += entries
        return None
    return _written(content, key, write) if len(content) <= _MOST else None


def write_ahead(content: ContentView, key: tuple[Hashable, ...], write: Callable[[], object]) -> None:
    """Write it before the requests that need it."""
    content.kept(("use", key), _Use).entries = len(content)
    if len(content) <= _MOST:
        _written(content, key, write)


def _written(content: ContentView, key: tuple[Hashable, ...], write: Callable[[], T]) -> T:
    def made() -> T:
        require_offload(len(content), _INLINE_LIMIT)
        return write()

    return content.kept(key, made)
