"""A published CodeSystem comes back from GET as it was: extensions at every level, digits and order included."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from loaders.contract import LoadOptions
from loaders.run import load_paths
from registry import Registry
from registry.entities.exact_json import dumps, loads

Json = dict[str, Any]
SD = "http://hl7.org/fhir/StructureDefinition/"
STATUS = {"url": SD + "structuredefinition-standards-status", "valueCode": "deprecated"}
NESTED = {
    "url": SD + "codesystem-alternate",
    "extension": [{"url": "code", "valueCode": "A-1"}, {"url": "use", "valueCoding": {"code": "old"}}],
}
OWN = {"url": "http://example.org/own", "id": "x", "valueString": "kept"}
ADDITIONAL = (
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-CodeSystem.concept.designation.additionalUse"
)
SYSTEM: Json = {
    "resourceType": "CodeSystem",
    "id": "given",
    "extension": [OWN, STATUS],
    "url": "http://example.org/round",
    "version": "1",
    "name": "Round",
    "title": "Round trip",
    "status": "active",
    "experimental": False,
    "caseSensitive": True,
    "content": "complete",
    "property": [{"code": "state", "uri": "http://hl7.org/fhir/concept-properties#status", "type": "code"}],
    "concept": [
        {
            "code": "A",
            "extension": [
                OWN,
                NESTED,
                STATUS,
                {"url": SD + "codesystem-conceptOrder", "valueInteger": 3},
                {"url": SD + "codesystem-label", "valueString": "a)"},
                {"url": SD + "itemWeight", "valueDecimal": Decimal("1.50")},
                {"url": SD + "rendering-style", "valueString": "bold"},
            ],
            "display": "Alfa",
            "definition": "The first",
            "designation": [
                {
                    "language": "nb",
                    "value": "Alfa på norsk",
                    "use": {"code": "u"},
                    "additionalUse": [{"code": "also"}],
                    "extension": [STATUS, OWN],
                }
            ],
            "property": [{"code": "state", "valueCode": "active", "extension": [OWN]}],
        },
        {"code": "B", "display": "Beta"},
    ],
}


@pytest.mark.parametrize("release", ["r4", "r5"])
def test_a_code_system_comes_back_as_it_was(
    open_registry: Callable[..., Registry], tmp_path: Path, release: str
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "system.json").write_bytes(dumps(SYSTEM))
    registry = open_registry()
    load_paths(registry, [tmp_path / "in"], LoadOptions())
    with TestClient(
        create_app(Settings(host="127.0.0.1", token="t"), registry=registry),
        client=("127.0.0.1", 5000),
        base_url="http://localhost",
    ) as client:
        found = loads(client.get(f"/fhir/{release}/CodeSystem/given").content)
    assert found.pop("count") == 2
    assert str(found["concept"][0]["extension"][5]["valueDecimal"]) == "1.50"
    if release == "r4":  # R4 has one use: the others are in the extension that it has for R5's element
        designation = found["concept"][0]["designation"][0]
        other = designation["extension"].pop()
        assert other["url"] == ADDITIONAL
        designation["additionalUse"] = [other["valueCoding"]]
    assert {k: v for k, v in found.items() if k != "meta"} == SYSTEM
