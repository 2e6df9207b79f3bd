"""Counts of changes after a load, the dry run that says what the load would do, and coverage that complements."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry
from registry.entities.results import LoadReport

CODES = {f"A{n:02}": f"Tekst {n}" for n in range(40)}


def listed(folder: Path, codes: dict[str, str], name: str = "l.csv") -> Path:
    path = folder / name
    path.write_text("Kode;Tekst\n" + "".join(f"{c};{t}\n" for c, t in codes.items()), encoding="utf-8")
    return path


def load(
    registry: Registry, path: Path, version: str, *, dry_run: bool = False, **options: object
) -> LoadReport:
    given = LoadOptions(system="local-x", version=version, **options)  # type: ignore[arg-type]
    (report,) = load_paths(registry, [path], given, dry_run=dry_run)
    return report


def test_counts_after_a_load_are_those_of_the_dry_run_and_of_diff(registry: Registry, tmp_path: Path) -> None:
    pick, codes = random.Random(1), dict(CODES)
    for year in range(2020, 2026):
        path = listed(tmp_path, codes)
        planned = load(registry, path, str(year), dry_run=True)
        assert (planned.outcome, planned.would) == ("dry_run", "loaded")
        done = load(registry, path, str(year))
        assert (done.outcome, done.counts, done.warnings) == ("loaded", planned.counts, planned.warnings)
        if year > 2020:
            assert done.counts == registry.diff("local-x", str(year - 1), str(year)).counts
        else:
            assert done.counts == {"created": 40}
        for code in pick.sample(sorted(codes), 3):
            codes[code] += " endret"
        del codes[pick.choice(sorted(codes))]
        codes[f"B{year}"] = f"Ny {year}"


def test_an_unusual_share_is_a_warning(registry: Registry, tmp_path: Path) -> None:
    load(registry, listed(tmp_path, CODES), "2020")
    punctuation = {code: f"{text}." for code, text in CODES.items()}
    report = load(registry, listed(tmp_path, punctuation), "2021")
    assert report.counts == {"clarified": 40}
    assert any("unusual: 40 of 40 codes (100 %) are wording only" in w for w in report.warnings)
    few = {code: text for code, text in punctuation.items() if code > "A02"}
    assert load(registry, listed(tmp_path, few), "2022").warnings == []


def test_a_dry_run_says_what_the_load_would_do(
    registry: Registry, tmp_path: Path, gyldig: Callable[..., object]
) -> None:
    path = listed(tmp_path, CODES)
    load(registry, path, "2020")
    assert load(registry, path, "2020", dry_run=True).would == "unchanged"
    spaced = tmp_path / "other.csv"
    spaced.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    report = load(registry, spaced, "2020", dry_run=True)
    assert (report.would, report.other_bytes) == ("unchanged", True)
    changed = listed(tmp_path, CODES | {"A00": "Annen"}, "m.csv")
    report = load(registry, changed, "2020", dry_run=True)
    assert (report.would, report.counts) == ("amended", {"relabelled": 1})
    assert len(registry.releases("local-x")) == 1
    assert registry.lookup("local-x", "A00", version="2020").concept.display == "Tekst 0"


@pytest.mark.parametrize("lang", ["en", "nb"])
def test_the_command_says_it(tmp_path: Path, gyldig: Callable[..., object], lang: str) -> None:
    path, db = listed(tmp_path, CODES), tmp_path / "r.db"
    call = ("--db", db, "--lang", lang, "load", path, "--system", "local-x", "--version", "2020")
    said = gyldig(*call, "--dry-run").out  # type: ignore[attr-defined]
    assert ("would be loaded" if lang == "en" else "ville blitt lastet") in said
    gyldig(*call)
    said = gyldig(*call, "--dry-run").out  # type: ignore[attr-defined]
    assert ("nothing to do" if lang == "en" else "ikke vært noe å gjøre") in said
    path.write_text(path.read_text("utf-8").replace("Tekst 1\n", "Tekst ett\n"), encoding="utf-8")
    said = gyldig(*call, "--dry-run").out  # type: ignore[attr-defined]
    words = ("would be amended", "deleted = 0") if lang == "en" else ("ville blitt rettet", "= 0")
    assert all(word in said for word in words)
    assert words[1] in gyldig(*call).out  # type: ignore[attr-defined]


def test_a_subset_complements_the_full_list(registry: Registry, tmp_path: Path) -> None:
    load(registry, listed(tmp_path, CODES), "2020")
    some = {"A00": "Tekst null", "C01": "Ekstra"}
    part = listed(tmp_path, some, "part.csv")
    assert load(registry, part, "2020", dry_run=True, coverage="subset:extra").would == "loaded"
    report = load(registry, part, "2020", coverage="subset:extra")
    assert report.outcome == "loaded" and "deleted" not in report.counts
    view = registry.view("local-x", version="2020")
    found = {code: view.find(code) for code in (*CODES, "C01")}
    assert None not in found.values()
    assert registry.lookup("local-x", "A00", version="2020").concept.display == "Tekst null"
    assert registry.validity("local-x", "A39", on="2020-05-01").valid is not False


def test_the_same_bytes_under_other_coverage_are_not_identical(registry: Registry, tmp_path: Path) -> None:
    path = listed(tmp_path, CODES)
    load(registry, path, "2020", coverage="subset:extra")
    report = load(registry, path, "2020")
    assert report.outcome == "loaded"
    assert load(registry, path, "2020").outcome == "unchanged"
    assert load(registry, path, "2020", coverage="subset:extra").outcome == "unchanged"
    assert {r.coverage for r in registry.releases("local-x")} == {"subset:extra", "complete"}


def test_a_concept_map_of_two_groups_on_an_empty_registry(
    tmp_path: Path, gyldig: Callable[..., object]
) -> None:
    groups = [
        {
            "source": "http://a",
            "target": "http://b",
            "element": [{"code": "x", "target": [{"code": "y", "equivalence": e}]}],
        }
        for e in ("equivalent", "wider")
    ]
    groups[1] |= {"source": "http://c", "target": "http://d"}
    resource = {
        "resourceType": "ConceptMap", "url": "http://example.org/cm", "version": "1", "status": "active",
        "sourceUri": "http://example.org/vs1", "targetUri": "http://example.org/vs2", "group": groups,
    }  # fmt: skip
    path = tmp_path / "cm.json"
    path.write_text(json.dumps(resource), encoding="utf-8")
    for said in ("is kept", "nothing to do"):
        ran = gyldig("--db", tmp_path / "r.db", "load", path)
        assert (ran.code, said in ran.out) == (0, True), ran  # type: ignore[attr-defined]


def test_every_outcome_of_a_load_has_its_sentence() -> None:
    """The texts of the command for every outcome and kind of item (``LoadReport``)."""
    from api.cli.page import Page
    from api.cli.show.loading import reports

    outcomes = ("loaded", "amended", "unchanged", "kept", "enriched", "dry_run")
    for kind in ("correction", "update", "ValueSet", "ConceptMap", "map", "entry"):
        for outcome in outcomes if kind in ("correction", "update") else outcomes[:4] + outcomes[-1:]:
            for would in ("", "loaded", "amended", "unchanged", "dates") if outcome == "dry_run" else ("",):
                for other in (False, True):
                    reports(Page(), [_report(kind, outcome, would, other_bytes=other)])


def _report(kind: str, outcome: str, would: str, *, other_bytes: bool) -> LoadReport:
    return LoadReport(
        system="x", version="1", track="", release="", outcome=outcome, kind=kind, concepts=1, new_states=1,
        created_system=False, inferred={}, notices=[], warnings=[], would=would if kind in ("correction", "update") else "",
        other_bytes=other_bytes and kind in ("correction", "update"),
    )  # fmt: skip
