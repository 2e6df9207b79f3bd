"""A temporary file for what a load cannot hold in memory: unpacked members, records between check and store.

One spool serves all releases that a thread loads together (``shared_spool``). It has no name, is in memory while it is small, and the system removes it with
the process. Not here: what must hold of the records (``loaders.checks``).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile, gettempdir
from threading import local
from types import GenericAlias
from typing import Any, Generic, TypeVar
from weakref import ref

from registry.entities.errors import StoreFull
from registry.entities.exact_json import decoder, encode
from registry.entities.messages import message

__all__ = ["Spool", "SpooledRecords", "shared_spool"]

_IN_MEMORY = 4 << 20  #: bytes
_FRAME = 128 << 10  #: bytes of records that are read back together

T = TypeVar("T")


class Spool:
    """A temporary file that parts are appended to and read from."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  closed with its last reader

    def append(self, data: bytes) -> int:
        """Write a part; gives its place."""
        at = self._file.seek(0, 2)
        try:
            self._file.write(data)
        except OSError as error:
            raise StoreFull(message("read.no_space", folder=gettempdir())) from error
        return at

    def read(self, at: int, size: int) -> bytes:
        """The part of that place and size."""
        self._file.seek(at)
        return self._file.read(size)

    def records(self, type: type[T]) -> SpooledRecords[T]:
        """An empty sequence of records of a type."""
        return SpooledRecords(self, type)


_SHARED = local()


def shared_spool() -> Spool:
    """The spool of this thread's load: one file and one bounded part in memory, however many members a source has.

    It lives as long as records of it do.
    """
    spool: Spool | None = _SHARED.spool() if hasattr(_SHARED, "spool") else None
    if spool is None:
        spool = Spool()
        _SHARED.spool = ref(spool)
    return spool


class SpooledRecords(Generic[T]):
    """A sequence that is written once, record by record, and then iterated as often as needed, decoded anew."""

    def __init__(self, spool: Spool, type: type[T]) -> None:
        listed: Any = GenericAlias(list, (type,))
        self._spool, self._decode = spool, decoder(listed).decode
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
            self.flush()
        return hash(data)

    def hash_of(self, record: T) -> int:
        """The hash that ``add`` gives for a record."""
        return hash(encode(record))

    def flush(self) -> None:
        """Keep no encoded record in memory."""
        if self._ahead:
            frame = b"[" + b",".join(self._ahead) + b"]"
            self._places.append(self._spool.append(frame))
            self._sizes.append(len(frame))
            self._ahead.clear()
            self._waiting = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        self.flush()
        for at, size in zip(self._places, self._sizes, strict=True):
            yield from self._decode(self._spool.read(at, size))
