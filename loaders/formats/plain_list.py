"""Plain lists: a code and its text in each line, delimited text or xlsx, with declared or recognised columns.

Input: a table (``table``) and the roles of its columns (``columns``). Output: one release, or several (``rolling``) if the
codes have dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from msgspec.structs import replace

from loaders.checks import CheckedRecords, Texts
from loaders.contract import LoadOptions, MemberFormat, ParsedRelease, Progress, Source
from loaders.formats.norwegian.rolling import DatedRecords, rolling_releases
from loaders.reading.code_forms import code_notices
from loaders.reading.columns import find_layout, with_toml
from loaders.reading.dates import end_of, start_of
from loaders.reading.day import download_day
from loaders.reading.decoding import lines_of
from loaders.reading.header import (
    LabelLengths,
    finish,
    kind_of_labels,
    no_year,
    options_file,
    published_in,
    system_of,
    year_in,
    year_start,
)
from loaders.reading.heading_row import FIRST
from loaders.reading.table import Row, Table, open_table, sniff
from loaders.reading.unused_dates import UnusedDates
from loaders.reading.year_column import YearColumns
from loaders.system_of_list import guess
from loaders.unbuilt_formats import unbuilt_table
from registry.entities.errors import ContentError, FormatError, UsageError
from registry.entities.messages import Message, message
from registry.entities.records import ConceptRecord, Designation, Property, PropertyDefinition, ReleaseHeader
from registry.systems import SystemBehaviour, behaviour_of, known
from registry.systems.coverage import coverage_of

__all__ = ["LOADER"]

_NAME = "plain-list"
_SUFFIXES = (".txt", ".csv", ".tsv", ".skv", ".xlsx", ".xlsm")
_DELETED = re.compile(r"deleted\s+(\S+)", re.IGNORECASE)
_YES = frozenset({"t", "true", "ja", "j", "yes", "y", "1", "x", "sann"})
_NO = frozenset({"f", "false", "nei", "n", "no", "0", "", "usann"})
_NO_CODE = "UNDEF"
_LOGICAL = 4  #: values of a column from which on it holds more than T, F and nothing
_SHOWN = 5  #: rows in a notice
_FACETS = {"parent": "hierarchy", "inactive": "inactive", "selectable": "selectable"}


def _tables(source: Source) -> list[str]:
    names = source.members()
    if len(names) > 1:
        names = [m for m in names if m.lower().endswith(_SUFFIXES)]
    return [m for m in names if _is_table(source, m)]


def _is_table(source: Source, member: str) -> bool:
    head = source.read(member, 20_000)
    if head.startswith(b"PK\x03\x04"):
        return member.lower().endswith((".xlsx", ".xlsm"))
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    text = head.decode(
        "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1", errors="ignore"
    )
    whole = text[: text.rfind("\n") + 1] or text
    return not text.lstrip("\xef\xbb\xbf \r\n\t").startswith(("{", "[", "<")) and bool(sniff(lines_of(whole)))


def _read_list(
    source: Source, member: str, options: LoadOptions, progress: Progress
) -> Iterator[ParsedRelease]:
    yield from _releases(source, member, options)
    progress(message("progress.read"), 1, None)


def _releases(source: Source, member: str, stated: LoadOptions) -> Iterator[ParsedRelease]:
    options, toml = with_toml(source, member, stated)
    table = open_table(
        source,
        member,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.extra.get("sheet", ""),
        only_sheet=True,
    )
    body = _Body(source.label(member), table, options)
    header = _header(source, member, table, body, options, toml)
    records = body.records(behaviour_of(header.system), header.facets[0], header.language)
    places = body.layout.places
    if not options.version and ("valid_from" in places or "valid_to" in places):
        dated = DatedRecords(body.file)
        for number, row, record in records:
            dated.add(record, *body.days(row, number), number)
        body.texts.require(body.file, declared=body.layout.declared)
        codes = dict.fromkeys(row.key for row in dated.rows)
        about_codes = code_notices(codes.keys(), behaviour_of(header.system))
        header = replace(header, notices=(*header.notices, *about_codes))
        yield from rolling_releases(dated, header, options, today=download_day(source, options))
        return
    checked = CheckedRecords(file=body.file)
    for number, row, record in records:
        checked.add(record, number)
        body.unused.look(row, number, record.code)
    yield _release(source, member, header, checked, body, options)


def _release(
    source: Source,
    member: str,
    header: ReleaseHeader,
    checked: CheckedRecords,
    body: _Body,
    options: LoadOptions,
) -> ParsedRelease:
    kept = checked.finished(tree="parent" in body.layout.places)
    body.texts.require(body.file, declared=body.layout.declared)
    version = options.version or body.year or year_in(PurePosixPath(member).name) or year_in(source.name)
    if not version:
        raise no_year(source, member)
    start = year_start(version)
    inferred = header.inferred | {"version": version, "valid_from": str(start or "")}
    full = replace(
        header,
        version=version,
        valid_from=start,
        coverage=coverage_of(behaviour_of(header.system), checked.keys),
        inferred=inferred,
        notices=(*header.notices, *checked.notices(), *body.notices()),
    )
    finished = finish(full, options)
    about_codes = code_notices(checked.keys, behaviour_of(finished.system))
    dates = body.unused.notices(finished.valid_from, finished.valid_to)
    finished = replace(finished, notices=(*finished.notices, *dates, *about_codes))
    return ParsedRelease(header=finished, concepts=kept, system=system_of(finished.system, options))


class _Body:
    """The rows below the header, and how they become records: read once to know the columns, then once more."""

    def __init__(self, file: str, table: Table, options: LoadOptions) -> None:
        self.file, self._table = file, table
        first = [row for n, row in enumerate(islice(table.rows, FIRST)) if n or _cell(row[1], 0) != _NO_CODE]
        if not first:
            raise ContentError(message("list.no_code"), file=file)
        if (name := unbuilt_table(row for _, row in first)) is not None:
            raise FormatError(message("source.unbuilt", format=name), file=file)
        later = (_cell(row, 0) for number, row in table.rows if number > first[0][0])
        self.layout = find_layout(first, later, options, file=file)
        self.lengths, self.codes, self.deletes, self.texts = LabelLengths(), list[str](), False, Texts()
        self._properties_at = self.layout.properties
        self._short, self._width = list[Message](), 1 + max(self.layout.places.values())
        self.unused = UnusedDates(self._dated_columns(first) if options.version else (), self.days)
        self._years, self.left_out = YearColumns(self.layout, first), 0
        values: dict[str, set[str]] = {name: set() for name in self._properties_at}
        for number, row in self._below():
            self._years.look(row, number, file)
            self._look(row, values, keep_code=not options.system)
        self.year = self._years.chosen(options.version, file)
        logical = {name for name, found in values.items() if found - {""} and found <= {"T", "F", ""}}
        self.types = {name: "boolean" if name in logical else "string" for name in self._properties_at}

    def _dated_columns(self, first: list[Row]) -> tuple[str, ...]:
        """The headings, or numbers, of the columns with the dates of single codes."""
        places, heading = self.layout.places, self.layout.heading
        cells = next((row for number, row in first if number == heading), [])
        found = [places[role] for role in ("valid_from", "valid_to") if role in places]
        return tuple(_cell(cells, at) or str(at + 1) for at in found)

    def _below(self) -> Iterator[Row]:
        """The rows below the heading, all if there is none; the stand-in for "no code" of German lists is no row."""
        heading, at = self.layout.heading, self.layout.places["code"]
        rows = (row for row in self._table.rows if row[0] > heading)
        for place, (number, row) in enumerate(rows):
            if place or _cell(row, at) != _NO_CODE:
                yield number, row
            else:
                self.left_out = 1

    def rows(self) -> Iterator[Row]:
        """The rows without the heading; of a table with a column of years those of the version's year."""
        at = self.layout.places.get("year", -1)
        return (row for row in self._below() if at < 0 or _cell(row[1], at) == self.year)

    def _look(self, row: list[Any], values: dict[str, set[str]], *, keep_code: bool) -> None:
        places = self.layout.places
        if keep_code:
            self.codes.append(_cell(row, places["code"]))
        if 0 <= (at := places.get("text", -1)) < len(row):
            self.lengths.add(str(row[at]).strip())
        if not self.deletes and "inactive" in places:
            self.deletes = _DELETED.search(_cell(row, places["inactive"])) is not None
        for name, found in values.items():
            if len(found) < _LOGICAL:
                found.add(_cell(row, self._properties_at[name]))

    def records(
        self, rules: SystemBehaviour, kind: str, language: str
    ) -> Iterator[tuple[int, list[Any], ConceptRecord]]:
        """The line, the cells and the record of each row; raises ContentError for rows without a code."""
        for number, row in self.rows():
            yield number, row, self._record(number, row, rules, kind, language)

    def _record(
        self, number: int, row: list[Any], rules: SystemBehaviour, kind: str, language: str
    ) -> ConceptRecord:
        places = self.layout.places
        if len(row) < self._width and self._table.delimiter:
            wanted = self._width
            self._short.append(message("notice.short_row", line=number, found=len(row), wanted=wanted))
        code = rules.canonical(_cell(row, places["code"]))
        if not code:
            raise ContentError(message("list.row_without_code"), file=self.file, line=number)
        kinds = (("text", kind), ("full", "label.full"), ("short", "label.short"))
        texts = [(k, _cell(row, places[role])) for role, k in kinds if role in places]
        designations = tuple([Designation(k, text, language) for k, text in texts if text])
        self.texts.add(code, designations)
        parent = _cell(row, places["parent"]) if "parent" in places else ""
        ended = _cell(row, places["inactive"]) if "inactive" in places else "F"
        deleted = _DELETED.search(ended)
        further = bool(self._properties_at or deleted)
        return ConceptRecord(
            code=code,
            designations=designations,
            parents=(rules.canonical(parent),) if parent else (),
            properties=tuple(self._properties(number, row, deleted)) if further else (),
            inactive=deleted is not None or self._logical(ended, number),
            selectable=self._logical(_cell(row, places["selectable"]), number)
            if "selectable" in places
            else None,
        )

    def _properties(self, number: int, row: list[Any], deleted: re.Match[str] | None) -> Iterator[Property]:
        for name, at in self._properties_at.items():
            value = _cell(row, at)
            if value:
                logical = self.types[name] == "boolean"
                yield Property(name, value == "T" if logical else value, self.types[name])
        if deleted:
            day = start_of(deleted[1], file=self.file, line=number)
            yield Property("deleted", day.isoformat() if day else "", "dateTime")

    def _logical(self, text: str, number: int) -> bool:
        if text.lower() in _YES:
            return True
        if text.lower() in _NO:
            return False
        raise ContentError(message("list.logical", text=text), file=self.file, line=number)

    def days(self, row: list[Any], number: int) -> tuple[date | None, date | None]:
        """The days on which a row holds, half-open; "Deleted yyyy/mm/dd" as an end is the first day after."""
        places = self.layout.places
        last = _cell(row, places.get("valid_to", -1))
        deleted = _DELETED.search(last)
        start = start_of(_cell(row, places.get("valid_from", -1)), file=self.file, line=number)
        if deleted:
            return start, start_of(deleted[1], file=self.file, line=number)
        return start, end_of(last, file=self.file, line=number)

    def notices(self) -> Iterator[str]:
        """Notices about the rows."""
        if self._short:
            yield message("notice.short_rows", count=len(self._short), rows=self._short[:_SHOWN])
        if self.texts.without:
            yield message("notice.without_text", count=self.texts.without)
        if self.left_out:
            yield message("notice.no_code_row", code=_NO_CODE)
        if others := self._years.others(self.year):
            yield message("notice.other_years", year=self.year, others=others)
        if self.layout.unread:
            yield message("notice.columns", names=self.layout.unread)

    def definitions(self) -> tuple[PropertyDefinition, ...]:
        """The properties that the columns declare."""
        found = [PropertyDefinition(name, type) for name, type in self.types.items()]
        if self.deletes:
            found.append(PropertyDefinition("deleted", "dateTime"))
        return tuple(found)


def _cell(row: list[Any], at: int) -> str:
    return str(row[at]).strip() if 0 <= at < len(row) else ""


def _header(
    source: Source, member: str, table: Table, body: _Body, options: LoadOptions, toml: str
) -> ReleaseHeader:
    name = PurePosixPath(member).name
    system = options.system or guess(name, body.codes)
    if not system:
        raise UsageError(message("list.which_system", file=body.file))
    entry = known(system)
    kind, derived = ("display", False)
    if options.label_kind or (entry is not None and entry.language == "nb"):
        kind, derived = kind_of_labels(body.lengths, options)
    places = body.layout.places
    labels = [
        k for role, k in (("text", kind), ("full", "label.full"), ("short", "label.short")) if role in places
    ]
    definitions = body.definitions()
    facets = [*(labels or [kind]), *(f for role, f in _FACETS.items() if role in places)]
    published = published_in(name)
    proposed = {
        "system": system,
        "published": published,
        "encoding": table.encoding,
        "delimiter": table.delimiter.replace("\t", "tab"),
    }
    return ReleaseHeader(
        system=system,
        version="",
        source_line="list",
        facets=(*facets, *(f"property:{d.code}" for d in definitions)),
        priority=20,
        published=published,
        language=options.language or (entry.language if entry else "") or "nb",
        origin=source.name,
        files=(table.file, *options_file(options)),
        format=_NAME,
        properties=definitions,
        inferred=proposed | ({"label_kind": kind} if derived and "text" in places else {}),
        notices=(*table.notices, *((message("notice.toml", name=toml),) if toml else ())),
    )


LOADER = MemberFormat(
    name=_NAME,
    summary="list of codes: delimited text or xlsx, columns declared (--column, a TOML file) or recognised",
    find=_tables,
    parse=_read_list,
)
