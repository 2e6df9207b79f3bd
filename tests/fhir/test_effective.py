"""Searches by time, reading as of a day and as known at an instant, and what a client sends once."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.fhir.operations.client_cache import ClientCache
from registry.terminology.valueset import ValueSet
from tests.fhir.conftest import URL, parameters


def versions(client: TestClient, query: str, base: str = "/fhir") -> list[str]:
    answer = client.get(f"{base}/CodeSystem?url={URL}&{query}")
    assert answer.status_code == 200, answer.text
    return [e["resource"]["version"] for e in answer.json().get("entry", [])]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("2020-06-01", ["2020"]),
        ("eq2020-12-31", ["2020"]),
        ("2021", []),
        ("2022", ["2022"]),
        ("2020-12", ["2020"]),
        ("gt2020-12-31", ["2022"]),
        ("ge2020-12-31", ["2020", "2022"]),
        ("lt2022-01-01", ["2020"]),
        ("le2022-01-01", ["2020", "2022"]),
        ("sa2020", ["2022"]),
        ("eb2021", ["2020"]),
        ("ne2020", ["2022"]),
    ],
)
def test_effective_is_a_date_with_prefix(client: TestClient, asked: str, found: list[str]) -> None:
    assert versions(client, f"effective={asked}") == found


@pytest.mark.parametrize("bad", ["2020-13", "xx2020", "today", "gt", "2020-1", "٢٠٢٠"])
@pytest.mark.parametrize("name", ["effective", "date"])
def test_bad_dates_are_refused(client: TestClient, name: str, bad: str) -> None:
    assert client.get(f"/fhir/CodeSystem?{name}={bad}").status_code == 400


def test_as_of_a_day_a_search_finds_what_is_in_force(client: TestClient) -> None:
    assert versions(client, "", "/fhir/as-of/2020-06-01") == ["2020"]
    assert versions(client, "", "/fhir/r5/as-of/2021-06-01") == []
    assert versions(client, "effective=2022-06-01", "/fhir/as-of/2020-06-01") == ["2022"]
    assert versions(client, "") == ["2020", "2022"]


def test_as_of_a_day_a_resource_read_says_that_it_does_not_apply(client: TestClient) -> None:
    def tags(day: str) -> list[str]:
        read = client.get(f"/fhir/as-of/{day}/CodeSystem/fruit-2020").json()
        return [t["code"] for t in read.get("meta", {}).get("tag", [])]

    assert (tags("2019-06-01"), tags("2020-06-01"), tags("2021-06-01")) == (["upcoming"], [], ["expired"])


def test_known_at_before_the_load_finds_nothing(client: TestClient) -> None:
    assert versions(client, "known-at=2001-01-01") == []
    assert client.get("/fhir/CodeSystem/fruit-2020?known-at=2001-01-01").status_code == 404
    assert client.get("/fhir/CodeSystem?known-at=x").status_code == 400


SENT: dict[str, Any] = {
    "resourceType": "ValueSet",
    "status": "active",
    "url": "http://sent",
    "compose": {"include": [{"system": URL, "concept": [{"code": "F1"}]}]},
}
BODY = {"resourceType": "Parameters", "parameter": [{"name": "tx-resource", "resource": SENT}]}
QUESTION = f"/fhir/ValueSet/$validate-code?url=http://sent&system={URL}&code=F1"


def test_what_was_sent_once_is_found_again(client: TestClient) -> None:
    statement = client.get("/fhir/metadata").json()["rest"][0]["operation"]
    assert "cache-control" in {o["name"] for o in statement}
    started = parameters(client.post("/fhir/$cache-control?mode=start-cache", json=BODY).json())
    found = client.get(QUESTION, headers={"X-Cache-Id": started["cache-id"]})
    assert parameters(found.json())["result"] is True
    assert client.post(f"{QUESTION}&cache-id=mine", json=BODY).status_code == 200
    assert parameters(client.get(f"{QUESTION}&cache-id=mine").json())["result"] is True
    assert client.get(f"{QUESTION}&cache-id=other").status_code != 200
    assert client.post("/fhir/$cache-control?mode=start-cache").status_code == 200


def test_what_is_sent_is_bounded_in_number_size_and_time() -> None:
    clock = [0.0]
    sent = ClientCache(50, number=2, seconds=10, clock=lambda: clock[0])
    for ident in "abc":
        sent.extend(ident, [])
    assert [sent.get(i) for i in "abc"] == [None, [], []]
    for _ in range(5):
        sent.extend("c", [ValueSet(url="http://x")])  # the same again takes no more room
    assert len(sent.get("c") or []) == 1
    sent.extend("c", [ValueSet(url=f"http://{n}") for n in range(3)])
    assert sent.get("c") is None
    sent.extend("d", [])
    clock[0] = 11
    assert sent.get("d") is None
