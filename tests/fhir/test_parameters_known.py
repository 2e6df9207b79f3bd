"""Parameters that are misspelt, repeated or malformed are refused, never ignored."""

from __future__ import annotations

from datetime import date

import pytest
from starlette.testclient import TestClient

from api.fhir.format.partial_dates import days_of
from tests.fhir.conftest import URL, parameters

WHOLE = {"system": URL}
GOOD = {"property": "concept", "op": "is-a", "value": "F1"}
BAD = {"property": "concept", "op": "resembles", "value": "F1"}
LOOKUP = f"/fhir/CodeSystem/$lookup?system={URL}&code=F1"


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ("dato=2020-01-01", "'date'"),
        ("verison=2020", "'version'"),
        ("Date=2020-01-01", "'date'"),
        ("somethingelse=1", "'somethingelse'"),
        ("date=2020-01-01&date=2022-01-01", "more than once"),
        (f"system={URL}", "more than once"),
        ("code=F1", "more than once"),
        ("date=2020-01-01T99:99:99", "not a date"),
        ("date=٢٠٢٠-٠١-٠١", "not a date"),
        ("date=2020-1-1", "not a date"),
        ("date=2020-13", "not a date"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(client: TestClient, more: str, word: str) -> None:
    answer = client.get(f"{LOOKUP}&{more}")
    assert answer.status_code == 400
    issue = answer.json()["issue"][0]
    assert word in issue["details"]["text"] and issue["expression"]


@pytest.mark.parametrize("count", ["1_0", "٣", "-1", "x", "+1", "1.0"])
def test_counts_are_plain_digits(client: TestClient, count: str) -> None:
    for path in (f"ValueSet/$expand?url={URL}?fhir_vs&count=", "CodeSystem?_count="):
        assert client.get(f"/fhir/{path}{count}").status_code == 400


def test_a_body_is_checked_like_a_url(client: TestClient) -> None:
    def ask(*more: str, query: str = "") -> int:
        named = [("system", "valueUri", URL), ("code", "valueCode", "F1")]
        named += [(name, "valueString", "1") for name in more]
        listed = [{"name": n, kind: v} for n, kind, v in named]
        body = {"resourceType": "Parameters", "parameter": listed}
        return int(client.post("/fhir/CodeSystem/$lookup" + query, json=body).status_code)

    assert ask("uuid", "diagnostics", "default-to-latest-version") == 200
    assert ask("x-my-own-setting") == ask("dato") == ask("codeA") == 400
    assert ask("version", "version") == 400
    assert ask(query="?version=2020") == 200
    assert ask(query="?code=F2") == 400


@pytest.mark.parametrize(
    ("path", "query", "named"),
    [
        ("CodeSystem/$lookup", f"system={URL}&code=F1&url={URL}", "url"),
        ("CodeSystem/fruit-2022/$lookup", "system=http://t/other&code=F1", "system"),
        ("CodeSystem/$validate-code", f"url={URL}|2020&version=2022&code=F1", "version"),
        ("CodeSystem/$validate-code", f"url={URL}&system=http://t/other&code=F1", "system"),
        ("CodeSystem/$lookup", f"system={URL}&code=F1&date=", "date"),
        ("ConceptMap/$translate", f"system={URL}&sourceCode=F1&reverse=true", "sourceCode"),
        ("ConceptMap/$translate", f"system={URL}&sourceCode=F1&code=F1", "code"),
    ],
)
def test_what_contradicts_another_part_of_the_request_is_refused(
    client: TestClient, path: str, query: str, named: str
) -> None:
    answer = client.get(f"/fhir/{path}?{query}")
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["expression"] == [named]


@pytest.mark.parametrize(
    ("codings", "status", "result"),
    [
        ([{"system": URL, "code": "F1"}], 200, True),
        ([{"code": "F1"}], 200, True),
        ([{"system": "http://t/other", "code": "F1"}], 400, None),
        ([{"system": "http://t/other", "code": "F1"}, {"system": URL, "code": "F1"}], 200, True),
        ([{"system": "http://t/other", "code": "F1"}, {"system": URL, "code": "F9"}], 200, False),
    ],
)
def test_only_codings_of_the_system_count(
    client: TestClient, codings: list[dict[str, str]], status: int, result: bool | None
) -> None:
    """CodeSystem $validate-code, coding: the system must match the specified code system."""
    concept = {"name": "codeableConcept", "valueCodeableConcept": {"coding": codings}}
    listed = [{"name": "url", "valueUri": URL}, concept]
    body = {"resourceType": "Parameters", "parameter": listed}
    answer = client.post("/fhir/CodeSystem/$validate-code", json=body)
    assert answer.status_code == status
    assert result is None or parameters(answer.json())["result"] is result


def test_an_unknown_property_of_a_lookup_is_a_warning(client: TestClient) -> None:
    """The standard makes it no error, and a client with one list of properties for all systems is served."""
    answer = client.get(
        f"{LOOKUP}&property=weight&property=colour&property=designation&property=lang.nb"
    ).json()
    shown = [p["part"][0]["valueCode"] for p in answer["parameter"] if p["name"] == "property"]
    issues = next(p["resource"]["issue"] for p in answer["parameter"] if p["name"] == "issues")
    assert shown == ["colour"]
    assert ["weight" in i["details"]["text"] for i in issues] == [True]
    assert [i["severity"] for i in issues] == ["warning"]


def test_a_language_as_property_restricts_the_designations(client: TestClient) -> None:
    answer = client.get(f"{LOOKUP}&property=lang.nb").json()
    texts = [p["part"] for p in answer["parameter"] if p["name"] == "designation"]
    assert [next(q["valueCode"] for q in t if q["name"] == "language") for t in texts] == ["nb"]


def test_an_include_of_nothing_is_refused(client: TestClient) -> None:
    value_set = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [{}]}}
    body = {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": value_set}]}
    for path in ("$expand", f"$validate-code?system={URL}&code=F1"):
        answer = client.post(f"/fhir/ValueSet/{path}", json=body)
        assert answer.status_code == 400
        assert answer.json()["issue"][0]["expression"] == ["ValueSet.compose.include[0]"]


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("ValueSet.compose.include[1].filter[1]", {"compose": {"include": [WHOLE, {**WHOLE, "filter": [GOOD, BAD]}]}}),
        ("ValueSet.compose.exclude[0].filter[0]", {"compose": {"include": [WHOLE], "exclude": [{**WHOLE, "filter": [BAD]}]}}),
        (
            "ValueSet.contained[0].compose.include[0].filter[0]",
            {
                "contained": [
                    {"resourceType": "ValueSet", "id": "in", "compose": {"include": [{**WHOLE, "filter": [BAD]}]}}
                ],
                "compose": {"include": [{"valueSet": ["#in"]}]},
            },
        ),
    ],
)  # fmt: skip
def test_a_filter_that_is_not_understood_is_named_by_its_path(
    client: TestClient, path: str, resource: dict[str, object]
) -> None:
    value_set = {"resourceType": "ValueSet", "status": "active", **resource}
    body = {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": value_set}]}
    answer = client.post("/fhir/ValueSet/$expand", json=body)
    assert answer.json()["issue"][0]["expression"] == [path]


def test_dates_cover_days() -> None:
    assert days_of("2020") == (date(2020, 1, 1), date(2020, 12, 31))
    assert days_of("2020-12") == (date(2020, 12, 1), date(2020, 12, 31))
    assert days_of("2020-02-29T23:59:59.9+02:00") == (date(2020, 2, 29), date(2020, 2, 29))
    for wrong in ("", "0000", "2021-02-29", "2020-01-01T24:00", "2020-01-01x", "20200101"):
        assert (days_of(wrong) is None) is True


def test_all_forms_still_answer(client: TestClient) -> None:
    assert parameters(client.get(f"{LOOKUP}&date=2020-01-01T12:00:00%2B01:00").json())["version"] == "2020"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/fhir/CodeSystem/$subsumes", "filter"),
        ("/fhir/r5/ValueSet/$expand", "dependency"),
        ("/fhir/ValueSet/$validate-code", "exclude-system"),
        ("/fhir/CodeSystem/$lookup", "codeA"),
    ],
)
def test_parameters_of_other_operations_are_refused_in_a_url(
    client: TestClient, path: str, name: str
) -> None:
    answer = client.get(path, params={name: "y"})
    assert answer.status_code == 400
    assert name in answer.json()["issue"][0]["details"]["text"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/fhir/r4/ConceptMap/$translate", "code"),
        ("/fhir/r5/ConceptMap/$translate", "sourceCode"),
        ("/fhir/ValueSet/$batch-validate-code", "validation"),
    ],
)
def test_what_is_missing_is_named_as_the_release_names_it(client: TestClient, path: str, name: str) -> None:
    answer = client.post(path, json={"resourceType": "Parameters", "parameter": []})
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["expression"] == [name]
