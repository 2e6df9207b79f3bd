"""The message that refuses a source of no known format: what it contains instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import BytesIO

import msgspec
from lxml import etree

from loaders.contract import Source
from loaders.reading.decoding import line_at
from loaders.reading.xml import UnsafeXML, bounded_events
from registry.entities.messages import Message, message

__all__ = ["describe", "is_broken_xml"]

_BYTE = re.compile(r"\(byte (\d+)\)")
_LIMIT = 64 << 20
_CHECKED = 8 << 20  #: bytes of XML that is checked before its format is named


def describe(source: Source, formats: Iterable[str]) -> tuple[Message, int | None]:
    """The message and, if something is broken, its line; ``formats`` are the names of the known ones.

    A folder or archive is described by its number of files, a single file by its content.
    """
    members, names = source.members(), ", ".join(formats)
    if len(members) != 1:
        return message("source.files_unknown", count=len(members), names=names), None
    what, line = _content(source, members)
    return message("source.unknown", what=what, names=names), line


def is_broken_xml(source: Source, member: str) -> bool:
    """Whether a member is XML that is not well-formed; a large one counts as well-formed."""
    data = source.read(member, _CHECKED)
    if not data.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") or len(data) == _CHECKED:
        return False
    found = _xml(data)[0]
    return found.id != "source.xml"


def _content(source: Source, members: Sequence[str]) -> tuple[Message, int | None]:
    data = source.read(members[0], _LIMIT)
    head = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return _xml(data)
    if head.startswith((b"{", b"[")):
        return _json(data)
    return message("source.binary" if b"\0" in data[:4096] else "source.text"), None


def _xml(data: bytes) -> tuple[Message, int | None]:
    root = ""
    try:
        for _, element in bounded_events(BytesIO(data)):
            root = root or etree.QName(element).localname
            element.clear()
    except etree.XMLSyntaxError as error:
        return message("source.broken_xml", detail=error.msg), error.lineno
    except UnsafeXML as error:
        return message("source.unsafe_xml", why=error.why), None
    return message("source.xml", root=root), None


def _json(data: bytes) -> tuple[Message, int | None]:
    try:
        value = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        match = _BYTE.search(str(error))
        line = line_at(data, int(match[1]) if match else len(data))
        return message(
            "source.broken_json",
            detail=message("read.json_truncated" if "truncated" in str(error) else "read.json_invalid"),
        ), line
    if not value:
        return message("source.empty_json"), None
    first = value[0] if isinstance(value, list) and value else value
    keys = ", ".join(list(first)[:8]) if isinstance(first, dict) else type(first).__name__
    return message("source.json_list" if isinstance(value, list) else "source.json_object", keys=keys), None
