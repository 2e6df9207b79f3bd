"""A flat list of a system whose shorter codes contain longer ones: FHIR and REST read one hierarchy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from registry import Registry
from registry.entities.records import SystemRecord
from tests.fhir.conftest import parameters
from tests.registry.making import load

URL = "urn:oid:2.16.578.1.12.4.1.1.9999"
FLAT = SystemRecord(
    slug="flat",
    url=URL,
    rules="icd-10-no",
    language="nb",
    access="open",
    redistribution="yes",
    end_rule="calendar-year",
)
CODES = ["E10", "E10.0", "E10.1", "K63", "K63.8", "K63.80", "K64", "M54.2", "M54.20", "M54.21", "M54.25"]


@pytest.fixture
def client(database: str) -> Iterator[TestClient]:
    with Registry.open(database, today=date(2020, 5, 1)) as registry:
        load(registry, "2020", {c: f"Tekst {c}" for c in CODES}, system=FLAT)
    settings = Settings(host="127.0.0.1", db=database, today=date(2020, 5, 1))
    with TestClient(create_app(settings), client=("127.0.0.1", 1), base_url="http://localhost") as client:
        yield client


def _codes(client: TestClient, isa: str) -> list[str]:
    found = client.get(
        "/fhir/ValueSet/$expand", params={"url": f"{URL}?fhir_vs=isa/{isa}", "excludeNested": "true"}
    )
    assert found.status_code == 200, found.text
    return sorted(entry["code"] for entry in found.json()["expansion"]["contains"])


@pytest.mark.parametrize("top", ["E10", "K63", "K63.8", "M54.2", "K64"])
def test_is_a_is_the_code_with_its_longer_ones(client: TestClient, top: str) -> None:
    below = [c for c in CODES if c.startswith(top)]
    assert _codes(client, top) == below
    rest = client.get(f"/api/systems/flat/codes/{top}/descendants").json()
    assert (rest["source"], sorted(c["code"] for c in rest["codes"])) == ("structural", below[1:])


def test_an_unknown_code_in_isa_is_an_error(client: TestClient) -> None:
    found = client.get("/fhir/ValueSet/$expand", params={"url": f"{URL}?fhir_vs=isa/E99"})
    assert found.status_code == 422 and "E99" in found.json()["issue"][0]["details"]["text"]


def test_subsumption_and_relatives_follow_from_the_codes(client: TestClient) -> None:
    query = {"system": URL, "codeA": "K63", "codeB": "K63.80"}
    assert parameters(client.get("/fhir/CodeSystem/$subsumes", params=query).json())["outcome"] == "subsumes"
    assert client.get("/api/subsumes?system=flat&a=K63&b=K63.80").json()["outcome"] == "subsumes"
    found = client.get("/fhir/CodeSystem/$lookup", params={"system": URL, "code": "K63.8"}).json()
    parts = [
        {p["name"]: p for p in item["part"]} for item in found["parameter"] if item["name"] == "property"
    ]
    near = {p["code"]["valueCode"]: p["value"]["valueCode"] for p in parts if "valueCode" in p["value"]}
    assert near == {"parent": "K63", "child": "K63.80"}
