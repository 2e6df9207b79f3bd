"""Loads paths into the registry: opens sources, recognises formats, parses, stores.

Input: files, folders (with archives inside) or archives. Output: one report for each release. Invariant: everything is
parsed before the first release is stored, so that bad input stores nothing. Data files that no loader reads are named
in a notice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from loaders.contract import Loader, LoadOptions, Parsed, ParsedRelease, Progress, Source
from loaders.detect import detect, formats
from loaders.guarded import GuardedSource, guarded
from loaders.reading.archive import open_source
from loaders.reading.header import stated_entry
from loaders.reading.parser_errors import PARSER_ERRORS, detail_of
from loaders.storing import store
from registry.entities.errors import ArchiveError, FormatError, UsageError
from registry.entities.messages import message
from registry.entities.results.loading import LoadReport

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["load_paths", "parse_paths", "silent"]

_ARCHIVES = (".zip", ".tgz", ".tar.gz", ".whl")
#: files that belong to another one, and documents
_COMPANIONS = (".toml", ".md", ".pdf", ".rst", ".html", ".js", ".cjs", ".mjs", ".ts", ".map", ".py")
_DATA = (".json", ".csv", ".tsv", ".txt", ".xml", ".xlsx")


Paths = str | PathLike[str] | Iterable[str | PathLike[str]]


def silent(stage: str, done: int, total: int | None) -> None:
    """A progress listener that ignores every call."""


def parse_paths(
    paths: Paths, options: LoadOptions, *, format: str = "", progress: Progress = silent
) -> Iterator[Parsed]:
    """Everything that the files, folders or archives hold, parsed; raises registry.entities.errors.SourceError."""
    taken: dict[tuple[str, str, str], str] = {}
    for path in _each(paths):
        for source in _sources(Path(path), format):
            with guarded(source):
                for item in _parse(source, options, format, progress):
                    if isinstance(item, ParsedRelease):
                        item = dataclasses.replace(item, stated=stated_entry(options))
                    if options.version and isinstance(item, ParsedRelease):
                        _only_one(item, taken)
                    yield item


def load_paths(
    registry: Registry,
    paths: Paths,
    options: LoadOptions,
    *,
    format: str = "",
    dry_run: bool = False,
    wait: bool = True,
    progress: Progress = silent,
) -> list[LoadReport]:
    """Load files, folders or archives; with ``dry_run`` only report what would change.

    All are parsed before the first is stored, so that bad input stores nothing. ``wait``: for another load.
    """
    from registry.writing.loading import gc_disabled

    with gc_disabled():
        parsed = list(parse_paths(paths, options, format=format, progress=progress))
        return store(registry, parsed, dry_run=dry_run, wait=wait, progress=progress)


def _each(paths: Paths) -> Iterator[str | PathLike[str]]:
    """The paths; one alone is a list of one. Raises ``UsageError`` for a value that is no path."""
    several = [paths] if isinstance(paths, str | PathLike) else paths
    if not isinstance(several, Iterable):
        raise UsageError(message("error.paths", value=repr(paths)))
    for path in several:
        if not isinstance(path, str | PathLike):
            raise UsageError(message("error.paths", value=repr(path)))
        yield path


def _only_one(item: ParsedRelease, taken: dict[tuple[str, str, str], str]) -> None:
    """A version that the caller named holds one list of each kind; a second one is a slip."""
    header = item.header
    name = header.files[0].name if header.files else header.origin
    first = taken.setdefault((header.system, header.version, header.source_line), name)
    if first != name:
        named = {"first": first, "name": name, "system": header.system, "version": header.version}
        raise UsageError(message("source.one_list", **named))


def _sources(path: Path, format: str) -> Iterator[GuardedSource]:
    """The source itself, and for a folder the archives in it as sources of their own."""
    source = _opened(path)
    archives: list[str] = []
    if path.is_dir():
        archives = [m for m in source.members() if m.lower().endswith(_ARCHIVES)]
    if not archives or _recognised(source, format):
        yield source
    for member in archives:
        yield _opened(path / member)


def _opened(path: Path) -> GuardedSource:
    try:
        return GuardedSource(open_source(path))
    except PARSER_ERRORS as error:
        raise ArchiveError(
            message("read.damaged_because", detail=detail_of(error)), file=path.name
        ) from error


def _recognised(source: GuardedSource, format: str) -> bool:
    with guarded(source):
        return any(loader.members(source) for name, loader in formats().items() if format in ("", name))


def _parse(source: Source, options: LoadOptions, format: str, progress: Progress) -> Iterator[Parsed]:
    loaders = detect(source, name=format)
    unread = _unread(source, loaders)
    for loader in loaders:
        for item in loader.read(source, options, progress):
            if unread and isinstance(item, ParsedRelease):
                notice = message("notice.not_read", source=source.name, names=", ".join(unread))
                header = replace(item.header, notices=(*item.header.notices, notice))
                item = dataclasses.replace(item, header=header)
                unread = []
            yield item


def _unread(source: Source, loaders: list[Loader]) -> list[str]:
    """Names of data files that no loader reads; raises FormatError for one that is empty."""
    read = {member for loader in loaders for member in loader.members(source)}
    rest = [
        m for m in source.members() if m not in read and not m.lower().endswith((*_COMPANIONS, *_ARCHIVES))
    ]
    for member in rest:
        if member.lower().endswith(_DATA) and not source.read(member, 1):
            raise FormatError(message("source.empty_file"), file=source.label(member))
    data = [m for m in rest if m.lower().endswith(_DATA) and "dist-info" not in m]
    return [m.rsplit("/", 1)[-1] for m in data if not _helps(m)][:10]


def _helps(member: str) -> bool:
    """Whether a loader uses the file in addition to the one it reads: addenda, lists of codes, package.json."""
    name = member.rsplit("/", 1)[-1].lower()
    return "addenda" in name or "code-list" in name or "package" in name or name.startswith((".", "tsconfig"))
