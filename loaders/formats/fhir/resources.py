"""Finds the FHIR resources of a source: loose files, Bundles, folders, packages; JSON or XML.

Resources are recognised by their content, Bundles are opened, and ``package.json`` is read. Raises ContentError with
file and line or element.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from loaders.contract import LoadOptions, Source
from loaders.formats.fhir.fhir_xml import xml_elements, xml_to_json, xml_without
from loaders.formats.fhir.reading import Json, elements
from loaders.reading.archive import source_file
from loaders.reading.json_stream import JsonStream
from loaders.reading.jsontext import parse
from loaders.reading.parser_errors import READ_ERRORS, source_error
from loaders.reading.text_file import TextFile, pieces
from registry.entities.errors import ContentError, SourceError
from registry.entities.exact_json import dumps
from registry.entities.messages import message
from registry.entities.records import SourceFile

__all__ = ["WANTED", "Found", "LeftOut", "Package", "canonical_json", "claimed", "found_in", "package_of"]

WANTED = ("CodeSystem", "ValueSet", "ConceptMap")
_HEAD = 4096
_TYPE_LENGTH = 100  #: bytes that the member with the type may take
_TYPE = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]+)"')
_ROOT = re.compile(rb"<(?![?!])([A-Za-z]+)\b[^>]*xmlns\s*=\s*[\"']http://hl7\.org/fhir[\"']")
_LONG = ("concept", "entry")  #: members that may be longer than what is held in memory
_SMALL_LIST = 1 << 20  #: characters of such a list that are
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
    #: the concepts of a code system that is too large to be held, which ``resource`` is then without; read each time
    streamed: Iterable[Any] | None = None

    @property
    def kind(self) -> str:
        return str(self.resource.get("resourceType", ""))

    @property
    def place(self) -> str:
        """How a notice names the resource: its path, in a package with the file before it."""
        return self.path if self.package.folder is None else f"{self.file}:{self.path}"


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
        match = _TYPE.search(head) or (_late_type(source, member) if len(head) > _HEAD // 2 else None)
    else:
        match = _ROOT.search(head) if head.startswith(b"<") else None
    return match[1].decode() if match else ""


def _late_type(source: Source, member: str) -> re.Match[bytes] | None:
    """The type of a resource that does not begin with it."""
    rest = b""
    for piece in pieces(source.open(member)):
        if match := _TYPE.search(rest + piece):
            return match
        rest = piece[-_TYPE_LENGTH:]
    return None


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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file of a package that cannot be read, and why; the other files of the package are."""

    file: str
    error: SourceError


def found_in(source: Source, options: LoadOptions) -> Iterator[Found | LeftOut]:
    """Every resource in the package's folder, or anywhere if it is not a package; Bundles opened.

    A file of a package that cannot be read is given as left out; of another source it raises SourceError.
    """
    package = package_of(source)
    for member, kind in claimed(source).items():
        if kind not in (*WANTED, "Bundle") or not package.holds(member):
            continue
        try:
            yield from _open(source, member, package, options)
        except READ_ERRORS as error:
            if package.folder is None:
                raise
            yield LeftOut(source.label(member), source_error(error, source.label(member)))


def _open(source: Source, member: str, package: Package, options: LoadOptions) -> Iterator[Found]:
    file = source.label(member)
    text = TextFile(source, member, encoding="utf-8")
    if source.read(member, _HEAD).removeprefix(_BOM).lstrip().startswith(b"<"):
        release = options.extra.get("fhir") or package.release or "R5"
        resource, long = _xml(source, member, release)
    else:
        resource, long = _without_long_lists(text)
    kind = str(resource.get("resourceType", ""))
    if kind == "Bundle":
        entries = long.get("entry") or resource.get("entry", [])
        yield from _entries(entries, "Bundle", file, member, package)
    elif kind in WANTED:
        yield Found(resource, file, kind, text.source_file, package, long.get("concept"))


class LongList:
    """The elements of a list that a resource has as a member: read from the file, one at a time, each time anew."""

    def __init__(self, text: TextFile, name: str) -> None:
        self._text, self._name = text, name

    def __iter__(self) -> Iterator[Any]:
        stream = JsonStream(self._text.texts(), file=self._text.file)
        for name in stream.members():
            if name == self._name and stream.kind() == "[":
                for _ in stream.elements():
                    yield stream.value()
            else:
                stream.value()


class XmlConcepts:
    """The concepts of a code system in XML, likewise."""

    def __init__(self, source: Source, member: str, release: str) -> None:
        self._source, self._member, self._release = source, member, release

    def __iter__(self) -> Iterator[Any]:
        stream, file = self._source.open(self._member), self._source.label(self._member)
        return xml_elements(stream, "concept", release=self._release, file=file)


def _xml(source: Source, member: str, release: str) -> tuple[dict[str, Any], dict[str, Iterable[Any]]]:
    """A resource in XML; of a large one without its concepts, and these."""
    file = source.label(member)
    data = source.read(member, _SMALL_LIST + 1)
    if len(data) <= _SMALL_LIST:
        return xml_to_json(data, release=release, file=file), {}
    with source.open(member) as stream:
        resource = xml_without(stream, "concept", release=release, file=file)
    named = resource.get("resourceType") == "CodeSystem"
    return resource, {"concept": XmlConcepts(source, member, release)} if named else {}


def _without_long_lists(text: TextFile) -> tuple[dict[str, Any], dict[str, Iterable[Any]]]:
    """A resource without those of its lists of concepts or entries that are too long to be held, and these lists."""
    stream, found, long = (
        JsonStream(text.texts(), file=text.file),
        dict[str, Any](),
        dict[str, Iterable[Any]](),
    )
    if stream.kind() not in ("{", ""):
        raise ContentError(message("fhir.resource_object"), file=text.file)
    for name in stream.members():
        if name not in _LONG or stream.kind() != "[":
            found[name] = stream.value()
        elif (values := _small_list(stream)) is not None:
            found[name] = values
        else:
            long[name] = LongList(text, name)
    stream.end()
    return found, long


def _small_list(stream: JsonStream) -> list[Any] | None:
    """The elements of the list, or None if it is too long: it is only read past then."""
    start, values = stream.place, list[Any]()
    for _ in stream.elements():
        value = stream.value()
        if stream.place - start < _SMALL_LIST:
            values.append(value)
        else:
            values.clear()
    return values if stream.place - start < _SMALL_LIST else None


def _entries(entries: Iterable[Any], path: str, file: str, member: str, package: Package) -> Iterator[Found]:
    for entry, where in elements(entries, f"{path}.entry"):
        resource, place = entry.get("resource"), f"{where}.resource"
        if not isinstance(resource, dict):
            continue
        kind = resource.get("resourceType")
        if kind == "Bundle":
            yield from _entries(resource.get("entry", []), place, file, member, package)
        elif kind in WANTED:
            record = source_file(f"{member}#{kind}/{resource.get('id', '')}", canonical_json(resource))
            yield Found(resource, file, place, record, package)
