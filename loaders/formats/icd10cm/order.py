"""ICD-10-CM order files: one line a code, fixed width, alone or in the zip they are published in.

Columns (from 1): 1-5 number, 7-13 code without dot, 15 header (0) or billable (1), 17-76 short text, 78 long.
Here: the codes of one update. Hierarchy is that of the codes: the parent is the longest shorter code in the
file. Not here: the addenda (``icd10cm_addenda``), the tabular list (``icd10cm_tabular``). The numbers are not
kept: they shift with every insertion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import perf_counter

from loaders.base import LoadOptions, ParsedMap, ParsedRelease, Progress, Source
from loaders.checks import fold, not_empty
from loaders.formats.icd10cm.release import find_update
from loaders.reading.archive import source_file
from loaders.reading.header import finish, options_file, system_of
from loaders.reading.text import decode, lines_of
from registry.entities.errors import ContentError
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
    update = find_update(source, member, {r.code for r in records}, options)
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
        notices=(f"version {update.label}: {update.reason}", *notices),
    )
    progress(f"read {file} in {perf_counter() - started:.1f} s", len(records), len(records))
    finished = finish(header, options)
    return ParsedRelease(
        header=finished, concepts=records, system=system_of(finished.system, options), ordered=True
    )


def parse_order(text: str, *, file: str) -> tuple[list[ConceptRecord], list[str]]:
    """The concepts of an order file and notices; raises ContentError with the line of what is wrong."""
    lines = lines_of(text)
    codes = {line[6:13].rstrip() for line in lines}
    records: list[ConceptRecord] = []
    add = records.append
    for number, line in enumerate(lines, 1):
        flags = _FLAGS.get(line[14:15])
        code, full = line[6:13].rstrip(), line[77:].rstrip()
        if flags is None or not full or not line[:5].isdigit() or not _CODE.fullmatch(code):
            if not line.strip():
                raise ContentError("an empty line", file=file, line=number)
            raise ContentError(_complaint(line), file=file, line=number)
        add(
            ConceptRecord(
                code=code if len(code) == 3 else f"{code[:3]}.{code[3:]}",
                designations=(
                    Designation("label.full", full, "en"),
                    Designation("label.short", line[16:76].rstrip(), "en"),
                ),
                parents=_parent(code, codes),
                selectable=flags[0],
                properties=flags[1],
            )
        )
    not_empty(records, file=file)
    return fold(records, file=file, where=lambda index: index + 1)


def _parent(code: str, codes: set[str]) -> tuple[str, ...]:
    """The longest shorter code that is in the file."""
    for length in range(len(code) - 1, 2, -1):
        shorter = code[:length]
        if shorter in codes:
            return (shorter if length == 3 else f"{shorter[:3]}.{shorter[3:]}",)
    return ()


def _complaint(line: str) -> str:
    if not line[:5].isdigit():
        return f"columns 1-5 hold {line[:5]!r}, not an order number"
    if not _CODE.fullmatch(line[6:13].rstrip()):
        return f"columns 7-13 hold {line[6:13]!r}, not a code"
    if line[14:15] not in _FLAGS:
        return f"column 15 holds {line[14:15]!r}, neither 0 (header) nor 1 (billable)"
    return "the line ends before the long text in column 78"
