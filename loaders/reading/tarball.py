"""tar archives, packed or not, read as a stream within bounds.

gzip does not state the unpacked size, so bytes are counted while they are unpacked. A package of ordinary size is
kept in memory after one pass; a larger one is read again for each member.
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
from registry.entities.errors import ArchiveError
from registry.entities.messages import message

__all__ = ["TarSource"]

_KEEP = 128 << 20
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


class _Passing(io.RawIOBase):
    """One member of an archive that is passed through; the archive is closed with it."""

    def __init__(self, walk: Generator[tuple[tarfile.TarInfo, IO[bytes]], None, None], member: str) -> None:
        self._walk = walk
        self._stream, self._left = next((stream, info.size) for info, stream in walk if info.name == member)
        self._label = member

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            chunk = self._stream.read(size)
        except _DAMAGE as error:
            raise ArchiveError(
                message("read.damaged_because", detail=str(error)), file=self._label
            ) from error
        self._left -= len(chunk)
        if not chunk and size and self._left:
            raise ArchiveError(message("read.damaged"), file=self._label)
        return chunk

    def close(self) -> None:
        self._walk.close()
        super().close()


class TarSource:
    """A tar or tgz archive, for instance an npm package. Links and devices in it are never followed."""

    def __init__(self, path: Path, members: int, total: int, depth: int) -> None:
        self.path, self.name, self._total = path, path.name, total
        self._sizes: dict[str, int] = {}
        self._kept: dict[str, bytes] = {}
        room = _KEEP
        for info, stream in self._walk():
            check_path(self.name, info.name)
            check_depth(self.name, info.name, depth)
            self._sizes[info.name] = info.size
            if len(self._sizes) > members:
                raise ArchiveError(message("read.many_files", most=members), file=self.name)
            if info.size <= room:
                room -= info.size
                self._kept[info.name] = _whole(stream, info, self.name)

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
            raise ArchiveError(message("read.damaged_tar", detail=str(error)), file=self.name) from error

    def members(self) -> list[str]:
        """Names of the files in the archive, sorted."""
        return sorted(self._sizes)

    def label(self, member: str) -> str:
        """How an error names the member: ``archive.tgz!member``."""
        return f"{self.name}!{member}"

    def read(self, member: str, limit: int | None = None) -> bytes:
        """A member's unpacked bytes (the first ``limit`` of them)."""
        if member not in self._kept:
            for info, stream in self._walk():
                if info.name == member:
                    return stream.read(limit) if limit is not None else _whole(stream, info, self.name)
        data = self._kept[member]
        return data if limit is None else data[:limit]

    def open(self, member: str) -> BinaryIO:
        """A member as a stream; a large one is read while the archive is passed through."""
        if member in self._kept:
            return io.BytesIO(self._kept[member])
        return cast(BinaryIO, _Passing(self._walk(), member))

    def beside(self, member: str, name: str) -> bytes | None:
        """The bytes of the member called ``name`` in the same folder of the archive, if there is one."""
        wanted = str(PurePosixPath(member).with_name(name))
        return self.read(wanted) if wanted in self._sizes else None


def _whole(stream: IO[bytes], info: tarfile.TarInfo, name: str) -> bytes:
    data = stream.read()
    if len(data) != info.size:
        raise ArchiveError(message("read.damaged"), file=f"{name}!{info.name}")
    return data
