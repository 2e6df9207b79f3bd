"""The loader of FHIR terminology resources: single files, Bundles, folders, packages; JSON or XML; R4, R4B, R5.

``resources`` finds the resources of a source, ``release`` makes releases and kept resources of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from loaders.contract import LoadOptions, Parsed, ParsedEntry, ParsedRelease, ParsedResource, Progress, Source
from loaders.formats.fhir.identity import oids_of
from loaders.formats.fhir.release import FORMAT, artifact_of, located, release_of
from loaders.formats.fhir.resources import WANTED, Found, LeftOut, canonical_json, claimed, found_in
from loaders.reading.archive import source_file
from loaders.reading.parser_errors import READ_ERRORS, source_error
from loaders.reading.spool import Spool, shared_spool
from registry.entities.errors import ContentError, FormatError, UsageError
from registry.entities.messages import message
from registry.entities.records import SourceFile

__all__ = ["KINDS", "LOADER", "parsed_resource"]

KINDS = WANTED
_LISTED = 30  #: resources that are left out and named one by one


class FhirResources:
    """CodeSystem, ValueSet and ConceptMap resources."""

    name = FORMAT
    summary = (
        "FHIR CodeSystem, ValueSet, ConceptMap (R4, R4B, R5): JSON, XML, Bundle, folder or package (.tgz)"
    )

    def members(self, source: Source) -> list[str]:
        """The members that are FHIR resources, if a terminology resource or a Bundle is among them."""
        return list(claimed(source))

    def read(self, source: Source, options: LoadOptions, progress: Progress) -> Iterator[Parsed]:
        """Each code system's version or entry, then value sets and maps; raises ContentError with the path.

        An option that names one system or version is refused where the source holds several.
        """
        spool, read = shared_spool(), _Read()
        with located(source.name):
            for done, found in enumerate(found_in(source, options), 1):
                read.take_or_leave(found, options, spool)
                if done % 100 == 0:
                    progress(message("progress.reading"), done, None)
        read.require_most()
        if not read.systems and not read.others:
            raise FormatError(message("fhir.no_resource"), file=source.name)
        _check_options(len(read.systems), len(read.others), options)
        shared = read.shared_oids()
        for n, item in enumerate([*read.systems, *read.others]):
            item = _named(item, shared) if not isinstance(item, ParsedResource) else item
            yield item if n else _noticed(item, read.notices(shared))


class _Read:
    """What the resources of a source became: headers, with their contents in a spool, and the OIDs they claim."""

    def __init__(self) -> None:
        self.systems: list[ParsedRelease | ParsedEntry] = []
        self.others: list[ParsedResource] = []
        self._claims: dict[str, set[str]] = {}
        self._left_out: list[LeftOut] = []

    def take_or_leave(self, found: Found | LeftOut, options: LoadOptions, spool: Spool) -> None:
        """Read one resource; one of a package that cannot be read is left out, with the reason."""
        if isinstance(found, LeftOut):
            self._left_out.append(found)
            return
        try:
            self.take(found, options, spool)
        except READ_ERRORS as error:
            if found.package.folder is None:
                raise
            self._left_out.append(LeftOut(found.file, source_error(error, found.file)))

    def require_most(self) -> None:
        """Raise the first error unless more resources of a package are read than left out."""
        if self._left_out and len(self._left_out) >= len(self.systems) + len(self.others):
            raise self._left_out[0].error

    def notices(self, shared: frozenset[str]) -> Iterator[str]:
        """What the user should know of the whole source: OIDs that name no system, resources that are left out."""
        if shared:
            yield message("fhir.shared_oids", oids=", ".join(sorted(shared)))
        for left in self._left_out[:_LISTED]:
            yield message("fhir.left_out", why=left.error.text)
        if more := len(self._left_out[_LISTED:]):
            yield message("fhir.left_out_more", count=more)

    def take(self, found: Found, options: LoadOptions, spool: Spool) -> None:
        """Read one resource; raises ContentError with file and element."""
        if found.kind != "CodeSystem":
            self.others.append(artifact_of(found, options, spool))
            return
        self.systems.append(release_of(found, options, spool))
        with located(found.file):
            for oid in oids_of(found.resource, found.path):
                self._claims.setdefault(oid, set()).add(str(found.resource.get("url", "")))

    def shared_oids(self) -> frozenset[str]:
        """OIDs that several systems of the source claim: no name for any of them."""
        return frozenset(oid for oid, urls in self._claims.items() if len(urls) > 1)


def parsed_resource(
    resource: dict[str, Any],
    options: LoadOptions,
    *,
    path: str = "",
    files: Sequence[SourceFile] = (),
) -> Iterator[Parsed]:
    """What one resource becomes; raises ContentError with the path of the element that is wrong."""
    kind = str(resource.get("resourceType", ""))
    if kind not in WANTED:
        raise ContentError(message("fhir.kinds_expected", kinds=WANTED, kind=kind), line="resourceType")
    source = files[0] if files else source_file(kind, canonical_json(resource))
    read = _Read()
    read.take(Found(resource, "", path or kind, source), options, Spool())
    yield from (*read.systems, *read.others)


def _named(item: ParsedRelease | ParsedEntry, shared: frozenset[str]) -> ParsedRelease | ParsedEntry:
    """The item without OIDs that do not identify its system alone."""
    system = item.system
    if system is None or not shared.intersection(system.oids):
        return item
    system = replace(system, oids=tuple(o for o in system.oids if o not in shared))
    return dataclasses.replace(item, system=system)


def _noticed(item: Parsed, notices: Iterable[str]) -> Parsed:
    """The item with the notices of the whole source."""
    added = tuple(notices)
    if isinstance(item, ParsedRelease) and added:
        return dataclasses.replace(item, header=replace(item.header, notices=(*item.header.notices, *added)))
    return (
        dataclasses.replace(item, notices=(*item.notices, *added))
        if isinstance(item, ParsedResource)
        else item
    )


def _check_options(systems: int, others: int, options: LoadOptions) -> None:
    for name in ("system", "url", "title"):
        if getattr(options, name) and systems > 1:
            raise UsageError(message("fhir.one_name", name=name, count=systems))
    if options.version and systems + others > 1:
        raise UsageError(message("fhir.one_version", count=systems + others))


LOADER = FhirResources()
