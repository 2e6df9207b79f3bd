"""The loader protocol and its values: from a source on disk to one or several parsed releases.

Formats have one module each; ``loaders.run`` gives what was parsed to the registry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO, Protocol

from registry.entities.records import (
    Component,
    ConceptRecord,
    MapRecord,
    ReleaseHeader,
    Removal,
    SystemRecord,
)
from registry.store.artifacts import ArtifactRow
from registry.store.component_frames import ComponentFrame

__all__ = [
    "LoadOptions",
    "Loader",
    "MemberFormat",
    "Parsed",
    "ParsedEntry",
    "ParsedMap",
    "ParsedRelease",
    "ParsedResource",
    "Progress",
    "Source",
]


class Progress(Protocol):
    """Called with the progress of a load; ``stage`` may be a message, ``total`` may be unknown."""

    def __call__(self, stage: str, done: int, total: int | None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """Options of the caller; every field overrides what the source states or suggests."""

    system: str = ""
    version: str = ""
    track: str = ""
    valid_from: date | None = None
    valid_to: date | None = None  #: exclusive
    published: str = ""
    kind: str = ""
    effective_from: date | None = None
    coverage: str = ""  #: complete, subset:NAME, fragment
    status: str = ""
    url: str = ""
    title: str = ""
    licence: str = ""
    access: str = ""
    redistribution: str = ""
    language: str = ""
    label_kind: str = ""  #: label.full or label.short: overrides the 60-character rule
    columns: Mapping[str, str] = field(default_factory=dict)  #: plain lists: role → column name or number
    delimiter: str = ""
    encoding: str = ""
    origin: str = ""  #: where the files were fetched from
    fetched: str = ""  #: instant of fetching, ISO 8601
    extra: Mapping[str, str] = field(default_factory=dict)


class Source(Protocol):
    """A source on disk: a file, a folder or an archive, read within bounds (``loaders.reading.archive``).

    ``open`` is the way to content: a stream that ``reading.text_file``, ``json_stream``, ``table`` and ``xml`` read in
    pieces. ``read`` is for the beginning of a member, by which a format is recognised, and for small members.
    """

    name: str

    def members(self) -> list[str]:
        """Names of the files inside, sorted; a single file is its own only member."""

    def label(self, member: str) -> str:
        """How an error names the member: ``archive.zip!member``, or the file's own name."""

    def read(self, member: str, limit: int | None = None) -> bytes:
        """The bytes of a member (the first ``limit`` of them)."""

    def open(self, member: str) -> BinaryIO:
        """The bytes of a member as a stream, unpacked while they are read; the caller closes it."""

    def sibling(self, member: str, name: str) -> bytes | None:
        """The bytes of the file called ``name`` in the member's folder, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRelease:
    """A release ready to be imported. ``concepts`` may be a generator; it is consumed once.

    Besides concepts it gives removals (``ReleaseHeader.base``, ``depends_on``, fragments) and the components that the
    source versions itself, as records or many in a frame; relationships come before the concepts that they are of.

    ``ordered``: the source's order of concepts has a meaning and is kept. ``may_be_empty``: the source states that the
    version has no codes; otherwise a release without codes is refused.
    """

    header: ReleaseHeader
    concepts: Iterable[ConceptRecord | Removal | Component | ComponentFrame]
    system: SystemRecord | None = None
    ordered: bool = False
    may_be_empty: bool = False
    stated: tuple[
        str, ...
    ] = ()  #: fields of ``system`` that the caller stated; they change a known system too


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMap:
    """A concept map or official change table ready to be imported."""

    map: MapRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """Metadata of a system without its content: it updates the catalogue entry."""

    system: SystemRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedResource:
    """A value set or map to be kept as it was given; ``waiting`` gives it, once read, from where it waits."""

    waiting: Iterable[ArtifactRow]
    notices: tuple[str, ...] = ()

    @property
    def artifact(self) -> ArtifactRow:
        """The resource, read anew each time."""
        (row,) = self.waiting
        return row


#: everything that a loader may find
Parsed = ParsedRelease | ParsedMap | ParsedEntry | ParsedResource


class Loader(Protocol):
    """One source format."""

    name: str  #: as in ``--format NAME``
    summary: str  #: one line for ``gyldig load --help`` and the docs

    def members(self, source: Source) -> list[str]:
        """The members whose content (not name alone) is of this format; none if the source is of another."""

    def read(self, source: Source, options: LoadOptions, progress: Progress) -> Iterator[Parsed]:
        """Parse the source; raises ``registry.entities.errors.SourceError`` with file and line."""


@dataclass(slots=True, kw_only=True)
class MemberFormat:
    """A loader of files that are read independently of each other.

    ``find`` gives the members of this format by their content, ``parse`` what one of them holds.
    """

    name: str
    summary: str
    find: Callable[[Source], list[str]]
    parse: Callable[[Source, str, LoadOptions, Progress], Iterable[Parsed]]

    def members(self, source: Source) -> list[str]:
        """The members whose content is of this format."""
        return self.find(source)

    def read(self, source: Source, options: LoadOptions, progress: Progress) -> Iterator[Parsed]:
        """What every member holds, in the order of the members."""
        for member in self.find(source):
            yield from self.parse(source, member, options, progress)
