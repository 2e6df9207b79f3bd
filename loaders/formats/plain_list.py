"""Plain lists: a code and its text in each line, delimited text or xlsx, with declared or recognised columns.

Input: a table (``table``) and the roles of its columns (``columns``). Output: one release, or several (``rolling``) if the
codes have dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from loaders.checks import check_parents, fold, not_empty
from loaders.contract import LoadOptions, ParsedMap, ParsedRelease, Progress, Source
from loaders.formats.norwegian.rolling import Dated, rolling_releases
from loaders.reading.archive import source_file
from loaders.reading.columns import Layout, find_layout, with_toml
from loaders.reading.dates import end_of, start_of
from loaders.reading.day import download_day
from loaders.reading.header import finish, kind_of_labels, options_file, system_of, year_in, year_start
from loaders.reading.table import Table, read_table, sniff
from loaders.system_of_list import guess
from registry.entities.errors import ContentError, UsageError
from registry.entities.messages import message
from registry.entities.records import ConceptRecord, Designation, Property, PropertyDefinition, ReleaseHeader
from registry.systems import SystemBehaviour, behaviour_of, known
from registry.systems.coverage import coverage_of

__all__ = ["PlainList"]

_SUFFIXES = (".txt", ".csv", ".tsv", ".skv", ".xlsx", ".xlsm")
_DELETED = re.compile(r"deleted\s+(\S+)", re.IGNORECASE)
_YES = frozenset({"t", "true", "ja", "j", "yes", "y", "1", "x", "sann"})
_NO = frozenset({"f", "false", "nei", "n", "no", "0", "", "usann"})
_FACETS = {"parent": "hierarchy", "inactive": "inactive", "selectable": "selectable"}


class PlainList:
    """``code<TAB or ;>text`` and wider tables."""

    name = "plain-list"
    summary = "list of codes: delimited text or xlsx, columns declared (--column, a TOML file) or recognised"

    def members(self, source: Source) -> list[str]:
        """The members that are tables: one delimiter in every line, or an xlsx."""
        return _tables(source)

    def read(
        self, source: Source, options: LoadOptions, progress: Progress
    ) -> Iterator[ParsedRelease | ParsedMap]:
        """A release for each list; several where its codes have dates."""
        for member in _tables(source):
            yield from _read_list(source, member, options)
            progress(message("progress.read"), 1, None)


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
    return not text.lstrip("\xef\xbb\xbf \r\n\t").startswith(("{", "[", "<")) and bool(sniff(whole))


def _read_list(source: Source, member: str, said: LoadOptions) -> Iterator[ParsedRelease]:
    options, toml = with_toml(source, member, said)
    file, data = source.label(member), source.read(member)
    table = read_table(
        data,
        file=file,
        encoding=options.encoding,
        delimiter=options.delimiter,
        sheet=options.extra.get("sheet", ""),
    )
    if not table.rows:
        raise ContentError(message("list.no_code"), file=file)
    layout = find_layout(table.rows[0][1], options)
    body = _Body(file, layout, table.rows[1:] if layout.header else table.rows)
    header = _header(source, member, table, body, options, toml)
    header = _with_files(header, member, data, table, options)
    records = body.records(behaviour_of(header.system), header.facets[0], header.language)
    if not options.version and ("valid_from" in layout.places or "valid_to" in layout.places):
        yield from rolling_releases(
            body.dated(records), header, options, file=file, today=download_day(source, options)
        )
        return
    kept, notices = fold(records, file=file, where=body.line)
    not_empty(kept, file=file)
    if "parent" in layout.places:
        check_parents(kept, file=file, where=body.line)
    yield _release(source, member, header, kept, (*notices, *body.notices()), options)


def _release(
    source: Source,
    member: str,
    header: ReleaseHeader,
    kept: list[ConceptRecord],
    notices: tuple[str, ...],
    options: LoadOptions,
) -> ParsedRelease:
    from msgspec.structs import replace

    version = options.version or year_in(PurePosixPath(member).name) or year_in(source.name)
    if not version:
        raise UsageError(message("list.no_year", file=source.label(member)))
    start = year_start(version)
    inferred = header.inferred | {"version": version, "valid_from": str(start or "")}
    full = replace(
        header,
        version=version,
        valid_from=start,
        coverage=coverage_of(behaviour_of(header.system), (r.code for r in kept)),
        inferred=inferred,
        notices=header.notices + notices,
    )
    finished = finish(full, options)
    return ParsedRelease(header=finished, concepts=kept, system=system_of(finished.system, options))


class _Body:
    """The rows below the header, and how they become records."""

    def __init__(self, file: str, layout: Layout, rows: list[tuple[int, list[Any]]]) -> None:
        self.file, self.layout, self.rows = file, layout, rows
        logical = {name for name, at in layout.properties.items() if self._is_logical(at)}
        self.types = {name: "boolean" if name in logical else "string" for name in layout.properties}
        self.without_text = 0

    def _is_logical(self, at: int) -> bool:
        values = {str(row[at]).strip() for _, row in self.rows if at < len(row)} - {""}
        return bool(values) and values <= {"T", "F"}

    def line(self, index: int) -> int:
        """The line of the n-th row."""
        return self.rows[index][0]

    def column(self, role: str) -> list[str]:
        """The texts of a column."""
        at = self.layout.places.get(role)
        return [] if at is None else [str(row[at]).strip() for _, row in self.rows if at < len(row)]

    def records(self, rules: SystemBehaviour, kind: str, language: str) -> list[ConceptRecord]:
        """A record for each row; raises ContentError for rows without a code."""
        return [self._record(number, row, rules, kind, language) for number, row in self.rows]

    def _record(
        self, number: int, row: list[Any], rules: SystemBehaviour, kind: str, language: str
    ) -> ConceptRecord:
        places = self.layout.places

        def cell(role: str) -> str:
            at = places.get(role, -1)
            return str(row[at]).strip() if 0 <= at < len(row) else ""

        code = rules.canonical(cell("code"))
        if not code:
            raise ContentError(message("list.row_without_code"), file=self.file, line=number)
        kinds = (("text", kind), ("full", "label.full"), ("short", "label.short"))
        designations = tuple(Designation(k, cell(role), language) for role, k in kinds if cell(role))
        self.without_text += not designations
        deleted = _DELETED.search(cell("inactive"))
        return ConceptRecord(
            code=code,
            designations=designations,
            parents=(rules.canonical(cell("parent")),) if cell("parent") else (),
            properties=tuple(self._properties(number, row, deleted)),
            inactive=deleted is not None
            or ("inactive" in places and self._logical(cell("inactive"), number)),
            selectable=self._logical(cell("selectable"), number) if "selectable" in places else None,
        )

    def _properties(self, number: int, row: list[Any], deleted: re.Match[str] | None) -> Iterator[Property]:
        for name, at in self.layout.properties.items():
            value = str(row[at]).strip() if at < len(row) else ""
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

    def dated(self, records: list[ConceptRecord]) -> list[Dated]:
        """The records with their days; "Deleted yyyy/mm/dd" as an end is the first day after."""
        start_at, end_at = self.layout.places.get("valid_from", -1), self.layout.places.get("valid_to", -1)
        dated = []
        for (number, row), record in zip(self.rows, records, strict=True):
            start = start_of(row[start_at], file=self.file, line=number) if 0 <= start_at < len(row) else None
            end = self._end(row[end_at], number) if 0 <= end_at < len(row) else None
            dated.append(Dated(record, start, end, number))
        return dated

    def _end(self, value: Any, number: int) -> date | None:
        deleted = _DELETED.search(str(value))
        if deleted:
            return start_of(deleted[1], file=self.file, line=number)
        return end_of(value, file=self.file, line=number)

    def notices(self) -> Iterator[str]:
        """Notices about the rows."""
        if self.without_text:
            yield message("notice.without_text", count=self.without_text)
        if self.layout.unread:
            yield message("notice.columns", names=self.layout.unread)

    def definitions(self) -> tuple[PropertyDefinition, ...]:
        """The properties that the columns declare."""
        found = [PropertyDefinition(name, type) for name, type in self.types.items()]
        if any(_DELETED.search(value) for value in self.column("inactive")):
            found.append(PropertyDefinition("deleted", "dateTime"))
        return tuple(found)


def _header(
    source: Source, member: str, table: Table, body: _Body, options: LoadOptions, toml: str
) -> ReleaseHeader:
    name = PurePosixPath(member).name
    system = options.system or guess(name, body.column("code"))
    if not system:
        raise UsageError(message("list.which_system", file=body.file))
    entry = known(system)
    kind, told = ("display", False)
    if options.label_kind or (entry is not None and entry.language == "nb"):
        kind, told = kind_of_labels(body.column("text"), options)
    places = body.layout.places
    labels = [
        k for role, k in (("text", kind), ("full", "label.full"), ("short", "label.short")) if role in places
    ]
    definitions = body.definitions()
    facets = [*(labels or [kind]), *(f for role, f in _FACETS.items() if role in places)]
    proposed = {
        "system": system,
        "encoding": table.encoding,
        "delimiter": table.delimiter.replace("\t", "tab"),
    }
    return ReleaseHeader(
        system=system,
        version="",
        source_line="list",
        facets=(*facets, *(f"property:{d.code}" for d in definitions)),
        priority=20,
        language=options.language or (entry.language if entry else "") or "nb",
        origin=source.name,
        format=PlainList.name,
        properties=definitions,
        inferred=proposed | ({"label_kind": kind} if told and "text" in places else {}),
        notices=(*table.notices, *((message("notice.toml", name=toml),) if toml else ())),
    )


def _with_files(
    header: ReleaseHeader, member: str, data: bytes, table: Table, options: LoadOptions
) -> ReleaseHeader:
    from msgspec.structs import replace

    return replace(header, files=(source_file(member, data, table.encoding), *options_file(options)))
