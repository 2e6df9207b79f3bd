"""Search: what matches, what is refused, which elements are shown."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.fhir.resources import resource_search
from tests.fhir.conftest import URL

TOKEN = {"Authorization": "Bearer secret"}
STATUS = "http://hl7.org/fhir/publication-status"


def found(client: TestClient, path: str, **query: str) -> list[str]:
    answer = client.get(f"/fhir/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return [e["resource"]["id"] for e in answer.json().get("entry", [])]


def store(client: TestClient) -> None:
    for ident, day in (("a", "2020-05-05"), ("b", "2021")):
        include = {"system": URL, "concept": [{"code": "F1"}]}
        resource: dict[str, Any] = {
            "resourceType": "ValueSet", "id": ident, "url": f"http://example.org/{ident}", "status": "draft", "date": day,
            "effectivePeriod": {"start": day}, "compose": {"include": [include]}, "title": ident.upper(),
        }  # fmt: skip
        assert client.put(f"/fhir/r5/ValueSet/{ident}", json=resource, headers=TOKEN).status_code == 201


def test_tokens_respect_their_system(client: TestClient) -> None:
    store(client)
    both = ["fruit-2020", "fruit-2022"]
    assert found(client, "CodeSystem", status=f"{STATUS}|active") == both
    assert found(client, "CodeSystem", status="http://other|active") == []
    assert found(client, "CodeSystem", code=f"{URL}|F1a") == ["fruit-2022"]
    assert found(client, "CodeSystem", code="http://other|F1a") == []
    assert found(client, "ValueSet", code=f"{URL}|F1") == ["a", "b"]
    assert found(client, "ValueSet", code="http://other|F1") == []
    assert found(client, "CodeSystem", **{"content-mode": "complete"}) == both


def test_dates_and_order(client: TestClient) -> None:
    store(client)
    for wanted, idents in (
        ("2020", ["a"]), ("ge2020-05-05", ["a", "b"]), ("gt2020-05-05", ["b"]), ("lt2021", ["a"]), ("2022-02", []),
        ("ne2020-05-05", ["b"]), ("sa2020-12-31", ["b"]), ("eb2021", ["a"]), ("2020,2021", ["a", "b"]),
    ):  # fmt: skip
        assert found(client, "ValueSet", date=wanted) == idents, wanted
    assert found(client, "ValueSet", effective="2020-06-01") == ["a"]
    assert found(client, "ValueSet", _sort="-title") == ["b", "a"]
    assert found(client, "ValueSet", _sort="status,-date") == ["b", "a"]


BAD = [
    ("status:not", "active"), ("url:below", "http://x"), ("nonsense", "1"), ("date", "yesterday"), ("date", "2020-13"),
    ("date", "xx2020"), ("effective", "soon"), ("_count", "²"), ("_count", "9" * 5000), ("_count", "-1"),
    ("_offset", "٣"), ("_sort", "size"), ("_summary", "some"), ("_total", "about"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), BAD)
@pytest.mark.parametrize("more", [{}, {"url": "http://nowhere"}])
def test_what_is_not_understood_is_refused(
    client: TestClient, name: str, value: str, more: dict[str, str]
) -> None:
    answer = client.get("/fhir/ValueSet", params={**more, name: value})
    assert answer.status_code == 400 and answer.json()["issue"][0]["expression"] == [name]


def test_numbers_of_expansions_and_headers_are_bounded(client: TestClient) -> None:
    for name in ("count", "offset"):
        for value in ("²", "9" * 5000):
            answer = client.get("/fhir/ValueSet/$expand", params={"url": URL + "?fhir_vs", name: value})
            assert answer.status_code == 400 and answer.json()["issue"][0]["expression"] == [name]
    for threshold in ("²".encode("latin-1"), b"9" * 5000):
        headers = {b"X-Too-Costly-Threshold": threshold}
        answer = client.get("/fhir/ValueSet/$expand", params={"url": URL + "?fhir_vs"}, headers=headers)
        assert answer.status_code == 200


def test_how_much_of_a_resource_is_shown(client: TestClient) -> None:
    path = "/fhir/CodeSystem/fruit-2022"
    assert "concept" in client.get(path + "?_summary=data").json()
    assert "concept" in client.get(path + "?_summary=false").json()
    for brief in ("true", "text"):
        assert "concept" not in client.get(f"{path}?_summary={brief}").json()
    for wrong in ("count", "some"):
        assert client.get(f"{path}?_summary={wrong}").status_code == 400
    counted = client.get("/fhir/CodeSystem?_summary=count").json()
    assert counted["total"] == 2 and "entry" not in counted


def test_change_maps_are_found_by_their_url(client: TestClient) -> None:
    for release, word in (("", "equivalence"), ("r5/", "relationship")):
        url = f"{URL}?fhir_cm=changes/2020/2022"
        answer = client.get(f"/fhir/{release}ConceptMap", params={"url": url}).json()
        assert answer["total"] == 1
        resource = answer["entry"][0]["resource"]
        targets = [t for e in resource["group"][0]["element"] for t in e.get("target", [])]
        assert resource["url"] == url and all(word in t for t in targets)


def test_a_page_has_a_bounded_number_of_concepts(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends before the resource that would exceed it, and the next link goes on there; the tests' systems have 3 and 4."""
    for most, pages in ((7, [2]), (6, [1, 1]), (4, [1, 1])):
        monkeypatch.setattr(resource_search, "_MOST_CONCEPTS", most)
        for query in ("_elements=concept", "_summary=false&_count=50", "_summary=data"):
            assert _pages(client, f"/fhir/CodeSystem?{query}") == pages, (most, query)
        assert _pages(client, "/fhir/CodeSystem?_elements=title") == [2]
        assert _pages(client, "/fhir/CodeSystem") == [2]


def _pages(client: TestClient, path: str) -> list[int]:
    """The number of resources on each page, following the next links."""
    sizes = []
    while path:
        bundle = client.get(path).json()
        sizes.append(len(bundle["entry"]))
        path = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), "")
    return sizes


def test_a_resource_with_too_many_concepts_for_a_page_is_shown_without(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource_search, "_MOST_CONCEPTS", 3)
    first, second = client.get("/fhir/CodeSystem?_summary=false").json()["entry"]
    assert len(first["resource"]["concept"]) == 3 and "concept" not in second["resource"]
    assert second["resource"]["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert len(client.get("/fhir/CodeSystem/fruit-2022").json()["concept"]) == 4


def test_value_sets_count_by_their_codes(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    store(client)
    monkeypatch.setattr(resource_search, "_MOST_CONCEPTS", 0)
    assert _pages(client, "/fhir/ValueSet") == [1, 1]
