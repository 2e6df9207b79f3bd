"""REST answers questions: the same results as Python, reasons instead of errors, problems for wrong use."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import polars
import pytest
from starlette.testclient import TestClient

from api import tables
from registry.entities.budget import spend


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("systems/demo-no", "versions", 6),
        ("systems/demo-no/versions/2024", "releases", 2),
        ("systems/demo-no/applicable?on=2024-02-01", "reason", None),
        ("systems/demo-no/applicable?on=2021-02-01", "reason", "before_first"),
        ("systems/demo-no/applicable?on=2025-02-01", "reason", "not_loaded"),
        ("systems/demo-no/applicable?on=2031-02-01", "reason", "after_last"),
        ("systems/demo-no/applicable?on=2024-02-01&scope=x", "reason", "unknown"),
        ("applicable?system=https://example.org/demo-no&on=2024-02-01", "system", "demo-no"),
        ("systems/demo-no/codes/b901?on=2024-03-14", "code", "B90.1"),
        ("systems/demo-no/codes/B99?on=2024-03-14", "reason", "unknown_code"),
        ("systems/demo-no/codes/B20?version=2099", "reason", "unknown_version"),
        ("systems/demo-no/codes/A%2FB?on=2024-03-14", "code", "A/B"),
        ("lookup?system=demo-no&code=B20&on=2024-03-14", "found", True),
        ("lookup?system=nothing&code=B20", "reason", "unknown_system"),
        ("systems/demo-no/codes/B20/history", "code", "B20"),
        ("history?system=demo-no&code=B20", "code", "B20"),
        ("systems/demo-no/codes/B90.1/validity?on=2024-02-01", "reason", "reserve"),
        ("validity?system=demo-no&code=B20&on=2024-02-01", "valid", True),
        ("systems/demo-no/codes/B10/children?on=2024-02-01", "relation", "children"),
        ("hierarchy?system=demo-no&code=B10.80&relation=ancestors&on=2024-02-01", "code", "B10.80"),
        ("subsumes?system=demo-no&a=B10&b=B10.80&on=2024-02-01", "outcome", "subsumes"),
        ("systems/demo-no/changes?from=2022&to=2023", "from", "2022"),
        ("systems/demo-no/changes?from=2022&to=2099", "reason", "unknown_version"),
        ("systems/demo-no/search?q=fukt&on=2024-02-01", "query", "fukt"),
        ("search?q=fukt&system=demo-no&on=2024-02-01", "query", "fukt"),
    ],
)
def test_questions(client: TestClient, path: str, field: str, value: Any) -> None:
    answer = client.get(f"/api/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.json()[field] == value


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("systems/demono", 404, "demono"),
        ("systems/nothing/codes/B20", 404, "nothing"),
        ("systems/demo-no/versions/2055", 404, "2055"),
        ("systems/demo-no/versions/2055/download", 404, "2055"),
        ("systems/demo-no/versions/2025/download", 404, "not loaded"),
        ("nothing", 404, "/api/nothing"),
        ("systems/demo-no/codes/B20?on=2024", 400, "is not a date"),
        ("systems/demo-no/codes/B20?on=1700000000", 400, "is not a date"),
        ("systems/demo-no/codes/B20?known_at=2999-01-01", 400, "future"),
        ("systems/demo-no/codes/B20?known_at=x", 400, "x"),
        ("systems/demo-no/codes/" + "B" * 400, 400, "code"),
        ("systems/demo-no/search?q=" + "b" * 300, 400, "q"),
        ("systems/demo-no/search?q=b&count=100000", 400, "count"),
        ("systems/demo-no/changes?from=2022", 400, "to"),
        ("systems/demo-no/versions?status=old", 400, "status"),
        ("systems?cursor=x", 400, "cursor"),
        ("changes?since=-1", 400, "since"),
        ("lookup?system=demo-no", 400, "code"),
        ("hierarchy?system=demo-no&code=B10&relation=cousins", 400, "relation"),
    ],
)
def test_wrong_use_is_a_problem(client: TestClient, path: str, status: int, says: str) -> None:
    answer = client.get(f"/api/{path}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert says in problem["detail"]


def test_a_name_like_it_is_suggested(client: TestClient) -> None:
    assert client.get("/api/systems/demono").json()["suggestions"] == ["demo-no"]


def test_other_methods_are_a_problem(client: TestClient) -> None:
    answer = client.delete("/api/systems")
    assert (answer.status_code, answer.json()["title"]) == (405, "Method Not Allowed")


def test_lists_are_paged(client: TestClient) -> None:
    seen: list[str] = []
    cursor: str | None = "0"
    while cursor:
        body = client.get("/api/systems/demo-no/versions", params={"count": 4, "cursor": cursor}).json()
        seen += [v["version"] for v in body["versions"]]
        cursor = body["cursor"]
        assert body["more"] is (cursor is not None)
    assert seen == ["2022", "2023", "2024", "2025", "2026", "2027"]


def test_the_feed_goes_on_from_its_cursor(client: TestClient) -> None:
    whole = client.get("/api/changes").json()
    numbers = [e["number"] for e in whole["entries"]]
    first = client.get("/api/changes?count=3").json()
    rest = client.get(f"/api/changes?since={first['cursor']}").json()
    assert [e["number"] for e in first["entries"] + rest["entries"]] == numbers == sorted(numbers)
    assert client.get(f"/api/changes?since={whole['cursor']}").json()["entries"] == []


def test_unchanged_answers_are_not_sent_again(client: TestClient) -> None:
    for path in (
        "/api/systems/demo-no/codes/B20?version=2024",
        "/api/systems/demo-no/versions/2024/download",
    ):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": f'W/{first.headers["etag"]}, "x"'})
        assert (again.status_code, again.content) == (304, b"")
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("format", ["csv", "json", "parquet", "xlsx"])
def test_a_download_past_its_time_is_refused_before_it_begins(
    client_of: Callable[..., TestClient], demo_db: str, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    """Parquet and xlsx are made as a whole before the status is sent, csv and json as far as their first rows."""

    def slow(rows: Any) -> Iterator[dict[str, Any]]:
        for row in rows:
            time.sleep(0.1)
            spend(100)
            yield row

    chunks = tables.chunks
    monkeypatch.setattr(tables, "chunks", lambda rows, *given, **more: chunks(slow(rows), *given, **more))
    client = client_of(db=demo_db, request_seconds=0.2)
    answer = client.get(f"/api/systems/demo-no/versions/2024/download?format={format}")
    assert answer.status_code == 503 and answer.headers["retry-after"].isdigit()


def test_downloads_are_the_same_rows_in_three_forms(client: TestClient) -> None:
    url = "/api/systems/demo-no/versions/2024/download"
    as_csv = client.get(url)
    assert 'filename="demo-no-2024.csv"' in as_csv.headers["content-disposition"]
    codes = [r["code"] for r in csv.DictReader(io.StringIO(as_csv.text))]
    as_json = client.get(url, params={"format": "json"}).json()
    as_parquet = polars.read_parquet(io.BytesIO(client.get(url, params={"format": "parquet"}).content))
    assert codes == [r["code"] for r in as_json] == as_parquet["code"].to_list()
    assert len(codes) == 12


def test_an_instant_with_a_bare_plus(client: TestClient) -> None:
    answer = client.get("/api/systems/demo-no/codes/B20?known_at=2020-01-01T00:00:00+01:00")
    assert answer.status_code == 404
    assert answer.json()["reason"] == "not_recorded_then"


def test_the_documentation_needs_no_other_server(client: TestClient) -> None:
    page = client.get("/api/docs").text
    assert "<script" not in page
    assert "http" not in page.replace("/api/openapi.json", "").replace("httpx", "")
    assert "/api/systems/{system}/applicable" in page
    for route in client.get("/api/openapi.json").json()["paths"]:
        assert route in page


def test_the_start_page_leads_on(client: TestClient) -> None:
    page = client.get("/").text
    assert "/api/systems/demo-no/versions" in page
    assert client.get("/api/docs").status_code == 200


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("on=2024-06-01", ["2024"]),
        ("on=2024-06-01&status=current", ["2024"]),
        ("on=2024-06-01&status=expired", ["2022", "2023"]),
        ("on=2024-06-01&status=upcoming", ["2025", "2026", "2027"]),
        ("on=2024-06-01&status=undated", []),
        ("on=2021-06-01", []),
        ("on=2021-06-01&status=upcoming", ["2022", "2023", "2024", "2025", "2026", "2027"]),
    ],
)
def test_versions_with_a_status_on_a_date(client: TestClient, query: str, labels: list[str]) -> None:
    found = client.get(f"/api/systems/demo-no/versions?{query}").json()["versions"]
    assert [v["version"] for v in found] == labels


def test_a_version_says_its_status_on_any_date(client: TestClient) -> None:
    for day, status in (("2021-01-01", "upcoming"), ("2024-02-01", "current"), ("2026-02-01", "expired")):
        assert client.get(f"/api/systems/demo-no/versions/2024?on={day}").json()["status"] == status


@pytest.mark.parametrize(
    ("path", "status", "english", "bokmaal"),
    [
        ("nothing", 404, "There is nothing at /api/nothing", "Det finnes ingenting på /api/nothing"),
        ("search", 400, "query.q: is missing", "query.q: mangler"),
        ("systems?count=0", 400, "query.count: is less than 1", "query.count: er mindre enn 1"),
        ("systems?count=9999", 400, "query.count: is greater than 1000", "query.count: er større enn 1000"),
        ("systems?count=x", 400, "query.count: is not a whole number", "query.count: er ikke et heltall"),
        (f"search?q={'x' * 201}", 400, "is longer than 200 characters", "er lengre enn 200 tegn"),
        ("systems/demo-no/codes/B20?on=", 400, "query.on: '' is not a date", "query.on: '' er ikke en dato"),
    ],
)
def test_problems_are_in_the_callers_language(
    client: TestClient, path: str, status: int, english: str, bokmaal: str
) -> None:
    for lang, expected, title in (("en", english, ""), ("nb", bokmaal, "Ugyldig"), ("de", english, "")):
        answer = client.get(f"/api/{path}", headers={"Accept-Language": lang})
        problem = answer.json()
        assert answer.status_code == status and expected in problem["detail"]
        assert problem["title"].startswith(title) or status != 400


def test_bodies_and_methods_are_refused_in_the_callers_language(client: TestClient) -> None:
    nb = {"Accept-Language": "nb-NO", "Authorization": "Bearer secret-of-the-tests"}
    assert "DELETE er ikke mulig" in client.delete("/api/systems", headers=nb).json()["detail"]
    for body, expected in (
        (b"{", "er ikke fullstendig JSON"),
        (b"[]", "er ikke et JSON-objekt"),
        (b'{"scope": ""}', "er kortere enn 1 tegn"),
        (b'{"scope": "-x"}', "har ikke formen"),
        (b'{"scope": "x", "y": 1}', "body.y: er ikke kjent her"),
        (b'{"scope": "x", "system": "y"}', "system og version hører sammen"),
        (b'{"scope": 1}', "er ikke en tekst"),
    ):
        answer = client.post("/api/scopes", content=body, headers={**nb, "content-type": "application/json"})
        assert (answer.status_code, expected in answer.json()["detail"]) == (400, True), answer.json()


def test_both_routes_of_a_question_take_the_same_parameters(client: TestClient) -> None:
    """The route with a path and the one with parameters differ only in where system, code and relation are."""
    paths = client.get("/api/openapi.json").json()["paths"]

    def names(path: str) -> dict[str, object]:
        return {p["name"]: p["required"] for p in paths[path]["get"]["parameters"]}

    code = "/api/systems/{system}/codes/{code}"
    for question in ("history", "validity"):
        assert names(f"{code}/{question}") == names(f"/api/{question}")
    assert names(code) == names("/api/lookup")
    assert names("/api/systems/{system}/applicable") == names("/api/applicable")
    for relation in ("parents", "children", "ancestors", "descendants"):
        assert {**names(f"{code}/{relation}"), "relation": True} == names("/api/hierarchy")
