"""Unknown headings are never codes: what cannot be known stops with what was seen and the option to give."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from registry.entities.errors import ContentError, DecodeError, UsageError
from tests.loaders.made import concepts, release, texts

BODY = "A00.1;Kolera\nA00.2;Tyfoid\nB01;Vannkopper\n"


def written(folder: Path, text: str, name: str = "l2020.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def workbook(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


UNKNOWN = [
    "Diagnose;Betydning\n",
    "Verdi;Navn\n",
    "kommunenummer_2013;navn\n",
    "ICD10;Tekst\n",
    "1;2\n",
    "Column1;Column2\n",
    "Unnamed: 0;Unnamed: 1\n",
    "A;B;C\n",
]


@pytest.mark.parametrize("heading", UNKNOWN)
def test_unknown_headings_stop_with_the_rows_and_the_option(tmp_path: Path, heading: str) -> None:
    path = written(tmp_path, heading + BODY)
    with pytest.raises(UsageError) as caught:
        release(path, system="x")
    said = str(caught.value)
    assert "l2020.csv" in said and "--column code=" in said and "--header-row 0" in said
    assert "A00.1 | Kolera" in said
    assert "Kolera" in caught.value.in_language("nb") and "overskrift" in caught.value.in_language("nb")
    first = heading.strip().split(";")
    found = release(path, system="x", columns={"code": first[0], "text": first[1]}, extra={"header_row": "1"})
    assert texts(found)["A00.1"] == "Kolera" and len(concepts(found)) == 3


def test_a_list_of_words_is_asked_about(tmp_path: Path) -> None:
    path = written(tmp_path, "male;Mann\nfemale;Kvinne\nother;Annet\n")
    with pytest.raises(UsageError, match="--header-row 0"):
        release(path, system="x")
    assert list(concepts(release(path, system="x", extra={"header_row": "0"}))) == ["male", "female", "other"]


@pytest.mark.parametrize(
    "rows", ["A1;Sår\nB2;Kjønn\n", "1;Ja\n2;Nei\n", "AAA00;x\nAAA10;y\n", "M;Mann\nK;Kvinne\n", "A00.1;x\n"]
)
def test_lists_without_headings_still_load(tmp_path: Path, rows: str) -> None:
    found = release(written(tmp_path, rows), system="x")
    assert list(texts(found).items()) == [tuple(row.split(";")) for row in rows.split()]


def test_a_title_above_the_heading(tmp_path: Path) -> None:
    path = written(tmp_path, "Kodeliste for 2020\n\nKode;Tekst\n" + BODY)
    with pytest.raises(UsageError, match=r"row 3 looks like the headings.*--header-row 3"):
        release(path, system="x")
    assert list(concepts(release(path, system="x", extra={"header_row": "3"}))) == ["A00.1", "A00.2", "B01"]
    with pytest.raises(UsageError, match="row 2 is not among the first rows"):
        release(path, system="x", extra={"header_row": "2"})
    with pytest.raises(UsageError, match="number of the row"):
        release(path, system="x", extra={"header_row": "x"})


def test_a_second_sheet(tmp_path: Path) -> None:
    rows = [["Kode", "Tekst"], ["A1", "En"], ["A2", "To"]]
    path = workbook(tmp_path / "l2020.xlsx", Om=[["Denne boken"]], Koder=rows, Tom=[])
    with pytest.raises(
        UsageError, match=r"2 sheets have content: name one with --sheet[\s\S]*Koder: Kode \| Tekst"
    ):
        release(path, system="x")
    assert texts(release(path, system="x", extra={"sheet": "Koder"})) == {"A1": "En", "A2": "To"}
    assert texts(release(workbook(tmp_path / "m2020.xlsx", Koder=rows, Tom=[]), system="x")) == {
        "A1": "En",
        "A2": "To",
    }


def test_an_encoding_that_could_be_two(tmp_path: Path) -> None:
    path = tmp_path / "l2020.csv"
    path.write_bytes(b"A1;xx\xd2\nA2;y\n")
    with pytest.raises(
        DecodeError, match=r"cp1252 or cp850 .*--encoding \(cp1252: 'A1;xxÒ' or cp850: 'A1;xxÊ'\)"
    ):
        release(path, system="x")
    assert texts(release(path, system="x", encoding="cp1252"))["A1"] == "xxÒ"


WIDE = "kommunenummer_2013;kommunenavn_2013;kommunenummer_2017;kommunenavn_2017\n0101;Halden;0101;Halden\n0104;Moss;3002;Moss\n"


def test_a_wide_table_is_refused_with_the_recipe(tmp_path: Path) -> None:
    path = written(tmp_path, WIDE, "kommuner.csv")
    for version in ("", "2017"):
        with pytest.raises(
            UsageError,
            match=r"2013 and 2017.*--version 2013 --column code=kommunenummer_2013 --column text=kommunenavn_2013",
        ):
            release(path, system="x", version=version)
    columns = {"code": "kommunenummer_2017", "text": "kommunenavn_2017"}
    assert texts(release(path, system="x", version="2017", columns=columns)) == {
        "0101": "Halden",
        "3002": "Moss",
    }
    with pytest.raises(UsageError, match="wide table"):
        release(written(tmp_path, "kode;tekst_2013;tekst_2014\nA1;a;b\nA2;c;d\n"), system="x")


def test_two_columns_that_could_be_the_code(tmp_path: Path) -> None:
    path = written(tmp_path, "Kode;Code;Tekst\nA1;B1;a\nA2;B2;b\n")
    with pytest.raises(UsageError, match="Kode and Code|Code and Kode"):
        release(path, system="x")


def test_columns_that_are_not_read_are_named(tmp_path: Path) -> None:
    found = release(written(tmp_path, "Kode;Tekst;Merknad\nA1;a;n\nA2;b;m\n"), system="x")
    assert any("not read: Merknad" in n for n in found.header.notices)
    found = release(written(tmp_path, "A1;a;n;2\nA2;b;m;3\n"), system="x")
    assert any("not read: column 3 and column 4" in n for n in found.header.notices)


YEARS = "Code;Code Text;Year;Type\nA1;gammel;2012;x\nA1;ny;2013;x\nA2;b;2013;x\n"


def test_the_year_column_selects(tmp_path: Path) -> None:
    path = written(tmp_path, YEARS, "codes2013.csv")
    with pytest.raises(UsageError, match=r"2012 and 2013: name the one to load with --version"):
        release(path, system="x")
    found = release(path, system="x", version="2013")
    assert texts(found) == {"A1": "ny", "A2": "b"}
    assert any("left out are rows of 2012 (1)" in n for n in found.header.notices)
    with pytest.raises(UsageError, match="2012 and 2013"):
        release(path, system="x", version="2014")
    one = release(written(tmp_path, "Code;Text;Year\nA1;a;2013\nA2;b;2013\n", "l.csv"), system="x")
    assert one.header.version == "2013"
    with pytest.raises(ContentError, match="'x' in the column with the year"):
        release(written(tmp_path, "Code;Text;Year\nA1;a;x\n", "l.csv"), system="x")
    with pytest.raises(UsageError, match=r"column 3 has no heading.*2012 and 2013"):
        release(written(tmp_path, "A1;a;2012\nA2;b;2013\n"), system="x")


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ("Kode;Tekst\nA1;\nA2;\n", "none of 2 codes has a text"),
        ("Kode;Annet\nA1;a\nA2;b\n", "none of 2 codes has a text"),
        ("Kode;Tekst\nA1;x\nA2;x\nA3;x\n", "all 3 codes have the same text 'x'"),
    ],
)
def test_texts_that_cannot_be_right(tmp_path: Path, rows: str, error: str) -> None:
    with pytest.raises(ContentError, match=error):
        release(written(tmp_path, rows), system="x")


def test_codes_alone_can_be_declared(tmp_path: Path) -> None:
    found = release(written(tmp_path, "Kode;Annet\nA1;a\nA2;b\n"), system="x", columns={"code": "Kode"})
    assert list(concepts(found)) == ["A1", "A2"]


@pytest.mark.parametrize(
    ("name", "version", "published"),
    [
        ("codes2013_25_juni_2013.csv", "2013", "2013-06-25"),
        ("codes 2024 (15.12.2023).csv", "2024", "2023-12-15"),
        ("codes-2024-20231215.csv", "2024", "2023-12-15"),
        ("codes2012_180811.csv", "2012", ""),
    ],
)
def test_a_date_in_the_name_is_published(tmp_path: Path, name: str, version: str, published: str) -> None:
    header = release(written(tmp_path, BODY, name), system="x").header
    assert (header.version, header.published) == (version, published)


@pytest.mark.parametrize("name", ["codes_2023-12-15.csv", "codes20231215.csv", "codes.15.12.2023.csv"])
def test_a_date_alone_is_no_version(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"the date 2023-12-15 in the file's name .* --version"):
        release(written(tmp_path, BODY, name), system="x")


def test_the_stand_in_for_no_code_is_left_out(tmp_path: Path) -> None:
    found = release(written(tmp_path, "UNDEF;Undefined\nA00;Cholera\nA01;Typhoid\n"), system="x")
    assert list(concepts(found)) == ["A00", "A01"]
    assert any("UNDEF" in n for n in found.header.notices)
