"""What publishers leave out loads with a notice; resources of one canonical in one load are all kept."""

from __future__ import annotations

from pathlib import Path

from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry
from registry.store.artifacts import artifact_rows
from tests.loaders.fhir_made import URL, code_system, concept_map, value_set, written


def test_a_resource_without_status_or_filter_value_loads_with_a_notice(
    registry: Registry, tmp_path: Path
) -> None:
    bare = {k: v for k, v in code_system().items() if k != "status"}
    condition = {"property": "concept", "op": "is-a"}
    unusable = value_set(compose={"include": [{"system": URL, "filter": [condition]}]})
    written(tmp_path / "f" / "a.json", bare)
    written(tmp_path / "f" / "b.json", unusable)
    reports = load_paths(registry, [tmp_path / "f"], LoadOptions())
    assert [r.notices for r in reports] == [
        ["CodeSystem.status is missing: it counts as unknown"],
        ["ValueSet.compose.include[0].filter[0].value is missing: the value set cannot be evaluated"],
    ]


def test_resources_of_one_canonical_loaded_together_are_all_kept(registry: Registry, tmp_path: Path) -> None:
    one, other = concept_map(), concept_map(title="another")
    written(tmp_path / "f" / "a.json", one)
    written(tmp_path / "f" / "b.json", other)
    for outcome in ("kept", "unchanged"):
        reports = load_paths(registry, [tmp_path / "f"], LoadOptions())
        assert [r.outcome for r in reports] == [outcome] * 2
        assert len(artifact_rows(registry.reader.connection)) == 2
    written(tmp_path / "f" / "b.json", concept_map(title="a third"))
    assert [r.outcome for r in load_paths(registry, [tmp_path / "f"], LoadOptions())] == ["unchanged", "kept"]
