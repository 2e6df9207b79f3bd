"""``mappings.translate`` answers as FHIR's ``$translate`` does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from loaders.contract import LoadOptions, ParsedMap
from loaders.formats.fhir.package import parsed_resource
from mappings import translate
from registry import Registry
from registry.entities.errors import UnknownTarget, UsageError
from registry.entities.records import MapRecord, MapRowRecord, SystemRecord
from registry.terminology.translate import Match
from tests.registry.making import load

URL, OTHER, MAP = "http://example.org/demo", "http://example.org/other", "http://example.org/map"
DEMO = SystemRecord(
    slug="demo-icd", url=URL, rules="icd-10-no", access="open", redistribution="yes", end_rule="calendar-year"
)
OTHERS = SystemRecord(slug="other", url=OTHER, access="open", redistribution="yes", end_rule="calendar-year")
OWN = MapRecord(
    slug="own", version="1", purpose="statistics", source_system="demo-icd", target_system="other",
    rows=(MapRowRecord(sources=("A00",), target="x", relationship="related-to"),),
)  # fmt: skip
RESOURCE = {
    "resourceType": "ConceptMap", "id": "m", "url": MAP, "status": "active",
    "group": [{"source": URL, "target": OTHER, "element": [
        {"code": "A00", "target": [{"code": c, "relationship": "equivalent"}]} for c in ("x", "gone")
    ]}],
}  # fmt: skip


@pytest.fixture
def registry(open_registry: Callable[..., Registry]) -> Registry:
    registry = open_registry()
    load(registry, "2024", {"A00": "a", "A00.1": "b"}, system=DEMO)
    load(registry, "2025", {"A00": "a"}, system=DEMO)
    load(registry, "2024", {"x": "X 2024", "gone": "G"}, system=OTHERS)
    load(registry, "2025", {"x": "X 2025"}, system=OTHERS)
    registry.load_parsed(ParsedMap(map=OWN))
    for one in parsed_resource(RESOURCE, LoadOptions()):
        registry.put_artifacts([one.artifact], by_id=True)  # type: ignore[union-attr]
    return registry


def _marks(match: Match) -> list[tuple[str, str]]:
    """The marks of a match as FHIR has them: not valid, or not checked, with the reason."""
    word = {True: "", False: "not-valid", None: "not-checked"}[match.validity.valid]
    return [(word, match.validity.reason)] if word and match.validity.reason else []


@pytest.mark.parametrize("day", ["2024-06-01", "2025-06-01", "2030-06-01"])
def test_python_and_fhir_agree(registry: Registry, day: str) -> None:
    asked = {"system": URL, "sourceCode": "a00", "targetSystem": OTHER, "date": day}
    with TestClient(create_app(Settings(), registry=registry)) as client:
        answer = client.get("/fhir/r5/ConceptMap/$translate", params=asked).json()["parameter"]
    fhir = [
        {p["name"]: p for p in item["part"]}
        | {"marks": [(e["url"].rpartition(":")[2], e["valueCode"]) for e in item.get("extension", [])]}
        for item in answer
        if item["name"] == "match"
    ]
    found = translate(registry, "demo-icd", "a00", target="other", on=day)
    assert [
        (m["concept"]["valueCoding"], m["relationship"]["valueCode"], m["originMap"]["valueCanonical"], m["marks"])
        for m in fhir
    ] == [
        (
            {k: v for k, v in (("system", m.concept.system), ("version", m.concept.version), ("code", m.concept.code),
                               ("display", m.concept.display)) if v},
            m.relationship, m.origin, _marks(m),
        )
        for m in found.matches if m.concept
    ]  # fmt: skip
    assert answer[0]["valueBoolean"] == found.result
    stale = [m.concept.code for m in found.matches if m.concept and m.validity.valid is False]
    assert stale == (["gone"] if day == "2025-06-01" else [])


def test_versions_purpose_and_wrong_use(registry: Registry) -> None:
    found = translate(
        registry, "demo-icd", "A001", from_version="2024", to_version="2025", on=date(2025, 6, 1)
    )
    assert [m.concept.code for m in found.matches if m.concept] == ["A00"]
    chosen = translate(registry, "demo-icd", "A00", target="other", purpose="statistics")
    assert {m.origin.partition("|")[0] for m in chosen.matches} == {f"{URL}?fhir_cm=own"}
    with pytest.raises(UsageError):
        translate(registry, "demo-icd", "A00", from_version="2024")
    with pytest.raises(UnknownTarget):
        translate(registry, "demo-icd", "A00", target="nowhere")


def test_a_map_that_has_ended_is_named_as_the_reason(open_registry: Callable[..., Registry]) -> None:
    registry = open_registry()
    load(registry, "2024", {"A00": "a"}, system=DEMO)
    load(registry, "2024", {"x": "X"}, system=OTHERS)
    ended = MapRecord(
        slug="own", version="2024", purpose="statistics", source_system="demo-icd", target_system="other",
        valid_from=date(2024, 1, 1), valid_to=date(2025, 1, 1), rows=OWN.rows,
    )  # fmt: skip
    registry.load_parsed(ParsedMap(map=ended))
    assert translate(registry, "demo-icd", "A00", target="other", on="2024-06-01").matches
    found = translate(registry, "demo-icd", "A00", target="other", on="2026-06-01")
    assert found.message.endswith("are not in force on 2026-06-01")
    assert (
        translate(registry, "demo-icd", "A99", target="other", on="2024-06-01").message
        == "No translation was found"
    )
