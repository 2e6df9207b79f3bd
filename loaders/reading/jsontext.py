"""JSON as sources send it: small files as a whole, long lists element by element, errors with the line.

Here: decoding, and where the n-th element of a list stands. Not here: what the elements mean.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from loaders.contract import Source
from loaders.reading.decoding import decode
from loaders.reading.json_stream import JsonStream
from loaders.reading.text_file import TextFile
from registry.entities.errors import ContentError
from registry.entities.messages import Message, message

__all__ = ["element_line", "json_members", "objects", "parse"]

_HEAD = 8000  #: bytes of a member by which its format is recognised


def json_members(
    source: Source, opening: bytes, *, words: Collection[bytes], without: bytes | None = None
) -> list[str]:
    """The members that begin with ``[`` or ``{`` and have these words, but not ``without``, near the beginning."""
    heads = ((member, source.read(member, _HEAD)) for member in source.members())
    return [
        member
        for member, head in heads
        if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(opening)
        and all(word in head for word in words)
        and not (without and without in head)
    ]


def parse(data: bytes, *, file: str, encoding: str = "") -> tuple[Any, str]:
    """The decoded JSON and the encoding it was in; raises ContentError with the line where it is malformed."""
    text = decode(data, file=file, encoding=encoding)
    stream = JsonStream((text.text,), file=file)
    value = stream.value()
    stream.end()
    return value, text.encoding


def objects(text: TextFile, *, required: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The elements of a list of objects that all have the required texts, else ContentError with the line."""
    stream = JsonStream(text.texts(), file=text.file)
    if stream.kind() not in ("[", ""):
        raise ContentError(message("read.json_no_list"), file=text.file, line=1)
    for number, _ in enumerate(stream.elements(), 1):
        row = stream.value()
        if (problem := _problem(row, required, number)) is not None:
            raise ContentError(problem, file=text.file, line=element_line(text, number - 1))
        yield row
    stream.end()


def _problem(row: Any, required: tuple[str, ...], number: int) -> Message | None:
    if not isinstance(row, dict):
        return message("read.element_no_object", number=number)
    for name in required:
        value = row.get(name)
        if not isinstance(value, str):
            return message("read.element_no_text", number=number, name=name)
        if not value.strip():
            return message("read.element_empty", number=number, name=name)
    return None


def element_line(text: TextFile, index: int) -> int:
    """The line on which the n-th element (from 0) of a list begins. Reads the file again: for messages only."""
    stream = JsonStream(text.texts(), file=text.file)
    for number, _ in enumerate(stream.elements()):
        if number == index:
            return stream.line
        stream.value()
    return 1
