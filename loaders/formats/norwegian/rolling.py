"""Sources whose codes have dates of their own: one version for each date on which the content changes.

Input: dated records. Output: releases (DOMAIN 12). One download states which codes were in the list at which time
(reconstructed), in the wording of the day of the download.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import msgspec

from loaders.checks import Where, require_parents
from loaders.contract import LoadOptions, ParsedRelease
from loaders.reading.header import finish, system_of
from loaders.reading.spool import shared_spool
from registry.entities.errors import ContentError, UsageError
from registry.entities.messages import message
from registry.entities.records import ConceptRecord, ReleaseHeader

__all__ = ["DatedRecords", "rolling_releases"]


class Dated(msgspec.Struct, frozen=True, gc=False):
    """A record with the days on which it holds, half-open, and its place in the file.

    ``number`` counts the records; ``content_hash`` is a hash of the record's content.
    """

    number: int
    key: str
    content_hash: int
    start: date | None
    end: date | None
    line: int


class DatedRecords:
    """The records of a source whose codes have dates; they wait in a spool, their dates in memory."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.records = shared_spool().records(ConceptRecord)
        self.rows: list[Dated] = []
        self._parents: dict[str, tuple[str, ...]] = {}
        self._lines: dict[str, int] = {}

    def add(self, record: ConceptRecord, start: date | None, end: date | None, line: int) -> None:
        """Take a record in."""
        key = record.stable_key
        self.rows.append(Dated(len(self.rows), key, self.records.add(record), start, end, line))
        self._lines[key] = line
        if record.parents or key in self._parents:
            self._parents[key] = record.parents

    def require_tree(self, where: Where) -> None:
        """Raise ContentError if a parent is in the list at no time, or parents run in a circle."""
        require_parents(self._parents, self._lines, file=self.file, where=lambda key: where(self._lines[key]))


def rolling_releases(
    dated: DatedRecords, header: ReleaseHeader, options: LoadOptions, *, today: date
) -> list[ParsedRelease]:
    """A release for each date on which the content changes, earliest first; ``today`` is the download's day.

    ``header`` holds what they share. Raises ContentError for ends before starts and for overlapping rows of
    one code with different content.
    """
    file = dated.file
    if options.version or options.valid_from or options.valid_to:
        raise UsageError(message("rolling.no_version", file=file))
    kept = _without_overlap(dated.rows, file)
    days = _change_days(kept)
    if not any(_holds(row, day) for day in days for row in kept):
        raise ContentError(message("rolling.no_start"), file=file)
    notices = tuple(_undated(kept, days[0]))
    current = max((day for day in days if day <= today), default=days[0])
    shared = msgspec.structs.replace(header, notices=(), rolling=True)
    releases = [
        _release(dated, kept, shared, options, day, following, reconstructed=day < current)
        for day, following in zip(days, [*days[1:], None], strict=True)
        if any(_holds(row, day) for row in kept)
    ]
    first = msgspec.structs.replace(releases[0].header, notices=header.notices + notices)  # once is enough
    return [replace(releases[0], header=first), *releases[1:]]


def _undated(rows: Sequence[Dated], first: date) -> Iterator[str]:
    """Notices of rows without a first day: they are not part of any version before the first known day."""
    from_start = sum(row.start is None and _holds(row, first) for row in rows)
    gone = [row.key for row in rows if row.start is None and not _holds(row, first)]
    if from_start:
        yield message("rolling.held", count=from_start, day=first)
    if gone:
        yield message("rolling.gone", count=len(gone), day=first, codes=", ".join(gone[:10]))


def _release(
    dated: DatedRecords,
    rows: Sequence[Dated],
    shared: ReleaseHeader,
    options: LoadOptions,
    day: date,
    following: date | None,
    *,
    reconstructed: bool,
) -> ParsedRelease:
    empty_after = following is not None and not any(_holds(row, following) for row in rows)
    header = msgspec.structs.replace(
        shared,
        version=day.isoformat(),
        valid_from=day,
        valid_to=following if empty_after else None,
        testimony="reconstructed" if reconstructed else "contemporary",
    )
    finished = finish(header, options)
    return ParsedRelease(
        header=finished, concepts=_Content(dated, rows, day), system=system_of(finished.system, options)
    )


class _Content:
    """The concepts that are valid on a day, read when iterated: a hundred versions share the same records."""

    def __init__(self, dated: DatedRecords, rows: Sequence[Dated], day: date) -> None:
        self._dated, self._rows, self._day = dated, rows, day

    def __iter__(self) -> Iterator[ConceptRecord]:
        current = {row.number: row.key for row in self._rows if _holds(row, self._day)}
        keys = set(current.values())
        for number, record in enumerate(self._dated.records):
            if number not in current:
                continue
            if record.parents and not keys.issuperset(record.parents):
                yield msgspec.structs.replace(record, parents=tuple(p for p in record.parents if p in keys))
            else:
                yield record


def _holds(row: Dated, day: date) -> bool:
    return (row.start is None or row.start <= day) and (row.end is None or day < row.end)


def _without_overlap(rows: Sequence[Dated], file: str) -> list[Dated]:
    by_key: dict[str, list[Dated]] = defaultdict(list)
    for row in rows:
        if row.start is not None and row.end is not None and row.end <= row.start:
            dates = {"code": row.key, "start": row.start, "end": row.end}
            raise ContentError(message("rolling.ends_before", **dates), file=file, line=row.line)
        by_key[row.key].append(row)
    for several in by_key.values():
        if len(several) > 1:
            several[:] = _joined(sorted(several, key=lambda row: (row.start or date.min, row.line)), file)
    return [row for several in by_key.values() for row in several]


def _joined(rows: list[Dated], file: str) -> list[Dated]:
    """Rows of one code in order of time; the same content twice becomes one row."""
    kept = [rows[0]]
    for row in rows[1:]:
        last = kept[-1]
        meets = last.end is None or (row.start or date.min) <= last.end
        overlaps = last.end is None or (row.start or date.min) < last.end
        if meets and row.content_hash == last.content_hash:
            end = None if last.end is None or row.end is None else max(last.end, row.end)
            kept[-1] = msgspec.structs.replace(last, end=end)
        elif overlaps:
            other = message("rolling.overlap", code=row.key, line=last.line)
            raise ContentError(other, file=file, line=row.line)
        else:
            kept.append(row)
    return kept


def _change_days(rows: Sequence[Dated]) -> list[date]:
    """The days on which the content is another than the day before, ends with nothing after included."""
    begins: dict[date, Counter[str]] = defaultdict(Counter)
    ends: dict[date, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if row.start:
            begins[row.start][row.key] += 1
        if row.end:
            ends[row.end][row.key] += 1
    return sorted(begins.keys() | ends.keys())
