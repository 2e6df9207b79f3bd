"""``$translate`` by date: targets that are not valid, versions and displays, maps as known before, resources as given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.fhir.resources.stored_catalog import read_stored
from api.settings import Settings
from registry import Registry
from registry.entities.records import SystemRecord
from registry.terminology.registry_catalog import RegistryCatalog
from tests.registry.making import load

URL, SOURCE, MAP = "http://example.org/demo", "http://example.org/source", "http://example.org/map"
DEMO = SystemRecord(
    slug="demo-icd",
    url=URL,
    rules="icd-10-no",
    access="open",
    redistribution="yes",
    end_rule="calendar-year",
    language="nb",
)
Json = dict[str, Any]


def a_map(*pairs: tuple[str, str], **more: Any) -> Json:
    elements = [
        {"code": a, "target": [{"code": b, "relationship": "source-is-narrower-than-target", "comment": "c"}]}
        for a, b in pairs
    ]
    group = {"source": SOURCE, "target": URL, "element": elements}
    return {"resourceType": "ConceptMap", "id": "m", "url": MAP, "status": "active", "group": [group], **more}


@pytest.fixture
def registry(open_registry: Callable[..., Registry]) -> Registry:
    registry = open_registry()
    load(registry, "2024", {"A00": "Kolera", "A00.1": "Kolera, klassisk", "B00": "Herpes"}, system=DEMO)
    load(registry, "2025", {"A00": "Kolera", "B00": "Herpes simplex"}, system=DEMO)
    return registry


@pytest.fixture
def client(registry: Registry) -> TestClient:
    client = TestClient(create_app(Settings(token="t"), registry=registry))
    client.__enter__()
    return client


def put(client: TestClient, resource: Json) -> None:
    answer = client.put(
        f"/fhir/r5/ConceptMap/{resource['id']}", json=resource, headers={"Authorization": "Bearer t"}
    )
    assert answer.status_code in (200, 201), answer.text


def ask(client: TestClient, code: str, release: str = "r5/", **more: str) -> Json:
    answer = client.get(
        f"/fhir/{release}ConceptMap/$translate",
        params={"url": MAP, "system": SOURCE, "sourceCode": code} | more,
    )
    assert answer.status_code == 200, answer.text
    items = answer.json()["parameter"]
    found: Json = {
        p["name"]: p.get("valueBoolean", p.get("valueString")) for p in items if p["name"] != "match"
    }
    found["matches"] = [p for p in items if p["name"] == "match"]
    for match in found["matches"]:
        match |= {p["name"]: next(v for k, v in p.items() if k.startswith("value")) for p in match["part"]}
    return found


def test_a_valid_target_carries_version_and_display(client: TestClient) -> None:
    put(client, a_map(("a", "b00")))
    for day, version, display in (("2024-06-01", "2024", "Herpes"), ("2025-06-01", "2025", "Herpes simplex")):
        found = ask(client, "a", date=day)
        assert found["result"] is True and "message" not in found
        (match,) = found["matches"]
        assert "extension" not in match
        assert match["concept"] == {"system": URL, "version": version, "code": "B00", "display": display}


@pytest.mark.parametrize("release", ["", "r5/"])
def test_an_invalid_target_is_marked_with_its_successor(client: TestClient, release: str) -> None:
    put(client, a_map(("a", "A001"), ("b", "Q99")))
    assert ask(client, "a", release, date="2024-06-01")["result"] is True
    found = ask(client, "a", release, date="2025-06-01")
    (match,) = found["matches"]
    assert found["result"] is False and match["concept"]["code"] == "A00.1"
    assert match["extension"] == [
        {"url": "urn:gyldig:extension:not-valid", "valueCode": "expired"},
        {"url": "urn:gyldig:extension:successor", "valueCoding": {"system": URL, "code": "A00"}},
    ]
    assert "A00.1" in found["message"] and "2025-06-01" in found["message"] and "A00" in found["message"]
    unknown = ask(client, "b", release, date="2025-06-01")
    assert unknown["result"] is False and "unknown code" in unknown["message"]


def test_reverse_swaps_the_relationship(client: TestClient) -> None:
    put(client, a_map(("a", "B00")))
    params = {"url": MAP, "targetCode": "b00", "targetSystem": URL, "date": "2024-06-01"}
    parts = client.get("/fhir/r5/ConceptMap/$translate", params=params).json()["parameter"][1]["part"]
    words = {p["name"]: next(v for k, v in p.items() if k != "name") for p in parts}
    assert words["relationship"] == "source-is-broader-than-target"
    four = {"url": MAP, "code": "B00", "system": URL, "reverse": "true", "date": "2024-06-01"}
    parts = client.get("/fhir/ConceptMap/$translate", params=four).json()["parameter"][1]["part"]
    words = {p["name"]: next(v for k, v in p.items() if k != "name") for p in parts}
    assert words["equivalence"] == "narrower" and words["concept"]["code"] == "a"


def test_resources_are_returned_as_given_and_rows_are_in_the_store(
    client: TestClient, registry: Registry
) -> None:
    first, second = a_map(("a", "B00"), version="1"), a_map(("a", "A00"), version="1")
    put(client, first)
    assert client.get("/fhir/r5/ConceptMap/m").json()["group"] == first["group"]
    (stored,) = RegistryCatalog(registry.reader, read_stored).concept_maps()
    assert [(r.sources, r.target) for group in stored.groups for r in group.rows()] == [(("a",), "B00")]
    before = registry.changes_since(0).entries[-1].recorded
    put(client, second)
    put(client, second)
    assert client.get("/fhir/r5/ConceptMap/m").json()["group"] == second["group"]
    assert len(registry.reader.connection.all("SELECT 1 FROM map_page WHERE side = 'row'")) == 2
    assert [m["concept"]["code"] for m in ask(client, "a", date="2024-06-01")["matches"]] == ["A00"]
    known = {"date": "2024-06-01", "known-at": str(before)}
    assert [m["concept"]["code"] for m in ask(client, "a", **known)["matches"]] == ["B00"]
    assert client.get("/fhir/r5/ConceptMap/m/_history/1").json()["group"] == first["group"]


@pytest.mark.parametrize("release", ["r4/", "r5/"])
@pytest.mark.parametrize(
    ("target", "day", "reason", "told"),
    [
        (URL, "2001-01-01", "before_first", True),
        (URL, "2030-01-01", "after_last", True),
        ("http://example.org/nowhere", "2025-06-01", "unknown_url", False),
    ],
)
def test_a_target_that_cannot_be_checked_says_why(
    client: TestClient, target: str, day: str, reason: str, told: bool, release: str
) -> None:
    resource = a_map(("a", "B00"))
    resource["group"][0]["target"] = target
    put(client, resource)
    found = ask(client, "a", release, date=day)
    (match,) = found["matches"]
    marks = {e["url"].rpartition(":")[2]: e["valueCode"] for e in match["extension"]}
    assert marks == {"not-checked": reason}
    assert (match["concept"]["code"], found["result"]) == ("B00", True)
    assert ("B00" in (found.get("message") or "")) is told
