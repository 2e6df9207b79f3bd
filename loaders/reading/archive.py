"""Sources on disk: a file, a folder, a zip or a tgz, opened within bounds.

Here: what is inside, its bytes, their hash. Not here: what the bytes mean (one module per format).
Archives are untrusted: the number of members, their unpacked size, the ratio of packing and the paths are
checked before anything is read; nothing is written to disk but a tar, into an unnamed temporary file; an archive
inside an archive stays closed.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from loaders.contract import Source
from loaders.reading.paths import check_depth, check_path
from loaders.reading.tarball import TarSource
from registry.entities.errors import ArchiveError, UsageError
from registry.entities.messages import message
from registry.entities.records import SourceFile

__all__ = ["LIMITS", "FileSource", "FolderSource", "Limits", "ZipSource", "open_source", "source_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much an archive or folder may hold; sizes in bytes, unpacked."""

    members: int = 20_000
    total: int = 16 << 30  #: a Full release of SNOMED CT has several
    member: int = 2 << 30  #: one file
    ratio: int = 200  #: unpacked : packed of one member larger than ``ratio_from``
    ratio_from: int = 8 << 20
    depth: int = 12  #: folders inside folders


LIMITS = Limits()


def open_source(path: str | Path, limits: Limits = LIMITS) -> Source:
    """Open a file, folder, zip or tgz for reading; raises ArchiveError if it is damaged or too large.

    A zip is known by its bytes, so a wheel is one too; but an xlsx, which is one as well, is a file here.
    """
    path = Path(path)
    if path.is_dir():
        return FolderSource(path, limits)
    if not path.is_file():
        raise UsageError(message("read.no_path", path=path))
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic[:2] == b"\x1f\x8b" or path.name.endswith((".tgz", ".tar.gz", ".tar")):
        return TarSource(path, limits.members, min(limits.total, limits.member), limits.depth)
    if magic == b"PK\x03\x04" or magic == b"PK\x05\x06" or path.suffix.lower() in (".zip", ".whl"):
        return (
            FileSource(path, limits) if path.suffix.lower() in (".xlsx", ".xlsm") else ZipSource(path, limits)
        )
    return FileSource(path, limits)


def source_file(name: str, data: bytes, encoding: str = "") -> SourceFile:
    """The record of one file that a release is made from: sha256 and size of its unpacked bytes."""
    return SourceFile(name=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data), encoding=encoding)


class FileSource:
    """One loose file, its own only member."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.path, self.name = path, path.name
        if path.stat().st_size > min(limits.total, limits.member):
            raise ArchiveError(message("read.too_large", most=limits.member), file=self.name)

    def members(self) -> list[str]:
        """The file's own name."""
        return [self.name]

    def label(self, member: str) -> str:
        """How an error names the member."""
        return self.name

    def read(self, member: str, limit: int | None = None) -> bytes:
        """The file's bytes (the first ``limit`` of them)."""
        with self.path.open("rb") as stream:
            return stream.read(-1 if limit is None else limit)

    def open(self, member: str) -> BinaryIO:
        """The file as a stream."""
        return self.path.open("rb")

    def sibling(self, member: str, name: str) -> bytes | None:
        """The bytes of the file called ``name`` in the same folder, if there is one."""
        path = self.path.with_name(name)
        return path.read_bytes() if path.is_file() else None


class FolderSource:
    """A folder with the files below it; links that lead out of it and hidden files are left alone."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.path, self.name = path, path.name or str(path)
        root = path.resolve()
        self._files: dict[str, Path] = {}
        total = 0
        for file in path.rglob("*"):
            parts = file.relative_to(path).parts
            if any(p.startswith(".") for p in parts) or not file.is_file():
                continue
            if not file.resolve().is_relative_to(root):
                continue
            total += file.stat().st_size
            self._files["/".join(parts)] = file
            _bound(self.name, len(self._files), total, limits)
            check_depth(self.name, "/".join(parts), limits.depth)

    def members(self) -> list[str]:
        """Paths relative to the folder, sorted."""
        return sorted(self._files)

    def label(self, member: str) -> str:
        """How an error names the member."""
        return f"{self.name}/{member}"

    def read(self, member: str, limit: int | None = None) -> bytes:
        """A file's bytes (the first ``limit`` of them)."""
        with self._files[member].open("rb") as stream:
            return stream.read(-1 if limit is None else limit)

    def open(self, member: str) -> BinaryIO:
        """A file as a stream."""
        return self._files[member].open("rb")

    def sibling(self, member: str, name: str) -> bytes | None:
        """The bytes of the file called ``name`` in the same folder, if there is one."""
        wanted = str(PurePosixPath(member).with_name(name))
        return self.read(wanted) if wanted in self._files else None


@contextmanager
def _damage(label: str) -> Iterator[None]:
    """Raise the errors of a damaged archive as ArchiveError."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise ArchiveError(message("read.damaged_because", detail=str(error)), file=label) from error


class _Member(io.RawIOBase):
    """A member of a zip archive as a stream that raises ArchiveError if it is damaged."""

    def __init__(self, stream: IO[bytes], label: str) -> None:
        self._stream, self._label = stream, label

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        with _damage(self._label):
            return self._stream.read(size)

    def close(self) -> None:
        self._stream.close()
        super().close()


class ZipSource:
    """A zip archive (also a wheel), read member by member."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        self.path, self.name = path, path.name
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise ArchiveError(message("read.damaged_zip", detail=str(error)), file=self.name) from error
        self._infos = {i.filename: i for i in self._zip.infolist() if not i.is_dir()}
        _bound(self.name, len(self._infos), sum(i.file_size for i in self._infos.values()), limits)
        for info in self._infos.values():
            self._check(info, limits)

    def _check(self, info: zipfile.ZipInfo, limits: Limits) -> None:
        check_path(self.name, info.filename)
        check_depth(self.name, info.filename, limits.depth)
        if info.file_size > limits.member:
            raise ArchiveError(message("read.too_large", most=limits.member), file=self.label(info.filename))
        if info.flag_bits & 1:
            raise ArchiveError(message("read.encrypted", name=info.filename), file=self.name)
        if info.file_size > limits.ratio_from and info.file_size > limits.ratio * max(info.compress_size, 1):
            sizes = {"size": info.file_size, "packed": info.compress_size, "ratio": limits.ratio}
            raise ArchiveError(message("read.zip_bomb", name=info.filename, **sizes), file=self.name)

    def members(self) -> list[str]:
        """Names of the files in the archive, sorted."""
        return sorted(self._infos)

    def label(self, member: str) -> str:
        """How an error names the member: ``archive.zip!member``."""
        return f"{self.name}!{member}"

    def read(self, member: str, limit: int | None = None) -> bytes:
        """A member's unpacked bytes (the first ``limit`` of them)."""
        with self.open(member) as stream:
            return stream.read(-1 if limit is None else limit)

    def open(self, member: str) -> BinaryIO:
        """A member as a stream; raises ArchiveError if it is damaged, then or while it is read."""
        with _damage(self.label(member)):
            return cast(BinaryIO, _Member(self._zip.open(self._infos[member]), self.label(member)))

    def sibling(self, member: str, name: str) -> bytes | None:
        """The bytes of the member called ``name`` in the same folder of the archive, if there is one."""
        wanted = str(PurePosixPath(member).with_name(name))
        return self.read(wanted) if wanted in self._infos else None


def _bound(name: str, count: int, total: int, limits: Limits) -> None:
    if count > limits.members:
        raise ArchiveError(message("read.many_files", most=limits.members), file=name)
    if total > limits.total:
        raise ArchiveError(message("read.unpacks_to_of", total=total, most=limits.total), file=name)
