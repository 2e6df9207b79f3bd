"""Loading into a registry: nothing stored on bad input, the same again, folders with archives in them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loaders.contract import LoadOptions, ParsedRelease
from loaders.reading.archive import open_source
from loaders.run import load_paths
from registry import Registry
from registry.entities.errors import FormatError, GyldigError, UsageError
from tests.loaders.made import ORDER, json_list, parsed, release, tarred, zipped
from tests.loaders.test_fat import TREE, row
from tests.loaders.test_icd10cm_tabular import XML
from tests.loaders.test_norwegian_json import ICPC, SHORT


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry.open(f"sqlite:///{tmp_path / 'r.db'}")


def test_load_dry_run_and_again(tmp_path: Path, registry: Registry) -> None:
    path = json_list(tmp_path / "ICPC2-2030.json", [r | {"mapsTo": ["Z000"]} for r in ICPC])
    assert [r.outcome for r in load_paths(registry, [path], LoadOptions(), dry_run=True)] == ["dry_run"] * 2
    assert registry.systems() == []
    assert registry.systems() == []
    assert [r.outcome for r in load_paths(registry, [path], LoadOptions())] == ["loaded", "loaded"]
    assert [r.outcome for r in load_paths(registry, [path], LoadOptions())] == ["unchanged", "unchanged"]


def test_bad_input_among_good_stores_nothing(tmp_path: Path, registry: Registry) -> None:
    good = json_list(tmp_path / "ICD10-2030.json", SHORT)
    bad = tmp_path / "ICD10-2031.json"
    bad.write_bytes(good.read_bytes()[:-30])
    with pytest.raises(GyldigError, match=r"ICD10-2031\.json:\d+: not whole JSON"):
        load_paths(registry, [good, bad], LoadOptions())
    assert registry.systems() == []


def test_rolling_source_again_is_unchanged(tmp_path: Path, registry: Registry) -> None:
    path = json_list(tmp_path / "ICD10.json", TREE)
    assert {r.outcome for r in load_paths(registry, [path], LoadOptions(published="2015-06-01"))} == {
        "loaded"
    }
    assert {r.outcome for r in load_paths(registry, [path], LoadOptions(published="2015-07-01"))} == {
        "unchanged"
    }


def test_archives_in_a_folder_are_sources_of_their_own(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", {"icd10cm_order_2020.txt": ORDER})
    zipped(tmp_path / "b.zip", {"icd10cm_order_2019.txt": ORDER})
    found = [i.header.version for i in parsed(tmp_path) if isinstance(i, ParsedRelease)]
    assert found == ["2020", "2019"]
    json_list(tmp_path / "ICD10-2030.json", SHORT)
    assert len(parsed(tmp_path)) == 3


def test_files_that_nothing_reads_are_named(tmp_path: Path) -> None:
    json_list(tmp_path / "ICD10-2030.json", SHORT)
    (tmp_path / "notes.txt").write_text("just a line\n", encoding="utf-8")
    assert release(tmp_path).header.notices[-1].endswith("not read: notes.txt")
    (tmp_path / "ICD10-2031.json").write_bytes(b"")
    with pytest.raises(FormatError, match=r"/ICD10-2031\.json: the file is empty"):
        parsed(tmp_path)


def test_one_named_version_is_one_list(tmp_path: Path) -> None:
    json_list(tmp_path / "ICD10-2030.json", SHORT)
    json_list(tmp_path / "ICD10-2031.json", SHORT)
    with pytest.raises(UsageError, match=r"2030\.json and ICD10-2031\.json can't both be icd-10-no 2029"):
        parsed(tmp_path, version="2029")


def test_members_of_a_large_package_are_opened_in_any_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tarred(
        tmp_path / "a.tgz", {"p/a.json": b"[1]" * 50, "p/b.json": b"[2]" * 50, "p/c.json": b"[3]" * 50}
    )
    monkeypatch.setattr("loaders.reading.spool._IN_MEMORY", 160)
    source = open_source(path)
    assert source.members() == ["p/a.json", "p/b.json", "p/c.json"]
    assert [source.read(m, 3) for m in source.members()] == [b"[1]", b"[2]", b"[3]"]
    assert source.read("p/c.json") == b"[3]" * 50
    assert source.sibling("p/c.json", "b.json") == b"[2]" * 50
    assert source.sibling("p/c.json", "x.json") is None


SEEDS = {
    "ICD10-2030.json": b'[{"code":"A000","text":"en"},{"code":"A001","text":"to"}]',
    "icd10cm_order_2020.txt": ORDER,
    "icd10cm-tabular-April-2025.xml": XML.encode(),
    "l2020.csv": b"kode;tekst;gyldig_fra;forelder\nA;a;2020-01-01;\nB;b;2020-02-01;A\n",
}


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), st.integers(0, 2**32))
def test_damaged_files_never_raise_anything_else(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int
) -> None:
    """Cut, flipped or doubled bytes give a parsed release or a GyldigError, never another exception."""
    chance, data = random.Random(seed), bytearray(SEEDS[name])
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        match chance.randrange(3):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randint(1, 20)]
            case _:
                data[at:at] = data[at : at + chance.randint(1, 20)]
    path = tmp_path_factory.mktemp("d") / name
    path.write_bytes(bytes(data))
    try:
        for item in parsed(path, system="local-x" if name.endswith("csv") else ""):
            if isinstance(item, ParsedRelease):
                list(item.concepts)
    except GyldigError as error:
        assert name in str(error) or isinstance(error, UsageError)


def test_a_later_download_makes_releases_only_where_content_differs(
    tmp_path: Path, registry: Registry
) -> None:
    first = json_list(tmp_path / "ICD10.json", TREE)
    load_paths(registry, [first], LoadOptions(published="2015-06-01"))
    later = [*TREE, row("A002", "A00", Gyldig_fra="2021-01-01T00:00:00")]
    reports = load_paths(registry, [json_list(first, later)], LoadOptions(published="2021-06-01"))
    assert {r.version: r.outcome for r in reports} == {
        "1999-01-01": "unchanged",
        "2005-01-01": "unchanged",
        "2010-01-01": "unchanged",
        "2020-01-01": "unchanged",
        "2021-01-01": "loaded",
    }


def test_what_only_storing_shows_stops_there(tmp_path: Path, registry: Registry) -> None:
    """The third of five versions has two codes that are one in the system's form (docs/adr/0055)."""

    def written(version: int, *codes: str) -> Path:
        resource = {
            "resourceType": "CodeSystem", "url": "http://hl7.org/fhir/sid/icd-10-cm", "version": str(version),
            "status": "active", "content": "complete",
            "concept": [{"code": code, "display": f"Text {code}"} for code in codes],
        }  # fmt: skip
        path = tmp_path / f"{version}.json"
        path.write_text(json.dumps(resource), encoding="utf-8")
        return path

    paths = [written(n, *(["A000", "A00.0"] if n == 3 else ["A00.0"])) for n in range(1, 6)]
    with pytest.raises(GyldigError, match=r"3\.json"):
        load_paths(registry, paths, LoadOptions())
    assert [v.version for v in registry.versions("icd-10-cm")] == ["1", "2"]
    written(3, "A00.0", "A00.1")
    outcomes = [r.outcome for r in load_paths(registry, paths, LoadOptions())]
    assert outcomes == ["unchanged", "unchanged", "loaded", "loaded", "loaded"]
