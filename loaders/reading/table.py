"""Tables as people keep them: delimited text or xlsx, to rows with their line numbers, a few at a time.

Here: delimiter, quoting, sheets. Not here: what the columns mean.
"""

from __future__ import annotations

import csv
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from loaders.contract import Source
from loaders.reading.parser_errors import PARSER_ERRORS, detail_of
from loaders.reading.spool import shared_spool
from loaders.reading.text_file import TextFile, hashed, pieces
from registry.entities.errors import ArchiveError, ContentError, UsageError
from registry.entities.messages import message
from registry.entities.records import SourceFile

__all__ = ["DELIMITERS", "Row", "Table", "open_table", "sniff"]

DELIMITERS = ("\t", ";", "|", ",")
_XLSX_TOTAL = 512 << 20
_XLSX = b"PK\x03\x04"
_XLSX_ROWS = 1 << 20  #: rows that a sheet may have
_NAME, _NAMES = 40, 20  #: characters of a sheet's name or cell and sheets in a message
_SAMPLE = 50
_TITLE = 10  #: lines above the table that may be without a delimiter
_IN_MEMORY = 16 << 20

Row = tuple[int, list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells (text; from xlsx also numbers and logicals), each with its line number; iterated more than once."""

    rows: Iterable[Row]
    file: SourceFile
    encoding: str = ""
    delimiter: str = ""
    notices: tuple[str, ...] = ()


def open_table(
    source: Source,
    member: str,
    *,
    encoding: str = "",
    delimiter: str = "",
    sheet: str = "",
    only_sheet: bool = False,
    first: int | None = None,
) -> Table:
    """The rows of a delimited text or an xlsx, empty ones left out (only the ``first`` rows of an xlsx).

    ``only_sheet``: raise UsageError if the xlsx has content in several sheets and none is named. Raises SourceError with
    the line, now or while the rows are read.
    """
    if source.read(member, 4) == _XLSX:
        rows = shared_spool().records(tuple[int, list[Any]])
        for row in _xlsx_rows(source, member, sheet, first, only_sheet=only_sheet):
            rows.add(row)
        return Table(rows=rows, file=hashed(source, member, "xlsx"), encoding="xlsx")
    text = TextFile(source, member, encoding=encoding)
    found = _named_delimiter(delimiter) or sniff(islice(text.lines(), _SAMPLE))
    if not found:
        raise ContentError(message("read.no_delimiter"), file=text.file, line=1)
    rows_of_text = _TextRows(text, found)
    return Table(
        rows=rows_of_text,
        file=text.source_file,
        encoding=text.encoding,
        delimiter=found,
        notices=(text.notice,),
    )


def _named_delimiter(delimiter: str) -> str:
    named = {"tab": "\t", "\\t": "\t", "semicolon": ";", "comma": ",", "bar": "|", "pipe": "|"}
    found = named.get(delimiter.lower(), delimiter)
    if len(found) > 1:
        raise UsageError(message("read.delimiter", delimiter=delimiter))
    return found


def sniff(lines: Iterable[str]) -> str:
    """The delimiter that is in (nearly) every one of the first lines, a few lines of title left out; empty if none is.

    >>> sniff(["a;b, c", "d;e"])
    ';'
    """
    lines = [line for line in islice(lines, _SAMPLE) if line.strip()]
    for delimiter in DELIMITERS:
        title = next((n for n, line in enumerate(lines) if delimiter in line), len(lines))
        rest = lines[title:] if title <= min(_TITLE, len(lines) - 3) else lines
        with_it = sum(delimiter in line for line in rest)
        if rest and with_it * 10 >= len(rest) * 9:
            return delimiter
    return ""


class _TextRows:
    """Cells in quotation marks if the whole file pairs them so; else the marks are part of the text."""

    def __init__(self, text: TextFile, delimiter: str) -> None:
        self._text, self._delimiter = text, delimiter
        self._quoted = any('"' in piece for piece in text.texts()) and self._pairs()

    def __iter__(self) -> Iterator[Row]:
        return self._in_quotes() if self._quoted else self._plain()

    def _plain(self) -> Iterator[Row]:
        delimiter = self._delimiter
        return ((n, line.split(delimiter)) for n, line in enumerate(self._text.lines(), 1) if line.strip())

    def _in_quotes(self) -> Iterator[Row]:
        ended = (line + "\n" for line in self._text.lines())
        reader = csv.reader(ended, delimiter=self._delimiter, strict=True)
        number = 1
        for row in reader:
            if any(cell.strip() for cell in row):
                yield number, list(row)
            number = reader.line_num + 1

    def _pairs(self) -> bool:
        """Whether the marks pair. If not, every line has the same number of cells, or ContentError is raised."""
        try:
            for _ in self._in_quotes():
                pass
            return True
        except csv.Error as error:
            widths, odd, first = set[int](), 0, 0
            for n, cells in self._plain():
                first = first or n
                widths.add(max((at for at, cell in enumerate(cells, 1) if cell), default=0))
                odd = odd or (n if sum(c.count('"') for c in cells) % 2 else 0)
            if len(widths) == 1:
                return False
            unpaired = message("read.quotes", detail=str(error))
            raise ContentError(unpaired, file=self._text.file, line=odd or first) from error


def _xlsx_rows(
    source: Source, member: str, sheet: str, first: int | None, *, only_sheet: bool
) -> Iterator[Row]:
    file = source.label(member)
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as data:
        for piece in pieces(source.open(member)):
            data.write(piece)
        try:
            book = _workbook(cast(BinaryIO, data), file)
            if sheet and sheet not in book.sheetnames:
                names = [name[:_NAME] for name in book.sheetnames[:_NAMES]]
                raise UsageError(message("read.no_sheet", file=file, sheet=sheet, names=names))
            if only_sheet and not sheet:
                sheet = _the_sheet(book, file)
            yield from _filled_rows(book[sheet or book.sheetnames[0]], first, file)
        except PARSER_ERRORS as error:
            raise ArchiveError(message("read.damaged_xlsx", detail=detail_of(error)), file=file) from error


def _workbook(data: BinaryIO, file: str) -> Any:
    from openpyxl import load_workbook

    warnings.filterwarnings("ignore", module="openpyxl")  # of parts of a workbook that hold no cells
    with zipfile.ZipFile(data) as packed:
        if sum(info.file_size for info in packed.infolist()) > _XLSX_TOTAL:
            raise ArchiveError(message("read.unpacks_to", most=_XLSX_TOTAL), file=file)
    return load_workbook(data, read_only=True, data_only=True)


def _the_sheet(book: Any, file: str) -> str:
    """The name of the only sheet with content; raises UsageError that shows the first row of each, if there are several."""
    found = [(name, next(_filled_rows(book[name], _SAMPLE, file), None)) for name in book.sheetnames]
    filled = [(name, row) for name, row in found if row is not None]
    if len(filled) > 1:
        shown = [
            f"  {name[:_NAME]}: {' | '.join(str(c)[:_NAME] for c in row[1][:8])}"
            for name, row in filled[:_NAMES]
        ]
        raise UsageError(message("list.several_sheets", file=file, count=len(filled), sheets=shown))
    return str(filled[0][0]) if filled else ""


def _filled_rows(page: Any, first: int | None, file: str) -> Iterator[Row]:
    """The rows of a sheet that have content; the dimensions that the sheet states are not relied on."""
    if not hasattr(page, "iter_rows"):
        return  # a sheet that is a chart
    if hasattr(page, "reset_dimensions"):
        page.reset_dimensions()
    for number, cells in enumerate(page.iter_rows(max_row=first), 1):
        row = [_value(cell) for cell in cells]
        if number > _XLSX_ROWS:
            raise ArchiveError(message("read.damaged_xlsx", detail=f"{_XLSX_ROWS} < {number}"), file=file)
        if any(cell is not None and str(cell).strip() for cell in row):
            yield number, [_cell(cell) for cell in row]


def _value(cell: Any) -> Any:
    """A cell's value; a whole number under a format of zeros alone (``0000``) as the text that the format shows."""
    value = cell.value
    if type(value) is not int or value < 0:
        return value
    zeros = cell.number_format
    return str(value).zfill(len(zeros)) if len(zeros) > 1 and not zeros.strip("0") else value


def _cell(value: Any) -> Any:
    """A cell's value; dates and times as text."""
    if value is None:
        return ""
    return value if isinstance(value, str | int | bool) else str(value)
