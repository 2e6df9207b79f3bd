"""JSON lists as sources send them: decoded fast, errors with the line.

Here: decoding, and where the n-th element of a list stands. Not here: what the elements mean.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from loaders.reading.decoding import decode, line_at
from registry.entities.errors import ContentError
from registry.entities.exact_json import decoder

__all__ = ["element_line", "object_list", "parse"]

_decode = decoder(object).decode
_BYTE = re.compile(r"\(byte (\d+)\)")


def parse(data: bytes, *, file: str, encoding: str = "") -> tuple[Any, str]:
    """The decoded JSON and the encoding it was in; raises ContentError with the line where it is malformed."""
    text = decode(data, file=file, encoding=encoding)
    plain = text.text.encode("utf-8")
    try:
        return _decode(plain), text.encoding
    except msgspec.DecodeError as error:
        match = _BYTE.search(str(error))
        line = line_at(plain, int(match[1]) if match else len(plain))
        message = str(error).removeprefix("JSON is malformed: ")
        raise ContentError(f"not whole JSON: {message}", file=file, line=line) from error
    except RecursionError as error:
        raise ContentError("nested too deeply", file=file) from error


def object_list(value: Any, data: bytes, *, file: str, required: tuple[str, ...]) -> list[dict[str, Any]]:
    """The value as a list of objects that all have the required texts, else ContentError with the line."""
    if not isinstance(value, list):
        raise ContentError("a list of codes was expected", file=file, line=1)
    for index, row in enumerate(value):
        problem = _problem(row, required)
        if problem:
            raise ContentError(f"element {index + 1} {problem}", file=file, line=element_line(data, index))
    return value


def _problem(row: Any, required: tuple[str, ...]) -> str:
    if not isinstance(row, dict):
        return "is not an object"
    for name in required:
        value = row.get(name)
        if not isinstance(value, str):
            return f"has no text in {name!r}"
        if not value.strip():
            return f"has an empty {name!r}"
    return ""


def element_line(data: bytes, index: int) -> int:
    """The line on which the n-th element (from 0) of a JSON list begins. Slow: for messages only."""
    text = data.decode("utf-8-sig", errors="replace")
    decoder, at = json.JSONDecoder(), text.find("[") + 1
    gap = re.compile(r"[\s,]*")
    try:
        for _ in range(index):
            at = gap.match(text, at).end()  # type: ignore[union-attr]
            at = decoder.raw_decode(text, at)[1]
    except ValueError:
        return 1
    return line_at(text, gap.match(text, at).end())  # type: ignore[union-attr]
