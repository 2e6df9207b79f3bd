"""Time on every operation: the version in force on a date, or why there is none."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from registry.entities.intervals import today_oslo
from tests.fhir.conftest import URL, own, parameters


def display(client: TestClient, **query: str) -> str:
    answer = client.get("/fhir/CodeSystem/$lookup", params={"system": URL, "code": "F1", **query})
    assert answer.status_code == 200, answer.text
    return str(parameters(answer.json())["display"])


def test_today_decides_without_a_date(client: TestClient) -> None:
    assert display(client) == "Apple or pear"


def test_a_date_chooses_the_version(client: TestClient) -> None:
    assert display(client, date="2020-07-01") == "Apple"
    assert display(client, date="2020-12-31T23:59:59Z") == "Apple"
    assert display(client, date="2020-12-31", displayLanguage="nb") == "Eple"


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2019-12-31", "before the first version"),
        ("2021-06-01", "between versions"),
        ("2023-06-01", "not loaded"),
        ("2024-01-01", "after the last version"),
    ],
)
def test_a_date_without_a_version_gets_the_reason(client: TestClient, day: str, reason: str) -> None:
    for path, codes in (
        ("/fhir/CodeSystem/$lookup", {"code": "F1"}),
        ("/fhir/r5/CodeSystem/$subsumes", {"codeA": "F", "codeB": "F1"}),
    ):
        answer = client.get(path, params={"system": URL, "date": day, **codes})
        assert answer.status_code == 404
        assert reason in answer.json()["issue"][0]["details"]["text"]
    answer = client.get("/fhir/r5/ValueSet/$expand", params={"url": URL + "?fhir_vs", "date": day})
    assert answer.status_code == 404 and reason in answer.text
    answer = client.get("/fhir/CodeSystem/$validate-code", params={"url": URL, "code": "F1", "date": day})
    assert parameters(answer.json())["result"] is False and reason in answer.text


def test_a_month_that_spans_nothing_is_a_date_and_one_that_does_is_an_error(client: TestClient) -> None:
    assert display(client, date="2020-07") == "Apple"
    answer = client.get(
        "/fhir/CodeSystem/$lookup", params={"system": URL, "code": "F1", "date": "2022-12-15"}
    )
    assert answer.status_code == 200
    with_change = {"system": URL, "code": "F1", "date": "2020"}
    assert client.get("/fhir/CodeSystem/$lookup", params=with_change).status_code == 200


def test_an_explicit_version_answers_with_a_warning(client: TestClient) -> None:
    query = {"url": URL, "code": "F1", "version": "2020", "date": "2022-05-01"}
    answer = client.get("/fhir/CodeSystem/$validate-code", params=query).json()
    found = parameters(answer)
    assert found["result"] is True and found["version"] == "2020"
    assert found["issues"]["issue"][0]["severity"] == "warning"
    assert "expired" in found["issues"]["issue"][0]["details"]["text"]
    strict = {**query, "check-system-version": f"{URL}|2020"}
    found = parameters(client.get("/fhir/CodeSystem/$validate-code", params=strict).json())
    assert found["result"] is False and found["issues"]["issue"][0]["severity"] == "error"


def test_as_of_acts_as_if_it_were_that_day(client: TestClient) -> None:
    for base in ("/fhir/as-of/2020-03-01", "/fhir/r5/as-of/2020-03-01", "/fhir/as-of/2020-03-01/r5"):
        answer = client.get(f"{base}/CodeSystem/$lookup", params={"system": URL, "code": "F1"})
        assert parameters(answer.json())["display"] == "Apple"
    assert client.get("/fhir/as-of/yesterday/metadata").status_code == 400


def test_known_at_before_the_load_knows_nothing(client: TestClient) -> None:
    query = {"system": URL, "code": "F1", "known-at": "2001-01-01"}
    assert client.get("/fhir/CodeSystem/$lookup", params=query).status_code == 404
    assert client.get("/fhir/CodeSystem/$lookup", params={**query, "known-at": "x"}).status_code == 400


def test_locked_date_beats_date(client: TestClient) -> None:
    compose = {"lockedDate": "2020-06-01", "include": [{"system": URL}]}
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": compose}
    body = {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": value_set}]}
    answer = client.post("/fhir/r5/ValueSet/$expand?date=2022-06-01", json=body).json()
    assert answer["expansion"]["total"] == 3


def test_several_versions_side_by_side(client: TestClient) -> None:
    include = [{"system": URL, "version": v} for v in ("2020", "2022")]
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": {"include": include}}
    body = {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": value_set}]}
    found = client.post("/fhir/r5/ValueSet/$expand", json=body).json()["expansion"]
    assert found["total"] == 7
    assert {c["version"] for c in found["contains"]} == {"2020", "2022"}


def test_an_expansion_of_an_explicit_version_warns(client: TestClient) -> None:
    compose = {"include": [{"system": URL, "version": "2020"}]}
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": compose}
    body = {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": value_set}]}
    found = client.post("/fhir/r5/ValueSet/$expand?date=2022-05-01", json=body).json()["expansion"]
    assert {p["name"] for p in found["parameter"]} == {"date", "used-codesystem"}
    used = own(found)
    assert used["in-force"] == "expired" and len(used["release"]) == 64
    strict = f"/fhir/r5/ValueSet/$expand?date=2022-05-01&check-system-version={URL}|2020"
    assert client.post(strict, json=body).status_code == 422


def test_dates_of_a_code_are_returned_on_request(client: TestClient) -> None:
    """``effectiveDate`` and ``deprecationDate`` follow from the code's history."""

    def dates(code: str, *wanted: str) -> dict[str, str]:
        query = [("system", URL), ("code", code), ("version", "2022"), *(("property", w) for w in wanted)]
        found = client.get("/fhir/r5/CodeSystem/$lookup", params=query).json()
        parts = [p["part"] for p in found["parameter"] if p["name"] == "property"]
        properties = {p[0]["valueCode"]: next(iter(v for k, v in p[1].items() if k != "name")) for p in parts}
        return {k: str(v)[:10] for k, v in properties.items() if k.endswith("Date")}

    assert dates("F1a", "effectiveDate") == {"effectiveDate": "2022-01-01"}
    assert dates("F2", "effectiveDate", "deprecationDate") == {
        "effectiveDate": "2020-01-01",
        "deprecationDate": "2022-01-01",
    }
    assert dates("F2") == {}


@pytest.mark.parametrize("query", [{}, {"date": "2020-07-01"}, {"known-at": str(today_oslo())}])
def test_rest_and_fhir_take_the_same_day_where_none_is_named(
    client: TestClient, query: dict[str, str]
) -> None:
    """DOMAIN 5: with ``known_at`` and no date, the date is that day; else today, which one setting decides."""
    found = client.get("/fhir/CodeSystem/$lookup", params={"system": URL, "code": "F1", **query})
    names = {"date": "on", "known-at": "known_at"}
    rest = client.get("/api/systems/fruit/codes/F1", params={names[k]: v for k, v in query.items()}).json()
    version = parameters(found.json()).get("version") if found.status_code == 200 else None
    assert (rest["version"] or None) == version
