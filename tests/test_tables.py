"""Rows as CSV, JSON and Parquet."""

from __future__ import annotations

import io
import json
from typing import Any

import polars
import pytest

from api import tables
from registry.queries.flat_export import Table

ROWS: list[dict[str, Any]] = [
    {
        "code": f"A{n}",
        "display": "rød, «blå»\nog mer",
        "inactive": n % 2 == 0,
        "parents": ["A", "B"],
        "note": None,
    }
    for n in range(5000)
]


def test_csv_can_be_read_back() -> None:
    found = polars.read_csv(io.BytesIO(b"".join(tables.chunks(ROWS, "csv"))))
    assert found.height == 5000
    assert found.row(1, named=True) == {
        "code": "A1", "display": "rød, «blå»\nog mer", "inactive": False, "parents": "A|B", "note": None,
    }  # fmt: skip


def test_json_is_an_array() -> None:
    assert json.loads(b"".join(tables.chunks(ROWS, "json"))) == ROWS


def test_parquet_keeps_types() -> None:
    found = polars.read_parquet(io.BytesIO(b"".join(tables.chunks(ROWS, "parquet"))))
    assert found.height == 5000
    assert found.schema["inactive"] == polars.Boolean


def test_a_table_by_column_is_the_table_by_row() -> None:
    columns = {name: [tables._cell(row[name]) for row in ROWS] for name in ROWS[0]}
    counted = tables.Counted(Table(columns))
    by_column = polars.read_parquet(io.BytesIO(b"".join(tables.chunks(counted, "parquet"))))
    by_row = polars.read_parquet(io.BytesIO(b"".join(tables.chunks(ROWS, "parquet"))))
    assert by_column.equals(by_row) and counted.count == 5000


@pytest.mark.parametrize("format", tables.FORMATS)
def test_no_rows_is_no_fault(format: str) -> None:
    assert list(tables.chunks([], format)) is not None


def test_rows_are_counted() -> None:
    counted = tables.Counted(ROWS)
    list(tables.chunks(counted, "csv"))
    assert counted.count == 5000


def test_a_cell_that_begins_like_a_formula_stays_text_in_a_sheet() -> None:
    import openpyxl

    data = b"".join(tables.chunks([{"code": "=1+1", "valid_from": "2024-01-01", "inactive": True}], "xlsx"))
    row = openpyxl.load_workbook(io.BytesIO(data)).active[2]
    assert [(c.value, c.data_type) for c in row][0] == ("=1+1", "s")
    assert (row[1].is_date, row[2].value) == (True, True)


def test_dates_in_parquet_are_dates_whatever_batch_they_are_in() -> None:
    rows = [
        {"code": str(n), "valid_from": None if n < 3000 else "2024-01-01", "valid_to": None}
        for n in range(5000)
    ]
    found = polars.read_parquet(io.BytesIO(b"".join(tables.chunks(rows, "parquet"))))
    assert (found.schema["valid_from"], found.schema["valid_to"]) == (polars.Date, polars.Date)
