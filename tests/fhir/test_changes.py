"""Resources written over FHIR: with the token only, amended by url and version, ended by DELETE."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.fhir.conftest import URL, parameters

TOKEN = {"Authorization": "Bearer secret"}
SYSTEM: dict[str, Any] = {
    "resourceType": "CodeSystem", "id": "veg", "url": "http://example.org/veg", "version": "1", "status": "active",
    "content": "complete", "concept": [{"code": "v1", "display": "Leek"}],
}  # fmt: skip


def value_set(*codes: str, version: str = "1") -> dict[str, Any]:
    include = {"system": URL, "concept": [{"code": c} for c in codes]}
    return {
        "resourceType": "ValueSet", "id": "mine", "url": "http://example.org/vs", "version": version, "status": "active",
        "compose": {"include": [include]},
    }  # fmt: skip


def members(client: TestClient, **query: str) -> list[str]:
    answer = client.get("/fhir/r5/ValueSet/$expand", params={"url": "http://example.org/vs", **query})
    return [c["code"] for c in answer.json()["expansion"]["contains"]]


def test_writing_needs_the_token(client: TestClient) -> None:
    for method, path in (("PUT", "ValueSet/mine"), ("POST", "ValueSet"), ("DELETE", "CodeSystem/fruit-2022")):
        answer = client.request(method, f"/fhir/{path}", json=value_set("F1"))
        assert answer.status_code == 401 and answer.json()["resourceType"] == "OperationOutcome"


def test_put_creates_amends_and_delete_ends(client: TestClient) -> None:
    created = client.put("/fhir/ValueSet/mine", json=value_set("F1"), headers=TOKEN)
    assert created.status_code == 201 and created.headers["location"] == "ValueSet/mine/_history/1"
    assert members(client) == ["F1"]
    assert client.put("/fhir/ValueSet/mine", json=value_set("F1", "F1a"), headers=TOKEN).status_code == 200
    assert members(client) == ["F1", "F1a"]
    second = {**value_set("F2", version="2"), "id": "mine2"}
    assert client.post("/fhir/ValueSet", json=second, headers=TOKEN).status_code == 201
    assert members(client) == ["F2"] and members(client, valueSetVersion="1") == ["F1", "F1a"]
    assert client.delete("/fhir/ValueSet/mine2", headers=TOKEN).status_code == 204
    assert members(client) == ["F1", "F1a"] and client.get("/fhir/ValueSet/mine2").status_code == 404


def test_a_code_system_is_loaded_and_retracted(client: TestClient) -> None:
    assert client.put("/fhir/CodeSystem/veg", json=SYSTEM, headers=TOKEN).status_code == 201
    answer = client.get("/fhir/CodeSystem/$lookup?system=http://example.org/veg&code=v1")
    assert parameters(answer.json())["display"] == "Leek"
    assert client.delete("/fhir/CodeSystem/veg", headers=TOKEN).status_code == 204
    assert client.get("/fhir/CodeSystem/$lookup?system=http://example.org/veg&code=v1").status_code == 404


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Patient"},
        {**SYSTEM, "id": "other"},
        {**SYSTEM, "concept": [{"display": "x"}]},
        {**SYSTEM, "x": 1},
        [],
    ],
)
def test_bad_resources_are_refused_with_the_element(client: TestClient, resource: Any) -> None:
    answer = client.put("/fhir/CodeSystem/veg", json=resource, headers=TOKEN)
    assert answer.status_code == 400 and answer.json()["issue"][0]["expression"]
