"""A group of changes with several old and several new codes: no pair is shown that no table or rule gives."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from registry import Registry
from tests.conftest import Ran
from tests.registry.making import PLAIN, load
from tests.registry.test_official import table

PAIRS = {("A", "C"), ("A", "D"), ("B", "D"), ("B", "E")}


@pytest.fixture
def diff(gyldig: Callable[..., Ran], database: str) -> Callable[..., Ran]:
    """A and B became C, D and E, by a table that links A with C and D, B with D and E."""
    with Registry.open(database) as registry:
        load(registry, "2020", {c: f"Text {c}" for c in "ABK"}, system=PLAIN)
        load(registry, "2021", {c: f"Text {c}" for c in "CDEK"}, system=PLAIN)
        registry.load_parsed(table([("2021-01-01", a, b) for a, b in sorted(PAIRS)]))
    return lambda *more: gyldig("--db", database, "diff", "plain", "2020", "2021", *more)


def test_csv_has_the_pairs_of_the_table_alone(diff: Callable[..., Ran]) -> None:
    rows = list(csv.DictReader(io.StringIO(diff("--format", "csv").out)))
    assert {(r["from_code"], r["to_code"]) for r in rows} == PAIRS and len(rows) == len(PAIRS)


def test_the_table_has_a_row_for_each_old_code(diff: Callable[..., Ran]) -> None:
    lines = [" ".join(line.split()) for line in diff().out.splitlines()]
    assert any(" A C, D " in line for line in lines)
    assert any(" B D, E " in line for line in lines)
    assert not any("A, B" in line for line in lines)
