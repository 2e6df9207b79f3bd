"""A CodeSystem as a release of a version; a ValueSet or ConceptMap as a resource to keep.

Output for a CodeSystem: header with the facets that it states and the part of the version that it covers. Concepts are
read in ``codesystem``, the catalogue entry in ``identity``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from loaders.contract import LoadOptions, ParsedEntry, ParsedRelease, ParsedResource
from loaders.formats.fhir.code_system_content import CodeSystemContent
from loaders.formats.fhir.conceptmap import map_record, read_concept_map
from loaders.formats.fhir.identity import system_record
from loaders.formats.fhir.mending import left_out
from loaders.formats.fhir.reading import period, text
from loaders.formats.fhir.resources import Found, canonical_json
from loaders.formats.fhir.validation import validate
from loaders.formats.fhir.valueset import read_value_set
from loaders.reading.header import finish
from loaders.reading.spool import Spool
from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.entities.records import Coverage, ReleaseHeader, SystemRecord
from registry.store.artifacts import ArtifactRow
from registry.systems import behaviour_of

__all__ = ["FORMAT", "artifact_of", "located", "release_of"]

FORMAT = "fhir"
_CONTENTS = ("complete", "fragment", "example", "supplement", "not-present")


@contextmanager
def located(file: str) -> Iterator[None]:
    """Add the file to an error that only names the element."""
    try:
        yield
    except ContentError as error:
        if error.file:
            raise
        raise ContentError(error.message, file=file, line=error.line) from error


def release_of(found: Found, options: LoadOptions, spool: Spool) -> ParsedRelease | ParsedEntry:
    """A code system's version, or for one without content its entry for the catalogue.

    Its concepts wait in the spool. Raises ContentError with file and element.
    """
    resource, path = found.resource, found.path
    with located(found.file):
        fhir = validate(resource, path, release=options.extra.get("fhir") or found.package.release)
        content = text(resource, "content", path)
        if content not in _CONTENTS:
            listed = message("fhir.none_of", value=content, allowed=", ".join(_CONTENTS))
            raise ContentError(listed, line=f"{path}.content")
        dated = period(resource, path) != (None, None) or options.valid_from is not None
        system = system_record(resource, path, options, licence=found.package.licence, dated=dated)
        if not (system.url or options.system):
            raise ContentError(message("fhir.system_name"), line=f"{path}.url")
        if content == "not-present":
            return ParsedEntry(system=system)
        concepts = CodeSystemContent(found, behaviour_of(system.rules or system.slug), spool)
        if content == "complete":
            concepts.require_tree()
        header = finish(_header(found, concepts, system, fhir), options)
    return ParsedRelease(
        header=header,
        concepts=concepts.records(),
        system=replace(system, slug=header.system),
        ordered=True,
        may_be_empty=True,
    )


def _header(found: Found, concepts: CodeSystemContent, system: SystemRecord, fhir: str) -> ReleaseHeader:
    info = concepts.info
    return ReleaseHeader(
        system=system.slug,
        version=info.version,
        source_line=FORMAT,
        facets=tuple(concepts.facets()),
        valid_from=info.valid_from,
        valid_to=info.valid_to,
        published=text(found.resource, "date", found.path),
        coverage=Coverage("complete" if info.content == "complete" else "fragment"),
        language=info.language,
        files=(found.source,),
        origin=found.package.name,
        format=FORMAT,
        properties=info.properties,
        standards_status=info.standards_status,
        content=info.content,  # type: ignore[arg-type]
        shell=info.shell,
        inferred={} if found.package.release else {"fhir": fhir},
        notices=tuple(left_out(found.resource, found.place)),
    )


def artifact_of(found: Found, options: LoadOptions, spool: Spool) -> ParsedResource:
    """A value set or concept map as given, waiting in the spool; raises ContentError with file and element."""
    resource, path = dict(found.resource), found.path
    with located(found.file):
        validate(resource, path, release=options.extra.get("fhir") or found.package.release)
        mapped = read_concept_map(resource, path) if found.kind == "ConceptMap" else None
        read = mapped or read_value_set(resource, path)
        if not (read.url or resource.get("id")):
            raise ContentError(message("fhir.url_or_id", kind=found.kind), line=f"{path}.url")
    row = ArtifactRow(
        kind=found.kind,
        resource_id=str(resource.get("id", "")),
        url=read.url,
        version=options.version or read.version,
        body=canonical_json(resource | ({"version": options.version} if options.version else {})),
        valid_from=options.valid_from or read.valid_from,
        valid_to=options.valid_to or read.valid_to,
        map=map_record(mapped) if mapped is not None else None,
        shell=canonical_json({k: v for k, v in resource.items() if k != "group"})
        if mapped is not None
        else b"",
    )
    waiting = spool.records(ArtifactRow)
    waiting.add(row)
    waiting.flush()
    return ParsedResource(waiting=waiting, notices=tuple(left_out(found.resource, found.place)))
