"""A generated SNOMED CT edition with its Norwegian extension over FHIR: lookup in languages and editions, reference sets, filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from benchmarks.rf2_edition import SyntheticEdition
from benchmarks.rf2_files import write_package
from benchmarks.rf2_shape import CORE, DEFINED, NB, NORWAY, PREFERRED, SYNONYM, Shape
from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry

SHAPE = Shape(concepts=60, releases=2, seed=3)
SCT = "http://snomed.info/sct"
SIMPLE = "723264001"


@pytest.fixture(scope="module")
def edition() -> SyntheticEdition:
    return SyntheticEdition(SHAPE)


@pytest.fixture(scope="module")
def client(edition: SyntheticEdition, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("snomed")
    with Registry.open(str(folder / "r.sqlite")) as registry:
        for tables, days in (
            (edition.international, SHAPE.dates),
            (edition.extension, SHAPE.norwegian_dates),
        ):
            package = write_package(folder, tables, "Full", days[-1])
            load_paths(registry, [package], LoadOptions(access="open", redistribution="yes"))
        with TestClient(create_app(Settings(), registry=registry)) as client:
            yield client


def ask(client: TestClient, path: str, **query: str) -> dict[str, Any]:
    answer = client.get(f"/fhir{path}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def looked_up(client: TestClient, code: str, **query: str) -> dict[str, Any]:
    """Plain parameters of a lookup by name."""
    found = ask(client, "/CodeSystem/$lookup", system=SCT, code=code, **query)
    return {p["name"]: next((v for k, v in p.items() if k != "name"), None) for p in found["parameter"]}


def expanded(client: TestClient, url: str, **query: str) -> set[str]:
    found = ask(client, "/ValueSet/$expand", url=url, **query)
    return set(_codes(found["expansion"].get("contains", [])))


def _codes(entries: list[dict[str, Any]]) -> Iterator[str]:
    """The codes of an expansion, which may be a tree."""
    for entry in entries:
        yield entry["code"]
        yield from _codes(entry.get("contains", []))


def preferred_norwegian(edition: SyntheticEdition) -> dict[str, str]:
    """Bokmål's term by International concept, from the rows of the first release."""
    first = SHAPE.norwegian_dates[0]
    rows = edition.extension["der2_cRefset_Language{}-no_NO1000202"].to_dicts()
    chosen = {
        r["referencedComponentId"]
        for r in rows
        if (r["refsetId"], r["acceptabilityId"], r["effectiveTime"], r["active"])
        == (NB, PREFERRED, first, "1")
    }
    gone = {r["referencedComponentId"] for r in rows if r["active"] == "0"}
    texts = edition.extension["sct2_Description_{}-no_NO1000202"].to_dicts()
    return {r["conceptId"]: r["term"] for r in texts if r["id"] in chosen - gone and r["typeId"] == SYNONYM}


def test_lookup_in_languages_and_editions(client: TestClient, edition: SyntheticEdition) -> None:
    terms = preferred_norwegian(edition)
    code = next(c for c in terms if c in set(edition.concepts))
    norwegian = looked_up(client, code, displayLanguage="nb-NO")
    assert norwegian["display"] == terms[code]
    assert norwegian["version"] == f"{SCT}/{NORWAY}/version/{SHAPE.norwegian_dates[-1]}"
    international = looked_up(client, code, displayLanguage="nb-NO", version=f"{SCT}/{CORE}")
    assert international["version"] == f"{SCT}/{CORE}/version/{SHAPE.dates[-1]}"
    assert international["display"] not in set(terms.values())
    older = looked_up(client, code, version=f"{SCT}/{CORE}/version/{SHAPE.dates[0]}")
    assert older["version"] == f"{SCT}/{CORE}/version/{SHAPE.dates[0]}"


def test_reference_sets_are_value_sets(client: TestClient, edition: SyntheticEdition) -> None:
    newest = f"{SCT}/{CORE}/version/{SHAPE.dates[-1]}"
    rows = (
        edition.international["der2_Refset_Simple{}_INT"]
        .sort("effectiveTime")
        .unique("id", keep="last")
        .to_dicts()
    )
    members = {r["referencedComponentId"] for r in rows if r["active"] == "1"}
    assert expanded(client, f"{newest}?fhir_vs=refset/{SIMPLE}") == members
    assert SIMPLE in expanded(client, f"{SCT}?fhir_vs=refset")
    answer = client.get("/fhir/ValueSet/$expand", params={"url": f"{SCT}?fhir_vs=refset/1"})
    assert answer.status_code in (400, 404, 422)


def test_filters_over_stated_properties(client: TestClient, edition: SyntheticEdition) -> None:
    rows = edition.extension["sct2_Concept_{}_NO1000202"].to_dicts()
    defined = edition.international["sct2_Concept_{}_INT"].to_dicts()

    def chosen(name: str, value: str) -> set[str]:
        include = {"system": SCT, "filter": [{"property": name, "op": "=", "value": value}]}
        value_set = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]}}
        body = {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": value_set}]}
        answer = client.post("/fhir/ValueSet/$expand", json=body)
        assert answer.status_code == 200, answer.text
        return set(_codes(answer.json()["expansion"].get("contains", [])))

    assert chosen("moduleId", NORWAY) == {r["id"] for r in rows}
    assert chosen("sufficientlyDefined", "true") == {
        r["id"] for r in defined if r["definitionStatusId"] == DEFINED
    }
