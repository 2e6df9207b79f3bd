"""Cells of CSV that begin like a formula: counted, and escaped on request, by every command and route that writes CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api import tables
from api.app import create_app
from api.formula_cells import FormulaCells, count_formulas
from api.settings import Settings
from registry import Registry
from tests.registry.making import load

Run = Callable[..., Any]
TEXTS = {
    "A": "=HYPERLINK(1)", "B": "+1", "C": "-2", "D": "@SUM(A1)", "E": "plain", "F": "a=b", "-G": "'=quoted",
}  # fmt: skip
ROWS = st.lists(
    st.lists(st.text(alphabet="=+-@\t\r'\"a, \n;", max_size=4), min_size=2, max_size=2),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def listed(tmp_path: Path) -> str:
    path = str(tmp_path / "r.sqlite")
    with Registry.open(path) as registry:
        load(registry, "2020", TEXTS)
        load(registry, "2021", {**TEXTS, "E": "=other"})
    return path


def _written(rows: list[list[str]], *, escape: bool) -> tuple[list[list[str]], int]:
    formulas = FormulaCells(escape=escape)
    named = [{"one": a, "two": b} for a, b in rows]
    text = b"".join(tables.chunks(named, "csv", formulas=formulas)).decode()
    return list(csv.reader(io.StringIO(text, newline="")))[1:], formulas.count


@given(ROWS)
def test_what_is_written_can_be_read_back(rows: list[list[str]]) -> None:
    """The escape is one ``'`` in front of exactly the cells that begin like a formula."""
    plain, count = _written(rows, escape=False)
    escaped, again = _written(rows, escape=True)
    dangerous = [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert plain == rows and count == again == len(dangerous)
    assert not [c for row in escaped for c in row if c.startswith(("=", "+", "-", "@", "\t", "\r"))]
    undone = [
        [new.removeprefix("'") if old in dangerous else new for new, old in zip(made, row, strict=True)]
        for made, row in zip(escaped, rows, strict=True)
    ]
    assert undone == rows
    columns = {name: [row[n] for row in rows] for n, name in enumerate(("one", "two"))}
    assert count_formulas(columns) == len(dangerous)


@given(st.text(alphabet="=+-@'a", min_size=1, max_size=4))
def test_headings_are_cells(name: str) -> None:
    formulas = FormulaCells(escape=True)
    head = b"".join(tables.chunks([{name: "x"}], "csv", formulas=formulas)).decode().splitlines()[0]
    assert formulas.count == count_formulas({name: ["x"]})
    assert head.strip('"')[:1] not in set("=+-@")


def test_export_counts_and_escapes(gyldig: Run, listed: str) -> None:
    plain = gyldig("--db", listed, "export", "demo-icd", "2020")
    with Registry.open(listed) as registry:
        expected = count_formulas(registry.export_rows("demo-icd", "2020").columns)
    assert plain.code == 0 and ",=HYPERLINK(1)" in plain.out
    assert expected >= 5 and f"{expected} cells begin like a formula" in plain.err
    escaped = gyldig("--db", listed, "export", "demo-icd", "2020", "--escape-formulas")
    assert ",'=HYPERLINK(1)" in escaped.out and f"{expected} cells" in escaped.err
    assert not [c for row in csv.reader(io.StringIO(escaped.out)) for c in row if c[:1] in set("=+-@")]
    assert gyldig("--db", listed, "export", "demo-icd", "--history", "--escape-formulas").code == 0
    assert (
        gyldig("--db", listed, "export", "demo-icd", "2020", "--format", "json", "--escape-formulas").code
        == 2
    )


def test_differences_count_and_escape(gyldig: Run, listed: str) -> None:
    given = ("--db", listed, "diff", "demo-icd", "2020", "2021", "--format", "csv")
    plain, escaped = gyldig(*given), gyldig(*given, "--escape-formulas")
    assert ",=other" in plain.out and "1 cell begins" in plain.err
    assert ",'=other" in escaped.out and "1 cell that" in escaped.err
    assert gyldig(*given[:-1], "table", "--escape-formulas").code == 2


def test_the_audit_trail_escapes(gyldig: Run, listed: str) -> None:
    assert gyldig("--db", listed, "token", "add", "=1+1", "--right", "read").code == 0
    assert ",=1+1," in gyldig("--db", listed, "audit", "--csv").out
    assert ",'=1+1," in gyldig("--db", listed, "audit", "--csv", "--escape-formulas").out
    assert gyldig("--db", listed, "audit", "--escape-formulas").code == 2


def test_downloads_count_and_escape(listed: str) -> None:
    app = create_app(Settings(db=listed, host="127.0.0.1"))
    path = "/api/systems/demo-icd/versions/2020/download"
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        plain, escaped = client.get(path), client.get(f"{path}?escape_formulas=true")
        assert ",=HYPERLINK(1)" in plain.text and ",'=HYPERLINK(1)" in escaped.text
        assert plain.headers["gyldig-formula-cells"] == escaped.headers["gyldig-formula-cells"]
        assert int(plain.headers["gyldig-formula-cells"]) >= 5
        assert plain.headers["etag"] != escaped.headers["etag"]
        assert client.get(f"{path}?format=json&escape_formulas=true").status_code == 400
        assert "gyldig-formula-cells" not in client.get(f"{path}?format=json").headers
