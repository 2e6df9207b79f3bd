"""Tables of content for other programs: a version's codes, or every code with its intervals.

Rows in, chunks of CSV, JSON, Parquet or XLSX out.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from api.formula_cells import FormulaCells
from registry.entities.budget import spend
from registry.entities.errors import UsageError
from registry.entities.messages import message
from registry.queries.flat_export import Table

if TYPE_CHECKING:
    from polars import DataFrame

    from registry import Registry

__all__ = ["FORMATS", "MEDIA_TYPES", "Counted", "chunks", "format_of", "version_rows"]

FORMATS: Final = ("csv", "json", "parquet", "xlsx")
MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ROW_STEPS: Final = 20  #: steps (``registry.entities.budget``) of one row
_ROWS: Final = 2000  #: rows per chunk
_BYTES: Final = 1 << 20
_SHEET_ROWS: Final = 1_048_576  #: rows of a sheet of xlsx, the header included
_DATES: Final = ("valid_from", "valid_to")  #: columns of dates, ISO texts in rows

Row = dict[str, Any]


class Counted:
    """An iterator that counts its rows."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.count = 0
        self.rows = rows

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            self.count += 1
            yield row


def version_rows(registry: Registry, system: str, version: str, *, known_at: str | None = None) -> Table:
    """The codes of one version, one flat row each."""
    return registry.export_rows(system, version, known_at=known_at)


def chunks(rows: Iterable[Row], format: str, *, formulas: FormulaCells | None = None) -> Iterator[bytes]:
    """The rows encoded as ``csv``, ``json`` (an array), ``parquet`` or ``xlsx``, in pieces.

    ``formulas``: counts cells of csv that begin like a formula, and may escape them. Dates are dates in parquet and xlsx. Raises ``UsageError`` for more rows than a sheet of xlsx holds.

    >>> b"".join(chunks([{"code": "A", "display": "x, y"}], "csv"))
    b'code,display\\r\\nA,"x, y"\\r\\n'
    >>> b"".join(chunks([{"code": "A"}], "json"))
    b'[\\n{"code":"A"}\\n]\\n'
    """
    if format == "parquet":
        return _parquet(rows)
    if format == "csv":
        return _csv(iter(rows), formulas or FormulaCells())
    return {"json": _json, "xlsx": _xlsx}[format](iter(rows))


def format_of(path: Path, wanted: str | None) -> str:
    """The format of a file to write: the one wanted, else that of the name, else csv for a name without suffix.

    Raises ``UsageError`` if the name has the suffix of another format, or of none that can be written.

    >>> format_of(Path("x.parquet"), None), format_of(Path("x"), None)
    ('parquet', 'csv')
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix in FORMATS and wanted not in (None, suffix):
        name = path.with_suffix(f".{wanted}").name
        raise UsageError(message("error.export_differs", path=path, format=wanted, wanted=name))
    if suffix not in (*FORMATS, "", "txt") and wanted is None:
        formats = ", ".join(FORMATS)
        raise UsageError(message("error.export_suffix", path=path, suffix=path.suffix, formats=formats))
    return wanted or (suffix if suffix in FORMATS else "csv")


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, _ROWS)):
        spend(_ROW_STEPS * len(batch))
        yield batch


def _csv(rows: Iterator[Row], formulas: FormulaCells) -> Iterator[bytes]:
    first = next(rows, None)
    if first is None:
        return
    out = io.StringIO()
    writer = csv.writer(out)
    names = list(first)
    writer.writerow(formulas.row(names))
    for batch in _batches(chain([first], rows)):
        writer.writerows(formulas.row(_flat(row.get(n)) for n in names) for row in batch)
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()


def _json(rows: Iterator[Row]) -> Iterator[bytes]:
    begin = separator = b"[\n"  # sent with the first rows, so that an error before them is answered as one
    for batch in _batches(rows):
        yield separator + b",\n".join(orjson.dumps(row, default=str) for row in batch)
        separator = b",\n"
    yield b"[\n]\n" if separator == begin else b"\n]\n"


def _xlsx(rows: Iterator[Row]) -> Iterator[bytes]:
    """One sheet; codes and texts are texts, also those that begin like a formula."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("codes")
    for number, row in enumerate(rows, start=2):
        spend(_ROW_STEPS)
        if number > _SHEET_ROWS:
            raise UsageError(message("error.xlsx_rows", most=_SHEET_ROWS - 1))
        if number == 2:
            sheet.append(list(row))
        sheet.append([_sheet_cell(sheet, name, value) for name, value in row.items()])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(_BYTES):
            yield piece


def _sheet_cell(sheet: Any, name: str, value: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if value is None or isinstance(value, bool):
        return value
    if name in _DATES:
        return date.fromisoformat(value)
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", str(_flat(value))))
    cell.data_type = "s"
    return cell


def _parquet(rows: Iterable[Row]) -> Iterator[bytes]:
    """Parquet has its index at the end of the file, so the whole file is written before it is sent."""
    with tempfile.TemporaryFile() as file:
        _frame(rows).write_parquet(file)
        file.seek(0)
        while piece := file.read(_BYTES):
            yield piece


def _frame(rows: Iterable[Row]) -> DataFrame:
    """The rows as a data frame; a table by columns is used directly."""
    import polars

    source = rows.rows if isinstance(rows, Counted) else rows
    if isinstance(source, Table):
        if isinstance(rows, Counted):
            rows.count = len(source)
        return polars.DataFrame(source.columns)
    frames = [
        polars.DataFrame([{k: _cell(v) for k, v in r.items()} for r in b], infer_schema_length=None)
        for b in _batches(iter(rows))
    ]
    frame = polars.concat(frames, how="vertical_relaxed") if frames else polars.DataFrame()
    dates = [n for n in _DATES if n in frame.columns]
    return frame.with_columns(polars.col(n).cast(polars.String).str.to_date("%Y-%m-%d") for n in dates)


def _flat(value: Any) -> Any:
    """A value as one CSV field: lists are joined by ``|``, booleans are ``true`` or ``false``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "|".join(str(_flat(v)) for v in value)
    return "" if value is None else value


def _cell(value: Any) -> Any:
    return _flat(value) if isinstance(value, list | tuple | dict) else value
