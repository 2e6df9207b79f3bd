"""Cursors of pages: the number of items before the page, as text."""

from __future__ import annotations

from registry.entities.errors import UsageError
from registry.entities.messages import message

__all__ = ["offset_of"]

_MOST = 10_000_000


def offset_of(cursor: str | None) -> int:
    """The number of items before the page of a cursor; raises ``UsageError`` for a text that is no cursor.

    >>> offset_of(None), offset_of("20")
    (0, 20)
    """
    if not cursor:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 8 or int(cursor) > _MOST:
        raise UsageError(message("error.cursor", cursor=cursor))
    return int(cursor)
