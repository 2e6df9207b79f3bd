"""Administrative code lists in FAT's format: one list a file, with name, owner, status and concepts.

Codes have no dates: a changed download is a new version, labelled with the day when its status last changed
(DOMAIN 12); the content before that day is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from loaders.checks import CheckedRecords
from loaders.contract import LoadOptions, MemberFormat, ParsedRelease, Progress, Source
from loaders.reading.dates import start_of
from loaders.reading.header import finish, options_file, system_of
from loaders.reading.json_stream import JsonStream
from loaders.reading.jsontext import json_members
from loaders.reading.text_file import TextFile
from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.entities.records import ConceptRecord, Designation, Note, ReleaseHeader, SystemRecord

__all__ = ["LOADER"]

_NAME = "fat-adm"
_OID = "2.16.578.1.12.4.1.1."
_SHELL = ("id", "name", "title", "description", "version", "status", "valid_from", "active")


def _lists(source: Source) -> list[str]:
    words = (b'"id"', b'"status_last_changed"', b'"concepts"')
    return json_members(source, b"{", words=words, without=b'"resourceType"')


def _read_list(
    source: Source, member: str, options: LoadOptions, progress: Progress
) -> Iterator[ParsedRelease]:
    text = TextFile(source, member, encoding=options.encoding)
    file, checked = text.file, CheckedRecords(file=text.file, where=lambda at: f"concepts[{at}]")
    value = dict(_members(text, checked))
    number = str(value.get("id") or "").strip()
    if not number.isdigit():
        raise ContentError(message("norwegian.list_id", number=number), file=file, line="id")
    changed = start_of(value.get("status_last_changed"), file=file, line="status_last_changed")
    if changed is None:
        raise ContentError(message("norwegian.no_date"), file=file, line="status_last_changed")
    records = checked.finished()
    slug = f"volven-{number}"
    header = ReleaseHeader(
        system=slug,
        version=changed.isoformat(),
        source_line="list",
        facets=("display", "notes"),
        valid_from=changed,
        published=changed.isoformat(),
        rolling=True,
        priority=20,
        language="nb",
        files=(text.source_file, *options_file(options)),
        origin=source.name,
        format=_NAME,
        shell={key: value[key] for key in _SHELL if value.get(key) not in (None, "")},
        inferred={"system": slug, "version": changed.isoformat(), "valid_from": changed.isoformat()},
        notices=(message("norwegian.status_changed", version=changed), *checked.notices()),
    )
    finished = finish(header, options)
    yield ParsedRelease(
        header=finished, concepts=records, system=_system(value, number, finished.system, options)
    )
    progress(message("progress.read"), 1, None)


def _members(text: TextFile, checked: CheckedRecords) -> Iterator[tuple[str, Any]]:
    """The metadata of the list; its concepts are stored while it is read."""
    stream = JsonStream(text.texts(), file=text.file)
    for name in stream.members():
        if name != "concepts" or stream.kind() != "[":
            yield name, stream.value()
            continue
        for at, _ in enumerate(stream.elements()):
            checked.add(_record(stream.value(), at, text.file), at)
    stream.end()


def _system(value: dict[str, Any], number: str, slug: str, options: LoadOptions) -> SystemRecord:
    return system_of(
        slug,
        options,
        url=f"urn:oid:{_OID}{number}",
        oids=(f"{_OID}{number}",),
        titles={"nb": str(value.get("title") or value.get("name") or number)},
        owner=str(value.get("owner") or ""),
        licence="Helsedirektoratet, åpne data",
        access="open",
        redistribution="yes",
        language="nb",
        version_order="date",
        end_rule="until-next",
    )


def _record(row: Any, at: int, file: str) -> ConceptRecord:
    if not isinstance(row, dict) or not isinstance(row.get("code"), str) or not row["code"].strip():
        raise ContentError(message("norwegian.no_code"), file=file, line=f"concepts[{at}]")
    display = str(row.get("display") or "").strip()
    definition = str(row.get("definition") or "").replace("\r\n", "\n").strip()
    return ConceptRecord(
        code=row["code"].strip(),
        designations=(Designation("display", display, "nb"),) if display else (),
        notes=(Note("definition", definition, "nb"),) if definition else (),
    )


LOADER = MemberFormat(
    name=_NAME,
    summary="administrative code lists (Volven) as FAT serves them: JSON with id, name, status, concepts",
    find=_lists,
    parse=_read_list,
)
