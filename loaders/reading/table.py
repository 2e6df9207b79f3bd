"""Reads delimited text and xlsx into rows with their line numbers: delimiter, quotation marks, sheets."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from loaders.reading.decoding import decode, lines_of
from registry.entities.errors import ArchiveError, ContentError, UsageError
from registry.entities.messages import message

__all__ = ["DELIMITERS", "Table", "read_table", "sniff"]

DELIMITERS = ("\t", ";", "|", ",")
_XLSX_TOTAL = 512 << 20
_SAMPLE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells (text; from xlsx also dates and numbers), each with its line number in the file."""

    rows: list[tuple[int, list[Any]]]
    encoding: str = ""
    delimiter: str = ""
    notices: tuple[str, ...] = ()


def read_table(
    data: bytes,
    *,
    file: str,
    encoding: str = "",
    delimiter: str = "",
    sheet: str = "",
    first: int | None = None,
) -> Table:
    """The rows of a delimited text or an xlsx, empty ones left out (only the ``first`` rows of an xlsx).

    Raises SourceError with the line.
    """
    if data[:4] == b"PK\x03\x04":
        return Table(rows=list(_xlsx_rows(data, file, sheet, first)), encoding="xlsx")
    text = decode(data, file=file, encoding=encoding)
    found = _named(delimiter) or sniff(text.text)
    if not found:
        raise ContentError(message("read.no_delimiter"), file=file, line=1)
    rows = _text_rows(text.text, found, file)
    return Table(rows=rows, encoding=text.encoding, delimiter=found, notices=(text.notice,))


def _named(delimiter: str) -> str:
    named = {"tab": "\t", "\\t": "\t", "semicolon": ";", "comma": ",", "bar": "|", "pipe": "|"}
    found = named.get(delimiter.lower(), delimiter)
    if len(found) > 1:
        raise UsageError(message("read.delimiter", delimiter=delimiter))
    return found


def sniff(text: str) -> str:
    """The delimiter that is in (nearly) every one of the first lines; empty where none is.

    >>> sniff("a;b, c\\nd;e\\n")
    ';'
    """
    lines = [line for line in lines_of(text)[:_SAMPLE] if line.strip()]
    for delimiter in DELIMITERS:
        with_it = sum(delimiter in line for line in lines)
        if lines and with_it * 10 >= len(lines) * 9:
            return delimiter
    return ""


def _text_rows(text: str, delimiter: str, file: str) -> list[tuple[int, list[Any]]]:
    """Cells in quotation marks where the whole file pairs them so; else the marks are part of the text."""
    plain = [(n, line.split(delimiter)) for n, line in enumerate(lines_of(text), 1) if line.strip()]
    if '"' not in text:
        return plain
    try:
        return list(_quoted_rows(text, delimiter))
    except csv.Error as error:
        widths = {max((at for at, cell in enumerate(cells, 1) if cell), default=0) for _, cells in plain}
        if len(widths) == 1:
            return plain
        at = next((n for n, cells in plain if sum(c.count('"') for c in cells) % 2), plain[0][0])
        raise ContentError(message("read.quotes", detail=str(error)), file=file, line=at) from error


def _quoted_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[Any]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    for row in reader:
        if any(cell.strip() for cell in row):
            yield number, list(row)
        number = reader.line_num + 1


def _xlsx_rows(data: bytes, file: str, sheet: str, first: int | None) -> Iterator[tuple[int, list[Any]]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(info.file_size for info in packed.infolist()) > _XLSX_TOTAL:
                raise ArchiveError(message("read.unpacks_to", most=_XLSX_TOTAL), file=file)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise ArchiveError(message("read.damaged_xlsx", detail=str(error)), file=file) from error
    if sheet and sheet not in book.sheetnames:
        raise UsageError(message("read.no_sheet", file=file, sheet=sheet, names=book.sheetnames))
    page = book[sheet or book.sheetnames[0]]
    for number, row in enumerate(page.iter_rows(values_only=True, max_row=first), 1):
        if any(cell is not None and str(cell).strip() for cell in row):
            yield number, ["" if cell is None else cell for cell in row]
