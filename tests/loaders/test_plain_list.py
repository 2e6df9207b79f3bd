"""Plain lists: delimiters, encodings, headers, declared columns, dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from loaders.contract import ParsedRelease
from registry.entities.errors import UsageError
from tests.loaders.made import concepts, parsed, release, texts

BODY = "A1{d}Sår på øre\nB2{d}Kjønnsulikhet\nC3{d}Ærlig svar\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "utf-16"])
@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_encoding_and_delimiter_are_found_and_reported(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "liste.txt"
    path.write_bytes(BODY.format(d=delimiter).encode(encoding))
    item = release(path, system="local-x", version="2020")
    assert texts(item) == {"A1": "Sår på øre", "B2": "Kjønnsulikhet", "C3": "Ærlig svar"}
    assert item.header.files[0].encoding.startswith(encoding.replace("-sig", ""))
    assert any(n.startswith("encoding: ") for n in item.header.notices)


def test_unknown_system_names_the_option(tmp_path: Path) -> None:
    path = tmp_path / "liste2020.txt"
    path.write_text("A;a\n", encoding="utf-8")
    with pytest.raises(UsageError, match="--system"):
        parsed(path)


def test_own_list_has_displays_and_restricted_access(tmp_path: Path) -> None:
    path = tmp_path / "liste2020.csv"
    path.write_text('kode,navn\n"1","a, b"\n"2","c ""d"""\n', encoding="utf-8")
    item = release(path, system="local-x")
    assert texts(item) == {"1": "a, b", "2": 'c "d"'}
    assert item.header.facets == ("display",)
    assert item.header.version == "2020"
    assert item.system is not None and item.system.access == "restricted"


def test_quotation_marks_inside_a_text_are_text(tmp_path: Path) -> None:
    path = tmp_path / "l2020.txt"
    path.write_text('A\t"Single" test\nB\tb\n', encoding="utf-8")
    assert texts(release(path, system="x"))["A"] == '"Single" test'


WIDE = (
    "kode;tekst;kort;fra;til;over;sperret;velg;merknad;flagg\n"
    "A;Alfa;Al;2020/01/01;  /  /  ;;F;F;n1;T\n"
    "A1;Alfa en;A1;2020/01/01;2021/12/31;A;F;T;;F\n"
    "A2;Alfa to;A2;2022/01/01;  /  /  ;A;Deleted 2023/06/01;T;;\n"
)
COLUMNS = {
    "code": "kode",
    "full": "2",
    "short": "kort",
    "parent": "over",
    "inactive": "sperret",
    "selectable": "velg",
    "property:remark": "merknad",
    "property:flag": "flagg",
}


def test_declared_columns(tmp_path: Path) -> None:
    path = tmp_path / "l2022.csv"
    path.write_text(WIDE, encoding="utf-8")
    item = release(path, system="x", columns=COLUMNS)
    found = concepts(item)
    assert found["A1"].parents == ("A",)
    assert (found["A"].selectable, found["A1"].selectable) == (False, True)
    assert found["A2"].inactive
    assert {p.code: p.value for p in found["A2"].properties} == {"deleted": "2023-06-01"}
    assert {p.code: p.value for p in found["A"].properties} == {"remark": "n1", "flag": True}
    assert [d.kind for d in found["A"].designations] == ["label.full", "label.short"]
    assert set(item.header.facets) >= {"label.full", "label.short", "hierarchy", "inactive", "property:flag"}
    assert any("not read: fra and til" in n for n in item.header.notices)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"code": "nope"}, "there is no column 'nope'; columns: kode"),
        ({"text": "tekst"}, "do not name the one with the code"),
        ({"code": "kode", "colour": "kort"}, "no column role 'colour'; roles: code, text"),
    ],
)
def test_wrong_columns_name_what_there_is(tmp_path: Path, columns: dict[str, str], message: str) -> None:
    path = tmp_path / "l2022.csv"
    path.write_text(WIDE, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        parsed(path, system="x", columns=columns)


def test_toml_beside_the_file_and_options_beat_it(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text(WIDE, encoding="utf-8")
    (tmp_path / "l.toml").write_text(
        'system = "local-a"\nversion = "7"\ntitle = "Liste A"\nvalid_from = 2020-01-01\nvalid_through = 2020-12-31\n'
        '[columns]\ncode = "kode"\ntext = "tekst"\n',
        encoding="utf-8",
    )
    header = release(path).header
    assert (header.system, header.version) == ("local-a", "7")
    assert (header.valid_from, header.valid_to) == (date(2020, 1, 1), date(2021, 1, 1))
    assert release(path, version="8").header.version == "8"
    assert any("l.toml" in n for n in header.notices)
    (tmp_path / "l.toml").write_text("colour = 1\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"l\.toml: unknown keys colour"):
        parsed(path)


def test_codes_with_dates_make_a_version_for_each_change(tmp_path: Path) -> None:
    path = tmp_path / "l.csv"
    path.write_text(WIDE, encoding="utf-8")
    columns = {"code": "kode", "text": "tekst", "valid_from": "fra", "valid_to": "til"}
    items = [
        i
        for i in parsed(path, system="x", columns=columns, published="2024-05-01")
        if isinstance(i, ParsedRelease)
    ]
    assert [(i.header.version, sorted(concepts(i)), i.header.testimony) for i in items] == [
        ("2020-01-01", ["A", "A1"], "reconstructed"),
        ("2022-01-01", ["A", "A2"], "contemporary"),
    ]
    assert all(i.header.rolling for i in items)


def test_xlsx(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in (["Kode", "Tekst", "Gyldig fra"], [1, "En", date(2020, 1, 1)], ["02", "To", date(2021, 1, 1)]):
        sheet.append(row)
    book.save(tmp_path / "l.xlsx")
    items = [i for i in parsed(tmp_path / "l.xlsx", system="x") if isinstance(i, ParsedRelease)]
    assert [(i.header.version, texts(i)) for i in items] == [
        ("2020-01-01", {"1": "En"}),
        ("2021-01-01", {"1": "En", "02": "To"}),
    ]
    with pytest.raises(UsageError, match="no sheet 'nope'; sheets: Sheet"):
        parsed(tmp_path / "l.xlsx", system="x", extra={"sheet": "nope"})


def test_real_procedure_lists(samples: Path) -> None:
    found = [
        (i.header.system, i.header.version, len(concepts(i)))
        for i in parsed(samples / "ncsp")
        if isinstance(i, ParsedRelease)
    ]
    assert found == [
        ("ncmp-no", "2012", 854),
        ("ncmp-no", "2013", 880),
        ("ncsp-no", "2013", 6655),
        ("ncsp-no", "2012", 6615),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_list_with_a_capital_aa_is_recognised(tmp_path: Path, end: str) -> None:
    rows = [("A00", "Åreknuter"), ("A01", "Ås…\u2028Å"), ("A02", "ÅÅÅ"), ("A03", "\x85Å")]
    path = tmp_path / "demo-2024.txt"
    path.write_bytes("".join(f"{code}\t{text}{end}" for code, text in rows).encode())
    assert texts(release(path, system="demo")) == {code: text.strip() for code, text in rows}
