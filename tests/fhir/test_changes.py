"""Resources written over FHIR: with the token only, amended by url and version, ended by DELETE."""

from __future__ import annotations

from typing import Any

import orjson
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
    assert created.status_code == 201 and created.headers["location"].endswith(
        "/fhir/ValueSet/mine/_history/1"
    )
    assert members(client) == ["F1"]
    assert client.put("/fhir/ValueSet/mine", json=value_set("F1", "F1a"), headers=TOKEN).status_code == 200
    assert members(client) == ["F1", "F1a"]
    second = {**value_set("F2", version="2"), "id": "mine2"}
    assert client.put("/fhir/ValueSet/mine2", json=second, headers=TOKEN).status_code == 201
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


def put(client: TestClient, resource: dict[str, Any], **headers: str) -> Any:
    path = f"/fhir/{resource['resourceType']}/{resource['id']}"
    return client.put(path, json=resource, headers={**TOKEN, **headers})


def test_what_is_put_takes_the_place_of_what_the_id_held(client: TestClient) -> None:
    put(client, value_set("F1"))
    for changed in (value_set("F2", version="2"), {**value_set("F2"), "url": "http://example.org/other"}):
        assert put(client, changed).status_code == 200
        read = client.get("/fhir/ValueSet/mine").json()
        assert (read["url"], read["version"]) == (changed["url"], changed["version"])
        assert client.get("/fhir/ValueSet").json()["total"] == 1
    assert client.delete("/fhir/ValueSet/mine", headers=TOKEN).status_code == 204
    assert client.get("/fhir/ValueSet/mine").status_code == 404
    put(client, SYSTEM)
    assert put(client, {**SYSTEM, "version": "2"}).status_code == 200
    assert client.get("/fhir/CodeSystem/veg").json()["version"] == "2"
    client.delete("/fhir/CodeSystem/veg", headers=TOKEN)
    assert client.get("/fhir/CodeSystem/veg").status_code == 404


def test_every_post_makes_a_resource_of_its_own(client: TestClient) -> None:
    nameless = {k: v for k, v in value_set("F1").items() if k not in ("url", "id")}
    for resource in (value_set("F1"), nameless):
        answers = [client.post("/fhir/ValueSet", json=resource, headers=TOKEN) for _ in range(2)]
        assert [a.status_code for a in answers] == [201, 201]
        idents = {a.json()["id"] for a in answers}
        assert len(idents) == 2 and "mine" not in idents
        for answer in answers:
            read = client.get(answer.headers["location"].partition("/_history")[0])
            assert read.status_code == 200 and read.json()["compose"] == resource["compose"]


def test_states_are_counted_and_can_be_read(client: TestClient) -> None:
    for number, codes in enumerate((["F1"], ["F2"], ["F1", "F2"]), 1):
        answer = put(client, {**value_set(*codes), "meta": {"profile": ["http://p"]}})
        assert answer.headers["location"] == f"http://localhost/fhir/ValueSet/mine/_history/{number}"
        read = client.get("/fhir/ValueSet/mine")
        assert read.json()["meta"]["versionId"] == str(number) and read.json()["meta"]["lastUpdated"]
        assert read.json()["meta"]["profile"] == ["http://p"]
        assert read.headers["etag"] == f'W/"{number}"' and answer.json() == read.json()
    first = client.get("/fhir/r5/ValueSet/mine/_history/1").json()
    assert first["compose"]["include"][0]["concept"] == [{"code": "F1"}]
    assert client.get("/fhir/ValueSet/mine/_history/4").status_code == 404
    assert put(client, value_set("F1"), **{"If-Match": 'W/"2"'}).status_code == 412
    assert put(client, value_set("F1"), **{"If-Match": 'W/"3"'}).status_code == 200
    wrong = {**TOKEN, "If-Match": 'W/"1"'}
    assert client.delete("/fhir/ValueSet/mine", headers=wrong).status_code == 412
    assert put(client, {**value_set("F1"), "id": "new"}, **{"If-Match": 'W/"1"'}).status_code == 412
    state = put(client, SYSTEM).json()["meta"]["versionId"]
    assert client.get(f"/fhir/CodeSystem/veg/_history/{state}").status_code == 200
    assert put(client, SYSTEM, **{"If-Match": f'W/"{state}"'}).status_code == 200


def test_long_urls_get_ids_of_their_own(client: TestClient) -> None:
    from api.fhir.resources.resource_index import make_id

    urls = [f"http://example.org/{'a' * 80}/{n}" for n in range(3)]
    idents = {make_id(url) for url in urls}
    assert len(idents) == 3 and max(map(len, idents)) <= 64


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("mine", {"status": "aktiv"}),
        ("x" * 65, {"id": "x" * 65}),
        ("a_b", {"id": "a_b"}),
    ],
)
def test_codes_of_fixed_lists_and_ids_are_checked(client: TestClient, path: str, change: Any) -> None:
    answer = client.put(f"/fhir/ValueSet/{path}", json=value_set("F1") | change, headers=TOKEN)
    assert answer.status_code == 400 and answer.json()["issue"][0]["expression"]


def test_what_is_read_is_what_was_put(client: TestClient) -> None:
    contains = [{"system": URL, "code": "F1"}]
    more = {
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'},
        "expansion": {"timestamp": "2020-01-01", "contains": contains},
    }
    put(client, value_set("F1") | more)
    read = client.get("/fhir/ValueSet/mine").json()
    assert {name: read[name] for name in more} == more


def test_put_and_delete_of_a_code_system_are_one_publication_each(client: TestClient) -> None:
    """The version that the id had before ends in the publication of the new one; earlier corrections do not return."""
    registry = client.app.state.registry  # type: ignore[attr-defined]
    put(client, SYSTEM)
    put(client, {**SYSTEM, "concept": [{"code": "v1", "display": "Leek, corrected"}]})
    before = registry.database.epoch()
    assert put(client, {**SYSTEM, "version": "2"}).status_code == 200
    assert registry.database.epoch() == before + 1
    assert [v.version for v in registry.versions("http://example.org/veg")] == ["2"]
    put(client, {**SYSTEM, "version": "3"})
    assert put(client, {**SYSTEM, "version": "2"}).status_code == 200
    assert client.delete("/fhir/CodeSystem/veg", headers=TOKEN).status_code == 204
    assert registry.versions("http://example.org/veg") == []
    assert client.get("/fhir/CodeSystem/veg").status_code == 404
    assert registry.verify().problems == []


def test_every_live_resource_of_an_id_ends(client: TestClient) -> None:
    """A resource that was loaded without an id is listed under one made from its URL."""
    registry = client.app.state.registry  # type: ignore[attr-defined]
    nameless = {k: v for k, v in value_set("F1").items() if k != "id"}
    registry.put_artifact(kind="ValueSet", url=nameless["url"], version="1", body=orjson.dumps(nameless))
    (entry,) = client.get("/fhir/ValueSet").json()["entry"]
    ident = entry["resource"]["id"]
    assert put(client, {**value_set("F2", version="2"), "id": ident}).status_code == 200
    assert client.get("/fhir/ValueSet").json()["total"] == 1
    assert client.delete(f"/fhir/ValueSet/{ident}", headers=TOKEN).status_code == 204
    assert client.get("/fhir/ValueSet").json()["total"] == 0
