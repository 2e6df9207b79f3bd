"""Derived changes between all pairs of the real lists that the samples have: what must hold of every event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from loaders.contract import LoadOptions, ParsedRelease
from loaders.run import parse_paths
from registry.content.change_types import TYPES, gravity
from registry.content.changes import Derived, derive
from registry.content.successors import Side
from registry.entities.records import ConceptRecord
from registry.entities.results import Change
from registry.systems import behaviour_of

Version = tuple[ParsedRelease, dict[str, ConceptRecord]]


def _versions(paths: Iterable[Path], format: str = "") -> list[Version]:
    found: dict[str, Version] = {}
    for item in parse_paths(paths, LoadOptions(), format=format):
        if isinstance(item, ParsedRelease):
            found[f"{item.header.version} {item.header.system}"] = (item, {r.code: r for r in item.concepts})
    return [found[label] for label in sorted(found)]


def _derived(old: Version, new: Version) -> Derived:
    sides = []
    for (parsed, mine), (_, other) in ((old, new), (new, old)):
        differing = {code: r for code, r in mine.items() if other.get(code) != r}
        families: dict[str, list[ConceptRecord]] = {}
        for code, record in mine.items():
            families.setdefault(code[:3], []).append(record)

        def siblings(code: str, held: dict[str, list[ConceptRecord]] = families) -> list[ConceptRecord]:
            return held.get(code[:3], [])

        sides.append(Side(differing, mine.get, frozenset(parsed.header.facets), siblings=siblings))
    return derive(sides[0], sides[1], behaviour_of(old[0].header.system))


def _check(old: Version, new: Version) -> list[Change]:
    """One event a code; vanished and new codes in one; the type is the gravest; automatic only where it can be."""
    changes = _derived(old, new).changes
    bearers: dict[str, set[str]] = {}
    for code, record in new[1].items():
        for text in _texts(record):
            bearers.setdefault(text, set()).add(code)
    events = Counter(code for c in changes for code in {x.code for x in (*c.inputs, *c.outputs)})
    assert [code for code, n in events.items() if n > 1] == []
    assert old[1].keys() ^ new[1].keys() <= events.keys()
    for change in changes:
        assert change.type == min(change.aspects, key=gravity)
        assert not change.automatic_forward or len(change.outputs) == 1
        assert not change.automatic_back or len(change.inputs) == 1
        assert not {"relabelled", "criteria_changed", "activated"} & {*change.aspects} or not (
            change.automatic_forward or change.automatic_back
        )
        if change.automatic_forward and change.type in ("merged", "taken_over"):
            outputs = {x.code for x in change.outputs}
            gone = [old[1][x.code] for x in change.inputs if x.code not in outputs]
            assert not {code for r in gone for text in _texts(r) for code in bearers.get(text, ())} - outputs
    return changes


def _texts(record: ConceptRecord) -> set[str]:
    return {d.text.casefold() for d in record.designations}


@pytest.mark.parametrize("folder", ["icd10-no", "icpc2-no", "ncsp"])
def test_all_pairs_of_norwegian_lists(samples: Path, folder: str) -> None:
    if not (samples / folder).is_dir():
        pytest.skip(f"no samples of {folder}")
    systems: dict[str, list[Version]] = {}
    for version in _versions([samples / folder]):
        systems.setdefault(version[0].header.system, []).append(version)
    for versions in systems.values():
        for old, new in combinations(versions, 2):
            _check(old, new)
            _check(new, old)


@pytest.mark.slow
def test_adjacent_years_of_icd10cm(samples: Path) -> None:
    paths = [samples / "icd10cm" / f"icd10cm_{year}.zip" for year in range(2018, 2022)]
    if not all(p.exists() for p in paths):
        pytest.skip("no samples of ICD-10-CM")
    for old, new in pairwise(_versions(paths, "icd10cm-order")):
        changes = _check(old, new)
        splits = [c for c in changes if c.type == "split_off" and "retired_for_use" in c.aspects]
        assert splits and all(c.automatic_back for c in splits if "relabelled" not in c.aspects)
        assert {c.type for c in changes} <= TYPES.keys()
