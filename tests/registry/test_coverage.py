"""Coverage per block, and partial releases that complement complete ones (DOMAIN 6)."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import pytest

from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry
from registry.entities.records import ConceptRecord, Coverage, Designation, SystemRecord
from registry.systems.coverage import coverage_of, covers
from registry.systems.icpc2 import DIAGNOSES, ICPC2_NO
from tests.registry.making import load

ICPC = SystemRecord(slug="icpc-2-no", rules="icpc-2-no", language="nb", end_rule="calendar-year")
PROCESS = [f"-{n}" for n in range(30, 70)]
SYMPTOMS = ["A01", "A02", "L01"]

#: (clause, process codes in the list, name of the coverage, codes covered, codes not covered)
BLOCKS = [
    ("6: a list of all codes is complete", PROCESS, "", ["-30", "-69", "A99"], []),
    ("6: no process codes: absence is no deletion", [], "without-process-codes", ["A99"], ["-30", "-69"]),
    ("6: one process code does not cover the others", ["-30"], "without-process-codes", ["A99"], ["-31", "-69"]),
    ("6: half a block does not cover it", PROCESS[:10], "without-process-codes", ["A99"], ["-31", "-45"]),
    (
        "6: a block of which most is there is covered, the others are not",
        PROCESS[1:20],
        "without-process-codes-50-59-and-process-codes-60-69",
        ["-30", "A99"],
        ["-50", "-62"],
    ),
    ("6: one code less is a deletion", PROCESS[1:], "", ["-30"], []),
]  # fmt: skip


@pytest.mark.parametrize(("clause", "process", "name", "inside", "outside"), BLOCKS)
def test_coverage_is_decided_per_block(
    clause: str, process: list[str], name: str, inside: list[str], outside: list[str]
) -> None:
    found = coverage_of(ICPC2_NO, [*SYMPTOMS, *process])
    assert (found.kind, found.name) == ("subset" if name else "complete", name), clause
    assert all(covers(found, ICPC2_NO, code) for code in [*inside, "no code"]), clause
    assert not any(covers(found, ICPC2_NO, code) for code in outside), clause


def _list(folder: Path, year: int, codes: list[str], suffix: str) -> Path:
    path = folder / f"ICPC2-{year}.{suffix}"
    if suffix == "json":
        path.write_text(json.dumps([{"code": c, "text": f"Tekst {c}"} for c in codes]), encoding="utf-8")
    else:
        path.write_text("".join(f"{c}\tTekst {c}\n" for c in ["code", *codes][1:]), encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["json", "txt"])
def test_a_list_with_one_process_code_left_deletes_no_other(
    registry: Registry, tmp_path: Path, suffix: str
) -> None:
    options = LoadOptions(system="icpc-2-no", label_kind="label.full")
    many = [f"{letter}{n:02}" for letter in "ADKLR" for n in range(1, 20)]
    for year, codes in ((2022, many + PROCESS), (2023, [*many[1:], "-45"])):
        load_paths(registry, [_list(tmp_path, year, codes, suffix)], options)
    found = registry.diff("icpc-2-no", "2022", "2023")
    assert (found.removed, found.counts, found.not_comparable) == (["A01"], {"deleted": 1}, {"codes": 39})
    assert registry.lookup("icpc-2-no", "L45", version="2023").found
    assert registry.lookup("icpc-2-no", "-31", version="2023").reason == "outside_coverage"
    assert registry.lookup("icpc-2-no", "A01", version="2023").reason == "unknown_code"
    assert registry.diff("icpc-2-no", "2023", "2022").counts == {"created": 1}
    (span,) = registry.history("icpc-2-no", "-31").spans
    assert (span.to_version, span.ends) == ("2022", "outside_coverage")


NARROW = Coverage("subset", "without-process-codes", DIAGNOSES)


def _codes(registry: Registry, system: str, day: str) -> dict[str, str]:
    """Every code of the view with its text, checked against lookup, search and the view's own find."""
    view = registry.view(system, on=day)
    found = {view.concept(i).code: view.display(i) for i in view.all()}
    for code, text in found.items():
        answer = registry.lookup(system, code, on=day)
        assert answer.concept is not None and answer.concept.display == text
        assert view.find(code) is not None
        assert code in [h.code for h in registry.search(text, system=system, on=day, count=100).hits]
    assert len(view) == len(found)
    return found


def test_a_partial_update_does_not_hide_the_codes_it_does_not_cover(registry: Registry) -> None:
    load(registry, "2023", {"-54": "Sutur", "A01": "Smerte", "A02": "Frost"}, system=ICPC)
    load(
        registry,
        "2023",
        {"A01": "Smerter", "A03": "Feber"},
        system=ICPC,
        coverage=NARROW,
        kind="update",
        effective_from=date(2023, 5, 1),
    )
    assert _codes(registry, "icpc-2-no", "2023-04-30") == {"-54": "Sutur", "A01": "Smerte", "A02": "Frost"}
    assert _codes(registry, "icpc-2-no", "2023-05-01") == {"-54": "Sutur", "A01": "Smerter", "A03": "Feber"}
    gone = registry.lookup("icpc-2-no", "A02", on="2023-06-01")
    assert (gone.found, gone.reason) == (False, "unknown_code")
    assert registry.lookup("icpc-2-no", "-55", on="2023-06-01").reason == "unknown_code"


def test_a_partial_release_of_another_source_adds_its_codes(registry: Registry) -> None:
    load(registry, "2020", {"A00": "Kolera", "A01": "Tyfoid"}, priority=5)
    extra = [
        ConceptRecord(code="U07.1", designations=(Designation("label.short", "Covid", "nb"),)),
        ConceptRecord(code="A00", designations=(Designation("label.short", "Kol", "nb"),)),
    ]
    load(
        registry,
        "2020",
        extra,
        coverage=Coverage("fragment"),
        source_line="notice",
        facets=("label.full", "label.short"),
    )
    assert _codes(registry, "demo-icd", "2020-05-01") == {"A00": "Kolera", "A01": "Tyfoid", "U07.1": "Covid"}
    found = registry.lookup("demo-icd", "U07.1", on="2020-05-01")
    assert found.concept and [(d.kind, d.text) for d in found.concept.designations] == [
        ("label.short", "Covid")
    ]
    both = registry.lookup("demo-icd", "A00", on="2020-05-01").concept
    assert both and {(d.kind, d.text) for d in both.designations} == {
        ("label.full", "Kolera"),
        ("label.short", "Kol"),
    }
    assert registry.validity("demo-icd", "U07.1", on="2020-05-01").valid
    load(registry, "2021", {"A00": "Kolera", "A01": "Tyfoid"}, priority=5)
    assert registry.diff("demo-icd", "2020", "2021").changes == []  # the second source is of one side only


def test_an_update_loaded_late_is_seen_at_once(registry: Registry) -> None:
    part = {"coverage": Coverage("fragment"), "kind": "update"}
    load(registry, "2020", {"A00": "Kolera", "A01": "Tyfoid"})
    load(registry, "2020", {"A00": "Kolera i mai"}, effective_from=date(2020, 5, 1), **part)
    assert registry.view("demo-icd", on="2020-06-01").find("A02") is None
    load(registry, "2020", {"A02": "Ny i mars"}, effective_from=date(2020, 3, 1), **part)
    assert _codes(registry, "demo-icd", "2020-06-01") == {
        "A00": "Kolera i mai",
        "A01": "Tyfoid",
        "A02": "Ny i mars",
    }


@pytest.mark.parametrize("seed", range(6))
def test_partial_releases_complement_in_any_order_of_loading(registry: Registry, seed: int) -> None:
    """The oracle: a dictionary to which each release is applied by its date."""
    pick = random.Random(seed)
    names = [f"{letter}0{n}" for letter in "ABC" for n in range(4)]
    wanted = {code: f"full {code}" for code in pick.sample(names, 8)}
    releases = [({}, dict(wanted))]
    for month in pick.sample(range(2, 12), 3):
        codes = {code: f"tekst {month} {code}" for code in pick.sample(names, 4)}
        letter = pick.choice("ABC")
        part = Coverage("fragment")
        if pick.random() < 0.5:
            part = Coverage("subset", letter, f"{letter}.*")
            codes = {c: t for c, t in codes.items() if c.startswith(letter)} or {f"{letter}09": f"ny {month}"}
        options = {"coverage": part, "kind": "update", "effective_from": date(2020, month, 1)}
        releases.append((options, codes))
    for options, codes in sorted(releases[1:], key=lambda r: str(r[0]["effective_from"])):
        if options["coverage"].kind == "subset":
            wanted = {c: t for c, t in wanted.items() if not c.startswith(options["coverage"].name)}
        wanted |= codes
    first, *rest = releases
    pick.shuffle(rest)
    for options, codes in (first, *rest):
        load(registry, "2020", codes, **options)
    assert _codes(registry, "demo-icd", "2020-12-31") == wanted
