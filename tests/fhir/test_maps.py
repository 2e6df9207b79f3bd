"""Maps that follow from what is loaded: changes between versions, and official tables, as ConceptMaps."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from loaders.contract import ParsedMap
from registry import Registry
from registry.entities.records import MapRecord, MapRowRecord, SystemRecord
from tests.registry.making import load

URL = "http://example.org/demo"
DEMO = SystemRecord(slug="demo-icd", url=URL, rules="icd-10-no", access="open", redistribution="yes")
ROWS = (
    MapRowRecord(
        sources=("K63.8",), target="K63.80", relationship="source-is-broader-than-target", comment="part"
    ),
    MapRowRecord(sources=("A00",), comment="no heir"),
)
OFFICIAL = MapRecord(
    slug="demo-official",
    version="2021",
    purpose="official-changes",
    source_system="demo-icd",
    target_system="demo-icd",
    rows=ROWS,
)


@pytest.fixture
def client(open_registry: Callable[..., Registry]) -> TestClient:
    registry = open_registry()
    load(registry, "2020", {"K63.8": "Tarm", "A00": "x"}, system=DEMO)
    load(registry, "2021", {"K63.8": "Tarm", "K63.80": "Kort tarm"}, system=DEMO)
    registry.load_parsed(ParsedMap(map=OFFICIAL))
    client = TestClient(create_app(Settings(), registry=registry))
    client.__enter__()
    return client


def _translate(client: TestClient, path: str, **asked: str) -> dict[str, object]:
    answer = client.get(f"/fhir/{path}ConceptMap/$translate", params=asked)
    assert answer.status_code == 200, answer.text
    parameters = {p["name"]: p for p in answer.json()["parameter"] if p["name"] != "match"}
    found = [p["part"] for p in answer.json()["parameter"] if p["name"] == "match"]
    words = [{q["name"]: next(v for k, v in q.items() if k != "name") for q in parts} for parts in found]
    return {"result": parameters["result"]["valueBoolean"], "matches": words}


def test_changes_of_two_versions_are_a_map_in_both_words(client: TestClient) -> None:
    url = f"{URL}?fhir_cm=changes/2020/2021"
    five = _translate(client, "r5/", url=url, sourceCode="K63.8", system=URL)
    assert five["result"] is True
    assert [(m["concept"]["code"], m["relationship"]) for m in five["matches"]] == [  # type: ignore[attr-defined]
        ("K63.8", "source-is-broader-than-target"),
        ("K63.80", "source-is-broader-than-target"),
    ]
    four = _translate(client, "", url=url, code="K63.8", system=URL)
    assert [m["equivalence"] for m in four["matches"]] == ["narrower", "narrower"]  # type: ignore[attr-defined]
    assert _translate(client, "r5/", url=url, sourceCode="A00", system=URL)["result"] is False


def test_official_tables_are_read_and_translated(client: TestClient) -> None:
    url = f"{URL}?fhir_cm=demo-official"
    found = _translate(client, "r5/", url=url, sourceCode="K63.8", system=URL)
    assert [m["concept"]["code"] for m in found["matches"]] == ["K63.80"]  # type: ignore[attr-defined]
    resource = client.get("/fhir/r5/ConceptMap/demo-official-2021").json()
    assert (resource["url"], resource["version"]) == (url, "2021")
    assert resource["group"][0]["element"][1] == {"code": "A00", "noMap": True}


def test_versions_that_are_not_loaded_make_no_map(client: TestClient) -> None:
    asked = {"url": f"{URL}?fhir_cm=changes/2020/2031", "sourceCode": "K63.8", "system": URL}
    assert client.get("/fhir/r5/ConceptMap/$translate", params=asked).status_code >= 400
