"""FAT's code lists (JSON): the codes of a list by date, their parents and flags, in today's wording.

Output: one download as a series of versions on the track ``fat`` (DOMAIN 12). It complements the yearly lists of
the same system (DOMAIN 6): it has lower priority, and everything before the download's day is reconstructed.
``Rapporteres_til_NPR`` is true exactly on the days that the NPR dates give, so these dates make versions too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from msgspec.structs import replace

from loaders.contract import LoadOptions, MemberFormat, ParsedRelease, Progress, Source
from loaders.formats.norwegian.norwegian_json import guess_system
from loaders.formats.norwegian.rolling import DatedRecords, rolling_releases
from loaders.reading.dates import end_of, start_of
from loaders.reading.day import download_day
from loaders.reading.header import options_file
from loaders.reading.jsontext import element_line, json_members, objects
from loaders.reading.text_file import TextFile
from registry.entities.errors import ContentError, UsageError
from registry.entities.messages import message
from registry.entities.records import ConceptRecord, Designation, Property, PropertyDefinition, ReleaseHeader
from registry.systems import SystemBehaviour, behaviour_of

__all__ = ["LOADER"]

_NAME = "fat"
_FULL, _SHORT = "Tekst_uten_lengdebegrensning", "Tekst_med_maksimalt_60_tegn"
_NPR, _NPR_FROM, _NPR_TO = "Rapporteres_til_NPR", "NPR_Gyldig_fra", "NPR_Gyldig_til"
_LOGICAL = ("Stjernekode", "Tilleggskode", "Uspesifikk_kode")
_TEXTS = ("Kjønn", "Kodeverk", "Tilhørighet_i_ICPC_2B")
_READ = {"Kode", _FULL, _SHORT, "Gyldig_fra", "Gyldig_til", "Foreldrekode", "Foreldrekodetekst", "replacedBy"}
_READ |= {_NPR, _NPR_FROM, _NPR_TO, *_LOGICAL, *_TEXTS}
_DEFINITIONS = (
    PropertyDefinition(_NPR, "boolean", description="Reportable to the patient register on that day"),
    PropertyDefinition(_NPR_FROM, "dateTime", description="First day reportable"),
    PropertyDefinition(_NPR_TO, "dateTime", description="Last day reportable"),
    *(PropertyDefinition(name, "boolean") for name in _LOGICAL),
    *(PropertyDefinition(name, "string") for name in _TEXTS),
    PropertyDefinition("replacedBy", "code"),
)
#: chapters and blocks, which are rows too but not for coding
_GROUPS = {
    "icd-10-no": re.compile(r"[IVX]{1,5}|[A-Z]\d\d-[A-Z]\d\d"),
    "icpc-2-no": re.compile(r"[A-Z]|-"),
    "phbu": re.compile(r"[IVX]{1,5}|[A-Z]\d\d-[A-Z]\d\d"),
}
#: systems by the name of the download
_NAMES = (
    ("icd-?10", "icd-10-no"),
    ("icpc", "icpc-2-no"),
    ("nkpk", "nkpk-no"),
    ("nlk", "nlk"),
    ("ncrp", "ncrp-no"),
)


def _lists(source: Source) -> list[str]:
    return json_members(source, b"[", words=(b'"Kode"', _FULL.encode()))


def _read_list(
    source: Source, member: str, options: LoadOptions, progress: Progress
) -> Iterator[ParsedRelease]:
    text = TextFile(source, member, encoding=options.encoding)
    today = download_day(source, options)
    parts, rows = dict[str, _Part](), 0
    system = options.system or _system(member, text)
    for at, row in enumerate(objects(text, required=("Kode",))):
        name = system if options.system else _system_of_row(system, row)
        if name not in parts:
            parts[name] = _Part(DatedRecords(text.file))
        parts[name].take(row, at, name, text)
        rows = at + 1
    if not parts:
        raise ContentError(message("list.no_code"), file=text.file)
    for system, part in parts.items():
        part.records.require_tree(lambda line: f"element {line}")
        header = ReleaseHeader(
            system=system,
            version="",
            source_line="fat",
            track="fat",
            facets=_facets(part.present),
            published=today.isoformat(),
            priority=10,
            language="nb",
            files=(text.source_file, *options_file(options)),
            origin=source.name,
            format=_NAME,
            properties=tuple(d for d in _DEFINITIONS if d.code in part.present),
            inferred={"system": system, "published": today.isoformat()},
            notices=tuple(_notices(part.present, today)),
        )
        progress(message("progress.read"), len(part.records.rows), rows)
        yield from rolling_releases(part.records, header, options, today=today)


@dataclass(slots=True)
class _Part:
    """The rows of one system, and the fields that occur in them."""

    records: DatedRecords
    present: set[str] = field(default_factory=set)

    def take(self, row: dict[str, Any], at: int, system: str, text: TextFile) -> None:
        """Take a row in; ``line`` of its pieces is its number in the list."""
        self.present.update(row)
        try:
            for record, start, end in _pieces(row, system):
                self.records.add(record, start, end, at + 1)
        except ContentError as error:
            raise ContentError(error.message, file=text.file, line=element_line(text, at)) from error


def _system_of_row(system: str, row: dict[str, Any]) -> str:
    """The ICPC-2 download holds ICPC-2B codes too, named in ``Kodeverk``."""
    extended = system == "icpc-2-no" and "2B" in str(row.get("Kodeverk") or "").upper()
    return "icpc-2b-no" if extended else system


def _system(member: str, text: TextFile) -> str:
    """The system of the list by the fields of its first row, else by its name, else by its codes."""
    first = next(objects(text, required=("Kode",)), {})
    if _NPR in first or "Stjernekode" in first:
        return "icd-10-no"
    if "Tilhørighet_i_ICPC_2B" in first:
        return "icpc-2-no"
    name = member.rsplit("/", 1)[-1].lower()
    found = next((system for pattern, system in _NAMES if re.search(pattern, name)), "")
    found = found or guess_system([row["Kode"] for row in objects(text, required=("Kode",))])
    if first and not found:
        raise UsageError(message("list.which_system", file=text.file))
    return found


def _facets(present: set[str]) -> tuple[str, ...]:
    properties = (f"property:{d.code}" for d in _DEFINITIONS if d.code in present)
    return ("label.full", "label.short", "hierarchy", "selectable", *properties)


def _notices(present: set[str], today: date) -> Iterator[str]:
    yield message("norwegian.wording", day=today)
    unread = sorted(present - _READ)
    if unread:
        yield message("notice.fields", names=", ".join(unread))


def _pieces(row: dict[str, Any], system: str) -> Iterator[tuple[ConceptRecord, date | None, date | None]]:
    """The row cut at its NPR dates, each piece with the days on which it holds."""
    start, end = start_of(row.get("Gyldig_fra")), end_of(row.get("Gyldig_til"))
    first, last = start_of(row.get(_NPR_FROM)), end_of(row.get(_NPR_TO))
    record = _record(row, behaviour_of(system), _GROUPS.get(system), first, last)
    if not _is_given(row.get(_NPR)) or (start and end and end <= start):
        yield _reportable(record, row, reportable=False), start, end
        return
    inner = sorted(d for d in {first, last} if d and (start or date.min) < d < (end or date.max))
    for a, b in pairwise([start, *inner, end]):
        yield _reportable(record, row, reportable=_inside(a, b, first, last)), a, b


def _inside(start: date | None, end: date | None, first: date | None, last: date | None) -> bool:
    after = first is None or (start is not None and start >= first)
    before = last is None or (end is not None and end <= last)
    return after and before


def _reportable(record: ConceptRecord, row: dict[str, Any], *, reportable: bool) -> ConceptRecord:
    if _NPR not in row:
        return record
    return replace(record, properties=(Property(_NPR, reportable, "boolean"), *record.properties))


def _record(
    row: dict[str, Any],
    rules: SystemBehaviour,
    groups: re.Pattern[str] | None,
    first: date | None,
    last: date | None,
) -> ConceptRecord:
    code, parent = rules.canonical(row["Kode"]), rules.canonical(row.get("Foreldrekode") or "")
    full, short = _text(row.get(_FULL)), _text(row.get(_SHORT))
    if not full and not short:
        raise ContentError(message("norwegian.no_text", code=code))
    labels = (("label.full", full), ("label.short", short))
    return ConceptRecord(
        code=code,
        designations=tuple(Designation(kind, text, "nb") for kind, text in labels if text),
        parents=(parent,) if parent else (),
        properties=tuple(_properties(row, rules, first, last)),
        selectable=False if groups is not None and groups.fullmatch(code) else None,
    )


def _properties(
    row: dict[str, Any], rules: SystemBehaviour, first: date | None, last: date | None
) -> Iterator[Property]:
    if first:
        yield Property(_NPR_FROM, first.isoformat(), "dateTime")
    if last:
        yield Property(_NPR_TO, (last - timedelta(days=1)).isoformat(), "dateTime")
    for name in _LOGICAL:
        if _is_given(row.get(name)):
            yield Property(name, True, "boolean")
    for name in _TEXTS:
        if _text(row.get(name)):
            yield Property(name, _text(row[name]), "string")
    replaced = row.get("replacedBy") or ()
    for code in [replaced] if isinstance(replaced, str) else replaced:
        yield Property("replacedBy", rules.canonical(str(code)), "code")


def _is_given(value: Any) -> bool:
    """FAT's logicals: "Ja", "Nei" or null."""
    text = str(value or "").strip().lower()
    if text in ("ja", "true", "1"):
        return True
    if text in ("nei", "false", "0", ""):
        return False
    raise ContentError(message("norwegian.logical", value=value))


def _text(value: Any) -> str:
    return str(value).strip() if value is not None else ""


LOADER = MemberFormat(
    name=_NAME,
    summary="FAT JSON: Norwegian code lists with dates, parents and flags for each code",
    find=_lists,
    parse=_read_list,
)
