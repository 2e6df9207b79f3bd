"""Decodes JSON lists; errors name the line. The meaning of the elements is the loader's concern."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from loaders.reading.decoding import decode, line_at
from registry.entities.errors import ContentError
from registry.entities.exact_json import decoder
from registry.entities.messages import Message, message

__all__ = ["element_line", "json_problem", "object_list", "parse"]

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
        raise ContentError(
            message("read.not_json", problem=json_problem(error)), file=file, line=line
        ) from error
    except RecursionError as error:
        raise ContentError(message("read.json_deep"), file=file) from error


def json_problem(error: Exception) -> str:
    """What is wrong with JSON that msgspec could not decode."""
    return message("read.json_truncated" if "truncated" in str(error) else "read.json_invalid")


def object_list(value: Any, data: bytes, *, file: str, required: tuple[str, ...]) -> list[dict[str, Any]]:
    """The value as a list of objects that all have the required texts, else ContentError with the line."""
    if not isinstance(value, list):
        raise ContentError(message("read.json_no_list"), file=file, line=1)
    for index, row in enumerate(value):
        problem = _problem(row, required, index + 1)
        if problem is not None:
            raise ContentError(problem, file=file, line=element_line(data, index))
    return value


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


def element_line(data: bytes, index: int) -> int:
    """The line where the n-th element (from 0) of a JSON list begins. Slow: only for error messages."""
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
