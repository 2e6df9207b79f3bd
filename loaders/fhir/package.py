"""FHIR terminology resources from files: single resources, Bundles, NPM packages; JSON and XML, R4 to R5.

Here: finding the resources in a source and what each becomes: a release, a catalogue entry, a stored resource.
Not here: the elements of a resource (``codesystem``, ``valueset``, ``conceptmap``), HTTP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from loaders.archive import source_file
from loaders.base import LoadOptions, ParsedEntry, ParsedMap, ParsedRelease, ParsedResource, Progress, Source
from loaders.fhir.codesystem import ReadCodeSystem, read_code_system
from loaders.fhir.conceptmap import read_concept_map
from loaders.fhir.shape import check_shape
from loaders.fhir.valueset import read_value_set
from loaders.fhir.xml import resource_from_xml
from loaders.header import finish, system_of
from loaders.jsontext import parse
from registry.artifacts import ArtifactRow
from registry.errors import ContentError, FormatError
from registry.records import Coverage, ReleaseHeader, SourceFile, SystemRecord

__all__ = ["KINDS", "FhirResources", "parsed_resource"]

Parsed = ParsedRelease | ParsedMap | ParsedEntry | ParsedResource
KINDS = ("CodeSystem", "ValueSet", "ConceptMap")
_JSON = re.compile(rb'"resourceType"\s*:\s*"(CodeSystem|ValueSet|ConceptMap|Bundle)"')
_XML = re.compile(rb'<(CodeSystem|ValueSet|ConceptMap|Bundle)\s[^>]*xmlns="http://hl7.org/fhir"')
_HEAD = 65_536
_SLUG = re.compile(r"[^a-z0-9]+")
_OID = re.compile(r"(?:urn:oid:)?([0-2](?:\.\d+)+)")


class FhirResources:
    """CodeSystem, ValueSet and ConceptMap."""

    name = "fhir"
    summary = "FHIR CodeSystem, ValueSet, ConceptMap: JSON, XML, Bundle, NPM package (R4, R4B, R5)"

    def __init__(self) -> None:
        self._last: tuple[Source, list[str]] | None = None

    def members(self, source: Source) -> list[str]:
        """The members that begin as such a resource."""
        if self._last is None or self._last[0] is not source:
            self._last = (source, [m for m in source.members() if _promising(source, m)])
        return self._last[1]

    def read(self, source: Source, options: LoadOptions, progress: Progress) -> Iterator[Parsed]:
        """Everything that the resources of the source become; value sets and maps after the code systems."""
        members = self.members(source)
        package = "package/package.json" in source.members()
        later: list[Parsed] = []
        for done, member in enumerate(members):
            progress("reading", done, len(members))
            for one in _member(source, member, options, strict=not package):
                if isinstance(one, ParsedRelease):
                    yield one
                else:
                    later.append(one)
        yield from later


def _promising(source: Source, member: str) -> bool:
    lower = member.lower()
    if lower.endswith("/.index.json") or not lower.endswith((".json", ".xml")):
        return False
    head = source.read(member, _HEAD)
    return (_JSON if lower.endswith(".json") else _XML).search(head) is not None


def _member(source: Source, member: str, options: LoadOptions, *, strict: bool) -> Iterator[Parsed]:
    label, data = source.label(member), source.read(member)
    if member.lower().endswith(".xml"):
        resource, encoding = resource_from_xml(data, file=label), "utf-8"
    else:
        resource, encoding = parse(data, file=label, encoding=options.encoding)
    file = source_file(member, data, encoding)
    for one, path in _resources(resource, label):
        try:
            yield from parsed_resource(one, options, path=path, files=(file,), strict=strict)
        except ContentError as error:
            raise ContentError(error.message, file=label, line=error.line) from error


def _resources(resource: Any, label: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The terminology resources, with their paths: the resource itself, or a Bundle's entries."""
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if kind in KINDS:
        yield resource, str(kind)
        return
    if kind != "Bundle":
        raise FormatError(f"a FHIR {' or '.join(KINDS)} is expected, not {kind}", file=label)
    for number, entry in enumerate(resource.get("entry", [])):
        inner = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(inner, dict) and inner.get("resourceType") in KINDS:
            yield inner, f"Bundle.entry[{number}].resource"


def parsed_resource(
    resource: dict[str, Any],
    options: LoadOptions,
    *,
    path: str = "",
    files: Sequence[SourceFile] = (),
    strict: bool = True,
) -> Iterator[Parsed]:
    """What one resource becomes; ``strict`` also checks it against the published definitions.

    Raises ContentError with the path of the element that is wrong.
    """
    kind = str(resource["resourceType"])
    if strict:
        check_shape(resource, path or kind)
    if kind == "CodeSystem":
        found = read_code_system(resource, path or kind)
        yield (
            _entry(found, options) if found.info.content == "not-present" else _release(found, options, files)
        )
    else:
        yield ParsedResource(artifact=_artifact(resource, kind, path or kind))


def _artifact(resource: dict[str, Any], kind: str, path: str) -> ArtifactRow:
    found = read_value_set(resource, path) if kind == "ValueSet" else read_concept_map(resource, path)
    if not found.url:
        raise ContentError("a url is needed", line=f"{path}.url")
    kept = {k: v for k, v in resource.items() if k != "text"}
    return ArtifactRow(
        kind=kind,
        resource_id=str(resource.get("id", "")),
        url=found.url,
        version=found.version,
        valid_from=found.valid_from,
        valid_to=found.valid_to,
        body=msgspec.json.encode(kept),
    )


def slug_of(url: str) -> str:
    """A slug from a canonical URL, different for different URLs as far as letters and digits tell.

    >>> slug_of("http://terminology.hl7.org/CodeSystem/v3-ActCode")
    'terminology-hl7-org-codesystem-v3-actcode'
    """
    return _SLUG.sub("-", url.partition("//")[2].lower() or url.lower()).strip("-")


def _system(found: ReadCodeSystem, options: LoadOptions) -> SystemRecord:
    info, shell = found.info, found.info.shell
    listed = shell.get("identifier", [])
    values = (
        [str(i.get("value", "")) for i in listed if isinstance(i, dict)] if isinstance(listed, list) else []
    )
    return system_of(
        options.system or slug_of(info.url),
        options,
        url=info.url,
        oids=tuple(m[1] for v in values if (m := _OID.fullmatch(v))),
        titles={info.language or "en": info.title or info.name or info.url},
        owner=str(shell.get("publisher", "")),
        licence=str(shell.get("copyright", "")),
        language=info.language,
        version_order=_order(shell),
        end_rule="open",
    )


def _order(shell: dict[str, Any]) -> str:
    algorithm = shell.get("versionAlgorithmCoding") or {}
    code = str(algorithm.get("code", "") if isinstance(algorithm, dict) else "")
    return code if code in ("semver", "integer", "date") else "natural"


def _entry(found: ReadCodeSystem, options: LoadOptions) -> ParsedEntry:
    if not found.info.url:
        raise ContentError("a url is needed", line="CodeSystem.url")
    return ParsedEntry(system=_system(found, options))


def _release(found: ReadCodeSystem, options: LoadOptions, files: Sequence[SourceFile]) -> ParsedRelease:
    info = found.info
    if not info.url:
        raise ContentError("a url is needed", line="CodeSystem.url")
    system = _system(found, options)
    published = str(info.shell.get("date", ""))
    header = ReleaseHeader(
        system=system.slug,
        version=info.version or published[:10] or "unversioned",
        source_line="fhir",
        facets=_facets(found),
        valid_from=info.valid_from,
        valid_to=info.valid_to,
        published=published,
        coverage=Coverage(kind="complete" if info.content == "complete" else "fragment"),
        language=info.language,
        files=tuple(files),
        format="fhir",
        properties=info.properties,
        content=info.content,  # type: ignore[arg-type]
        shell=info.shell,
        inferred={} if info.version else {"version": published[:10] or "unversioned"},
    )
    return ParsedRelease(header=finish(header, options), concepts=found.records, system=system, ordered=True)


def _facets(found: ReadCodeSystem) -> tuple[str, ...]:
    codes = {p.code for r in found.records for p in r.properties} | {p.code for p in found.info.properties}
    facets = ["display", "notes", "selectable", "inactive", *(f"property:{c}" for c in sorted(codes))]
    return (*facets, "hierarchy") if any(r.parents for r in found.records) else tuple(facets)
