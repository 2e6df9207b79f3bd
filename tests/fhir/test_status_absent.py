"""A resource without a status has the status ``unknown`` (PublicationStatus: the status is not known)."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.fhir.server.app import fhir_app
from loaders.formats.fhir.codesystem import read_code_system
from loaders.formats.fhir.conceptmap import read_concept_map
from loaders.formats.fhir.valueset import read_value_set
from registry.content.memory import MemoryView
from registry.terminology.catalog import MemoryCatalog

SYSTEM = {"url": "http://s", "version": "1", "content": "complete", "concept": [{"code": "a"}]}
VALUE_SET = {"url": "http://v", "version": "1", "compose": {"include": [{"system": "http://s"}]}}
MAP = {"url": "http://m", "version": "1", "group": []}


@pytest.fixture
def client() -> TestClient:
    catalog = MemoryCatalog()
    read = read_code_system({"resourceType": "CodeSystem", **SYSTEM})
    catalog.add_code_system(MemoryView(read.info, read.records))
    catalog.add_value_set(read_value_set({"resourceType": "ValueSet", **VALUE_SET}))
    catalog.add_concept_map(read_concept_map({"resourceType": "ConceptMap", **MAP}))
    return TestClient(fhir_app(catalog))


@pytest.mark.parametrize("release", ["r4", "r5"])
@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("CodeSystem?url=http://s", "entry"),
        ("ValueSet?url=http://v", "entry"),
        ("ConceptMap?url=http://m", "entry"),
        ("ValueSet/$expand?url=http://v", ""),
    ],
)
def test_a_status_that_is_absent_is_unknown(
    client: TestClient, release: str, path: str, resource: str
) -> None:
    answer: dict[str, Any] = client.get(f"/{release}/{path}").json()
    found = answer["entry"][0]["resource"] if resource else answer
    assert found["status"] == "unknown"
