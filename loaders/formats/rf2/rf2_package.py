"""What an RF2 package is: its release type, date, edition, and the modules that it depends on.

Input: the RF2 files of a source. The edition (track) is the module on which no other module of the package depends (module
dependency reference set); without such rows ``INT`` in the names means the International edition, else the module of most
concepts. A package that has the root concept is complete; any other depends on the releases that its module dependencies name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loaders.contract import LoadOptions, Source
from loaders.formats.rf2.file_types import RELEASE_TYPES, Rf2File, rf2_files
from loaders.formats.rf2.rf2_rows import Rows, read_rows
from registry.entities.errors import ContentError, FormatError, UsageError
from registry.entities.messages import message
from registry.entities.records import ModuleDependency
from registry.systems.snomed import CORE_MODULE, MODEL_MODULE, version_uri

if TYPE_CHECKING:
    from polars import DataFrame

__all__ = ["Edition", "Package", "edition_of", "module_dependencies", "packages"]

_DEPENDENCIES = "900000000000534007"
_ROOT = "138875005"
_CORE = (CORE_MODULE, MODEL_MODULE)


@dataclass(frozen=True, slots=True)
class Package:
    """The files of one release type. ``left``: release types that the source has too."""

    source: Source
    files: tuple[Rf2File, ...]
    release_type: str
    left: tuple[str, ...]
    skip_comments: bool

    def of(self, content: str) -> list[Rf2File]:
        """The files with a content."""
        return [file for file in self.files if file.content == content]

    def rows(self, file: Rf2File) -> Iterator[Rows]:
        """The rows of a file, a block at a time; raises ``ContentError`` for one that is later than the release."""
        for rows in read_rows(self.source, file, skip_comments=self.skip_comments):
            latest = str(max(rows.table["effectiveTime"].unique()))
            if file.date and latest > file.date:
                what = message("rf2.later", effective=latest, date=file.date)
                raise ContentError(what, file=self.source.label(file.member))
            yield rows

    @property
    def date(self) -> str:
        """The day of the release, from the names of its files; raises ``FormatError`` if they differ."""
        named = {file.date: file for file in self.files if file.date}
        if len(named) > 1:
            first, *others = sorted(named)
            other = named[others[-1]]
            what = message("rf2.other_release", date=other.date, other=first, name=named[first].member)
            raise FormatError(what, file=self.source.label(other.member))
        return next(iter(named), "")


def packages(source: Source, options: LoadOptions) -> list[Package]:
    """The package of the source in the release type to load; raises ``FormatError`` if it has no concepts."""
    files = rf2_files(source)
    if (odd := next((f for f in files if f.content == "unknown"), None)) is not None:
        what = message("rf2.headings", columns=", ".join(odd.columns))
        raise FormatError(what, file=source.label(odd.member), line=1)
    found = {kind: [f for f in files if f.release_type in ("", kind)] for kind in RELEASE_TYPES}
    present = [kind for kind in RELEASE_TYPES if any(f.release_type == kind for f in files)] or ["Snapshot"]
    wanted = options.extra.get("release-type", "").capitalize() or present[0]
    if wanted not in present:
        names = ", ".join(present).lower()
        raise UsageError(message("rf2.release_type", wanted=wanted.lower(), names=names, source=source.name))
    left = tuple(kind.lower() for kind in present if kind != wanted)
    skip = options.extra.get("comments", "") == "skip"
    package = Package(source, tuple(found[wanted]), wanted, left, skip)
    if not package.of("concept") and wanted != "Delta":
        raise FormatError(message("rf2.no_concepts", kind=wanted), file=source.name)
    return [package]


@dataclass(frozen=True, slots=True)
class Edition:
    """The module of a release, and what it depends on outside the package."""

    module: str
    depends_on: tuple[ModuleDependency, ...]
    complete: bool


def edition_of(package: Package, concepts: DataFrame, dependencies: DataFrame, track: str) -> Edition:
    """The edition that a package is of. ``dependencies``: rows of its module dependency reference set."""
    own = set(concepts["moduleId"].unique().to_list()) | set(dependencies["moduleId"].unique().to_list())
    complete = bool((concepts["id"] == _ROOT).any())
    pairs = [
        (source, target)
        for source, target in zip(*_columns(dependencies, "moduleId", "referencedComponentId"), strict=True)
    ]
    if complete:
        own |= set(_CORE) & own
    module = track or _module(package, concepts, own, pairs, complete=complete)
    outside = () if complete else tuple(d for d in _outside(own, dependencies) if d.track != module)
    return Edition(module, outside, complete)


def _columns(rows: DataFrame, *names: str) -> list[list[str]]:
    return [rows[name].to_list() for name in names]


def _module(
    package: Package, concepts: DataFrame, own: set[str], pairs: list[tuple[str, str]], *, complete: bool
) -> str:
    targets = {target for source, target in pairs if source in own}
    tops = sorted({source for source, _ in pairs} & own - targets)
    if len(tops) == 1:
        return CORE_MODULE if tops[0] in _CORE else tops[0]
    if any(file.edition == "INT" for file in package.files) and (complete or not tops):
        return CORE_MODULE
    counted = concepts.filter(~concepts["moduleId"].is_in(list(_CORE)))["moduleId"].value_counts(sort=True)
    among = [m for m in counted["moduleId"].to_list() if not tops or m in tops]
    if among:
        return str(among[0])
    return tops[0] if tops else CORE_MODULE


def _outside(own: set[str], dependencies: DataFrame) -> tuple[ModuleDependency, ...]:
    """The releases of other packages, each once: the newest that a module names."""
    found: dict[str, str] = {}
    names = ("referencedComponentId", "targetEffectiveTime")
    for target, date in zip(*_columns(dependencies, *names), strict=True):
        if target not in own or target in _CORE:
            track = CORE_MODULE if target in _CORE else target
            found[track] = max(date, found.get(track, ""))
    return tuple(ModuleDependency(track, version_uri(track, date)) for track, date in sorted(found.items()))


def module_dependencies(package: Package) -> DataFrame:
    """The active rows of the module dependency reference set, with their dates."""
    import polars as pl

    found = []
    for file in package.of("member"):
        if file.fields == ("sourceEffectiveTime", "targetEffectiveTime"):
            tables = (rows.table for rows in package.rows(file))
            found += [t.filter(t["refsetId"] == _DEPENDENCIES) for t in tables]
    names = ("id", "effectiveTime", "active", "moduleId", "referencedComponentId", "sourceEffectiveTime",
             "targetEffectiveTime")  # fmt: skip
    if not found:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    return pl.concat([rows.select(names) for rows in found])
