"""Which paths inside an archive are safe. Not here: reading archives (``archive``, ``tarball``)."""

from __future__ import annotations

from registry.entities.errors import ArchiveError
from registry.entities.messages import message

__all__ = ["check_depth", "check_path"]


def check_path(archive: str, name: str) -> None:
    """Refuse a member whose path would lead out of the archive.

    >>> check_path("a.zip", "folder/list.txt")
    """
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name:
        raise ArchiveError(message("read.path_outside", name=name), file=archive)


def check_depth(archive: str, name: str, depth: int) -> None:
    """Refuse a member more than ``depth`` folders down."""
    if name.count("/") > depth:
        raise ArchiveError(message("read.too_deep", name=name, depth=depth), file=archive)
