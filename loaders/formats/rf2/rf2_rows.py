"""Rows of an RF2 file as tables of texts, a block at a time, each checked.

RF2 has tabs, no quoting, and lines that end with CR LF; LF alone is read too. A row has as many cells as there are headings, a date
``yyyymmdd`` of the calendar, ``active`` 0 or 1, and an identifier with a right check digit (of a reference set's member a
UUID). Anything else is an error with file and line; wrong identifiers of relationships, which nothing names, are a notice. Lines that begin with ``#`` are no part of RF2: an error,
unless the caller wants them left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from loaders.contract import Source
from loaders.formats.rf2.check_digits import wrong_identifiers
from loaders.formats.rf2.file_types import Rf2File
from registry.entities.errors import ContentError, DecodeError, FormatError
from registry.entities.messages import Message, message

if TYPE_CHECKING:
    from polars import DataFrame, Series

__all__ = ["Rows", "read_rows"]

_BLOCK = 16 << 20  #: bytes read at a time
_UUID = "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
_COMMENT = re.compile(rb"^(?:#[^\n]*)?\n", re.MULTILINE)  # blank lines too
_LEADING = re.compile(rb"(?:#[^\n]*\n)*")
_MOST = 100_000_000  #: bytes without the end of a line


class Rows(NamedTuple):
    """Rows of a file, and what the user should know of them."""

    table: DataFrame
    notices: tuple[str, ...] = ()


def read_rows(source: Source, file: Rf2File, *, skip_comments: bool = False) -> Iterator[Rows]:
    """The rows of a file, in tables with its headings as columns; raises ``SourceError``."""
    label, line = source.label(file.member), 1
    for number, block in enumerate(_blocks(source, file.member, label)):
        start, lines = line, block.count(b"\n")
        if skip_comments or block.startswith(b"#") or b"\n#" in block:
            if not skip_comments:
                raise FormatError(message("rf2.comment"), file=label, line=line + _line_of_comment(block))
            start += _leading_comments(block)  # later comments shift the lines of errors
            block = _COMMENT.sub(b"", block)
        if number == 0:
            start, block = start + 1, block.partition(b"\n")[2]
        if block:
            yield _checked(_table(block, file, label, start), file, label, start)
        line += lines


def _leading_comments(block: bytes) -> int:
    found = _LEADING.match(block)
    return found[0].count(b"\n") if found is not None else 0


def _line_of_comment(block: bytes) -> int:
    at = 0 if block.startswith(b"#") else block.index(b"\n#") + 1
    return block.count(b"\n", 0, at)


def _blocks(source: Source, member: str, label: str) -> Iterator[bytes]:
    """The bytes of a member in whole lines, which end with LF."""
    with source.open(member) as stream:
        ahead = stream.read(3)
        ahead = b"" if ahead == b"\xef\xbb\xbf" else ahead
        while piece := stream.read(_BLOCK):
            data = ahead + piece
            end = data.rfind(b"\n") + 1
            if not end and (b"\r" in data or len(data) > _MOST):
                raise FormatError(message("rf2.line_ends"), file=label, line=1)
            ahead = data[end:]
            if end:
                yield data[:end].replace(b"\r\n", b"\n")
    if b"\r" in ahead.rstrip(b"\r"):
        raise FormatError(message("rf2.line_ends"), file=label, line=1)
    if ahead:
        yield ahead.rstrip(b"\r") + b"\n"


def _table(block: bytes, file: Rf2File, label: str, line: int) -> DataFrame:
    import polars as pl

    width = len(file.columns)
    lines = block.count(b"\n")
    if b"\n\n" in block or block.startswith(b"\n") or block.count(b"\t") != lines * (width - 1):
        raise _wrong_line(block, file, label, line)
    try:
        schema = dict.fromkeys(file.columns, pl.String)
        found = pl.read_csv(block, separator="\t", has_header=False, quote_char=None, schema=schema)
    except pl.exceptions.PolarsError as error:
        raise _wrong_line(block, file, label, line) from error
    if found.height != lines:
        raise _wrong_line(block, file, label, line)
    return found.with_columns(pl.all().fill_null(""))


def _wrong_line(block: bytes, file: Rf2File, label: str, line: int) -> FormatError | DecodeError:
    """The error of the first line that is not in UTF-8 or has another number of cells."""
    width = len(file.columns)
    for number, row in enumerate(block.split(b"\n")[:-1], line):
        try:
            cells = row.decode().count("\t") + 1
        except UnicodeDecodeError as error:
            return DecodeError(message("rf2.utf8", place=error.start + 1), file=label, line=number)
        if cells != width:
            what = message("rf2.cells", found=cells if row else 0, expected=width)
            return FormatError(what, file=label, line=number)
    return FormatError(message("rf2.unreadable"), file=label, line=line)


def _checked(rows: DataFrame, file: Rf2File, label: str, line: int) -> Rows:
    import polars as pl

    _require(rows["active"].is_in(["0", "1"]), rows["active"], "rf2.active", label, line)
    dates = rows["effectiveTime"]
    wrong = [text for text in dates.unique() if not _is_date(text)]
    if wrong:
        good = ~dates.is_in(pl.Series(wrong, dtype=pl.String).implode())
        _require(good, dates, "rf2.date", label, line)
    if file.content == "member":
        _require(rows["id"].str.contains(_UUID), rows["id"], "rf2.uuid", label, line)
    elif file.content in ("concept", "description"):
        _require(~wrong_identifiers(rows["id"], file.content), rows["id"], "rf2.check_digit", label, line)
    elif file.content != "identifier":
        return Rows(rows, _wrong_relationships(rows["id"], label, line))
    return Rows(rows)


def _wrong_relationships(identifiers: Series, label: str, line: int) -> tuple[str, ...]:
    """A notice of identifiers of relationships that are wrong."""
    wrong = wrong_identifiers(identifiers, "relationship")
    if not wrong.any():
        return ()
    first = int(wrong.arg_true()[0])
    about = {"n": int(wrong.sum()), "first": identifiers[first], "line": line + first, "file": label}
    return (message("rf2.wrong_relationships", **about),)


def _require(good: Series, values: Series, name: str, label: str, line: int) -> None:
    """Raise ``ContentError`` for the first row that is not good."""
    if not good.all():
        row = int((~good).arg_true()[0])
        raise ContentError(_complaint(name, values[row]), file=label, line=line + row)


def _complaint(name: str, value: str) -> Message:
    return message(name, value=value)


def _is_date(text: str) -> bool:
    try:
        return len(text) == 8 and bool(datetime.strptime(text, "%Y%m%d"))
    except ValueError:
        return False
