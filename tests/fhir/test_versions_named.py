"""A version named by the caller chooses the content, whenever it applied; the answer says that it does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from registry import Registry
from tests.fhir.conftest import URL, fill, own, parameters

TODAY = date(2026, 11, 1)


@pytest.fixture
def late(open_registry: Callable[..., Registry]) -> Iterator[TestClient]:
    """The fruits years after their last version."""
    registry = open_registry(today=TODAY)
    fill(registry)
    app = create_app(Settings(host="127.0.0.1", today=TODAY, token="secret"), registry=registry)
    with TestClient(app, client=("127.0.0.1", 50000), base_url="http://localhost") as found:
        yield found


QUESTIONS = [
    ("CodeSystem/$validate-code", {"url": URL, "version": "2020"}),
    ("CodeSystem/$validate-code", {"url": f"{URL}|2020"}),
    ("CodeSystem/fruit-2020/$validate-code", {}),
    ("ValueSet/$validate-code", {"url": f"{URL}?fhir_vs", "system": URL, "systemVersion": "2020"}),
]


@pytest.mark.parametrize("base", ["/fhir/", "/fhir/r5/as-of/2022-11-01/"])
@pytest.mark.parametrize(("path", "query"), QUESTIONS)
def test_a_version_named_chooses_the_content(
    late: TestClient, base: str, path: str, query: dict[str, str]
) -> None:
    answer = late.get(base + path, params={"code": "F1", **query})
    assert answer.status_code == 200, answer.text
    found = parameters(answer.json())
    assert found["result"] is True, answer.text
    assert (found["version"], found["display"]) == ("2020", "Apple")
    issues = found["issues"]["issue"]
    assert [i["severity"] for i in issues] == ["warning"]
    assert "expired" in issues[0]["details"]["text"]


def _post(client: TestClient, path: str, value_set: Mapping[str, object]) -> dict[str, object]:
    resource = {"resourceType": "ValueSet", "status": "active", **value_set}
    body = {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": resource}]}
    found: dict[str, object] = client.post(path, json=body).json()
    return found


def test_subsumes_tells_what_it_rests_on(late: TestClient) -> None:
    query = {"system": URL, "codeA": "F", "codeB": "F1", "version": "2020"}
    for path in ("/fhir/CodeSystem/$subsumes", "/fhir/as-of/2022-11-01/CodeSystem/$subsumes"):
        answer = late.get(path, params=query).json()
        found, rests_on = parameters(answer), own(answer)
        assert found.keys() == {"outcome", "issues"}
        assert (found["outcome"], rests_on["version"], len(rests_on["release"])) == ("subsumes", "2020", 64)
        assert "expired" in found["issues"]["issue"][0]["details"]["text"]
    checked = {**query, "check-system-version": f"{URL}|2022"}
    assert late.get("/fhir/CodeSystem/$subsumes", params=checked).status_code == 422


@pytest.mark.parametrize("pin", ["check-system-version", "system-version"])
def test_a_pattern_is_a_choice_among_versions_in_force(late: TestClient, pin: str) -> None:
    query = {"system": URL, "code": "F1", pin: f"{URL}|*"}
    found = late.get("/fhir/CodeSystem/$lookup", params={**query, "date": "2020-05-01"})
    assert parameters(found.json())["version"] == "2020"
    assert late.get("/fhir/CodeSystem/$lookup", params=query).status_code == 404
    gap = late.get("/fhir/CodeSystem/$lookup", params={**query, "date": "2021-05-01"})
    assert gap.status_code == 404 and "between versions" in gap.text
    asked = {"url": f"{URL}?fhir_vs", pin: f"{URL}|*", "date": "2020-05-01"}
    expansion = late.get("/fhir/ValueSet/$expand", params=asked).json()["expansion"]
    assert {"name": "used-codesystem", "valueUri": f"{URL}|2020"} in expansion["parameter"]


def test_a_violated_check_is_an_error_everywhere(late: TestClient) -> None:
    strict = {"check-system-version": f"{URL}|2022", "date": "2020-05-01"}
    lookup = {"system": URL, "code": "F1", **strict}
    assert late.get("/fhir/CodeSystem/$lookup", params=lookup).status_code == 422
    assert late.get("/fhir/CodeSystem/$lookup", params={**lookup, "version": "2020"}).status_code == 422
    expand = {"url": f"{URL}?fhir_vs", **strict}
    assert late.get("/fhir/ValueSet/$expand", params=expand).status_code == 422
    query = {"url": URL, "code": "F1", **strict}
    found = parameters(late.get("/fhir/CodeSystem/$validate-code", params=query).json())
    assert found["result"] is False and "not in force" in found["message"]


def test_a_locked_date_in_a_gap_is_named(late: TestClient) -> None:
    locked = {"compose": {"lockedDate": "2021-06-01", "include": [{"system": URL}]}}
    for path in ("$expand?date=2022-02-02", f"$validate-code?date=2022-02-02&code=F1&system={URL}"):
        found = str(_post(late, f"/fhir/ValueSet/{path}", locked))
        assert "2021-06-01 (lockedDate): between versions" in found and "on 2022-02-02" not in found


def test_a_locked_date_needs_no_warning(late: TestClient) -> None:
    locked = {"compose": {"lockedDate": "2020-06-01", "include": [{"system": URL}]}}
    assert "expired" not in str(_post(late, "/fhir/ValueSet/$expand", locked))
    found = _post(late, f"/fhir/ValueSet/$validate-code?code=F1&system={URL}", locked)
    assert "not in force" not in str(found) and parameters(found)["result"] is True


def test_the_short_way_warns_as_the_general_one_does(late: TestClient) -> None:
    for code in ("F2", "F1", "F2"):
        query = {"url": URL, "version": "2020", "code": code}
        short = late.get("/fhir/CodeSystem/$validate-code", params=query).json()
        listed = [{"name": name, "valueString": value} for name, value in query.items()]
        body = {"resourceType": "Parameters", "parameter": listed}
        assert short == late.post("/fhir/CodeSystem/$validate-code", json=body).json()
        assert parameters(short)["issues"]
