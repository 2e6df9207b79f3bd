"""ICD-10-CM order files: one line a code, fixed width, alone or in the zip they are published in.

Columns (from 1): 1-5 number, 7-13 code without dot, 15 header (0) or billable (1), 17-76 short text, 78 long.
Output: the codes of one update. The parent of a code is the longest shorter code in the file. The numbers are not
kept: they change with every insertion.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from time import perf_counter

from loaders.checks import repeats
from loaders.contract import LoadOptions, MemberFormat, ParsedRelease, Progress, Source
from loaders.formats.icd10cm.update_label import find_update
from loaders.reading.header import finish, options_file, system_of
from loaders.reading.text_file import TextFile
from registry.entities.errors import ContentError
from registry.entities.messages import Message, message
from registry.entities.records import ConceptRecord, Designation, Property, PropertyDefinition, ReleaseHeader

__all__ = ["LOADER", "OrderConcepts", "order_members"]

_NAME = "icd10cm-order"
_LINE = re.compile(rb"\d{5} [A-Z][0-9A-Z]{2}[0-9A-Z ]{4} [01] \S")
_LEFT_OUT = 255  #: of a line that repeats another
_CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_FLAGS = {
    "0": (False, (Property("billable", False, "boolean"),)),
    "1": (True, (Property("billable", True, "boolean"),)),
}
_BILLABLE = PropertyDefinition(
    "billable", "boolean", description="1 in the order file: valid for submission; 0 = header"
)
_FACETS = ("label.full", "label.short", "hierarchy", "selectable", "property:billable")


def order_members(source: Source) -> list[str]:
    """The members that are order files, by their first line."""
    names = source.members()
    texts = [m for m in names if m.lower().endswith(".txt")] if len(names) > 1 else names
    return [m for m in texts if _LINE.match(source.read(m, 200).removeprefix(b"\xef\xbb\xbf"))]


def _read_file(
    source: Source, member: str, options: LoadOptions, progress: Progress
) -> Iterator[ParsedRelease]:
    started, text = perf_counter(), TextFile(source, member, encoding=options.encoding)
    records = OrderConcepts(text)
    update = find_update(source, member, records.codes, options)
    header = ReleaseHeader(
        system="icd-10-cm",
        version=update.label,
        source_line="order",
        facets=_FACETS,
        valid_from=update.valid_from,
        priority=20,
        language="en",
        files=(text.source_file, *options_file(options)),
        origin=source.name,
        format=_NAME,
        properties=(_BILLABLE,),
        inferred={"system": "icd-10-cm", "version": update.label, "valid_from": str(update.valid_from or "")},
        notices=(message("notice.version", version=update.label, reason=update.reason), *records.notices()),
    )
    duration = message("progress.read_in", file=text.file, seconds=perf_counter() - started)
    progress(duration, len(records), len(records))
    finished = finish(header, options)
    yield ParsedRelease(
        header=finished, concepts=records.checked(), system=system_of(finished.system, options), ordered=True
    )


class OrderConcepts:
    """The concepts of an order file. Its lines are checked at once and read again each time that concepts are made.

    Raises ContentError with the line of what is wrong. ``codes`` are those of the file, until it is iterated.
    """

    def __init__(self, text: TextFile) -> None:
        self._text = text
        first: dict[str, int] = {}
        self._repeated: dict[int, int] = {}  #: line → the earlier line of its code
        number = 0
        for number, line in enumerate(text.lines(), 1):
            before = first.setdefault(_checked(line, number, text.file), number)
            if before != number:
                self._repeated[number] = before
        if not first:
            raise ContentError(message("list.no_code"), file=text.file)
        if self._repeated:
            self._require_repeats()
        #: of each line the length of its parent's code, 0 without a parent, or that it is left out
        self._parents = bytearray(number)
        for code, number in first.items():
            self._parents[number - 1] = _parent_length(code, first)
        for number in self._repeated:
            self._parents[number - 1] = _LEFT_OUT
        self._count = len(first)
        self.codes = _Codes(first)

    def _require_repeats(self) -> None:
        """Raise ContentError if a line says something else than the earlier line of its code."""
        texts: dict[int, str] = dict.fromkeys(self._repeated.values(), "")
        for number, line in enumerate(self._text.lines(), 1):
            if number in texts:
                texts[number] = line[6:].rstrip()
            before = self._repeated.get(number)
            if before is not None and texts[before] != line[6:].rstrip():
                differs = message("check.twice", code=_dotted(line[6:13].rstrip()), line=before)
                raise ContentError(differs, file=self._text.file, line=number)

    def notices(self) -> list[str]:
        """What the user should know of lines that were left out."""
        if not self._repeated:
            return []
        lines = (line for number, line in enumerate(self._text.lines(), 1) if number in self._repeated)
        return [repeats([_dotted(line[6:13].rstrip()) for line in lines])]

    def checked(self) -> OrderConcepts:
        """The concepts without what was only kept to check them."""
        self.codes = _Codes({})
        return self

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[ConceptRecord]:
        for line, parent in zip(self._text.lines(), self._parents, strict=True):
            if parent == _LEFT_OUT:
                continue
            selectable, properties = _FLAGS[line[14:15]]
            yield ConceptRecord(
                code=_dotted(line[6:13].rstrip()),
                designations=(
                    Designation("label.full", line[77:].rstrip(), "en"),
                    Designation("label.short", line[16:76].rstrip(), "en"),
                ),
                parents=(_dotted(line[6 : 6 + parent]),) if parent else (),
                selectable=selectable,
                properties=properties,
            )


class _Codes:
    """The codes with their dots."""

    def __init__(self, bare: Container[str]) -> None:
        self._bare = bare

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and code.replace(".", "") in self._bare


def _checked(line: str, number: int, file: str) -> str:
    """The code of a line, once the line is well-formed."""
    code = line[6:13].rstrip()
    if line[14:15] in _FLAGS and line[77:].rstrip() and line[:5].isdigit() and _CODE.fullmatch(code):
        return code
    raise ContentError(_complaint(line), file=file, line=number)


def _dotted(code: str) -> str:
    return code if len(code) == 3 else f"{code[:3]}.{code[3:]}"


def _parent_length(code: str, codes: Container[str]) -> int:
    """The length of the longest shorter code that is in the file; 0 if none is."""
    for length in range(len(code) - 1, 2, -1):
        if code[:length] in codes:
            return length
    return 0


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


LOADER = MemberFormat(
    name=_NAME,
    summary="ICD-10-CM order file (fixed width), alone or in its zip",
    find=order_members,
    parse=_read_file,
)
