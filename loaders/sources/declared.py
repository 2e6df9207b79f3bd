"""The declared sources, one TOML file each: publisher, content, format and transport."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from packaging.version import InvalidVersion, Version

from registry.entities.errors import UsageError
from registry.entities.messages import message

__all__ = ["DeclaredSource", "declared", "source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredSource:
    """A source as declared. ``validity`` describes how version and dates follow from it."""

    name: str
    title: str
    publisher: str
    licence: str
    format: str  #: empty = recognised from the content
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
        """The code systems of the source, as text."""
        return ", ".join(self.systems)

    def package_of(self, label: str) -> str:
        """The version of the package that holds the version ``label``; a package's own version is taken too.

        Raises UsageError naming those known.
        """
        label = label or self.default
        if label in self.versions:
            return self.versions[label]
        if self.package_version and label.isdigit():
            return self.package_version.format(version=label)
        if _is_package_version(label):
            return label
        known = ", ".join(self.versions) or message("source.a_year", year=self.default)
        raise UsageError(message("source.no_version", name=self.name, label=label, known=known))


def _is_package_version(label: str) -> bool:
    """Whether a label is a package's own version, such as ``2021.1.post1`` (PEP 440) or ``1.2.3``; a year alone is not."""
    try:
        return len(Version(label).release) > 1
    except InvalidVersion:
        return False


def declared() -> list[DeclaredSource]:
    """Every declared source, by name."""
    return list(_by_name().values())


def source(name: str) -> DeclaredSource:
    """The declared source of that name; raises UsageError listing the names."""
    if name not in _by_name():
        raise UsageError(message("source.none", name=name, names=", ".join(_by_name())))
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
