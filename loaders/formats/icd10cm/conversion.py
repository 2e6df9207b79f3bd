"""ICD-10-CM conversion tables (xlsx, csv): for each new code the code it was assigned to before, and since when.

Columns: current code, effective, previous code(s). A whole number Y as effective is 1 October Y. Output: a map of
official changes, one row for each current code and previous expression (``previous_codes``).

A row that is not understood does not stop the load: its previous codes are kept as written in the row's comment,
flagged ``not_understood``, and every finding is a notice with file and line. If less than half of the table is
understood, it is refused with all findings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from msgspec.structs import replace

from loaders.contract import LoadOptions, MemberFormat, ParsedMap, Progress, Source
from loaders.formats.icd10cm.previous_codes import previous_codes
from loaders.reading.dates import start_of
from loaders.reading.table import open_table
from registry.entities.errors import ContentError
from registry.entities.messages import Message, located, message
from registry.entities.records import MapRecord, MapRowRecord
from registry.systems import behaviour_of

__all__ = ["LOADER"]

_NAME = "icd10cm-conversion"
_HEADING = "current code assignment"
_RULES = behaviour_of("icd-10-cm")
_CODE = re.compile(r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?")
_MONTHS = {
    name: n
    for n, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}


def _tables(source: Source) -> list[str]:
    return [
        m for m in source.members() if m.lower().endswith((".xlsx", ".csv", ".txt")) and _is_table(source, m)
    ]


def _is_table(source: Source, member: str) -> bool:
    head = source.read(member, 4000)
    if not head.startswith(b"PK\x03\x04"):
        return _HEADING.encode() in head.lower()
    rows = open_table(source, member, first=10).rows
    return any(_is_heading(cells) for _, cells in rows)


def _is_heading(cells: list[Any]) -> bool:
    return bool(cells) and str(cells[0]).strip().lower() == _HEADING


@dataclass(slots=True)
class _Reading:
    """Rows of one table that were understood, and the findings in the others: what is wrong → its lines."""

    file: str
    rows: list[MapRowRecord] = field(default_factory=list)
    findings: dict[Message, list[int]] = field(default_factory=dict)
    lines: int = 0
    understood: int = 0

    def read(self, cells: list[Any], line: int) -> None:
        """Add the rows of one line, or what is wrong with it."""
        current, effective, previous = ([*cells, "", "", ""])[:3]
        written = " ".join(str(previous).split())
        if not str(current).strip() and not written:
            return
        self.lines += 1
        code = _RULES.canonical(str(current).strip().rstrip(".")) if str(current).strip() else ""
        day = _effective(effective)
        if not _CODE.fullmatch(code):
            self._find(message("icd10cm.no_code", text=str(current).strip()), line)
        elif day is None:
            self._find(message("read.no_date", text=str(effective).strip()), line)
        else:
            self._add(code, day, written, line)

    def _add(self, code: str, day: date, written: str, line: int) -> None:
        found, rest = previous_codes(written)
        if rest:
            self._find(message("icd10cm.previous", text=written, rest=rest), line)
            found = [((), {"not_understood": rest})]
        self.understood += not rest
        self.rows += [
            MapRowRecord(sources=sources, target=code, effective=day, comment=written, flags=flags)
            for sources, flags in found
        ]

    def _find(self, text: Message, line: int) -> None:
        self.findings.setdefault(text, []).append(line)

    def notices(self) -> list[str]:
        """One line for each finding: file, lines, what is wrong."""
        return [
            located(f"{self.file}:{', '.join(str(n) for n in lines)}", text)
            for text, lines in self.findings.items()
        ]

    def require_understood(self) -> None:
        """Raise ContentError with every finding if less than half of the lines were understood."""
        if self.findings and self.understood * 2 < self.lines:
            (text, lines), *_ = self.findings.items()
            more = message("layout.lines", lines=self.notices()[1:])
            counts = {"understood": self.understood, "lines": self.lines}
            why = message("icd10cm.understood", finding=text, more=more, **counts)
            raise ContentError(why, file=self.file, line=lines[0])


def _read_table(source: Source, member: str, options: LoadOptions, progress: Progress) -> Iterator[ParsedMap]:
    file = source.label(member)
    table = open_table(source, member, encoding=options.encoding, delimiter=options.delimiter or ",")
    rows = iter(table.rows)
    if not any(_is_heading(cells) for _, cells in rows):
        raise ContentError(message("icd10cm.no_heading"), file=file)
    reading = _Reading(file)
    for number, cells in rows:
        reading.read(cells, number)
    reading.require_understood()
    kept = _distinct(reading.rows)
    notices = [*table.notices, *reading.notices()]
    if len(kept) < len(reading.rows):
        notices.append(message("notice.rows_repeat", count=len(reading.rows) - len(kept)))
    record = MapRecord(
        slug="icd-10-cm-conversion",
        version=options.version or _label(kept),
        purpose="official-changes",
        source_system="icd-10-cm",
        target_system="icd-10-cm",
        title="ICD-10-CM conversion table of new codes",
        method="official: previous code assignment of each new code",
        published=options.published or _last_change(kept),
        files=(table.file,),
        rows=tuple(_related(kept)),
        notices=tuple(notices),
    )
    yield ParsedMap(map=record)
    progress(message("progress.read"), 1, None)


def _distinct(rows: list[MapRowRecord]) -> list[MapRowRecord]:
    seen: dict[tuple[object, ...], MapRowRecord] = {}
    for row in rows:
        seen.setdefault((row.sources, row.target, row.effective, row.comment), row)
    return list(seen.values())


def _label(rows: list[MapRowRecord]) -> str:
    """The update that the table is of: its last effective date (``2021-01``; October is the fiscal year)."""
    last = max((row.effective for row in rows if row.effective), default=None)
    if last is None:
        return ""
    return str(last.year + 1) if last.month == 10 else f"{last.year}-{last.month:02d}"


def _last_change(rows: list[MapRowRecord]) -> str:
    """The day of the update of the table, which orders the tables if no publication date is known."""
    last = max((row.effective for row in rows if row.effective), default=None)
    return last.isoformat() if last is not None else ""


def _effective(value: Any) -> date | None:
    """1 October of a year alone, else the date itself; None if it is neither.

    >>> _effective("2017"), _effective("April 1, 2025"), _effective("soon")
    (datetime.date(2017, 10, 1), datetime.date(2025, 4, 1), None)
    """
    text = str(value).strip().removesuffix(".0")
    if re.fullmatch(r"(19|20)\d\d", text):
        return date(int(text), 10, 1)
    american = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    with_month_name = re.fullmatch(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})", text)
    if american:
        text = f"{american[3]}-{american[1]}-{american[2]}"
    elif with_month_name and with_month_name[1].lower() in _MONTHS:
        text = f"{with_month_name[3]}-{_MONTHS[with_month_name[1].lower()]:02d}-{int(with_month_name[2]):02d}"
    try:
        return start_of(text)
    except ContentError:
        return None


def _related(rows: list[MapRowRecord]) -> Iterator[MapRowRecord]:
    """Relationships as far as the table goes: a code that several new ones come from is broader than each."""
    heirs = Counter((row.sources, row.effective) for row in rows)
    for row in rows:
        if not row.sources:
            yield row
            continue
        several = heirs[(row.sources, row.effective)] > 1
        relationship = "source-is-broader-than-target" if several and len(row.sources) == 1 else "related-to"
        yield replace(row, relationship=relationship, automatic_back=len(row.sources) == 1 and not row.flags)


LOADER = MemberFormat(
    name=_NAME,
    summary="ICD-10-CM conversion table (xlsx or csv): new codes and those they were assigned to before",
    find=_tables,
    parse=_read_table,
)
