"""Finds the FHIR resources of a source: loose files, Bundles, folders, packages; JSON or XML.

Resources are recognised by their content, Bundles are opened, and ``package.json`` is read. Raises ContentError with
file and line or element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from loaders.contract import LoadOptions, Source
from loaders.formats.fhir.fhir_xml import xml_to_json
from loaders.formats.fhir.reading import Json, items
from loaders.reading.archive import source_file
from loaders.reading.jsontext import parse
from registry.entities.errors import ContentError
from registry.entities.exact_json import dumps
from registry.entities.messages import message
from registry.entities.records import SourceFile

__all__ = ["WANTED", "Found", "Package", "canonical_json", "claimed", "found_in", "package_of"]

WANTED = ("CodeSystem", "ValueSet", "ConceptMap")
_HEAD = 4096
_TYPE = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]+)"')
_ROOT = re.compile(rb"<(?![?!])([A-Za-z]+)\b[^>]*xmlns\s*=\s*[\"']http://hl7\.org/fhir[\"']")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Package:
    """Metadata of ``package.json``; ``folder`` is the folder of its resources, with its slash; None without package."""

    folder: str | None = None
    release: str = ""  #: R4, R4B or R5; empty if it is not stated
    licence: str = ""
    name: str = ""

    def holds(self, member: str) -> bool:
        """Whether the member is the package's own content, not an example or another file."""
        if self.folder is None:
            return True
        return member.startswith(self.folder) and "/" not in member.removeprefix(self.folder)


@dataclass(frozen=True, slots=True)
class Found:
    """One resource with its file and path."""

    resource: Json
    file: str  #: as errors name it
    path: str  #: of the resource in its file: ``CodeSystem``, ``Bundle.entry[2].resource``
    source: SourceFile
    package: Package = field(default_factory=Package)

    @property
    def kind(self) -> str:
        return str(self.resource.get("resourceType", ""))


def canonical_json(resource: Json) -> bytes:
    """The resource as UTF-8 with sorted keys: the same for the same resource, however it came."""
    return dumps(resource, option=orjson.OPT_SORT_KEYS)


def claimed(source: Source) -> dict[str, str]:
    """Members that are FHIR resources, with the type that their first bytes show; empty if none is a terminology resource or Bundle."""
    types = {m: t for m in source.members() if (t := _type_of(source, m))}
    return types if any(t in (*WANTED, "Bundle") for t in types.values()) else {}


def _type_of(source: Source, member: str) -> str:
    if member.rsplit("/", 1)[-1].startswith("."):
        return ""
    head = source.read(member, _HEAD).removeprefix(_BOM).lstrip()
    if head.startswith(b"{"):
        match = _TYPE.search(head) or (_TYPE.search(source.read(member)) if len(head) > _HEAD // 2 else None)
    else:
        match = _ROOT.search(head) if head.startswith(b"<") else None
    return match[1].decode() if match else ""


def package_of(source: Source) -> Package:
    """The FHIR package that the source is; one without name and folder if it is none."""
    for member in sorted(source.members(), key=lambda m: m.count("/")):
        if member.rsplit("/", 1)[-1] == "package.json":
            value, _ = parse(source.read(member), file=source.label(member), encoding="utf-8")
            versions = _fhir_versions(value)
            if versions:
                return Package(
                    folder=member.removesuffix("package.json"),
                    release=release_of_version(versions[0]),
                    licence=str(value.get("license", "")),
                    name=f"{value.get('name', '')}#{value.get('version', '')}",
                )
    return Package()


def _fhir_versions(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    found = value.get("fhirVersions") or value.get("fhir-version-list") or value.get("fhirVersion") or []
    listed = [found] if isinstance(found, str) else found
    return [v for v in listed if isinstance(v, str)] if isinstance(listed, list) else []


def release_of_version(version: str) -> str:
    """The release of FHIR that a version number belongs to.

    >>> release_of_version("4.0.1"), release_of_version("4.3.0"), release_of_version("5.0.0")
    ('R4', 'R4B', 'R5')
    """
    if version.startswith(("4.0", "3.5")):
        return "R4"
    if version.startswith(("4.1", "4.3")):
        return "R4B"
    return "R5" if version.startswith(("4.", "5.")) else ""


def found_in(source: Source, options: LoadOptions) -> Iterator[Found]:
    """Every resource in the package's folder, or anywhere if it is not a package; Bundles opened."""
    package = package_of(source)
    for member, kind in claimed(source).items():
        if kind in (*WANTED, "Bundle") and package.holds(member):
            yield from _open(source, member, package, options)


def _open(source: Source, member: str, package: Package, options: LoadOptions) -> Iterator[Found]:
    file, data = source.label(member), source.read(member)
    resource = read_resource(data, file=file, release=options.extra.get("fhir") or package.release)
    if resource.get("resourceType") == "Bundle":
        yield from _entries(resource, "Bundle", file, member, package)
    elif resource.get("resourceType") in WANTED:
        yield Found(
            resource, file, str(resource["resourceType"]), source_file(member, data, "utf-8"), package
        )


def read_resource(data: bytes, *, file: str, release: str = "") -> dict[str, Any]:
    """A resource from JSON or XML; raises ContentError naming the file and line or element."""
    if data.removeprefix(_BOM).lstrip().startswith(b"<"):
        return xml_to_json(data, release=release or "R5", file=file)
    value, _ = parse(data, file=file, encoding="utf-8")
    if not isinstance(value, dict):
        raise ContentError(message("fhir.resource_object"), file=file)
    return value


def _entries(bundle: Json, path: str, file: str, member: str, package: Package) -> Iterator[Found]:
    for entry, where in items(bundle, "entry", path):
        resource, place = entry.get("resource"), f"{where}.resource"
        if not isinstance(resource, dict):
            continue
        kind = resource.get("resourceType")
        if kind == "Bundle":
            yield from _entries(resource, place, file, member, package)
        elif kind in WANTED:
            record = source_file(f"{member}#{kind}/{resource.get('id', '')}", canonical_json(resource))
            yield Found(resource, file, place, record, package)
