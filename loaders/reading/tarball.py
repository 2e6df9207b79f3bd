"""tar archives, packed or not, read within bounds.

gzip says nothing of the unpacked size beforehand, so every byte is counted as it comes out. An archive is unpacked once,
into an unnamed temporary file (in memory while it is small), so that its members can be opened in any order.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from collections.abc import Generator
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from loaders.reading.paths import check_depth, check_path
from loaders.reading.spool import Spool
from registry.entities.errors import ArchiveError
from registry.entities.messages import message

__all__ = ["TarSource"]

_PIECE = 1 << 20
_DAMAGE = (tarfile.TarError, EOFError, OSError, zlib.error)


class _Counted(io.RawIOBase):
    """A stream that stops with an error after ``limit`` bytes."""

    def __init__(self, stream: IO[bytes], limit: int, name: str) -> None:
        self._stream, self._left, self._limit, self._name = stream, limit, limit, name

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        chunk = self._stream.read(min(size, 1 << 20) if size >= 0 else 1 << 20)
        self._left -= len(chunk)
        if self._left < 0:
            raise ArchiveError(message("read.unpacks_to", most=self._limit), file=self._name)
        return chunk


class _Member(io.RawIOBase):
    """One member within the unpacked archive."""

    def __init__(self, unpacked: Spool, at: int, size: int) -> None:
        self._unpacked, self._at, self._end = unpacked, at, at + size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        left = self._end - self._at
        chunk = self._unpacked.read(self._at, left if size < 0 else min(size, left))
        self._at += len(chunk)
        return chunk


class TarSource:
    """A tar or tgz archive, for instance an npm package. Links and devices in it are never followed."""

    def __init__(self, path: Path, members: int, total: int, depth: int) -> None:
        self.path, self.name, self._total = path, path.name, total
        self._places: dict[str, tuple[int, int]] = {}  #: where a member begins, and its size
        self._unpacked = Spool()
        for info, stream in self._walk():
            check_path(self.name, info.name)
            check_depth(self.name, info.name, depth)
            if len(self._places) >= members:
                raise ArchiveError(message("read.many_files", most=members), file=self.name)
            at, size = self._unpacked.append(b""), 0
            while chunk := self._read(stream):
                self._unpacked.append(chunk)
                size += len(chunk)
            if size != info.size:
                raise ArchiveError(message("read.damaged"), file=f"{self.name}!{info.name}")
            self._places[info.name] = at, size

    def _walk(self) -> Generator[tuple[tarfile.TarInfo, IO[bytes]], None, None]:
        try:
            with self.path.open("rb") as raw:
                packed = raw.read(2) == b"\x1f\x8b"
                raw.seek(0)
                plain = cast(IO[bytes], gzip.GzipFile(fileobj=raw) if packed else raw)
                counted = _Counted(plain, self._total, self.name)
                with tarfile.open(fileobj=cast(IO[bytes], counted), mode="r|") as tar:
                    for info in tar:
                        stream = tar.extractfile(info) if info.isfile() else None
                        if stream is not None:
                            yield info, stream
        except _DAMAGE as error:
            raise self._damaged(error) from error

    def _read(self, stream: IO[bytes]) -> bytes:
        try:
            return stream.read(_PIECE)
        except _DAMAGE as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> ArchiveError:
        return ArchiveError(message("read.damaged_tar", detail=str(error)), file=self.name)

    def members(self) -> list[str]:
        """Names of the files in the archive, sorted."""
        return sorted(self._places)

    def label(self, member: str) -> str:
        """How an error names the member: ``archive.tgz!member``."""
        return f"{self.name}!{member}"

    def read(self, member: str, limit: int | None = None) -> bytes:
        """A member's unpacked bytes (the first ``limit`` of them)."""
        return self.open(member).read(-1 if limit is None else limit)

    def open(self, member: str) -> BinaryIO:
        """A member as a stream."""
        return cast(BinaryIO, _Member(self._unpacked, *self._places[member]))

    def sibling(self, member: str, name: str) -> bytes | None:
        """The bytes of the member called ``name`` in the same folder of the archive, if there is one."""
        wanted = str(PurePosixPath(member).with_name(name))
        return self.read(wanted) if wanted in self._places else None
