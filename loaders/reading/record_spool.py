"""Records between reading and storing: written while their file is read and checked, read back a few at a time.

One spool serves all releases of a source. It is an unnamed temporary file, in memory while it is small, that the system
removes with the process. Not here: what must hold of the records (``loaders.checks``).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Generic, TypeVar

from registry.entities.exact_json import decoder, encode

__all__ = ["RecordSpool", "SpooledRecords"]

_IN_MEMORY = 4 << 20  #: bytes
_FRAME = 128 << 10  #: bytes of records that are read back together

T = TypeVar("T")


class RecordSpool:
    """A temporary file that parts are appended to and read from."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  closed with its last reader

    def append(self, data: bytes) -> int:
        """Write a part; gives its place."""
        at = self._file.seek(0, 2)
        self._file.write(data)
        return at

    def read(self, at: int, size: int) -> bytes:
        """The part of that place and size."""
        self._file.seek(at)
        return self._file.read(size)

    def records(self, type: type[T]) -> SpooledRecords[T]:
        """An empty sequence of records of a type."""
        return SpooledRecords(self, type)


class SpooledRecords(Generic[T]):
    """A sequence that is written once, record by record, and then iterated as often as needed, decoded anew."""

    def __init__(self, spool: RecordSpool, type: type[T]) -> None:
        self._spool, self._decode = spool, decoder(list[type]).decode  # type: ignore[valid-type]
        self._places, self._sizes = array("Q"), array("Q")
        self._ahead: list[bytes] = []
        self._waiting = self._count = 0

    def add(self, record: T) -> int:
        """Append a record; gives a hash of what it says."""
        data = encode(record)
        self._ahead.append(data)
        self._count += 1
        self._waiting += len(data)
        if self._waiting > _FRAME:
            self._flush()
        return hash(data)

    def hash_of(self, record: T) -> int:
        """The hash that ``add`` gives for a record."""
        return hash(encode(record))

    def _flush(self) -> None:
        if self._ahead:
            frame = b"[" + b",".join(self._ahead) + b"]"
            self._places.append(self._spool.append(frame))
            self._sizes.append(len(frame))
            self._ahead.clear()
            self._waiting = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        self._flush()
        for at, size in zip(self._places, self._sizes, strict=True):
            yield from self._decode(self._spool.read(at, size))
