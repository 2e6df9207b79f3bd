"""Fetches declared sources with pip, npm or https into a cache by hash, and checks their declared hash.

Nothing that is fetched is executed: pip takes wheels only, npm runs no scripts.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_cache_path

from loaders.contract import LoadOptions, Progress
from loaders.sources.declared import DeclaredSource, source
from loaders.sources.https import MAX_BYTES, download
from registry.entities.errors import SourceError, UsageError
from registry.entities.intervals import OSLO, today_oslo
from registry.entities.messages import message
from registry.entities.results.loading import LoadReport

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["Fetched", "default_cache", "fetch"]

_TIMEOUT = 600  #: seconds that pip or npm may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Files ready to be loaded: give ``paths``, ``options`` and ``format`` to ``load_paths``."""

    source: DeclaredSource
    paths: tuple[Path, ...]
    options: LoadOptions
    format: str
    sha256: str
    cached: bool  #: nothing new came: the same bytes were here already

    def load(
        self,
        registry: Registry,
        *,
        dry_run: bool = False,
        wait: bool = True,
        progress: Progress | None = None,
    ) -> list[LoadReport]:
        """Load what was fetched."""
        from loaders.run import load_paths, silent

        return load_paths(
            registry,
            self.paths,
            self.options,
            format=self.format,
            dry_run=dry_run,
            wait=wait,
            progress=progress or silent,
        )


def default_cache() -> Path:
    """Where fetched files are kept: ``GYLDIG_CACHE``, else the user's cache folder."""
    return Path(os.environ.get("GYLDIG_CACHE") or user_cache_path("gyldig"))


def fetch(
    name: str,
    *,
    version: str = "",
    cache_dir: str | Path,
    base_url: str = "",
    max_bytes: int = MAX_BYTES,
    timeout: float = 300,
) -> Fetched:
    """Fetch a declared source into ``cache_dir``; a package of a named version is fetched once.

    ``base_url`` replaces the declared address (https, or http on loopback); ``timeout`` in seconds for
    the whole download. Raises UsageError for an unknown name or version or a missing tool, SourceError where
    fetching fails or the hash is not the declared one.
    """
    chosen, cache = source(name), Path(cache_dir)
    if chosen.transport == "https":
        if version:
            raise UsageError(message("source.rolling", name=name))
        url = (base_url or chosen.url).rstrip("/") + chosen.path
        with tempfile.TemporaryDirectory(dir=_made(cache)) as folder:
            file = Path(folder) / chosen.file
            download(url, file, max_bytes=max_bytes, timeout=timeout)
            path, cached = _keep(file, cache)
        return _fetched(chosen, path, url, today_oslo().isoformat(), cached=cached)
    package = chosen.package_of(version)
    found = _remembered(cache, chosen, package)
    cached = found is not None
    if found is None:
        with tempfile.TemporaryDirectory(dir=_made(cache)) as folder:
            found, cached = _keep(_packed(chosen, package, Path(folder)), cache)
        _verify(chosen, package, found)
        _remember(cache, chosen, package, found)
    return _fetched(chosen, found, f"{chosen.transport}:{chosen.package}@{package}", "", cached=cached)


def _made(cache: Path) -> Path:
    cache.mkdir(parents=True, exist_ok=True)
    return cache


def _fetched(chosen: DeclaredSource, path: Path, origin: str, published: str, *, cached: bool) -> Fetched:
    options = LoadOptions(
        published=published, origin=origin, fetched=datetime.now(OSLO).isoformat(timespec="seconds")
    )
    return Fetched(
        source=chosen,
        paths=(path,),
        options=options,
        format=chosen.format,
        sha256=path.parent.name,
        cached=cached,
    )


def _packed(chosen: DeclaredSource, version: str, folder: Path) -> Path:
    if chosen.transport == "pip":
        named = f"{chosen.package}=={version}"
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--retries",
            "1",
        ]
        command += ["--dest", str(folder), named]
    else:
        npm = shutil.which("npm")
        if npm is None:
            raise UsageError(message("source.npm", name=chosen.name))
        named = f"{chosen.package}@{version}"
        command = [
            npm,
            "pack",
            "--silent",
            "--ignore-scripts",
            "--fetch-retries=1",
            "--fetch-retry-mintimeout=1000",
        ]
        command += ["--pack-destination", str(folder), named]
    _run(command, named, folder)
    files = [f for f in folder.iterdir() if f.suffix in (".whl", ".tgz")]
    if len(files) != 1:
        brought = message("source.tool_files", tool=chosen.transport, count=len(files))
        raise SourceError(brought, file=named)
    return files[0]


def _run(command: list[str], named: str, folder: Path) -> None:
    tool = "npm" if command[1] == "pack" else "pip"
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError(message("source.tool_failed", tool=tool, detail=str(error)), file=named) from error
    if done.returncode != 0:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        detail = lines[-1] if lines else message("source.no_reason")
        raise SourceError(message("source.tool_refused", tool=tool, detail=detail), file=named)


def _keep(file: Path, cache: Path) -> tuple[Path, bool]:
    """Move a file to its place by hash; whether the same bytes were there already."""
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    place = cache / "sha256" / digest / file.name
    if place.is_file():
        return place, True
    place.parent.mkdir(parents=True, exist_ok=True)
    file.replace(place)
    return place, False


def _verify(chosen: DeclaredSource, version: str, path: Path) -> None:
    wanted = chosen.sha256.get(version)
    if wanted and path.parent.name != wanted:
        shutil.rmtree(path.parent)
        why = message("source.sha256", found=path.parent.name, wanted=wanted)
        raise SourceError(why, file=path.name)


def _index(cache: Path) -> Path:
    return cache / "fetched.json"


def _remembered(cache: Path, chosen: DeclaredSource, version: str) -> Path | None:
    """The file of a package fetched before, if it is still there and still has its hash."""
    try:
        index = json.loads(_index(cache).read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    path = cache / str(index.get(f"{chosen.package}@{version}", ""))
    if not path.is_file():
        return None
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return path if digest == path.parent.name else None


def _remember(cache: Path, chosen: DeclaredSource, version: str, path: Path) -> None:
    try:
        index = json.loads(_index(cache).read_text("utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        index = {}
    index[f"{chosen.package}@{version}"] = path.relative_to(cache).as_posix()
    draft = _index(cache).with_suffix(".new")
    draft.write_text(json.dumps(index, indent=1, sort_keys=True), encoding="utf-8")
    draft.replace(_index(cache))
