"""A CodeSystem sent as a nested tree is read as a flat list with ``parent`` properties that means the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

Json = dict[str, Any]
TOKEN = {"Authorization": "Bearer secret"}
TREES = {
    "no hierarchy": {"a": {}, "b": {}},
    "one branch": {"a": {"b": {"c": {}}}},
    "two trees": {"z": {"y": {}, "x": {"w": {}}}, "b": {"a": {}}},
}


def _nested(tree: Json) -> list[Json]:
    return [
        {"code": c, "display": f"Text {c}", **({"concept": _nested(below)} if below else {})}
        for c, below in tree.items()
    ]


def _edges(tree: Json, parent: str = "") -> Iterator[tuple[str, str]]:
    """(code, parent) in the order of the tree; an empty parent for a root."""
    for code, below in tree.items():
        yield code, parent
        yield from _edges(below, code)


def _system(concepts: list[Json], **more: Any) -> Json:
    return {
        "resourceType": "CodeSystem", "id": "tree", "url": "http://example.org/tree", "version": "1", "status": "active",
        "content": "complete", "caseSensitive": True, "concept": concepts, **more,
    }  # fmt: skip


def _put(client: TestClient, resource: Json) -> int:
    return client.put("/fhir/r5/CodeSystem/tree", json=resource, headers=TOKEN).status_code


def _read(client: TestClient, release: str) -> Json:
    found: Json = client.get(f"/fhir/{release}/CodeSystem/tree").json()
    return found


def _stated(system: Json) -> list[tuple[str, str]]:
    """(code, parent) as the flat list states them."""
    return [
        (c["code"], next((p["valueCode"] for p in c.get("property", ()) if p["code"] == "parent"), ""))
        for c in system["concept"]
    ]


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_the_flat_answer_has_the_order_and_the_parents_of_the_tree(client: TestClient, tree: Json) -> None:
    assert _put(client, _system(_nested(tree), hierarchyMeaning="is-a")) == 201
    for release in ("r4", "r5"):
        answer = _read(client, release)
        assert _stated(answer) == list(_edges(tree))
        assert not any("concept" in c for c in answer["concept"])
        assert answer["count"] == len(answer["concept"])
    if any(parent for _, parent in _edges(tree)):
        assert answer["hierarchyMeaning"] == "is-a"
        assert {
            "code": "parent",
            "uri": "http://hl7.org/fhir/concept-properties#parent",
            "type": "code",
        } in answer["property"]


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_the_flat_answer_sent_back_changes_nothing(client: TestClient, tree: Json) -> None:
    assert _put(client, _system(_nested(tree))) == 201
    answer = _read(client, "r5")
    assert _put(client, {k: v for k, v in answer.items() if k != "meta"}) == 200
    again = _read(client, "r5")
    assert again["concept"] == answer["concept"]
    assert {k: v for k, v in again.items() if k != "meta"} == {k: v for k, v in answer.items() if k != "meta"}
    for code, parent in _edges(tree):
        query = {"system": "http://example.org/tree", "codeA": parent, "codeB": code}
        if parent:
            found = client.get("/fhir/r5/CodeSystem/$subsumes", params=query).json()
            assert {"name": "outcome", "valueCode": "subsumes"} in found["parameter"]


def test_a_concept_below_two_parents_is_listed_once(client: TestClient) -> None:
    """What a tree cannot state, and the reason why the answer is flat."""
    both = [{"code": "parent", "valueCode": p} for p in ("a", "b")]
    concepts = [{"code": "a"}, {"code": "b"}, {"code": "c", "property": both}]
    parent = {"code": "parent", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"}
    assert _put(client, _system(concepts, hierarchyMeaning="is-a", property=[parent])) == 201
    found = {c["code"]: c.get("property") for c in _read(client, "r5")["concept"]}
    assert found == {"a": None, "b": None, "c": both}
