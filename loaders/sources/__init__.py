"""Declared sources: one TOML each says who publishes what, in which format, and how it is fetched.

Here: the declarations, and the two calls that the command line and the demo make: ``fetch`` and ``load_source``.
Not here: how fetching is done (``loaders.sources.fetching``), formats.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from registry.entities.errors import UsageError
from registry.entities.results import LoadReport

if TYPE_CHECKING:
    from loaders.base import Progress
    from loaders.sources.fetching import Fetched
    from registry import Registry

__all__ = ["DeclaredSource", "declared", "fetch", "load_source", "source"]

_PACKAGE_VERSION = re.compile(r"\d+(\.\d+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSource:
    """A source as declared. ``validity`` tells in words how version and dates follow from it."""

    name: str
    title: str
    publisher: str
    licence: str
    format: str  #: empty = told from the content
    systems: tuple[str, ...]
    transport: str  #: pip, npm or https
    validity: str
    package: str = ""
    package_version: str = ""  #: pattern: version of the package from the version's label
    versions: dict[str, str] = field(default_factory=dict)  #: label → version of the package
    default: str = ""  #: label fetched where none is named
    sha256: dict[str, str] = field(default_factory=dict)  #: version of the package → hash of its file
    url: str = ""
    path: str = ""
    file: str = ""

    @property
    def system(self) -> str:
        """The systems it is of, for people."""
        return ", ".join(self.systems)

    def package_of(self, label: str) -> str:
        """The version of the package that holds the version ``label``; a package's own version is taken too.

        Raises UsageError naming those known.
        """
        label = label or self.default
        if _PACKAGE_VERSION.fullmatch(label):
            return label
        if label in self.versions:
            return self.versions[label]
        if self.package_version and label.isdigit():
            return self.package_version.format(version=label)
        known = ", ".join(self.versions) or f"a year, for instance {self.default}"
        raise UsageError(f"{self.name} has no version {label!r}; known: {known}")


def declared() -> list[DeclaredSource]:
    """Every declared source, by name."""
    return list(_by_name().values())


def source(name: str) -> DeclaredSource:
    """The declared source of that name; raises UsageError listing the names."""
    if name not in _by_name():
        raise UsageError(f"there is no source {name!r}; sources: {', '.join(_by_name())}")
    return _by_name()[name]


@cache
def _by_name() -> dict[str, DeclaredSource]:
    found = {}
    for file in sorted(files(__package__).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            name = file.name.removesuffix(".toml")
            data = tomllib.loads(file.read_text("utf-8"))
            found[name] = DeclaredSource(name=name, **(data | {"systems": tuple(data["systems"])}))
    return found


def fetch(
    name: str,
    *,
    version: str | None = None,
    cache_dir: str | Path | None = None,
    base_url: str = "",
    progress: Progress | None = None,
) -> Fetched:
    """Fetch a declared source, see ``loaders.sources.fetching.fetch``; without ``cache_dir`` into the user's cache."""
    from loaders.sources.fetching import default_cache, fetch

    if progress is not None:
        progress(f"fetch {name}", 0, None)
    return fetch(name, version=version or "", cache_dir=cache_dir or default_cache(), base_url=base_url)


def load_source(
    registry: Registry, name: str, *, version: str = "", progress: Progress | None = None
) -> list[LoadReport]:
    """Fetch a declared source and load it."""
    return fetch(name, version=version, progress=progress).load(registry, progress=progress)
