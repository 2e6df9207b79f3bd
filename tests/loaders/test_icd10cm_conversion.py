"""Conversion tables: every notation of previous codes, dates, repetitions."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from loaders.contract import ParsedMap
from loaders.formats.icd10cm.previous_codes import previous_codes
from registry.entities.errors import ContentError
from registry.entities.records import MapRecord
from tests.loaders.made import parsed

Groups = list[tuple[str, ...]]


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("A04.7", [("A04.7",)]),
        ("C50.919, C50.929", [("C50.919",), ("C50.929",)]),
        ("C50.919; C50.929 C50.930", [("C50.919",), ("C50.929",), ("C50.930",)]),
        ("C56.1 and C56.2", [("C56.1", "C56.2")]),
        ("H02.201, H02.202 AND H02.204", [("H02.201", "H02.202", "H02.204")]),
        ("H44.20-H44.22", [("H44.20",), ("H44.21",), ("H44.22",)]),
        ("H44.20-H44.21 and H33.2", [("H44.20", "H33.2"), ("H44.21", "H33.2")]),
        ("I63.- and P91.88", [("I63", "P91.88")]),
        ("K31.89 and a code from R11-", [("K31.89", "R11")]),
        ("K59.09 AND Code from categories T36-T50", [("K59.09", "T36-T50")]),
        ("Y93.01-Y93.9", [("Y93.01-Y93.9",)]),
        ("None", [()]),
        (" none ", [()]),
        ("C56.1 & C56.2", [("C56.1", "C56.2")]),
        ("A047", [("A04.7",)]),
        ("S72001A and S72002A", [("S72.001A", "S72.002A")]),
        ("H4420-H4422", [("H44.20",), ("H44.21",), ("H44.22",)]),
        ("T50.915A & Codes in Categories T36-T50", [("T50.915A", "T36-T50")]),
        ("any code in subcategory M1A.0- or M10.9", [("M1A.0",), ("M10.9",)]),
        ("E11.69 and R40.20; E11.65 and R40.21", [("E11.69", "R40.20"), ("E11.65", "R40.21")]),
        ("H02.201; H02.202; and H02.204", [("H02.201", "H02.202", "H02.204")]),
        ("H44.20 – H44.21", [("H44.20",), ("H44.21",)]),
    ],
)
def test_previous_codes(text: str, groups: Groups) -> None:
    assert [sources for sources, _ in previous_codes(text)[0]] == groups


def test_what_is_not_spelt_out_is_flagged() -> None:
    assert previous_codes("Y93.01-Y93.9")[0][0][1] == {"range": "Y93.01-Y93.9"}
    assert previous_codes("I63.-")[0][0][1] == {"prefix": "I63.-"}


def table(path: Path, *rows: tuple[object, object, object]) -> Path:
    book = Workbook()
    sheet = book.active
    sheet.append(["A long introduction"])
    sheet.append(["Current code assignment", "Effective", "Previous Code(s) Assignment"])
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def read(path: Path) -> MapRecord:
    (item,) = parsed(path)
    assert isinstance(item, ParsedMap)
    return item.map


def test_a_table(tmp_path: Path) -> None:
    found = read(
        table(
            tmp_path / "t.xlsx",
            ("A04.71", 2017, "A04.7"),
            ("A04.72 ", 2017, "A04.7"),
            ("A04.72", 2017, "A04.7"),
            ("J12.82", date(2021, 1, 1), "J12.89"),
            ("P05.09", 2016, "None"),
        )
    )
    assert (found.purpose, found.version, len(found.notices)) == ("official-changes", "2021-01", 1)
    assert [(r.sources, r.target, r.effective, r.relationship) for r in found.rows] == [
        (("A04.7",), "A04.71", date(2017, 10, 1), "source-is-broader-than-target"),
        (("A04.7",), "A04.72", date(2017, 10, 1), "source-is-broader-than-target"),
        (("J12.89",), "J12.82", date(2021, 1, 1), "related-to"),
        ((), "P05.09", date(2016, 10, 1), ""),
    ]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("A4", 2017, "A04.7"), r"t\.xlsx:3: 'A4' is not a code"),
        (("A04.71", "soon", "A04.7"), r"t\.xlsx:3: 'soon' is not a date"),
        (("A04.71", 2017, "see above"), r"t\.xlsx:3: previous codes 'see above': .* is not understood"),
    ],
)
def test_bad_tables(tmp_path: Path, row: tuple[object, object, object], message: str) -> None:
    with pytest.raises(ContentError, match=message):
        parsed(table(tmp_path / "t.xlsx", row))


def test_every_finding_is_reported_and_the_rest_is_loaded(tmp_path: Path) -> None:
    rows: list[tuple[object, object, object]] = [
        ("A0471", 2024, "A047"),
        ("A04.72", 2024, "A04.7"),
        ("A04.73", "October 1, 2024", "A04.7 & B95.0"),
        ("A04.74", "4/1/2025", "R10.2-R10.3"),
        ("A04.75", 2024, "see the index"),
        ("A4", 2024, "A04.7"),
        ("A04.76", "soon", "A04.7"),
    ]
    found = read(table(tmp_path / "t.xlsx", *rows))
    assert [(r.sources, r.target, r.effective, r.flags) for r in found.rows] == [
        (("A04.7",), "A04.71", date(2024, 10, 1), {}),
        (("A04.7",), "A04.72", date(2024, 10, 1), {}),
        (("A04.7", "B95.0"), "A04.73", date(2024, 10, 1), {}),
        (("R10.2",), "A04.74", date(2025, 4, 1), {}),
        (("R10.3",), "A04.74", date(2025, 4, 1), {}),
        ((), "A04.75", date(2024, 10, 1), {"not_understood": "see index"}),
    ]
    assert found.rows[-1].comment == "see the index"
    assert [n.partition("t.xlsx:")[2] for n in found.notices] == [
        "7: previous codes 'see the index': 'see index' is not understood",
        "8: 'A4' is not a code",
        "9: 'soon' is not a date; write it like 2024-01-31",
    ]


def test_a_table_that_is_mostly_not_understood_is_refused_with_all_findings(tmp_path: Path) -> None:
    rows: list[tuple[object, object, object]] = [
        ("A4", 2024, "A04.7"),
        ("A04.71", 2024, "?"),
        ("A04.72", 2024, "None"),
    ]
    with pytest.raises(ContentError) as caught:
        parsed(table(tmp_path / "t.xlsx", *rows))
    lines = str(caught.value).splitlines()
    assert "t.xlsx:3: 'A4' is not a code; 1 of 3 lines are understood" in lines[0]
    assert "t.xlsx:4: previous codes '?'" in lines[1]


@pytest.mark.parametrize(
    ("name", "version", "codes"),
    [("FY2018.xlsx", "2018", 2330 - 8), ("FY2020.csv", "2020", 2874), ("FY2021.xlsx", "2021-01", 3370)],
)
def test_real_tables(samples: Path, name: str, version: str, codes: int) -> None:
    found = read(samples / "icd10cm" / f"conversion_table_{name}")
    assert found.version == version
    assert len({row.target for row in found.rows}) == codes
