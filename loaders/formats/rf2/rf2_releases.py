"""The releases of an RF2 package.

=========  ==========================================================================================================
Snapshot   one release with the state of everything on its date
Delta      one release: the changes to the version before it on its track
Full       a release for each date on which something changed: of a complete package the first whole, each further one
           the changes to the one before; of a package that depends on others each whole, because what it depends on changes
=========  ==========================================================================================================

Records are read from the source when they are stored; the rows of a Full package wait in a temporary file, by date.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from loaders.contract import LoadOptions, ParsedRelease
from loaders.formats.rf2.file_types import Rf2File
from loaders.formats.rf2.rf2_components import PROPERTIES, component_frame, concept_records
from loaders.formats.rf2.rf2_package import Edition, Package, edition_of, module_dependencies
from loaders.reading.header import finish, options_file, system_of
from loaders.reading.spool import Spool, shared_spool
from loaders.reading.text_file import hashed
from registry.entities.errors import FormatError
from registry.entities.messages import message
from registry.entities.records import Component, ConceptRecord, ReleaseHeader, Removal, SourceFile
from registry.store.component_frames import ComponentFrame
from registry.systems.snomed import LANGUAGES, version_uri

if TYPE_CHECKING:
    from polars import DataFrame

__all__ = ["releases"]

Item = ConceptRecord | Removal | Component | ComponentFrame
_ORDER = ("relationship", "concrete", "concept", "description", "member", "identifier")
_FACETS = ("hierarchy", "label.full", "display", "inactive", "property:moduleId", "property:effectiveTime",
           "property:sufficientlyDefined")  # fmt: skip


def releases(package: Package, options: LoadOptions) -> Iterator[ParsedRelease]:
    """The releases of a package, earliest first; raises ``SourceError`` for what can be seen before records are stored."""
    day = package.date
    files = tuple(hashed(package.source, f.member, "utf-8") for f in package.files)
    if package.release_type == "Full":
        yield from _full(package, options, files)
    else:
        yield from _one(package, options, files, day)


def _one(
    package: Package, options: LoadOptions, files: tuple[SourceFile, ...], named: str
) -> Iterator[ParsedRelease]:
    """The release of a Snapshot or a Delta."""
    concepts = _table([r.table for f in package.of("concept") for r in package.rows(f)], package, "concept")
    day = named or str(max(concepts["effectiveTime"].to_list(), default=""))
    if not day:
        raise FormatError(message("rf2.no_date"), file=package.source.name)
    needs = module_dependencies(package)
    edition = edition_of(package, concepts, needs.filter(needs["active"] == "1"), options.track)
    delta = package.release_type == "Delta"
    header = _header(package, options, edition, day, files, base="<" if delta else "")

    def items() -> Iterator[Item]:
        for content in _ORDER:
            if content == "concept":
                yield from concept_records(concepts)
                continue
            for file in package.of(content):
                for rows in package.rows(file):
                    yield component_frame(file, rows.table, rows.notices)

    yield _release(header, items(), options)


def _table(tables: list[DataFrame], package: Package, content: str) -> DataFrame:
    import polars as pl

    if tables:
        return pl.concat(tables)
    columns = next(
        (f.columns for f in package.of(content)),
        ("id", "effectiveTime", "moduleId", "active", "definitionStatusId"),
    )
    return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))


def _header(
    package: Package,
    options: LoadOptions,
    edition: Edition,
    day: str,
    files: tuple[SourceFile, ...],
    *,
    base: str = "",
) -> ReleaseHeader:
    """The metadata of a release. A name or option overrides what follows from the package."""
    left = (message("rf2.left", kinds=", ".join(package.left)),) if package.left else ()
    header = ReleaseHeader(
        system="snomed-ct",
        version=version_uri(edition.module, day),
        track=edition.module,
        source_line="rf2",
        facets=_FACETS,
        valid_from=date(int(day[:4]), int(day[4:6]), int(day[6:])),
        published=f"{day[:4]}-{day[4:6]}-{day[6:]}",
        base=base,
        depends_on=() if base else edition.depends_on,
        built_on=edition.depends_on if base else (),
        language=LANGUAGES.get(edition.module, "en"),
        files=(*files, *options_file(options)),
        origin=package.source.name,
        format="rf2",
        properties=PROPERTIES,
        inferred={
            "system": "snomed-ct",
            "track": edition.module,
            "version": version_uri(edition.module, day),
        },
        notices=left,
    )
    return finish(header, options)


def _release(header: ReleaseHeader, items: Iterable[Item], options: LoadOptions) -> ParsedRelease:
    return ParsedRelease(header=header, concepts=items, system=system_of(header.system, options))


def _full(package: Package, options: LoadOptions, files: tuple[SourceFile, ...]) -> Iterator[ParsedRelease]:
    """A release for each date of a Full package."""
    parts = _Parts(package)
    days = parts.days
    needs = module_dependencies(package)
    before = ""
    for day in days:
        concepts = parts.table("concept", days[: days.index(day) + 1])
        edition = edition_of(package, concepts, _in_force(needs, day), options.track)
        whole = bool(edition.depends_on) or not before
        base = "" if whole else version_uri(edition.module, before)
        own = (SourceFile(f"{package.source.name} ({day})", _digest(files, day), 0, "utf-8"),)
        header = _header(package, options, edition, day, own, base=base)
        taken = [d for d in days if d <= day] if whole else [day]
        yield _release(header, parts.items(taken), options)
        before = day


def _digest(files: tuple[SourceFile, ...], day: str) -> str:
    """Identifies one date of a package."""
    import hashlib

    return hashlib.sha256("\n".join([day, *(f.sha256 for f in files)]).encode()).hexdigest()


def _in_force(rows: DataFrame, day: str) -> DataFrame:
    """The active rows on a day, of each identifier the newest."""
    known = rows.filter(rows["effectiveTime"] <= day).sort("effectiveTime").unique("id", keep="last")
    return known.filter(known["active"] == "1")


class _Parts:
    """The rows of a Full package by file and date, in a temporary file."""

    def __init__(self, package: Package) -> None:
        self._spool: Spool = shared_spool()
        self._places: dict[tuple[Rf2File, str], list[tuple[int, int]]] = {}
        self._files = package.files
        for file in package.files:
            for rows in package.rows(file):
                for (day,), part in rows.table.partition_by("effectiveTime", as_dict=True).items():
                    self._places.setdefault((file, str(day)), []).append(self._put(part))
        self.days = sorted({day for _, day in self._places})

    def _put(self, part: DataFrame) -> tuple[int, int]:
        packed = io.BytesIO()
        part.write_ipc(packed, compression="lz4")
        data = packed.getvalue()
        return self._spool.append(data), len(data)

    def _read(self, file: Rf2File, days: list[str]) -> DataFrame | None:
        """The state of a file's rows after the days: of each identifier the newest row."""
        import polars as pl

        places = [place for day in days for place in self._places.get((file, day), ())]
        if not places:
            return None
        found = pl.concat([pl.read_ipc(io.BytesIO(self._spool.read(*place))) for place in places])
        keys = ["identifierSchemeId", "alternateIdentifier"] if file.content == "identifier" else ["id"]
        return found.unique(keys, keep="last", maintain_order=True) if len(days) > 1 else found

    def table(self, content: str, days: list[str]) -> DataFrame:
        """The state of all files with a content."""
        import polars as pl

        found = [self._read(file, days) for file in self._files if file.content == content]
        return pl.concat([rows for rows in found if rows is not None])

    def items(self, days: list[str]) -> Iterator[Item]:
        """The records of the days."""
        for content in _ORDER:
            for file in self._files:
                rows = self._read(file, days) if file.content == content else None
                if rows is None:
                    continue
                if content == "concept":
                    yield from concept_records(rows)
                else:
                    yield component_frame(file, rows)
