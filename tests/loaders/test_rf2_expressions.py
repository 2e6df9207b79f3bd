"""Expression constraints on a release that was loaded from RF2 select what its rows say."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.rf2_edition import SyntheticEdition
from benchmarks.rf2_files import write_package
from benchmarks.rf2_shape import ATTRIBUTES, Shape
from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry
from registry.content.composed_view import ComposedView
from registry.content.packed_edition import PackedEdition
from registry.content.stored_edition import edition_of_view
from registry.ecl.evaluator import evaluate
from registry.ecl.parser import parse
from tests.loaders.test_rf2 import Slow

SHAPE = Shape(concepts=80, releases=2, seed=11)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_package(tmp_path, SyntheticEdition(SHAPE).international, "Snapshot", SHAPE.dates[-1])


@pytest.fixture
def edition(registry: Registry, package: Path) -> PackedEdition:
    load_paths(registry, [package], LoadOptions())
    view = registry.view("snomed-ct")
    assert isinstance(view, ComposedView)
    return edition_of_view(view)


def _codes(edition: PackedEdition, text: str) -> set[str]:
    return {edition.concepts.ids[n] for n in evaluate(edition, parse(text)).concepts}


def test_hierarchy_membership_and_attributes(edition: PackedEdition, package: Path) -> None:
    slow = Slow(package)
    active = {code for code, row in slow.concepts.items() if row["active"] == "1"}
    below = {code for code in active if "404684003" in slow.ancestors(code)}
    assert _codes(edition, "< 404684003") == below
    assert _codes(edition, "^ 723264001") == slow.simple["723264001"]
    attribute = ATTRIBUTES[0]
    sources = {c for c in active if any(k == attribute and value in active for k, value, _ in slow.values[c])}
    assert _codes(edition, f"* : {attribute} = *") == sources
    word = next(r["term"].split()[0] for code in sorted(active) for r in slow.texts[code])
    described = {
        code
        for code in active
        if any(
            w.startswith(word.lower())
            for r in slow.texts[code]
            for w in r["term"].lower().replace("(", " ").split()
        )
    }
    assert _codes(edition, f'* {{{{ term = "{word}" }}}}') == described
