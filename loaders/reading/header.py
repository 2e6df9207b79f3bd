"""Applies ``LoadOptions`` to what a loader proposes: header, catalogue entry of the system, kind of labels.

Invariant: an option of the caller overrides what the source states or suggests. Each format makes its own proposals.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import msgspec

from loaders.contract import LoadOptions, Source
from registry.entities.errors import UsageError
from registry.entities.messages import message
from registry.entities.records import Coverage, ReleaseHeader, SourceFile, SystemRecord
from registry.systems import behaviour_of, known
from registry.systems.open_licences import Terms, terms_of

__all__ = [
    "SHORT",
    "LabelLengths",
    "finish",
    "kind_of_labels",
    "no_year",
    "options_file",
    "published_in",
    "stated_entry",
    "system_of",
    "with_options",
    "year_in",
    "year_start",
]

SHORT = 60  #: characters that a short text may have in Norwegian code systems
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_MONTHS = ("jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des")
_NAMED_MONTHS = (
    "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember"
    "|jan|feb|mar|apr|jun|jul|aug|sep|okt|nov|des"
)
#: dates in file names: 2023-12-15, 20231215, 15.12.2023, 15122023, 25_juni_2013
_STAMP = re.compile(
    r"(?<!\d)(?:(?P<year1>(?:19|20)\d\d)(?P<s>[-_.]?)(?P<month1>0[1-9]|1[0-2])(?P=s)(?P<day1>0[1-9]|[12]\d|3[01])"
    r"|(?P<day2>0?[1-9]|[12]\d|3[01])(?P<t>[-_.])(?P<month2>0?[1-9]|1[0-2])(?P=t)(?P<year2>(?:19|20)\d\d)"
    r"|(?P<day3>0[1-9]|[12]\d|3[01])(?P<month3>0[1-9]|1[0-2])(?P<year3>(?:19|20)\d\d)"
    rf"|(?P<day4>\d\d?)[-_. ]+(?P<month4>{_NAMED_MONTHS})[-_. ]+(?P<year4>(?:19|20)\d\d))(?!\d)",
    re.IGNORECASE,
)
_FIELDS = ("system", "version", "track", "valid_from", "valid_to", "published", "kind", "effective_from")
_DATES = ("valid_from", "valid_to")
_ENTRY = ("url", "licence", "access", "redistribution")
_MORE = ("status", "language", "origin", "fetched")


def finish(header: ReleaseHeader, options: LoadOptions) -> ReleaseHeader:
    """The header with the caller's options applied; ``inferred`` keeps what the caller did not set."""
    overrides: dict[str, Any] = {
        name: getattr(options, name) for name in _FIELDS + _MORE if getattr(options, name)
    }
    if options.effective_from and not options.kind:
        overrides["kind"] = "update"
    if options.coverage:
        overrides["coverage"] = _coverage(options.coverage, overrides.get("system", header.system))
    inferred = {name: value for name, value in header.inferred.items() if name not in overrides and value}
    stated = tuple(name for name in _DATES if name in overrides)
    result = msgspec.structs.replace(header, **overrides, inferred=inferred, stated=stated)
    if result.valid_from and result.valid_to and result.valid_from >= result.valid_to:
        raise UsageError(message("list.interval", start=result.valid_from, end=result.valid_to))
    return result


def _coverage(text: str, system: str) -> Coverage:
    kind, _, name = text.partition(":")
    if kind not in ("complete", "subset", "fragment") or (kind == "subset") != bool(name):
        raise UsageError(message("list.coverage", text=text))
    return Coverage(kind=kind, name=name, pattern=behaviour_of(system).subsets.get(name, ""))  # type: ignore[arg-type]


def system_of(slug: str, options: LoadOptions, **more: Any) -> SystemRecord:
    """The catalogue entry of a system, with the metadata of the options and of the source (``more``).

    A system of unknown licence is restricted (DOMAIN 14).
    """
    record = known(slug)
    if record is None:
        record = SystemRecord(slug=slug, **more)
    return with_options(record, options)


def with_options(record: SystemRecord, options: LoadOptions) -> SystemRecord:
    """The entry with the metadata that the caller stated; a stated open licence opens the system."""
    changes: dict[str, Any] = {name: getattr(options, name) for name in _ENTRY if getattr(options, name)}
    if options.title:
        changes["titles"] = record.titles | {options.language or record.language or "nb": options.title}
    if terms := terms_of(options.licence):
        changes = terms._asdict() | changes
    return msgspec.structs.replace(record, **changes) if changes else record


def stated_entry(options: LoadOptions) -> tuple[str, ...]:
    """The fields of the catalogue entry that ``with_options`` sets, which a load changes on a known system too."""
    names = {name for name in _ENTRY if getattr(options, name)} | ({"titles"} if options.title else set())
    return tuple(sorted(names | (set(Terms._fields) if terms_of(options.licence) else set())))


def year_in(*names: str) -> str:
    """The year in the first of these names that contains one; empty if none does.

    A date in a name is not a year: it is when the file was made (``published_in``). Raises UsageError if one name contains
    two different years.

    >>> year_in("ICPC2-2019-mapsTo-ICD10.json"), year_in("codes_2023-12-15.csv")
    ('2019', '')
    """
    for name in names:
        years: set[str] = set(_YEAR.findall(_STAMP.sub("#", name)))
        if len(years) > 1:
            raise UsageError(message("list.years", name=name, years=sorted(years)))
        if years:
            return years.pop()
    return ""


def published_in(name: str) -> str:
    """The date in a file's name, as an ISO date; empty if there is none or it is no date of the calendar.

    >>> published_in("codes_20231215.csv"), published_in("liste 25_juni_2013.txt"), published_in("codes_2023.csv")
    ('2023-12-15', '2013-06-25', '')
    """
    found = _STAMP.search(name)
    if found is None:
        return ""
    given = {kind[:-1]: text for kind, text in found.groupdict().items() if text}
    month = given.get("month", "")
    try:
        number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
        return date(int(given["year"]), number, int(given["day"])).isoformat()
    except ValueError:
        return ""


def no_year(source: Source, member: str) -> UsageError:
    """The error of a list whose version is not known: the file's name has no year, or only the date it was made."""
    made, file = published_in(PurePosixPath(member).name), source.label(member)
    if made:
        return UsageError(message("list.only_date", file=file, day=made))
    return UsageError(message("list.no_year", file=file))


def year_start(version: str) -> date | None:
    """1 January of a version that is called by its year; None for other labels.

    >>> year_start("2020")
    datetime.date(2020, 1, 1)
    """
    return date(int(version), 1, 1) if _YEAR.fullmatch(version) else None


class LabelLengths:
    """Counts the labels of a column, and those with more than 60 characters."""

    def __init__(self) -> None:
        self.count = self.long = 0

    def add(self, text: str) -> None:
        """Count a label."""
        self.count += 1
        self.long += len(text) > SHORT

    @property
    def kind(self) -> str:
        """``label.short`` if at least 99 % have at most 60 characters, else ``label.full`` (DOMAIN 7)."""
        return "label.short" if self.long * 100 <= self.count else "label.full"


def kind_of_labels(lengths: LabelLengths, options: LoadOptions) -> tuple[str, bool]:
    """The kind of a column of labels, and whether it was derived from their lengths."""
    if not options.label_kind:
        return lengths.kind, True
    if options.label_kind not in ("label.full", "label.short", "display"):
        raise UsageError(message("list.label_kind", kind=options.label_kind))
    return options.label_kind, False


def options_file(options: LoadOptions) -> tuple[SourceFile, ...]:
    """The reading options as one more file of the release; empty if there are none.

    The same bytes read with other options have other content, so they must not count as the same release.
    """
    settings = {
        "columns": dict(options.columns),
        "delimiter": options.delimiter,
        "encoding": options.encoding,
        "label_kind": options.label_kind,
        "extra": dict(options.extra),
    }
    if not any(settings.values()):
        return ()
    data = msgspec.json.encode(settings, order="sorted")
    return (SourceFile(name="(options)", sha256=hashlib.sha256(data).hexdigest(), size=len(data)),)
