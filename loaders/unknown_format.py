"""What a file of no known format is, in a few words for the message that refuses it."""

from __future__ import annotations

import re
from io import BytesIO

import msgspec
from lxml import etree

from loaders.contract import Source
from loaders.reading.decoding import line_at
from loaders.reading.xml import UnsafeXML, bounded_events

__all__ = ["describe"]

_BYTE = re.compile(r"\(byte (\d+)\)")
_LIMIT = 64 << 20


def describe(source: Source) -> tuple[str, int | None]:
    """Words and, where something is broken, the line; empty where there is nothing to say.

    A folder or archive is described by its number of files, a single file by its content.
    """
    members = source.members()
    if len(members) != 1:
        return f"{len(members)} files, none of them", None
    data = source.read(members[0], _LIMIT)
    head = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"<"):
        return _xml(data)
    if head.startswith((b"{", b"[")):
        return _json(data)
    return ("a binary file," if b"\0" in data[:4096] else "text, but"), None


def _xml(data: bytes) -> tuple[str, int | None]:
    root = ""
    try:
        for _, element in bounded_events(BytesIO(data)):
            root = root or etree.QName(element).localname
            element.clear()
    except etree.XMLSyntaxError as error:
        return f"not well-formed XML ({error.msg}),", error.lineno
    except UnsafeXML as error:
        return f"XML that is not read ({error}),", None
    return f"XML with the root <{root}>,", None


def _json(data: bytes) -> tuple[str, int | None]:
    try:
        value = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        match = _BYTE.search(str(error))
        return f"not whole JSON ({error}),", line_at(data, int(match[1]) if match else len(data))
    if not value:
        return "empty JSON,", None
    first = value[0] if isinstance(value, list) and value else value
    keys = ", ".join(list(first)[:8]) if isinstance(first, dict) else type(first).__name__
    return f"JSON {'list' if isinstance(value, list) else 'object'} ({keys}),", None
