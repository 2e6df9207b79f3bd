"""Fetches and loads declared sources by name, for the command line and the demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from loaders.sources.declared import DeclaredSource, declared, source
from loaders.sources.fetching import Fetched, default_cache
from loaders.sources.fetching import fetch as _fetch
from registry.entities.messages import message
from registry.entities.results.loading import LoadReport

if TYPE_CHECKING:
    from loaders.contract import Progress
    from registry import Registry

__all__ = ["DeclaredSource", "declared", "fetch", "load_source", "source"]


def fetch(
    name: str,
    *,
    version: str | None = None,
    cache_dir: str | Path | None = None,
    base_url: str = "",
    progress: Progress | None = None,
) -> Fetched:
    """Fetch a declared source, see ``loaders.sources.fetching.fetch``; without ``cache_dir`` into the user's cache."""
    if progress is not None:
        progress(message("progress.fetch", name=name), 0, None)
    return _fetch(name, version=version or "", cache_dir=cache_dir or default_cache(), base_url=base_url)


def load_source(
    registry: Registry, name: str, *, version: str = "", progress: Progress | None = None
) -> list[LoadReport]:
    """Fetch a declared source and load it."""
    return fetch(name, version=version, progress=progress).load(registry, progress=progress)
