"""The columns of a release hold what the rows of its Snapshots hold, read by the csv module."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.rf2_edition import SyntheticEdition
from benchmarks.rf2_files import write_package
from benchmarks.rf2_shape import PREFERRED, Shape
from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry
from registry.content.composed_view import ComposedView
from registry.content.release_columns import NONE, ReleaseColumns
from tests.loaders.test_rf2 import _rows

SHAPE = Shape(concepts=80, releases=2, seed=5)
LAST = SHAPE.releases - 1


@pytest.fixture
def packages(tmp_path: Path) -> list[Path]:
    edition = SyntheticEdition(SHAPE)
    first = write_package(tmp_path / "i", edition.international, "Snapshot", SHAPE.dates[LAST])
    return [first, write_package(tmp_path / "n", edition.extension, "Snapshot", SHAPE.norwegian_dates[LAST])]


@pytest.fixture
def columns(registry: Registry, packages: list[Path]) -> ReleaseColumns:
    for package in packages:
        load_paths(registry, [package], LoadOptions())
    view = registry.view("snomed-ct", version=SHAPE.norwegian_dates[LAST])
    assert isinstance(view, ComposedView)
    return ReleaseColumns(view)


def _name(columns: ReleaseColumns, place: int) -> str:
    return "" if place == NONE else columns.ids[place]


def test_concepts(columns: ReleaseColumns, packages: list[Path]) -> None:
    rows = {r["id"]: r for p in packages for r in _rows(p, "sct2_Concept_")}
    found = columns.concepts
    for code, row in rows.items():
        at = columns.place(code)
        assert found.present[at]
        assert found.active[at] == (row["active"] == "1")
        assert _name(columns, found.module[at]) == row["moduleId"]
        assert _name(columns, found.status[at]) == row["definitionStatusId"]
        assert found.effective[at] == int(row["effectiveTime"])
    assert found.present.sum() == len(rows)


def test_relationships(columns: ReleaseColumns, packages: list[Path]) -> None:
    expected = sorted(
        (
            r["sourceId"],
            r["typeId"],
            r.get("destinationId") or r["value"].removeprefix("#"),
            int(r["relationshipGroup"]),
        )
        for p in packages
        for r in _rows(p, "sct2_Relationship")
        if r["active"] == "1"
    )
    found = columns.relationships
    rows = zip(found.source, found.type, found.target, found.value, found.group, strict=True)
    assert expected == sorted(
        (columns.ids[s], columns.ids[t], _name(columns, to) or str(found.values[v]), int(g))
        for s, t, to, v, g in rows
    )


def test_descriptions(columns: ReleaseColumns, packages: list[Path]) -> None:
    files = ("sct2_Description", "sct2_TextDefinition")
    rows = [r for p in packages for name in files for r in _rows(p, name)]
    expected = {
        (
            r["id"],
            r["conceptId"],
            r["typeId"],
            r["languageCode"],
            r["term"],
            r["moduleId"],
            r["effectiveTime"],
            r["active"],
        )
        for r in rows
    }
    d = columns.descriptions
    named = [[columns.ids[n] for n in c] for c in (d.concept, d.type, d.module)]
    plain = (map(str, d.id), named[0], named[1], d.language, d.text, named[2], map(str, d.effective))
    active = ("1" if a else "0" for a in d.active)
    assert set(zip(*plain, active, strict=True)) == expected
    preferred = {
        (r["refsetId"], r["referencedComponentId"])
        for p in packages
        for r in _rows(p, "der2_cRefset_Language")
        if r["active"] == "1" and r["acceptabilityId"] == PREFERRED
    }
    found = {
        (columns.ids[refset], str(d.id[row]))
        for (refset, way), places in d.accepted.items()
        for row in places
        if columns.ids[way] == PREFERRED
    }
    assert found == {(s, i) for s, i in preferred if i in {r["id"] for r in rows}}


def test_members(columns: ReleaseColumns, packages: list[Path]) -> None:
    expected = set()
    for package in packages:
        for name in (
            "der2_*Association",
            "der2_*Simple",
            "der2_*ExtendedMap",
            "der2_*Ordered",
            "der2_*ModuleDependency",
        ):
            for r in _rows(package, name):
                own = tuple((k, v) for k, v in list(r.items())[6:])
                expected.add(
                    (r["refsetId"], r["referencedComponentId"], r["active"], r["effectiveTime"], own)
                )
    found, m = set(), columns.members
    sets = {row[0] for row in expected}
    for refset, names in m.fields.items():
        if columns.ids[refset] not in sets:
            continue
        at = (m.refset == refset).nonzero()[0]
        values = [m.values[refset, name] for name in names]
        for n, row in enumerate(at):
            cells = (v[n] if isinstance(v, list) else _name(columns, v[n]) for v in values)
            own = tuple(zip(names, cells, strict=True))
            active = "1" if m.active[row] else "0"
            found.add(
                (columns.ids[refset], columns.ids[m.referenced[row]], active, str(m.effective[row]), own)
            )
    assert found == expected


def test_alternate_identifiers(columns: ReleaseColumns, packages: list[Path]) -> None:
    rows = [r for p in packages for r in _rows(p, "sct2_Identifier") if r["active"] == "1"]
    expected = {(r["identifierSchemeId"], r["alternateIdentifier"]): r["referencedComponentId"] for r in rows}
    assert {key: columns.ids[place] for key, place in columns.alternates.items()} == expected
