"""Routes, JSON in R4 and R5, and answers to invalid requests."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from starlette.testclient import TestClient

from loaders.formats.fhir.fhir_xml import xml_to_json
from tests.fhir.conftest import URL


def valid(release: str, resource: dict[str, Any]) -> None:
    """The resource fits the published definitions (fhir.resources)."""
    kind = resource["resourceType"]
    package = "fhir.resources." + ("R4B." if release == "R4" else "")
    getattr(importlib.import_module(package + kind.lower()), kind).model_validate(resource)


BASES = [("R4", "/fhir"), ("R4", "/fhir/r4"), ("R5", "/fhir/r5")]


@pytest.mark.parametrize(("release", "base"), BASES)
def test_every_answer_is_valid_fhir(client: TestClient, release: str, base: str) -> None:
    paths = [
        "metadata", "metadata?mode=terminology", "$versions", "CodeSystem", "CodeSystem/fruit-2022", "ValueSet",
        f"CodeSystem/$lookup?system={URL}&code=F1&date=2022-03-01", f"CodeSystem/$lookup?system={URL}&code=Z",
        f"CodeSystem/$validate-code?url={URL}&code=F2", f"CodeSystem/$subsumes?system={URL}&codeA=F&codeB=F1a",
        f"ValueSet/$expand?url={URL}?fhir_vs&includeDesignations=true&property=colour",
        f"ValueSet/$validate-code?url={URL}?fhir_vs&system={URL}&code=F9", "ConceptMap/$translate?code=a&system=b",
        "Patient", "CodeSystem/none", "OperationDefinition/CodeSystem-subsumes",
        "OperationDefinition/ConceptMap-translate",
    ]  # fmt: skip
    for path in paths:
        answer = client.get(f"{base}/{path}")
        assert answer.headers["content-type"].startswith("application/fhir+json"), path
        valid(release, answer.json())
        xml = client.get(f"{base}/{path}", headers={"Accept": "application/fhir+xml"}).content
        assert xml_to_json(xml, release=release)["resourceType"] == answer.json()["resourceType"], path


def test_r4_carries_properties_of_expansions_in_extensions(client: TestClient) -> None:
    query = {"url": URL + "?fhir_vs", "property": "colour", "excludeNested": "true"}
    r4 = client.get("/fhir/ValueSet/$expand", params=query).json()["expansion"]
    r5 = client.get("/fhir/r5/ValueSet/$expand", params=query).json()["expansion"]
    assert "property" not in r4 and r5["property"] == [{"code": "colour"}]
    assert r5["contains"][0]["property"] == [{"code": "colour", "valueCode": "red"}]
    assert r4["contains"][0]["extension"][0]["extension"][0] == {"url": "code", "valueCode": "colour"}


def test_get_and_post_type_and_instance_agree(client: TestClient) -> None:
    query = {"code": "F1a", "url": URL}
    posted = {
        "resourceType": "Parameters",
        "parameter": [{"name": k, "valueString": v} for k, v in query.items()],
    }
    by_get = client.get("/fhir/CodeSystem/$validate-code", params=query).json()
    assert client.post("/fhir/CodeSystem/$validate-code", json=posted).json() == by_get
    assert client.post("/fhir/CodeSystem/$validate-code", data=query).json() == by_get
    assert client.get("/fhir/CodeSystem/fruit-2022/$validate-code?code=F1a").json() == by_get


def test_batches_answer_each_entry_by_itself(client: TestClient) -> None:
    urls = [f"CodeSystem/$lookup?system={URL}&code=F1", "CodeSystem/none", f"CodeSystem?url={URL}"]
    entries = [{"request": {"method": "GET", "url": u}} for u in urls]
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [*entries, {"request": {}}]}
    answer = client.post("/fhir/r5", json=bundle).json()
    valid("R5", answer)
    assert [e["response"]["status"] for e in answer["entry"]] == ["200", "404", "200", "400"]


def test_search_pages_and_summaries(client: TestClient) -> None:
    found = client.get("/fhir/CodeSystem", params={"url": URL, "_count": 1}).json()
    assert found["total"] == 2 and len(found["entry"]) == 1
    following = next(link["url"] for link in found["link"] if link["relation"] == "next")
    assert client.get(following).json()["entry"][0]["resource"]["version"] == "2022"
    assert client.get("/fhir/CodeSystem?code=F1a").json()["total"] == 1
    assert client.get("/fhir/CodeSystem?title:contains=ruI&_summary=count").json()["total"] == 2
    assert client.get("/fhir/CodeSystem?effective=2020-05-01").json()["total"] == 1
    assert client.get("/fhir/CodeSystem?nonsense=1").status_code == 400
    assert set(client.get("/fhir/CodeSystem?_elements=title").json()["entry"][0]["resource"]) == {
        "resourceType", "id", "meta", "url", "version", "status", "content", "title",
    }  # fmt: skip


def test_etag_gzip_and_request_id(client: TestClient) -> None:
    first = client.get("/fhir/CodeSystem/fruit-2022", headers={"X-Request-Id": "abc"})
    assert first.headers["x-request-id"] == "abc"
    again = client.get("/fhir/CodeSystem/fruit-2022", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304 and not again.content
    assert (
        client.get("/fhir/metadata", headers={"Accept-Encoding": "gzip"}).headers["content-encoding"]
        == "gzip"
    )


BAD: list[tuple[str, str, Any, int]] = [
    ("GET", "CodeSystem/$lookup?system=x", None, 400),
    ("GET", "CodeSystem/$validate-code?url=x", None, 400),
    ("GET", f"ValueSet/$expand?url={URL}?fhir_vs&count=-1", None, 400),
    ("GET", f"ValueSet/$expand?url={URL}?fhir_vs&activeOnly=maybe", None, 400),
    ("GET", f"ValueSet/$expand?url={URL}?fhir_vs&date=2022-13-01", None, 400),
    ("GET", "ValueSet/$expand", None, 400),
    ("GET", "ValueSet/$expand?url=http://nowhere", None, 404),
    ("GET", "ValueSet/$nonsense", None, 404),
    ("POST", "ValueSet/$expand", {"resourceType": "Patient"}, 400),
    ("POST", "ValueSet/$expand", [], 400),
    ("POST", "ValueSet/$expand", {"resourceType": "Parameters", "parameter": {}}, 400),
    ("POST", "ValueSet/$expand", {"resourceType": "Parameters", "parameter": [{"name": "valueSet"}]}, 400),
    ("PUT", "ValueSet/x", {"resourceType": "ValueSet"}, 401),
    ("DELETE", "ValueSet/x", None, 401),
    ("POST", "", {"resourceType": "Bundle", "type": "transaction"}, 400),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), BAD)
def test_bad_requests_get_an_outcome(
    client: TestClient, method: str, path: str, body: Any, status: int
) -> None:
    answer = client.request(method, f"/fhir/r5/{path}", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"
    valid("R5", answer.json())


def test_bodies_that_are_no_json_or_too_deep(client: TestClient) -> None:
    for body in (
        b"{",
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"resourceType":"Parameters","parameter":' + b"[" * 2000,
    ):
        answer = client.post(
            "/fhir/ValueSet/$expand", content=body, headers={"Content-Type": "application/fhir+json"}
        )
        assert answer.status_code == 400 and answer.json()["resourceType"] == "OperationOutcome"


def expanded(client: TestClient, *conditions: dict[str, str]) -> Any:
    compose = {"include": [{"system": URL, "filter": list(conditions)}]}
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": compose}
    body = {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": value_set}]}
    return client.post("/fhir/r5/ValueSet/$expand", json=body)


def test_a_catastrophic_pattern_is_answered(client: TestClient) -> None:
    answer = expanded(client, {"property": "display", "op": "regex", "value": "(a+)+(a*)*$" * 20})
    assert answer.status_code in (200, 422)
    assert expanded(client, {"property": "code", "op": "regex", "value": "("}).status_code == 422
    assert expanded(client, {"property": "code", "op": "nonsense", "value": "x"}).status_code == 422
    assert expanded(client, {"property": "unheard", "op": "=", "value": "x"}).status_code == 422


def test_filters_over_stored_content(client: TestClient) -> None:
    def codes(*conditions: dict[str, str]) -> set[str]:
        found: set[str] = set()
        todo = list(expanded(client, *conditions).json()["expansion"].get("contains", []))
        while todo:
            entry = todo.pop()
            found.add(entry["code"])
            todo += entry.get("contains", [])
        return found

    assert codes({"property": "concept", "op": "is-a", "value": "F1"}) == {"F1", "F1a"}
    assert codes({"property": "concept", "op": "descendent-leaf", "value": "F"}) == {"F1a", "F2"}
    assert codes({"property": "colour", "op": "=", "value": "yellow"}) == {"F2"}
    assert codes({"property": "inactive", "op": "=", "value": "false"}) == {"F", "F1", "F1a"}
    assert codes({"property": "notSelectable", "op": "=", "value": "true"}) == set()  # no source states it
    assert codes({"property": "code", "op": "regex", "value": "F[0-9]"}) == {"F1", "F2"}


def test_xml_in_and_out(client: TestClient) -> None:
    query = f"ValueSet/$expand?url={URL}?fhir_vs&excludeNested=true"
    for release, base in (("R4", "/fhir"), ("R5", "/fhir/r5")):
        by_json = client.get(f"{base}/{query}").json()["expansion"]
        answer = client.get(f"{base}/{query}", headers={"Accept": "application/fhir+xml"})
        assert answer.headers["content-type"].startswith("application/fhir+xml")
        by_xml = xml_to_json(answer.content, release=release)["expansion"]
        assert by_xml["contains"] == by_json["contains"] and by_xml["total"] == by_json["total"]
        wrong = client.get(f"{base}/Patient?_format=xml").content
        assert xml_to_json(wrong, release=release)["resourceType"] == "OperationOutcome"
    body = (
        '<Parameters xmlns="http://hl7.org/fhir"><parameter><name value="coding"/><valueCoding>'
        f'<system value="{URL}"/><code value="F1"/></valueCoding></parameter></Parameters>'
    )
    sent = {"Content-Type": "application/fhir+xml"}
    answer = client.post("/fhir/CodeSystem/$validate-code", content=body, headers=sent)
    assert {"name": "result", "valueBoolean": True} in answer.json()["parameter"]
    assert client.post("/fhir/CodeSystem/$validate-code", content="<a", headers=sent).status_code == 400


def test_resources_sent_once_are_remembered_by_id(client: TestClient) -> None:
    def sent(*more: Any) -> dict[str, Any]:
        return {"resourceType": "Parameters", "parameter": list(more)}

    include = [{"system": URL, "concept": [{"code": "F1"}]}]
    mine = {
        "resourceType": "ValueSet",
        "url": "http://mine",
        "status": "active",
        "compose": {"include": include},
    }
    resource = {"name": "tx-resource", "resource": mine}
    started = client.post("/fhir/r5/$cache-control?mode=start-cache", json=sent(resource)).json()
    header = {"X-Cache-Id": started["parameter"][0]["valueId"]}
    path = "/fhir/r5/ValueSet/$expand?url=http://mine"
    assert client.get(path).status_code == 404
    assert client.get(path, headers=header).json()["expansion"]["total"] == 1
    ended = client.post("/fhir/r5/$cache-control?mode=end-cache", json=sent(), headers=header)
    assert ended.status_code == 200 and client.get(path, headers=header).status_code == 404
    named = {"name": "cache-id", "valueId": "abc"}
    body = sent({"name": "url", "valueUri": "http://mine"}, resource, named)
    assert client.post("/fhir/r5/ValueSet/$expand", json=body).status_code == 200
    again = sent({"name": "url", "valueUri": "http://mine"}, named)
    assert client.post("/fhir/r5/ValueSet/$expand", json=again).json()["expansion"]["total"] == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "metadata", 405),
        ("PATCH", "CodeSystem/x", 405),
        ("PUT", "$versions", 405),
        ("OPTIONS", "CodeSystem", 405),
    ],
)
def test_methods_that_are_not_there_name_those_that_are(
    client: TestClient, method: str, path: str, status: int
) -> None:
    answer = client.request(method, f"/fhir/r5/{path}")
    assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")
    assert "GET" in answer.headers["allow"]


def test_a_body_of_another_type_is_refused(client: TestClient) -> None:
    answer = client.post(
        "/fhir/r5/ValueSet/$expand", content=b"\x89PNG", headers={"content-type": "image/png"}
    )
    assert (answer.status_code, answer.json()["resourceType"]) == (415, "OperationOutcome")
