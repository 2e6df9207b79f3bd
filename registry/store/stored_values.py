"""Stored values that cannot be read: raised as ``StoreDamaged`` with what to do, wherever they are decoded."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from pyroaring import BitMap

from registry.entities.errors import StoreDamaged
from registry.entities.messages import message

__all__ = ["UNREADABLE", "bitmap_of", "damaged", "reading"]

#: What decoding damaged bytes raises.
UNREADABLE = (
    msgspec.MsgspecError,
    ValueError,
    TypeError,
    struct.error,
    zlib.error,
    IndexError,
    OverflowError,
)


def damaged(what: str, error: object = "") -> StoreDamaged:
    """The error for a stored value that cannot be right."""
    return StoreDamaged(message("error.stored_damaged", what=what, error=str(error)))


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Raises ``StoreDamaged`` for a value that cannot be decoded."""
    try:
        yield
    except UNREADABLE as error:
        raise damaged(what, error) from error


def bitmap_of(blob: bytes, what: str = "bitmap") -> BitMap:
    """The bitmap of stored bytes; raises ``StoreDamaged``."""
    try:
        return BitMap.deserialize(bytes(blob))
    except UNREADABLE as error:
        raise damaged(what, error) from error
