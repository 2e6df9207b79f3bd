"""Norwegian lists: what is derived from them, what is reported, what becomes a map."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from loaders.contract import ParsedMap, ParsedRelease
from registry.entities.errors import FormatError, UsageError
from tests.loaders.made import concepts, json_list, parsed, release, tarred, texts, zipped

SHORT = [{"code": f"A{n:03}", "text": f"Oppdiktet tilstand nummer {n}"} for n in range(10, 90)]
FULL = [
    row | {"text": row["text"] + ", utførlig beskrevet med mange ord uten lengdebegrensning"} for row in SHORT
]


def test_proposes_system_version_and_dates(tmp_path: Path) -> None:
    item = release(json_list(tmp_path / "ICD10-2031.json", SHORT))
    header = item.header
    assert (header.system, header.version, header.valid_from) == ("icd-10-no", "2031", date(2031, 1, 1))
    assert header.inferred == {
        "system": "icd-10-no",
        "version": "2031",
        "valid_from": "2031-01-01",
        "label_kind": "label.short",
    }
    assert header.facets == ("label.short",)
    assert header.coverage.kind == "complete"
    assert texts(item)["A01.0"] == "Oppdiktet tilstand nummer 10"


def test_what_the_caller_says_is_not_inferred(tmp_path: Path) -> None:
    path = json_list(tmp_path / "liste.json", SHORT)
    header = release(
        path, system="icd-10-no", version="2019", label_kind="label.full", coverage="fragment"
    ).header
    assert header.inferred == {"valid_from": "2019-01-01"}
    assert (header.facets, header.coverage.kind) == (("label.full",), "fragment")


def test_no_year_in_the_name_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"liste\.json: no year .* --version"):
        parsed(json_list(tmp_path / "liste.json", SHORT))


def test_two_years_in_the_name_name_both(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"2019 or 2020"):
        parsed(json_list(tmp_path / "2019-2020.json", SHORT))


def test_codes_of_no_known_shape_name_the_option(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="--system"):
        parsed(json_list(tmp_path / "x-2020.json", [{"code": "%%", "text": "a"}]))


@pytest.mark.parametrize(("long", "kind"), [(0, "label.short"), (1, "label.short"), (2, "label.full")])
def test_short_means_99_percent_within_60_characters(tmp_path: Path, long: int, kind: str) -> None:
    rows = [{"code": f"A{n:03}", "text": f"{n:02}".ljust(61 if n < long else 60, "x")} for n in range(100)]
    assert release(json_list(tmp_path / "ICD10-2020.json", rows)).header.facets == (kind,)


def test_both_kinds_are_designations_of_the_same_codes(tmp_path: Path) -> None:
    short = concepts(release(json_list(tmp_path / "ICD10-2020.json", SHORT)))
    full = concepts(release(json_list(tmp_path / "ICD10-2021.json", FULL)))
    assert short.keys() == full.keys()
    assert {r.designations[0].kind for r in full.values()} == {"label.full"}


def test_case_is_kept_where_it_matters(tmp_path: Path) -> None:
    assert set(
        concepts(release(json_list(tmp_path / "ICD10-2020.json", [*SHORT, {"code": "X8n0a", "text": "x"}])))
    ) > {"X8n.0a"}


ICPC = [{"code": f"A{n:02}", "text": f"Plage {n}"} for n in range(1, 30)]


def test_icpc_without_process_codes_covers_less(tmp_path: Path) -> None:
    coverage = release(json_list(tmp_path / "ICPC2-2025.json", ICPC)).header.coverage
    assert (coverage.kind, coverage.name) == ("subset", "without-process-codes")
    assert coverage.pattern


def test_icpc_with_process_codes_is_complete_and_folds_chapters(tmp_path: Path) -> None:
    others = [f"-{n}" for n in range(30, 70) if n != 54]
    process = [{"code": code, "text": "Injeksjon"} for code in (*others, "-54", "L54", "A54")]
    item = release(json_list(tmp_path / "ICPC2-2019.json", [*ICPC, *process]))
    assert item.header.coverage.kind == "complete"
    assert "-54" in concepts(item)
    assert any("2 rows repeat a code" in n for n in item.header.notices)


@pytest.mark.parametrize("key", ["mapsTo", "mapsTo:"])
def test_links_become_a_map(tmp_path: Path, key: str) -> None:
    rows = [row | {key: ["Z000", "Z019"]} for row in ICPC]
    header, mapped = parsed(json_list(tmp_path / "ICPC2-2019-mapsTo-ICD10.json", rows))
    assert isinstance(header, ParsedRelease) and isinstance(mapped, ParsedMap)
    assert any("malformed" in n for n in header.header.notices) == (key == "mapsTo:")
    record = mapped.map
    assert (record.source_system, record.target_system, record.version) == ("icpc-2-no", "icd-10-no", "2019")
    assert record.purpose == "mapsTo in the list"
    assert [(r.sources, r.target) for r in record.rows[:2]] == [(("A01",), "Z00.0"), (("A01",), "Z01.9")]
    assert not any(r.automatic or r.automatic_back for r in record.rows)


def test_html_is_kept_and_reported(tmp_path: Path) -> None:
    rows = [
        *SHORT,
        {"code": "B179", "text": " Hepatitt.<br/>Akutt "},
        {"code": "B180", "text": "observasjon <1 år"},
    ]
    item = release(json_list(tmp_path / "ICD10-2020.json", rows))
    assert texts(item)["B17.9"] == "Hepatitt.<br/>Akutt"
    assert [n for n in item.header.notices if "HTML" in n] == [
        "remains of HTML are kept in 1 of the texts: B179"
    ]


def test_npm_package_takes_the_year_from_its_version(tmp_path: Path) -> None:
    files = {
        "package/package.json": b'{"name": "@navikt/diagnosekoder", "version": "1.2031.0"}',
        "package/lib/ICD10.json": json.dumps(SHORT).encode(),
        "package/lib/ICPC2.json": json.dumps(ICPC).encode(),
        "package/lib/index.js": b"export {}",
    }
    found = parsed(tarred(tmp_path / "navikt-diagnosekoder-1.2031.0.tgz", files))
    assert [(i.header.system, i.header.version) for i in found if isinstance(i, ParsedRelease)] == [
        ("icd-10-no", "2031"),
        ("icpc-2-no", "2031"),
    ]


def test_the_same_bytes_are_the_same_release_loose_or_packed(tmp_path: Path) -> None:
    loose = json_list(tmp_path / "ICD10-2020.json", SHORT)
    packed = zipped(tmp_path / "a.zip", {"folder/ICD10-2020.json": loose.read_bytes()})
    one, two = release(loose).header.files, release(packed).header.files
    assert [f.sha256 for f in one] == [f.sha256 for f in two]


def test_another_way_of_reading_is_another_release(tmp_path: Path) -> None:
    path = json_list(tmp_path / "ICD10-2020.json", SHORT)
    assert len(release(path, label_kind="label.full").header.files) == 2


def test_real_lists(samples: Path) -> None:
    found = {
        item.header.version: item.header
        for item in parsed(samples / "icd10-no")
        if isinstance(item, ParsedRelease)
    }
    assert list(found) == ["2020", "2021", "2023", "2025"]
    assert {h.facets for h in found.values()} == {("label.short",)}
    assert {h.system for h in found.values()} == {"icd-10-no"}
    icpc = [i.header for i in parsed(samples / "icpc2-no") if isinstance(i, ParsedRelease)]
    assert [(h.version, h.coverage.kind) for h in icpc] == [
        ("2019", "complete"),
        ("2019", "complete"),
        ("2023", "subset"),
        ("2025", "subset"),
    ]
