"""ICD-10-CM order files: one line a code, fixed width, alone or in the zip they are published in.

Columns (from 1): 1-5 number, 7-13 code without dot, 15 header (0) or billable (1), 17-76 short text, 78 long.
Here: the codes of one update. Hierarchy is that of the codes: the parent is the longest shorter code in the
file. Not here: the addenda (``icd10cm_addenda``), the tabular list (``icd10cm_tabular``). The numbers are not
kept: they shift with every insertion.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from time import perf_counter

from loaders.checks import repeats
from loaders.contract import LoadOptions, ParsedMap, ParsedRelease, Progress, Source
from loaders.formats.icd10cm.update_label import find_update
from loaders.reading.archive import source_file
from loaders.reading.decoding import decode, lines_of
from loaders.reading.header import finish, options_file, system_of
from registry.entities.errors import ContentError
from registry.entities.messages import Message, message
from registry.entities.records import ConceptRecord, Designation, Property, PropertyDefinition, ReleaseHeader

__all__ = ["Icd10cmOrder", "order_members", "parse_order"]

_LINE = re.compile(rb"\d{5} [A-Z][0-9A-Z]{2}[0-9A-Z ]{4} [01] \S")
_CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_FLAGS = {
    "0": (False, (Property("billable", False, "boolean"),)),
    "1": (True, (Property("billable", True, "boolean"),)),
}
_BILLABLE = PropertyDefinition(
    "billable", "boolean", description="1 in the order file: valid for submission; 0 = header"
)
_FACETS = ("label.full", "label.short", "hierarchy", "selectable", "property:billable")


class Icd10cmOrder:
    """Order file of one ICD-10-CM update."""

    name = "icd10cm-order"
    summary = "ICD-10-CM order file (fixed width), alone or in its zip"

    def members(self, source: Source) -> list[str]:
        """The members that begin with lines of that shape."""
        return order_members(source)

    def read(
        self, source: Source, options: LoadOptions, progress: Progress
    ) -> Iterator[ParsedRelease | ParsedMap]:
        """One release for each order file."""
        for member in order_members(source):
            yield _read_file(source, member, options, progress)


def order_members(source: Source) -> list[str]:
    """The members that are order files, by their first line."""
    names = source.members()
    texts = [m for m in names if m.lower().endswith(".txt")] if len(names) > 1 else names
    return [m for m in texts if _LINE.match(source.read(m, 200).removeprefix(b"\xef\xbb\xbf"))]


def _read_file(source: Source, member: str, options: LoadOptions, progress: Progress) -> ParsedRelease:
    started, file, data = perf_counter(), source.label(member), source.read(member)
    text = decode(data, file=file, encoding=options.encoding)
    records, notices = parse_order(text.text, file=file)
    update = find_update(source, member, records.codes(), options)
    header = ReleaseHeader(
        system="icd-10-cm",
        version=update.label,
        source_line="order",
        facets=_FACETS,
        valid_from=update.valid_from,
        priority=20,
        language="en",
        files=(source_file(member, data, text.encoding), *options_file(options)),
        origin=source.name,
        format=Icd10cmOrder.name,
        properties=(_BILLABLE,),
        inferred={"system": "icd-10-cm", "version": update.label, "valid_from": str(update.valid_from or "")},
        notices=(message("notice.version", version=update.label, reason=update.reason), *notices),
    )
    progress(
        message("progress.read_in", file=file, seconds=perf_counter() - started), len(records), len(records)
    )
    finished = finish(header, options)
    return ParsedRelease(
        header=finished, concepts=records, system=system_of(finished.system, options), ordered=True
    )


def parse_order(text: str, *, file: str) -> tuple[OrderConcepts, list[str]]:
    """The concepts of an order file and notices; raises ContentError with the line of what is wrong."""
    lines = lines_of(text)
    first: dict[str, int] = {}
    repeated: list[str] = []
    for number, line in enumerate(lines, 1):
        code = _checked(line, number, file)
        before = first.setdefault(code, number)
        if before == number:
            continue
        if lines[before - 1][6:].rstrip() != line[6:].rstrip():
            twice = message("check.twice", code=_dotted(code), line=before)
            raise ContentError(twice, file=file, line=number)
        repeated.append(_dotted(code))
    if not first:
        raise ContentError(message("list.no_code"), file=file)
    return OrderConcepts(lines, first), [repeats(repeated)] if repeated else []


def _checked(line: str, number: int, file: str) -> str:
    """The code of a line, once the line is well-formed."""
    code = line[6:13].rstrip()
    if line[14:15] in _FLAGS and line[77:].rstrip() and line[:5].isdigit() and _CODE.fullmatch(code):
        return code
    raise ContentError(_complaint(line), file=file, line=number)


def _dotted(code: str) -> str:
    return code if len(code) == 3 else f"{code[:3]}.{code[3:]}"


class OrderConcepts:
    """The concepts of checked lines, made one by one while they are read; each time anew."""

    def __init__(self, lines: list[str], first: dict[str, int]) -> None:
        self._lines, self._first = lines, first

    def __len__(self) -> int:
        return len(self._first)

    def codes(self) -> set[str]:
        """Every code with its dot."""
        return {_dotted(code) for code in self._first}

    def __iter__(self) -> Iterator[ConceptRecord]:
        for code, number in self._first.items():
            line = self._lines[number - 1]
            selectable, properties = _FLAGS[line[14:15]]
            yield ConceptRecord(
                code=_dotted(code),
                designations=(
                    Designation("label.full", line[77:].rstrip(), "en"),
                    Designation("label.short", line[16:76].rstrip(), "en"),
                ),
                parents=_parent(code, self._first),
                selectable=selectable,
                properties=properties,
            )


def _parent(code: str, codes: Container[str]) -> tuple[str, ...]:
    """The longest shorter code that is in the file."""
    for length in range(len(code) - 1, 2, -1):
        shorter = code[:length]
        if shorter in codes:
            return (_dotted(shorter),)
    return ()


def _complaint(line: str) -> Message:
    if not line.strip():
        return message("icd10cm.empty_line")
    if not line[:5].isdigit():
        return message("icd10cm.order_number", text=line[:5])
    if not _CODE.fullmatch(line[6:13].rstrip()):
        return message("icd10cm.order_code", text=line[6:13])
    if line[14:15] not in _FLAGS:
        return message("icd10cm.order_flag", text=line[14:15])
    return message("icd10cm.order_short")
