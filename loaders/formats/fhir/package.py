"""The loader of FHIR terminology resources: single files, Bundles, folders, packages; JSON or XML; R4, R4B, R5.

``resources`` finds the resources of a source, ``release`` makes releases and kept resources of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from loaders.contract import LoadOptions, Parsed, ParsedEntry, ParsedRelease, Progress, Source
from loaders.formats.fhir.identity import oids_of
from loaders.formats.fhir.release import FORMAT, artifact_of, located, release_of
from loaders.formats.fhir.resources import WANTED, Found, canonical_json, claimed, found_in
from loaders.reading.archive import source_file
from registry.entities.errors import ContentError, FormatError, UsageError
from registry.entities.messages import message
from registry.entities.records import SourceFile

__all__ = ["KINDS", "FhirResources", "parsed_resource"]

KINDS = WANTED


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
        systems, others = _sorted(source, options)
        if not systems and not others:
            raise FormatError(message("fhir.no_resource"), file=source.name)
        _check_options(systems, others, options)
        total, shared = len(systems) + len(others), _shared_oids(systems)
        for done, found in enumerate(systems + others, 1):
            item = _parsed(found, options, shared)
            yield _noticed(item, shared) if done == 1 else item
            if done % 100 == 0 or done == total:
                progress(message("progress.reading"), done, total)


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
    yield _parsed(Found(resource, "", path or kind, source), options)


def _parsed(found: Found, options: LoadOptions, shared: frozenset[str] = frozenset()) -> Parsed:
    if found.kind == "CodeSystem":
        return _named(release_of(found, options), shared)
    return artifact_of(found, options)


def _sorted(source: Source, options: LoadOptions) -> tuple[list[Found], list[Found]]:
    with located(source.name):
        found = list(found_in(source, options))
    return [f for f in found if f.kind == "CodeSystem"], [f for f in found if f.kind != "CodeSystem"]


def _shared_oids(systems: list[Found]) -> frozenset[str]:
    """OIDs that several systems of the source claim: no name for any of them."""
    claims: dict[str, set[str]] = {}
    for found in systems:
        with located(found.file):
            for oid in oids_of(found.resource, found.path):
                claims.setdefault(oid, set()).add(str(found.resource.get("url", "")))
    return frozenset(oid for oid, urls in claims.items() if len(urls) > 1)


def _named(item: ParsedRelease | ParsedEntry, shared: frozenset[str]) -> ParsedRelease | ParsedEntry:
    """The item without OIDs that do not identify its system alone."""
    system = item.system
    if system is None or not shared.intersection(system.oids):
        return item
    system = replace(system, oids=tuple(o for o in system.oids if o not in shared))
    return dataclasses.replace(item, system=system)


def _noticed(item: Parsed, shared: frozenset[str]) -> Parsed:
    """The item, with a notice of the OIDs that identify no system."""
    if not shared or not isinstance(item, ParsedRelease):
        return item
    notice = message("fhir.shared_oids", oids=", ".join(sorted(shared)))
    header = replace(item.header, notices=(*item.header.notices, notice))
    return dataclasses.replace(item, header=header)


def _check_options(systems: list[Found], others: list[Found], options: LoadOptions) -> None:
    for name in ("system", "url", "title"):
        if getattr(options, name) and len(systems) > 1:
            raise UsageError(message("fhir.one_name", name=name, count=len(systems)))
    if options.version and len(systems) + len(others) > 1:
        raise UsageError(message("fhir.one_version", count=len(systems) + len(others)))
