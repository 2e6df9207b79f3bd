"""FAT: dates of single codes to versions; flags, parents, reportability; administrative lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.contract import LoadOptions, ParsedRelease
from loaders.formats.norwegian.rolling import DatedRecords, rolling_releases
from registry.entities.errors import ContentError, UsageError
from registry.entities.records import ConceptRecord, ReleaseHeader
from tests.loaders.made import concepts, json_list, parsed, release

ROW: dict[str, Any] = {
    "Kode": "A000",
    "Tekst_uten_lengdebegrensning": "Oppdiktet feber, fullt utskrevet",
    "Tekst_med_maksimalt_60_tegn": "Oppdiktet feber",
    "Gyldig_fra": "1999-01-01T00:00:00",
    "Gyldig_til": None,
    "Foreldrekode": "A00",
    "Foreldrekodetekst": "Feber",
    "Rapporteres_til_NPR": "Ja",
    "NPR_Gyldig_fra": None,
    "NPR_Gyldig_til": None,
    "Stjernekode": None,
    "Tilleggskode": None,
    "Kjønn": None,
    "Uspesifikk_kode": None,
}


def row(code: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
    return (
        ROW | {"Kode": code, "Foreldrekode": parent, "Tekst_uten_lengdebegrensning": f"Tekst {code}"} | more
    )


TREE = [
    row("I", Rapporteres_til_NPR=None),
    row("A00-A09", "I", Rapporteres_til_NPR=None),
    row("A00", "A00-A09", Rapporteres_til_NPR=None),
    row("A000", "A00", NPR_Gyldig_til="2004-12-31T23:59:00", Kjønn="Kvinne", Stjernekode="Ja"),
    row("A001", "A00", Gyldig_fra="2010-01-01T00:00:00", Gyldig_til="2019-12-31T00:00:00"),
]


def versions(path: Path, **options: object) -> dict[str, ParsedRelease]:
    return {i.header.version: i for i in parsed(path, **options) if isinstance(i, ParsedRelease)}  # type: ignore[arg-type]


def properties(record: ConceptRecord) -> Mapping[str, object]:
    return {p.code: p.value for p in record.properties}


def test_each_change_is_a_version_of_its_own_track(tmp_path: Path) -> None:
    found = versions(json_list(tmp_path / "ICD10.json", TREE), published="2015-06-01")
    assert list(found) == ["1999-01-01", "2005-01-01", "2010-01-01", "2020-01-01"]
    headers = [i.header for i in found.values()]
    assert {(h.system, h.track, h.source_line, h.rolling) for h in headers} == {
        ("icd-10-no", "fat", "fat", True)
    }
    assert [h.testimony for h in headers] == [
        "reconstructed",
        "reconstructed",
        "contemporary",
        "contemporary",
    ]
    assert [h.valid_from for h in headers] == [date.fromisoformat(h.version) for h in headers]
    assert {h.valid_to for h in headers} == {None}
    assert "A00.1" in concepts(found["2010-01-01"])
    assert "A00.1" not in concepts(found["2020-01-01"])


def test_reportable_on_that_day(tmp_path: Path) -> None:
    found = versions(json_list(tmp_path / "ICD10.json", TREE), published="2015-06-01")
    before, after = (concepts(found[v])["A00.0"] for v in ("1999-01-01", "2005-01-01"))
    assert properties(before) == {
        "Rapporteres_til_NPR": True,
        "NPR_Gyldig_til": "2004-12-31",
        "Stjernekode": True,
        "Kjønn": "Kvinne",
    }
    assert properties(after)["Rapporteres_til_NPR"] is False


def test_parents_texts_and_groups(tmp_path: Path) -> None:
    found = concepts(versions(json_list(tmp_path / "ICD10.json", TREE), published="2015-06-01")["2010-01-01"])
    assert found["A00.0"].parents == ("A00",)
    assert [d.kind for d in found["A00.0"].designations] == ["label.full", "label.short"]
    assert {c: r.selectable for c, r in found.items() if r.selectable is False} == {
        "I": False,
        "A00-A09": False,
    }


def test_disjoint_rows_of_one_code_are_legal_and_equal_ones_join(tmp_path: Path) -> None:
    rows = [
        row("A00"),
        row("A000", "A00", Gyldig_til="2009-12-31T23:59:00"),
        row("A000", "A00", Gyldig_fra="2010-01-01T00:00:00", Gyldig_til="2011-12-31T00:00:00"),
        row("A000", "A00", Gyldig_fra="2014-01-01T00:00:00", Tekst_uten_lengdebegrensning="Noe nytt"),
    ]
    found = versions(json_list(tmp_path / "ICD10.json", rows))
    assert [(v, "A00.0" in concepts(i)) for v, i in found.items()] == [
        ("1999-01-01", True),
        ("2012-01-01", False),
        ("2014-01-01", True),
    ]


def test_a_gap_of_all_codes_ends_the_version(tmp_path: Path) -> None:
    rows = [
        row("A00", Gyldig_til="2001-12-31T00:00:00"),
        row("B00", Gyldig_fra="2005-01-01T00:00:00", Gyldig_til="2005-12-31"),
    ]
    found = versions(json_list(tmp_path / "ICD10.json", rows))
    assert [(v, i.header.valid_to) for v, i in found.items()] == [
        ("1999-01-01", date(2002, 1, 1)),
        ("2005-01-01", date(2006, 1, 1)),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [row("A00"), row("A00", Tekst_uten_lengdebegrensning="b")],
            r"ICD10\.json:2: code A00 has other content on line 1",
        ),
        ([row("A00"), row("A000", "A01")], r"ICD10\.json:element 2: code A00\.0 has the parent A01"),
        ([row("A00", "A01"), row("A01", "A00")], r"ICD10\.json:element 1: cyclic parents: A00 → A01 → A00"),
        (
            [row("A00"), row("A01", Gyldig_fra="1999-13-01T00:00:00")],
            r"ICD10\.json:18: '1999-13-01T00:00:00' is not a date",
        ),
        ([row("A00", Stjernekode="Kanskje")], r"ICD10\.json:2: 'Kanskje' is neither Ja nor Nei"),
        ([row("A00", Gyldig_til="1998-01-01")], r"ICD10\.json:1: code A00 ends before it begins"),
        (
            [row("A00", Tekst_uten_lengdebegrensning=None, Tekst_med_maksimalt_60_tegn=None)],
            r"ICD10\.json:2: code A00 has no text",
        ),
    ],
)
def test_bad_rows(tmp_path: Path, rows: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ContentError, match=message):
        parsed(json_list(tmp_path / "ICD10.json", rows))


def test_icpc_download_splits_off_its_extension(tmp_path: Path) -> None:
    base = {k: v for k, v in ROW.items() if not k.startswith(("NPR", "Rapp", "Stj", "Till", "Kj", "Usp"))}
    rows = [
        base
        | {"Kode": "A04", "Foreldrekode": None, "Kodeverk": "ICPC-2", "Tilhørighet_i_ICPC_2B": "A04.0005"},
        base
        | {"Kode": "A040005", "Foreldrekode": None, "Kodeverk": "ICPC-2B", "Tilhørighet_i_ICPC_2B": None},
    ]
    found = [i for i in parsed(json_list(tmp_path / "x.json", rows)) if isinstance(i, ParsedRelease)]
    assert [(i.header.system, list(concepts(i))) for i in found] == [
        ("icpc-2-no", ["A04"]),
        ("icpc-2b-no", ["A04.0005"]),
    ]


def test_versions_cannot_be_set(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="each change makes a version"):
        parsed(json_list(tmp_path / "ICD10.json", TREE), version="2015")


DAYS = st.none() | st.dates(min_value=date(2000, 1, 1), max_value=date(2000, 1, 20))


@given(st.lists(st.tuples(st.sampled_from("ABC"), DAYS, DAYS), min_size=1, max_size=6))
def test_any_day_gives_the_codes_that_hold_then(rows: list[tuple[str, date | None, date | None]]) -> None:
    rows = [(c, a, b) for c, a, b in rows if not (a and b and b <= a)]
    dated = DatedRecords("x")
    for n, (code, start, end) in enumerate(rows):
        dated.add(ConceptRecord(code=code), start, end, n)
    header = ReleaseHeader(system="x", version="", source_line="x", facets=())
    options = LoadOptions()
    try:
        releases = rolling_releases(dated, header, options, today=date(2000, 1, 10))
    except ContentError as error:
        assert "no code has a date" in str(error)
        return
    starts = [r.header.valid_from for r in releases]
    for day in (date(2000, 1, n) for n in range(1, 22)):
        held = {
            code
            for code, start, end in rows
            if (start is None or start <= day) and (end is None or day < end)
        }
        current = [r for r, start in zip(releases, starts, strict=True) if start and start <= day][-1:]
        current = [r for r in current if r.header.valid_to is None or day < r.header.valid_to]
        if current or not any(start is None for _, start, _ in rows):
            assert set(concepts(current[0]) if current else {}) == held


ADM = {
    "id": "9999",
    "name": "Oppdiktet",
    "title": "Oppdiktet liste",
    "description": None,
    "version": "1.0.0",
    "status": "Til anbefaling",
    "status_last_changed": "2025-03-07T00:00:00.0000000",
    "owner": "Ingen",
    "valid_from": "2008-02-28T00:00:00.000",
    "active": True,
    "concepts": [
        {"code": "1", "display": "En", "definition": "Linje\r\nto"},
        {"code": "2", "display": "To", "definition": ""},
    ],
}


def test_administrative_list(tmp_path: Path) -> None:
    path = tmp_path / "9999.json"
    path.write_text(json.dumps(ADM), encoding="utf-8")
    item = release(path)
    header = item.header
    assert (header.system, header.version, header.valid_from) == (
        "volven-9999",
        "2025-03-07",
        date(2025, 3, 7),
    )
    assert header.rolling
    assert item.system is not None
    assert item.system.oids == ("2.16.578.1.12.4.1.1.9999",)
    assert item.system.titles == {"nb": "Oppdiktet liste"}
    assert concepts(item)["1"].notes[0].text == "Linje\nto"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"status_last_changed": "i går"}, r"9999\.json:status_last_changed: 'i går' is not a date"),
        ({"concepts": []}, r"9999\.json: there is no code"),
        ({"concepts": [{"code": ""}]}, r"9999\.json:concepts\[0\]: there is no code"),
        (
            {"concepts": [{"code": "1", "display": "a"}, {"code": "1", "display": "b"}]},
            r"concepts\[1\]: code 1 is already",
        ),
    ],
)
def test_bad_administrative_list(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = tmp_path / "9999.json"
    path.write_text(json.dumps(ADM | change), encoding="utf-8")
    with pytest.raises(ContentError, match=message):
        parsed(path)


def test_real_administrative_lists(samples: Path) -> None:
    found = versions(samples / "fat" / "adm-lists")
    assert len(parsed(samples / "fat" / "adm-lists")) == 7
    assert "2013-01-07" in found
