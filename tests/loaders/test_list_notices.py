"""What a list may have got wrong without being impossible: dates that are not used, codes that look damaged, short rows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from loaders.contract import ParsedRelease
from loaders.reading.code_forms import code_notices
from registry.entities.errors import UsageError
from registry.systems import behaviour_of
from tests.loaders.made import parsed, release, texts


def _written(folder: Path, text: str, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _noticed(folder: Path, text: str, *, system: str = "x", version: str = "2024") -> str:
    return "\n".join(release(_written(folder, text), system=system, version=version).header.notices)


def test_dates_beside_a_named_version_are_not_ignored_silently(tmp_path: Path) -> None:
    rows = "Kode;Navn;Gyldig fra;Gyldig til\nA1;a;;2023-12-31\nA2;b;;2024-01-01\nA3;c;2030-01-01;\nA4;d;;\n"
    found = _noticed(tmp_path, rows)
    assert "Gyldig fra and Gyldig til are not used" in found
    assert "1 code had ended before the version begins (2024-01-01)" in found and ": A1" in found


def test_ambiguous_dates_are_named(tmp_path: Path) -> None:
    found = _noticed(tmp_path, "Kode;Navn;Gyldig til\nA1;a;03/04/2023\nA2;b;2023-02-01\n")
    assert "the dates of 1 code cannot be read: A1: " in found and "03/04/2023" in found


def test_a_list_without_dates_has_no_such_notice(tmp_path: Path) -> None:
    assert "dates" not in _noticed(tmp_path, "Kode;Navn\nA1;a\nA2;b\n")


@pytest.mark.parametrize(
    ("headings", "recipe"),
    [
        ("Kode;2023;2024", "--column code=Kode --column text=2023"),
        ("Kapittel;Kode;2023;2024", "--column code=Kode --column text=2023"),
        ("Nøkkel;2023;2024", "--column code=Nøkkel --column text=2023"),
        ("nr_2023;navn_2023;nr_2024;navn_2024", "--column code=nr_2023 --column text=navn_2023"),
    ],
)
def test_the_recipe_for_a_wide_table_loads_it(tmp_path: Path, headings: str, recipe: str) -> None:
    width = headings.count(";") + 1
    rows = "\n".join(";".join(f"{c}{n}" for c in range(width)) for n in range(5))
    path = _written(tmp_path, f"{headings}\n{rows}\n")
    with pytest.raises(UsageError) as refused:
        release(path, system="x")
    assert recipe in str(refused.value)
    columns = dict(part.split("=") for part in recipe.replace("--column ", "").split())
    assert len(texts(release(path, system="x", version="2023", columns=columns))) == 5


def test_code_and_text_are_not_one_column(tmp_path: Path) -> None:
    path = _written(tmp_path, "Kode;2023\nA1;a\nA2;b\n")
    with pytest.raises(UsageError, match="both column '2023'"):
        release(path, system="x", version="2023", columns={"code": "2023", "text": "2023"})


def test_a_cell_shows_the_zeros_of_its_format(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Kode", "Navn"])
    for number, (value, zeros) in enumerate([(301, "0000"), (1103, "0000"), (7, "General"), (12, "0")], 2):
        sheet.append([value, f"Navn {value}"])
        sheet.cell(row=number, column=1).number_format = zeros
    book.save(tmp_path / "list2024.xlsx")
    assert [*texts(release(tmp_path / "list2024.xlsx", system="x"))] == ["0301", "1103", "7", "12"]


ICD = behaviour_of("icd-10-no")


@pytest.mark.parametrize(
    ("codes", "notice"),
    [
        (["301", "1103", "4601"], "has a leading zero been lost? 301"),
        (["0301", "1103", "460"], ""),
        (["11", "110", "111"], ""),  # the shorter one holds the longer ones
        (["1", "2", "30"], ""),
        (["A1", "110", "11"], ""),
        (["1,00E+05", "A1"], "a spreadsheet has rewritten: 1,00E+05"),
        (["A 1", "A1"], "1 code has a blank inside: A 1"),
        (["Ab", "AB", "C"], "2 codes differ from another in upper and lower case alone: Ab and AB"),
    ],
)
def test_codes_that_look_damaged(codes: list[str], notice: str) -> None:
    found = "\n".join(code_notices(codes, behaviour_of("x")))
    assert notice in found if notice else not found


def test_codes_of_another_form_than_the_systems() -> None:
    assert "1 code does not have the form of the system's codes: 12X" in "\n".join(
        code_notices(["A00", "B01.1", "12X"], ICD)
    )


@given(st.sets(st.integers(1000, 9999), min_size=1))
def test_codes_of_one_length_have_no_notice(codes: set[int]) -> None:
    assert [*code_notices([str(c) for c in codes], behaviour_of("x"))] == []


def test_a_list_whose_codes_have_dates_has_the_notices_too(tmp_path: Path) -> None:
    rows = "Kode;Navn;Gyldig fra\n301;a;2020-01-01\n1103;b;2020-01-01\n"
    (item,) = [p for p in parsed(_written(tmp_path, rows), system="x") if isinstance(p, ParsedRelease)]
    assert any("has a leading zero been lost? 301" in n for n in item.header.notices)


def test_a_short_row_is_named(tmp_path: Path) -> None:
    found = _noticed(tmp_path, "Kode;Navn;Korttekst\nA1;a;b\nA2;c\nA3;d;e\n")
    assert "1 row has fewer columns than are read: row 3 (2 columns, 3 expected)" in found


def test_a_year_without_rows(tmp_path: Path) -> None:
    path = _written(tmp_path, "Kode;Navn;År\nA1;a;2023\nA2;b;2024\n")
    with pytest.raises(UsageError, match="no rows for 2025; the column with the year holds 2023 and 2024"):
        release(path, system="x", version="2025")
