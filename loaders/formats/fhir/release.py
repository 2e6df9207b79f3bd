"""A CodeSystem as a release of a version; a ValueSet or ConceptMap as a resource to keep.

Output for a CodeSystem: header with the facets that it states and the part of the version that it covers. Concepts are
read in ``codesystem``, the catalogue entry in ``identity``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec.structs import replace

from loaders.checks import find_cycle
from loaders.contract import LoadOptions, ParsedEntry, ParsedRelease, ParsedResource
from loaders.formats.fhir.codesystem import ReadCodeSystem, read_code_system
from loaders.formats.fhir.conceptmap import map_record, read_concept_map
from loaders.formats.fhir.identity import system_record
from loaders.formats.fhir.mending import left_out
from loaders.formats.fhir.reading import Json, items, period, text
from loaders.formats.fhir.resources import Found, canonical_json
from loaders.formats.fhir.validation import validate
from loaders.formats.fhir.valueset import read_value_set
from loaders.reading.header import finish
from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.entities.records import ConceptRecord, Coverage, ReleaseHeader, SystemRecord
from registry.store.artifacts import ArtifactRow
from registry.systems import behaviour_of
from registry.systems.concept_properties import standard_name

__all__ = ["FORMAT", "artifact_of", "located", "release_of"]

FORMAT = "fhir"
_CONTENTS = ("complete", "fragment", "example", "supplement", "not-present")
_FLAGS = {"inactive": "inactive", "status": "inactive", "notSelectable": "selectable"}


@contextmanager
def located(file: str) -> Iterator[None]:
    """Add the file to an error that only names the element."""
    try:
        yield
    except ContentError as error:
        if error.file:
            raise
        raise ContentError(error.message, file=file, line=error.line) from error


def release_of(found: Found, options: LoadOptions) -> ParsedRelease | ParsedEntry:
    """A code system's version, or the metadata of a system without content.

    Raises ContentError with file and element.
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
        read = read_code_system(resource, path)
        records = _canonical(read.records, system)
        if content == "complete":
            _check_tree(records, resource, path)
        header = finish(_header(found, read, records, system, fhir), options)
    return ParsedRelease(
        header=header,
        concepts=records,
        system=replace(system, slug=header.system),
        ordered=True,
        may_be_empty=True,
    )


def _header(
    found: Found, read: ReadCodeSystem, records: Sequence[ConceptRecord], system: SystemRecord, fhir: str
) -> ReleaseHeader:
    info = read.info
    return ReleaseHeader(
        system=system.slug,
        version=info.version,
        source_line=FORMAT,
        facets=tuple(_facets(found.resource, records, info.properties, found.path)),
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
        notices=tuple(left_out(found.resource, found.path)),
    )


def _facets(
    resource: Json, records: Iterable[ConceptRecord], declared: Sequence[Any], path: str
) -> Iterator[str]:
    """The facets of the resource: what occurs in it and what it declares."""
    kinds: dict[str, None] = {}
    codes: dict[str, None] = {p.code: None for p in declared}
    notes = parents = inactive = selectable = False
    for record in records:
        kinds.update(dict.fromkeys(d.kind for d in record.designations))
        codes.update(dict.fromkeys(p.code for p in record.properties))
        notes, parents = notes or bool(record.notes), parents or bool(record.parents)
        inactive, selectable = inactive or record.inactive, selectable or record.selectable is not None
    flags = {_FLAGS.get(_name(p)) for p in declared}
    yield from kinds
    for facet, asserted in (
        ("notes", notes),
        ("hierarchy", parents or bool(text(resource, "hierarchyMeaning", path)) or "parent" in codes),
        ("inactive", inactive or "inactive" in flags),
        ("selectable", selectable or "selectable" in flags),
    ):
        if asserted:
            yield facet
    yield from (f"property:{code}" for code in codes if code not in ("parent", "child"))


def _name(declared: Any) -> str:
    """A declared property by FHIR's own name for it, else by its code."""
    uri: str = declared.uri
    return standard_name(uri) or str(declared.code)


def _canonical(records: Sequence[ConceptRecord], system: SystemRecord) -> Sequence[ConceptRecord]:
    """Codes in the canonical form of the system, if the registry has rules for it."""
    rules = behaviour_of(system.rules or system.slug)
    if rules.name in ("plain", "caseless"):
        return records
    return [
        replace(r, code=rules.canonical(r.code), parents=tuple(rules.canonical(p) for p in r.parents))
        for r in records
    ]


def _check_tree(records: Sequence[ConceptRecord], resource: Json, path: str) -> None:
    """Every parent is here, and nothing is its own ancestor."""
    codes = {r.code for r in records}
    for record in records:
        for parent in record.parents:
            if parent not in codes:
                where = _place(resource, record.code, path) or path
                raise ContentError(message("fhir.parent", parent=parent), line=where)
    if cycle := find_cycle({r.code: r.parents for r in records if r.parents}):
        where = _place(resource, cycle[0], path) or path
        raise ContentError(message("fhir.cycle", path=" → ".join(cycle)), line=where)


def _place(parent: Json, code: str, path: str) -> str:
    """The path of the concept with the code. Slow: for messages only."""
    for item, where in items(parent, "concept", path):
        found = where if item.get("code") == code else _place(item, code, where)
        if found:
            return found
    return ""


def artifact_of(found: Found, options: LoadOptions) -> ParsedResource:
    """A value set or concept map as given; raises ContentError with file and element."""
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
    return ParsedResource(artifact=row, notices=tuple(left_out(found.resource, found.path)))
