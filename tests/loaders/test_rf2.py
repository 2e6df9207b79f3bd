"""SNOMED CT in RF2: releases agree whatever way they come, and say what the rows say, read by another reader."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.rf2_edition import SyntheticEdition
from benchmarks.rf2_files import write_package
from benchmarks.rf2_shape import (
    CORE,
    DEFINED,
    FSN,
    GB,
    GP,
    IS_A,
    NB,
    NN,
    NORWAY,
    PREFERRED,
    SYNONYM,
    US,
    Shape,
)
from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry
from registry.content.composed_view import ComposedView
from registry.entities.errors import GyldigError
from tests.loaders.made import zipped

SHAPE = Shape(concepts=120, releases=3, seed=7)
Row = dict[str, str]


@pytest.fixture(scope="module")
def edition() -> SyntheticEdition:
    return SyntheticEdition(SHAPE)


@pytest.fixture(scope="module")
def packages(edition: SyntheticEdition, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every package that the tests load, by name: kind and number of the release, ``N`` for the extension."""
    folder, found = tmp_path_factory.mktemp("rf2"), {}
    for prefix, tables, days in (
        ("", edition.international, SHAPE.dates),
        ("N", edition.extension, SHAPE.norwegian_dates),
    ):
        for n, day in enumerate(days):
            since = days[n - 1] if n else ""
            found[f"{prefix}Snapshot{n}"] = write_package(folder / f"s{prefix}{n}", tables, "Snapshot", day)
            found[f"{prefix}Delta{n}"] = write_package(
                folder / f"d{prefix}{n}", tables, "Delta", day, since=since
            )
        found[f"{prefix}Full"] = write_package(folder / f"f{prefix}", tables, "Full", days[-1])
    return found


Loaded = Callable[..., dict[str, str]]


@pytest.fixture
def loaded(registry: Registry, packages: dict[str, Path]) -> Loaded:
    def load(*names: str) -> dict[str, str]:
        """Load packages one after another; gives the hash of each version's content."""
        for name in names:
            load_paths(registry, [packages[name]], LoadOptions(access="open"))
        return {r.version: r.content_sha256 for r in registry.releases("snomed-ct")}

    return load


def test_full_and_delta_give_the_releases_of_the_snapshots(packages: dict[str, Path], tmp_path: Path) -> None:
    ways = {
        "snapshots": ("Snapshot0", "NSnapshot0", "Snapshot1", "NSnapshot1", "Snapshot2", "NSnapshot2"),
        "full": ("Full", "NFull"),
        "deltas": ("Snapshot0", "Delta1", "Delta2", "NSnapshot0", "NSnapshot1", "NSnapshot2"),
    }
    found = {}
    for way, names in ways.items():
        with Registry.open(str(tmp_path / f"{way}.sqlite")) as registry:
            for name in names:
                load_paths(registry, [packages[name]], LoadOptions())
            found[way] = {r.version: r.content_sha256 for r in registry.releases("snomed-ct")}
            assert registry.verify().ok
    assert len(found["snapshots"]) == 6
    assert found["full"] == found["snapshots"]
    assert found["deltas"] == found["snapshots"]


def _rows(package: Path, name: str) -> Iterator[Row]:
    """The rows of files whose name has a part, read by the csv module."""
    for path in sorted(package.rglob(f"*{name}*.txt")):
        with path.open(encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)


class Slow:
    """What RF2 Snapshots say, by dictionaries."""

    def __init__(self, *packages: Path) -> None:
        self.concepts: dict[str, Row] = {}
        self.parents: dict[str, set[str]] = defaultdict(set)
        self.values: dict[str, set[tuple[str, str, int]]] = defaultdict(set)
        self.texts: dict[str, list[Row]] = defaultdict(list)
        self.preferred: dict[str, set[str]] = defaultdict(set)
        self.simple: dict[str, set[str]] = defaultdict(set)
        for package in packages:
            self._read(package)

    def _read(self, package: Path) -> None:
        self.concepts |= {r["id"]: r for r in _rows(package, "sct2_Concept_")}
        for r in self._active(package, "sct2_Relationship"):
            if r["typeId"] == IS_A:
                self.parents[r["sourceId"]].add(r["destinationId"])
            else:
                value = r.get("destinationId") or r["value"].removeprefix("#")
                self.values[r["sourceId"]].add((r["typeId"], value, int(r["relationshipGroup"])))
        for r in self._active(package, "sct2_Description"):
            self.texts[r["conceptId"]].append(r)
        for r in self._active(package, "der2_cRefset_Language"):
            if r["acceptabilityId"] == PREFERRED:
                self.preferred[r["refsetId"]].add(r["referencedComponentId"])
        for r in self._active(package, "der2_Refset_Simple"):
            self.simple[r["refsetId"]].add(r["referencedComponentId"])

    @staticmethod
    def _active(package: Path, name: str) -> Iterator[Row]:
        return (r for r in _rows(package, name) if r["active"] == "1")

    def ancestors(self, code: str) -> set[str]:
        found, ahead = set[str](), list(self.parents[code])
        while ahead:
            here = ahead.pop()
            if here not in found:
                found.add(here)
                ahead += self.parents[here]
        return found

    def terms(self, code: str, refset: str) -> set[str]:
        """The synonyms of a concept that a language reference set prefers."""
        chosen = self.preferred[refset]
        return {r["term"] for r in self.texts[code] if r["id"] in chosen and r["typeId"] == SYNONYM}


LANGUAGES = (("en", US), ("en-GB", GB), ("nb-NO", NB), ("nn", NN), ("nb-x-sctlang-47351000-202107", GP))


@pytest.mark.parametrize("release", [0, 2])
def test_a_view_says_what_the_rows_say(
    loaded: Loaded, registry: Registry, packages: dict[str, Path], release: int
) -> None:
    loaded(f"Snapshot{release}", f"NSnapshot{release}")
    slow = Slow(packages[f"Snapshot{release}"], packages[f"NSnapshot{release}"])
    view = registry.view("snomed-ct", version=SHAPE.norwegian_dates[release])
    assert isinstance(view, ComposedView)
    records = {r.code: (i, r) for i, r in zip(view.all(), view.concepts(list(view.all())), strict=True)}
    codes = {ident: code for code, (ident, _) in records.items()}
    assert set(records) == set(slow.concepts)
    for code, (ident, record) in records.items():
        row = slow.concepts[code]
        values = {p.code: p.value for p in record.properties}
        assert record.inactive == (row["active"] == "0") == (ident in view.inactive())
        assert values["moduleId"] == row["moduleId"]
        assert values["sufficientlyDefined"] == (row["definitionStatusId"] == DEFINED)
        assert {codes[i] for i in view.parents(ident)} == slow.parents[code]
        assert {codes[i] for i in view.ancestors(ident)} == slow.ancestors(code)
        stated = {(p.code, p.text, p.group) for p in record.properties[3:]}
        assert stated == slow.values[code]
        full = {r["term"] for r in slow.texts[code] if r["typeId"] == FSN}
        assert {d.text for d in record.designations if d.kind == "fsn"} == full
        for language, refset in LANGUAGES:
            if terms := slow.terms(code, refset):
                assert view.display(ident, [language]) in terms
    for refset, members in slow.simple.items():
        assert {codes[i] for i in view.in_reference_set(refset)} == members & set(records)


def test_search_finds_by_active_descriptions(
    loaded: Loaded, registry: Registry, packages: dict[str, Path]
) -> None:
    loaded("Snapshot2")
    slow = Slow(packages["Snapshot2"])
    view = registry.view("snomed-ct")
    codes = {ident: view.concept(ident).code for ident in view.all()}
    for word in {r["term"].split()[0].lower() for rows in slow.texts.values() for r in rows}:
        expected = {
            code
            for code, rows in slow.texts.items()
            if any(w.startswith(word) for r in rows for w in r["term"].lower().replace("(", " ").split())
        }
        assert {codes[i] for i in view.matching(word)} == expected


def test_an_edition_is_named_by_uri_date_or_module(loaded: Loaded, registry: Registry) -> None:
    loaded("Full", "NFull")
    named = {
        "http://snomed.info/sct/51000202101/version/20150415": "51000202101/version/20150415",
        "20150415": "51000202101/version/20150415",
        "2015-07-31": f"{CORE}/version/20150731",
        f"http://snomed.info/sct/{CORE}": f"{CORE}/version/20160131",
        f"http://snomed.info/sct/{NORWAY}": f"{NORWAY}/version/20160415",
    }
    for asked, label in named.items():
        found = registry.lookup("snomed-ct", IS_A, version=asked)
        assert (found.found, found.version) == (True, f"http://snomed.info/sct/{label}")
    assert registry.lookup(
        "snomed-ct", IS_A, on="2015-02-01", version=f"http://snomed.info/sct/{CORE}"
    ).version == (f"http://snomed.info/sct/{CORE}/version/20150131")


def _concepts(package: Path) -> Path:
    (path,) = package.rglob("sct2_Concept_*.txt")
    return path


def _changed(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def _line(number: int, change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def changed(data: bytes) -> bytes:
        lines = data.split(b"\r\n")
        lines[number - 1] = change(lines[number - 1])
        return b"\r\n".join(lines)

    return changed


def _rename(path: Path, old: str, new: str) -> None:
    path.rename(path.with_name(path.name.replace(old, new)))


#: what is done to a package, and what the error says
BAD: dict[str, tuple[Callable[[Path], Any], str]] = {
    "a cell too many": (lambda p: _changed(_concepts(p), _line(7, lambda x: x + b"\tx")), r"txt:7: 6 cells, but .* 5"),
    "a cell too few": (lambda p: _changed(_concepts(p), _line(9, lambda x: x.rpartition(b"\t")[0])), r"txt:9: 4 cells"),
    "a blank line": (lambda p: _changed(_concepts(p), _line(5, lambda x: x + b"\r\n")), r"txt:6: 0 cells"),
    "another line end": (lambda p: _changed(_concepts(p), lambda d: d.replace(b"\r\n", b"\r")), "neither with CR LF"),
    "a comment": (lambda p: _changed(_concepts(p), _line(4, lambda x: b"# note\r\n" + x)), r"txt:4: a comment line"),
    "not UTF-8": (lambda p: _changed(_concepts(p), _line(3, lambda x: x + b"\xff")), r"txt:3: byte \d+ of the line"),
    "a check digit": (
        lambda p: _changed(_concepts(p), _line(40, lambda x: x.replace(x.split(b"\t")[0], b"73211008"))),
        r"txt:40: '73211008' is not an identifier",
    ),
    "a description as concept": (
        lambda p: _changed(_concepts(p), _line(40, lambda x: x.replace(x.split(b"\t")[0], b"121589010"))),
        r"txt:40: '121589010' is not an identifier",
    ),
    "a date": (lambda p: _changed(_concepts(p), lambda d: d.replace(b"20150131", b"20150231", 1)), r"20150231.* not a date"),
    "active": (lambda p: _changed(_concepts(p), _line(8, lambda x: x.replace(b"\t1\t", b"\t2\t"))), "txt:8: active is '2'"),
    "another release": (lambda p: _rename(_concepts(p), "20160131", "20150731"), "mixes releases"),
    "a later row": (lambda p: _changed(_concepts(p), lambda d: d.replace(b"20150131", b"20990131", 1)), "later than"),
    "no concepts": (lambda p: _concepts(p).unlink(), "no Concept file"),
    "headings": (lambda p: _changed(_concepts(p), lambda d: d.replace(b"definitionStatusId", b"status")), "of no RF2 file"),
    "a missing parent": (
        lambda p: _changed(_concepts(p), lambda d: d.replace(b"71388002\t", b"71388999\t").replace(b"71388999", b"73211009")),
        "71388002",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_one_error_and_stores_nothing(
    what: str, edition: SyntheticEdition, registry: Registry, tmp_path: Path
) -> None:
    package = write_package(tmp_path, edition.international, "Snapshot", SHAPE.dates[-1])
    spoil, expected = BAD[what]
    spoil(package)
    with pytest.raises(GyldigError, match=expected) as caught:
        load_paths(registry, [package], LoadOptions())
    assert caught.value.in_language("nb") != str(caught.value)
    assert registry.systems() == []
    assert registry.verify().ok


def test_an_extension_without_what_it_depends_on_is_refused(
    registry: Registry, packages: dict[str, Path]
) -> None:
    with pytest.raises(GyldigError, match="which is not loaded"):
        load_paths(registry, [packages["NSnapshot0"]], LoadOptions())
    with pytest.raises(GyldigError, match="no earlier version"):
        load_paths(registry, [packages["Delta1"]], LoadOptions())
    assert registry.systems() == []


def test_a_delta_on_another_international_release_is_refused(loaded: Loaded, registry: Registry) -> None:
    before = loaded("Snapshot0", "Snapshot1", "NSnapshot0")
    with pytest.raises(GyldigError, match="extends other versions"):
        loaded("NDelta1")
    assert {r.version: r.content_sha256 for r in registry.releases("snomed-ct")} == before


def test_a_combined_edition_is_the_extension_with_what_it_depends_on(
    edition: SyntheticEdition, packages: dict[str, Path], tmp_path: Path
) -> None:
    day = SHAPE.norwegian_dates[-1]
    combined = write_package(tmp_path, edition.international | edition.extension, "Snapshot", day)
    hashes = []
    for n, paths in enumerate(([packages["Snapshot2"], packages["NSnapshot2"]], [combined])):
        with Registry.open(str(tmp_path / f"{n}.sqlite")) as registry:
            load_paths(registry, paths, LoadOptions())
            hashes += [r.content_sha256 for r in registry.releases("snomed-ct") if r.version.endswith(day)]
    assert hashes == [hashes[0]] * 2


def test_a_zip_is_its_folder_and_half_a_zip_is_nothing(
    loaded: Loaded, registry: Registry, packages: dict[str, Path], tmp_path: Path
) -> None:
    folder = packages["Snapshot0"]
    files = {str(p.relative_to(folder.parent)): p.read_bytes() for p in folder.rglob("*.txt")}
    whole = zipped(tmp_path / "whole.zip", files)
    half = tmp_path / "half.zip"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(GyldigError, match="half.zip"):
        load_paths(registry, [half], LoadOptions())
    assert registry.systems() == []
    (report,) = load_paths(registry, [whole], LoadOptions())
    stored = {r.version: r.content_sha256 for r in registry.releases("snomed-ct")}
    assert loaded("Snapshot0") == stored and report.outcome == "loaded"


def test_small_packages_load_or_say_why_not(registry: Registry, samples: Path) -> None:
    skip = LoadOptions(extra={"comments": "skip"})
    folder = samples / "rf2"
    (report,) = load_paths(registry, [folder / "SnomedCT_MiniRF2"], skip)
    assert (report.outcome, report.concepts) == ("loaded", 13)
    (report,) = load_paths(registry, [folder / "SnomedCT_MiniRF2_Base_snapshot"], skip)
    assert (report.outcome, report.concepts) == ("loaded", 17)
    with pytest.raises(GyldigError, match="20180231.* is not a date"):
        load_paths(registry, [folder / "SnomedCT_MiniRF2_Extension_snapshot"], skip)
    with pytest.raises(GyldigError, match="mixes releases"):
        load_paths(
            registry,
            [folder / "SnomedCT_MiniRF2"],
            LoadOptions(extra={"comments": "skip", "release-type": "full"}),
        )
    found = registry.lookup("snomed-ct", "871866001", version="20210131")
    assert found.concept is not None and found.concept.display == "Meningitis C vaccine"
    assert [p.value for p in found.concept.properties if p.code == "3311486008"] == ["1", "2.2", "3"]
