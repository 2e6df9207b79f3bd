"""ICD-10-CM conversion tables (xlsx, csv): for each new code the code it was assigned to before, and since when.

Columns: current code, effective, previous code(s). A whole number Y as effective is 1 October Y. Here: the
table as official changes, one row a current code and previous expression. Not here: xlsx (``table``), how codes
relate beyond what the table says.

Previous codes are alternatives (``,`` ``;`` blanks), a combination (``and``), a range (``H44.20-H44.23``,
spelt out where its ends differ in the last digits alone), a prefix (``R11-``, ``I63.-``) or "None".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from itertools import product
from typing import Any

from loaders.base import LoadOptions, ParsedMap, ParsedRelease, Progress, Source
from loaders.reading.archive import source_file
from loaders.reading.dates import start_of
from loaders.reading.table import read_table
from registry.entities.errors import ContentError
from registry.entities.records import MapRecord, MapRowRecord
from registry.systems import behaviour_of

__all__ = ["Icd10cmConversion", "previous_codes"]

_HEADING = "current code assignment"
_CODE = re.compile(r"[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?")
_RANGE = re.compile(r"([A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?)-([A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?)")
_PREFIX = re.compile(r"([A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{0,3})?)-")
_WORDS = re.compile(r"\b(?:a\s+)?codes?\s+from(?:\s+categor(?:y|ies))?\b", re.IGNORECASE)
_TOKEN = re.compile(r"\b[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]*)?(?:-(?:[A-Z][0-9A-Z]{2}(?:\.[0-9A-Z]{1,4})?)?)?")
_MANY = 60  #: codes that a range is spelt out to at most


class Icd10cmConversion:
    """Conversion table of new ICD-10-CM codes."""

    name = "icd10cm-conversion"
    summary = "ICD-10-CM conversion table (xlsx or csv): new codes and those they were assigned to before"

    def members(self, source: Source) -> list[str]:
        """The members that are tables with that heading."""
        return _tables(source)

    def read(
        self, source: Source, options: LoadOptions, progress: Progress
    ) -> Iterator[ParsedRelease | ParsedMap]:
        """A map for each table."""
        for member in _tables(source):
            yield _read_table(source, member, options)
            progress("read", 1, None)


def _tables(source: Source) -> list[str]:
    return [
        m for m in source.members() if m.lower().endswith((".xlsx", ".csv", ".txt")) and _is_table(source, m)
    ]


def _is_table(source: Source, member: str) -> bool:
    head = source.read(member, 4000)
    if not head.startswith(b"PK\x03\x04"):
        return _HEADING.encode() in head.lower()
    rows = read_table(source.read(member), file=source.label(member), first=10).rows
    return any(_is_heading(cells) for _, cells in rows)


def _is_heading(cells: list[Any]) -> bool:
    return bool(cells) and str(cells[0]).strip().lower() == _HEADING


def _read_table(source: Source, member: str, options: LoadOptions) -> ParsedMap:
    file, data = source.label(member), source.read(member)
    table = read_table(data, file=file, encoding=options.encoding, delimiter=options.delimiter or ",")
    at = next((i for i, (_, cells) in enumerate(table.rows) if _is_heading(cells)), None)
    if at is None:
        raise ContentError("there is no heading 'Current code assignment'", file=file)
    rows = [row for number, cells in table.rows[at + 1 :] for row in _rows(cells, number, file)]
    kept = _distinct(rows)
    notices = [*table.notices]
    if len(kept) < len(rows):
        notices.append(f"{len(rows) - len(kept)} rows repeat another and are left out")
    record = MapRecord(
        slug="icd-10-cm-conversion",
        version=options.version or _label(kept),
        purpose="official-changes",
        source_system="icd-10-cm",
        target_system="icd-10-cm",
        title="ICD-10-CM conversion table of new codes",
        method="official: previous code assignment of each new code",
        published=options.published,
        files=(source_file(member, data, table.encoding),),
        rows=tuple(_related(kept)),
        notices=tuple(notices),
    )
    return ParsedMap(map=record)


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


def _rows(cells: list[Any], number: int, file: str) -> Iterator[MapRowRecord]:
    current, effective, previous = ([*cells, "", "", ""])[:3]
    code = str(current).strip().rstrip(".")
    if not code and not str(previous).strip():
        return
    if not _CODE.fullmatch(code):
        raise ContentError(f"{code!r} is not a code", file=file, line=number)
    day = _effective(effective, file, number)
    canonical = behaviour_of("icd-10-cm").canonical
    for sources, flags in previous_codes(str(previous), file=file, line=number):
        yield MapRowRecord(
            sources=tuple(c if "-" in c else canonical(c) for c in sources),
            target=canonical(code),
            effective=day,
            comment=" ".join(str(previous).split()),
            flags=flags,
        )


def _effective(value: Any, file: str, line: int) -> date:
    """1 October of a year alone, else the date itself."""
    if isinstance(value, datetime):
        return value.date()
    text = str(value).strip().removesuffix(".0")
    if re.fullmatch(r"(19|20)\d\d", text):
        return date(int(text), 10, 1)
    american = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    day = start_of(f"{american[3]}-{american[1]}-{american[2]}" if american else text, file=file, line=line)
    if day is None:
        raise ContentError("there is no effective date", file=file, line=line)
    return day


def previous_codes(
    text: str, *, file: str = "", line: int | None = None
) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """Each alternative as an ordered group of codes, with flags: ``range`` or ``prefix`` for what stays unexpanded.

    >>> previous_codes("C56.1 and C56.2")
    [(('C56.1', 'C56.2'), {})]
    >>> previous_codes("H44.20-H44.21; H33.2")
    [(('H44.20',), {}), (('H44.21',), {}), (('H33.2',), {})]
    """
    plain = _WORDS.sub(" ", text).strip()
    if plain.lower() in ("none", ""):
        return [((), {})]
    groups = [_codes(part, text, file, line) for part in re.split(r"\band\b", plain, flags=re.IGNORECASE)]
    if len(groups) == 1:
        return [((code,), flags) for code, flags in groups[0]]
    if (
        "," in plain and "-" not in plain
    ):  # "A, B and C" combines single codes; "A-B and C" takes one of each side
        groups = [[part] for group in groups for part in group]
    return [(tuple(code for code, _ in combined), _joined(combined)) for combined in product(*groups)]


def _joined(parts: Any) -> dict[str, Any]:
    return {key: value for _, flags in parts for key, value in flags.items()}


def _codes(part: str, text: str, file: str, line: int | None) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    rest = _TOKEN.sub("", part)
    if re.sub(r"[\s,;]", "", rest):
        raise ContentError(
            f"previous codes {text!r}: {rest.strip()!r} is not understood", file=file, line=line
        )
    for token in _TOKEN.findall(part):
        if match := _RANGE.fullmatch(token):
            spelt = _spelt_out(match[1], match[2])
            found += [(code, {}) for code in spelt] or [(token, {"range": token})]
        elif match := _PREFIX.fullmatch(token):
            found.append((match[1].rstrip("."), {"prefix": token}))
        else:
            found.append((token.rstrip("."), {}))
    return found


def _spelt_out(first: str, last: str) -> list[str]:
    """The codes from first to last where only final digits differ; empty where they cannot be spelt out."""
    head = len(first.rstrip("0123456789"))
    if (
        len(first) != len(last)
        or first[:head] != last[:head]
        or "." not in first
        or not last[head:].isdigit()
    ):
        return []
    low, high, width = int(first[head:]), int(last[head:]), len(first) - head
    return [f"{first[:head]}{n:0{width}d}" for n in range(low, high + 1)] if 0 <= high - low < _MANY else []


def _related(rows: list[MapRowRecord]) -> Iterator[MapRowRecord]:
    """Relationships as far as the table goes: a code that several new ones come from is broader than each."""
    from msgspec.structs import replace

    heirs = Counter((row.sources, row.effective) for row in rows)
    for row in rows:
        if not row.sources:
            yield row
            continue
        several = heirs[(row.sources, row.effective)] > 1
        relationship = "source-is-broader-than-target" if several and len(row.sources) == 1 else "related-to"
        yield replace(row, relationship=relationship, automatic_back=len(row.sources) == 1 and not row.flags)
