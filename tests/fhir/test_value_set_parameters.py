"""Expansion parameters of a value set apply unless the request overrides them."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.fhir.server.app import fhir_app
from registry.terminology.catalog import MemoryCatalog

URL = "http://example.org/trees"
_PARAMETER = "http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter"


def system(version: str) -> dict[str, Any]:
    size = {"code": "size", "valueString": f"tall in {version}"}
    concept = {"code": "oak", "display": f"Oak {version}", "property": [size]}
    return {
        "resourceType": "CodeSystem",
        "url": URL,
        "version": version,
        "status": "active",
        "content": "complete",
        "property": [{"code": "size", "type": "string"}],
        "concept": [concept],
    }


def value_set(**parameters: str) -> dict[str, Any]:
    extensions = [
        {
            "url": _PARAMETER,
            "extension": [{"url": "name", "valueCode": name}, {"url": "value", "valueString": value}],
        }
        for name, value in parameters.items()
    ]
    return {
        "resourceType": "ValueSet",
        "url": "http://example.org/vs",
        "status": "active",
        "extension": extensions,
        "compose": {"property": ["size"], "include": [{"system": URL}]},
    }


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(fhir_app(MemoryCatalog()))


def asked(client: TestClient, operation: str, wish: dict[str, Any], **given: str) -> dict[str, Any]:
    parameter: list[dict[str, Any]] = [{"name": n, "valueString": v} for n, v in given.items()]
    parameter += [{"name": "tx-resource", "resource": system(v)} for v in ("1", "2")]
    parameter.append({"name": "valueSet", "resource": wish})
    body = {"resourceType": "Parameters", "parameter": parameter}
    answer = client.post(f"/r5/ValueSet/{operation}", json=body)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def shown(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer["expansion"]["contains"][0]
    return found


def test_a_value_set_chooses_the_version_where_the_caller_does_not(client: TestClient) -> None:
    wish = value_set(**{"system-version": f"{URL}|1"})
    assert shown(asked(client, "$expand", value_set()))["display"] == "Oak 2"
    answer = asked(client, "$expand", wish)
    assert shown(answer)["display"] == "Oak 1"
    assert {"name": "system-version", "valueUri": f"{URL}|1"} in answer["expansion"]["parameter"]
    pinned = asked(client, "$expand", wish, **{"system-version": f"{URL}|2"})
    assert shown(pinned)["display"] == "Oak 2"


def test_the_same_version_is_validated_against(client: TestClient) -> None:
    wish = value_set(**{"system-version": f"{URL}|1"})
    answer = asked(client, "$validate-code", wish, code="oak", system=URL)
    assert {"name": "version", "valueString": "1"} in answer["parameter"]


def test_a_value_set_names_the_properties_to_show(client: TestClient) -> None:
    assert shown(asked(client, "$expand", value_set()))["property"] == [
        {"code": "size", "valueString": "tall in 2"}
    ]
    assert "property" not in shown(asked(client, "$expand", value_set(), property="other"))
