"""Rows as CSV, JSON and Parquet, and the intervals of a whole system."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars
import pytest

from api import spans, tables
from registry.results import VersionAnswer

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


@pytest.mark.parametrize("format", tables.FORMATS)
def test_no_rows_is_no_fault(format: str) -> None:
    assert list(tables.chunks([], format)) is not None


def test_rows_are_counted() -> None:
    counted = tables.Counted(ROWS)
    list(tables.chunks(counted, "csv"))
    assert counted.count == 5000


def _version(label: str, start: int, end: int | None, *, loaded: bool = True) -> VersionAnswer:
    return VersionAnswer(
        version=label, track="", status="", valid_from=date(start, 1, 1), valid_to=date(end, 1, 1) if end else None,
        undated=False, published="", rolling=False, loaded=loaded, same_as="", provisional=False, releases=1, concepts=1,
    )  # fmt: skip


@dataclass
class _Years:
    """The two questions that the intervals ask, answered from a dictionary."""

    versions_: list[VersionAnswer]
    content: dict[str, dict[str, str]]

    def versions(self, system: str, known_at: str | None = None) -> list[VersionAnswer]:
        return self.versions_

    def export_rows(self, system: str, version: str, known_at: str | None = None) -> Iterator[dict[str, Any]]:
        yield from ({"code": c, "display": t} for c, t in self.content[version].items())


def _spans(years: _Years) -> set[tuple[str, str, str, str | None]]:
    return {
        (r["code"], r["display"], str(r["valid_from"]), str(r["valid_to"]) if r["valid_to"] else None)
        for r in spans.history_rows(years, "s")  # type: ignore[arg-type]
    }


def test_intervals_join_versions_that_say_the_same() -> None:
    years = _Years(
        [_version("1", 2020, 2021), _version("2", 2021, 2022), _version("3", 2022, None)],
        {"1": {"A": "a", "B": "b"}, "2": {"A": "a", "B": "c"}, "3": {"A": "a"}},
    )
    assert _spans(years) == {
        ("A", "a", "2020-01-01", None),
        ("B", "b", "2020-01-01", "2021-01-01"),
        ("B", "c", "2021-01-01", "2022-01-01"),
    }


def test_a_gap_or_a_version_not_loaded_ends_an_interval() -> None:
    years = _Years(
        [_version("1", 2020, 2021), _version("2", 2021, 2022, loaded=False), _version("3", 2022, None)],
        {"1": {"A": "a"}, "3": {"A": "a"}},
    )
    assert _spans(years) == {("A", "a", "2020-01-01", "2021-01-01"), ("A", "a", "2022-01-01", None)}
