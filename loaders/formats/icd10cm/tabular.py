"""ICD-10-CM tabular list (XML): chapters, sections, nested diagnoses with their notes.

Output: the hierarchy, notes, and codes with a seventh character, which the list only defines by rule: leaf codes get
one child for each character of the nearest definition, with ``X`` filling the gap. Rules in prose exclude some of
these, so a list of codes in the same source (an order file or a plain ``code-list``) decides which exist; without such
a list all are made, with a notice. A section of a single category (``B20`` with the category ``B20``) becomes one
concept with it, as in the publisher's own lists of codes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree
from msgspec.structs import replace

from loaders.checks import CheckedRecords
from loaders.contract import LoadOptions, MemberFormat, ParsedRelease, Progress, Source
from loaders.formats.icd10cm.order import order_members
from loaders.formats.icd10cm.update_label import find_update
from loaders.known_diffs import known
from loaders.reading.header import finish, options_file, system_of
from loaders.reading.text_file import TextFile, hashed
from loaders.reading.xml import UnsafeXML, bounded_events
from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.entities.records import ConceptRecord, Designation, Note, ReleaseHeader, SourceFile

__all__ = ["LOADER"]

_NAME = "icd10cm-tabular"
_ROOT = b"<ICD10CM.tabular"
_KINDS = {
    "includes": "inclusion",
    "inclusionTerm": "inclusion-term",
    "excludes1": "exclusion-1",
    "excludes2": "exclusion-2",
    "useAdditionalCode": "use-additional-code",
    "codeFirst": "code-first",
    "codeAlso": "code-also",
    "notes": "note",
    "sevenChrNote": "seventh-character",
    "visualImpairment": "note",
}
_NODES = ("chapter", "section", "diag")
_LISTED = re.compile(r"[A-Z][0-9A-Z]{2}[0-9A-Z.]{0,5}\b")


def _tabulars(source: Source) -> list[str]:
    names = source.members()
    xml = [m for m in names if m.lower().endswith(".xml")] if len(names) > 1 else names
    return [m for m in xml if _ROOT in source.read(m, 2000)]


def _read_file(
    source: Source, member: str, options: LoadOptions, progress: Progress
) -> Iterator[ParsedRelease]:
    existing, listing, notices = _listed_codes(source)
    checked, oddities, file = CheckedRecords(file=source.label(member)), _Oddities(), source.label(member)
    for records, lines in _Tree(file, existing).chapters(source.open(member)):
        for record, line in _without_single_sections(records, lines):
            checked.add(record, line)
            oddities.look(record)
    kept = checked.finished(tree=True)
    update = find_update(source, member, checked.keys, options)
    header = ReleaseHeader(
        system="icd-10-cm",
        version=update.label,
        source_line="tabular",
        facets=("label.full", "hierarchy", "notes"),
        valid_from=update.valid_from,
        priority=30,
        language="en",
        files=(hashed(source, member, "utf-8"), *listing, *options_file(options)),
        origin=source.name,
        format=_NAME,
        inferred={"system": "icd-10-cm", "version": update.label, "valid_from": str(update.valid_from or "")},
        notices=(
            message("notice.version", version=update.label, reason=update.reason),
            *notices,
            *checked.notices(),
            *oddities.notices(),
        ),
    )
    progress(message("progress.read_file", file=file), len(kept), len(kept))
    finished = finish(header, options)
    yield ParsedRelease(
        header=finished, concepts=kept, system=system_of(finished.system, options), ordered=True
    )


def _without_single_sections(
    records: list[ConceptRecord], lines: list[int]
) -> Iterator[tuple[ConceptRecord, int]]:
    """The records and lines, sections of one category of the same name made one with it; its notes come first."""
    by_code = {record.code: record for record in records}
    single = {code: by_code[f"{code}-{code}"] for code in by_code if f"{code}-{code}" in by_code}
    merged = {section.code for section in single.values()}
    for record, line in zip(records, lines, strict=True):
        if section := single.get(record.code):
            title = section.designations[0].text
            named = () if title == record.designations[0].text else (Note("section", title, "en"),)
            record = replace(record, parents=section.parents, notes=(*named, *section.notes, *record.notes))
        elif record.parents and record.parents[0] in merged:
            record = replace(record, parents=by_code[record.parents[0]].parents)
        if record.code not in merged:
            yield record, line


class _Oddities:
    """Codes that the XML nests elsewhere than the order file of the same update does."""

    def __init__(self) -> None:
        self._odd: dict[str, str] = known("icd10cm_tabular")["parents"]
        self._found: list[str] = []

    def look(self, record: ConceptRecord) -> None:
        """Note a record that is one of them."""
        if record.code in self._odd and record.parents == (self._odd[record.code],):
            self._found.append(record.code)

    def notices(self) -> list[str]:
        """A notice of each."""
        return [message("icd10cm.nested", code=code, parent=self._odd[code]) for code in self._found]


def _listed_codes(source: Source) -> tuple[frozenset[str], tuple[SourceFile, ...], tuple[str, ...]]:
    """The undotted codes that exist by a list in the same source, that list, and a notice."""
    for member in order_members(source) if len(source.members()) > 1 else []:
        text = TextFile(source, member)
        codes = frozenset(line[6:13].rstrip() for line in text.lines())
        return codes, (text.source_file,), (message("icd10cm.seventh_listed", member=member),)
    for member in source.members():
        if "code" in member.lower() and "list" in member.lower() and member.lower().endswith(".txt"):
            text = TextFile(source, member)
            listed = (match[0].replace(".", "") for line in text.lines() if (match := _LISTED.match(line)))
            return frozenset(listed), (text.source_file,), (message("icd10cm.seventh_listed", member=member),)
    return frozenset(), (), (message("icd10cm.seventh_rule"),)


class _Node:
    """A chapter, section or diagnosis while it is being read."""

    __slots__ = ("code", "text", "notes", "parent", "line", "children", "extensions", "at")

    def __init__(self, parent: _Node | None, line: int, at: int) -> None:
        self.code, self.text, self.parent, self.line, self.at = "", "", parent, line, at
        self.notes: list[Note] = []
        self.children = 0
        self.extensions: dict[str, str] = {}

    def definition(self) -> dict[str, str]:
        """The seventh characters that apply here: its own or the nearest ancestor's."""
        node: _Node | None = self
        while node is not None and not node.extensions:
            node = node.parent
        return node.extensions if node is not None else {}


class _Tree:
    """Reads the XML in one pass, a chapter at a time; the records of a chapter in the list's order, parents first."""

    def __init__(self, file: str, existing: frozenset[str]) -> None:
        self.file, self.existing = file, existing
        self.records: list[ConceptRecord] = []
        self.lines: list[int] = []
        self._open: list[_Node] = []
        self._nodes = 0

    def chapters(self, stream: BinaryIO) -> Iterator[tuple[list[ConceptRecord], list[int]]]:
        """Records and lines of each chapter; raises ContentError with the line. Closes the stream."""
        try:
            with stream:
                for event, element in bounded_events(stream):
                    if event == "start":
                        self._start(element)
                        continue
                    self._end(element)
                    if self.records and not self._open:
                        yield self.records, self.lines
                        self.records, self.lines = [], []
        except (etree.XMLSyntaxError, UnsafeXML) as error:
            detail = error.why if isinstance(error, UnsafeXML) else error.msg
            line = getattr(error, "lineno", None)
            raise ContentError(message("read.not_xml", detail=detail), file=self.file, line=line) from error

    def _start(self, element: etree._Element) -> None:
        if element.tag not in _NODES:
            return
        parent = self._open[-1] if self._open else None
        node = _Node(parent, element.sourceline or 0, len(self.records))
        if element.tag == "section":
            node.code = _section_code(element.get("id", ""))
        if parent is not None:
            parent.children += 1
        self._open.append(node)
        self.records.append(ConceptRecord(code=node.code))  # its place in the order; filled at its end
        self.lines.append(node.line)

    def _end(self, element: etree._Element) -> None:
        if not self._open:
            return
        node, parent = self._open[-1], element.getparent()
        inside = parent is not None and parent.tag in _NODES
        if element.tag in _NODES:
            self._close(self._open.pop())
            element.clear()
        elif inside and element.tag == "name":
            node.code = _text(element)
        elif inside and element.tag == "desc":
            node.text = _text(element)
        elif inside and element.tag == "sevenChrDef":
            node.extensions = _extensions(element)
        elif inside and element.tag in _KINDS:
            node.notes += [Note(_KINDS[element.tag], text, "en") for text in _notes(element)]

    def _close(self, node: _Node) -> None:
        if not node.code or not node.text:
            unnamed = message("icd10cm.no_name", code=node.code or message("icd10cm.diagnosis"))
            raise ContentError(unnamed, file=self.file, line=node.line)
        self.records[node.at] = self._record(node)
        if not node.children and "-" not in node.code and len(node.code) < 8:
            self._extend(node)

    def _record(self, node: _Node) -> ConceptRecord:
        return ConceptRecord(
            code=node.code,
            designations=(Designation("label.full", node.text, "en"),),
            notes=tuple(dict.fromkeys(node.notes)),
            parents=(node.parent.code,) if node.parent else (),
        )

    def _extend(self, node: _Node) -> None:
        stem = node.code.replace(".", "").ljust(6, "X")
        for character, text in node.definition().items():
            bare = stem + character
            if self.existing and bare not in self.existing:
                continue
            label = Designation("label.full", f"{node.text}, {text}", "en")
            self.records.append(
                ConceptRecord(code=f"{bare[:3]}.{bare[3:]}", designations=(label,), parents=(node.code,))
            )
            self.lines.append(node.line)


def _section_code(given: str) -> str:
    """A section of one category is written ``B20-B20``, so that it is not taken for the category B20."""
    return f"{given}-{given}" if given and "-" not in given else given


def _extensions(element: etree._Element) -> dict[str, str]:
    return {e.get("char", ""): _text(e) for e in element.iter("extension") if e.get("char")}


def _notes(element: etree._Element) -> Iterator[str]:
    if element.tag == "visualImpairment":
        yield _text(element)
    else:
        yield from filter(None, (_text(note) for note in element.iter("note")))


def _text(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


LOADER = MemberFormat(
    name=_NAME,
    summary="ICD-10-CM tabular list (XML) with notes and chapters, alone or in a package",
    find=_tabulars,
    parse=_read_file,
)
