"""From paths to the registry: open, recognise, read, hand over.

Here: the order of things. Not here: formats, the database (``registry``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from loaders.archive import open_source
from loaders.base import LoadOptions, ParsedMap, ParsedRelease, Progress
from loaders.detect import detect
from registry.results import LoadReport

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["load_paths", "parse_paths"]


def silent(stage: str, done: int, total: int | None) -> None:
    """A progress listener that says nothing."""


def parse_paths(
    paths: Iterable[str | Path], options: LoadOptions, *, format: str = "", progress: Progress = silent
) -> Iterator[ParsedRelease | ParsedMap]:
    """Everything that the files, folders or archives hold, parsed; raises registry.errors.SourceError."""
    for path in paths:
        source = open_source(path)
        for loader in detect(source, name=format):
            yield from loader.read(source, options, progress)


def load_paths(
    registry: Registry,
    paths: Iterable[str | Path],
    options: LoadOptions,
    *,
    format: str = "",
    dry_run: bool = False,
    wait: bool = True,
    progress: Progress = silent,
) -> list[LoadReport]:
    """Load files, folders or archives; with ``dry_run`` only report what would change.

    All are parsed before the first is stored, so that bad input stores nothing.
    """
    parsed = list(parse_paths(paths, options, format=format, progress=progress))
    return [registry.load_parsed(item, dry_run=dry_run, wait=wait, progress=progress) for item in parsed]
