"""Requests that would take long are answered or refused within their budget, and others are answered meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.fhir.fhir_settings import FhirSettings
from api.fhir.format import codesystem
from api.fhir.resources.stored_catalog import read_stored
from api.fhir.server import warm_up
from api.fhir.server.app import FhirApp, fhir_app
from api.settings import Settings
from registry import Registry
from registry.entities.budget import spend
from registry.entities.results import ScopeRow
from registry.terminology import compose
from registry.terminology.registry_catalog import RegistryCatalog
from tests.fhir.conftest import URL, fill

TOKEN = {"Authorization": "Bearer secret"}
LOOKUP = f"/CodeSystem/$lookup?system={URL}&code=F1"
Make = Callable[..., FhirApp]


@pytest.fixture
def make(open_registry: Callable[..., Registry]) -> Make:
    """The application with the given settings."""
    registry = open_registry(today=date(2022, 6, 1))
    fill(registry)

    def made(**given: Any) -> FhirApp:
        settings = FhirSettings(today=lambda: date(2022, 6, 1), **given)
        return fhir_app(RegistryCatalog(registry.reader, read_stored), settings=settings)

    return made


def doubling(length: int) -> list[dict[str, Any]]:
    """Value sets that each include the next twice; the last lists codes."""
    found = []
    for n in range(length):
        include: list[dict[str, Any]] = [{"valueSet": [f"http://v/{n + 1}"]}] * 2
        if n == length - 1:
            include = [{"system": URL, "concept": [{"code": "F1"}, {"code": "F2"}]}]
        found.append(
            {
                "resourceType": "ValueSet",
                "id": f"v{n}",
                "url": f"http://v/{n}",
                "status": "active",
                "compose": {"include": include},
            }  # fmt: skip
        )
    return found


def sent(resources: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A Parameters with the first value set and the others sent along."""
    first, *others = resources
    given = [{"name": "tx-resource", "resource": r} for r in others]
    listed = [{"name": name, **value} for name, value in more.items()]
    return {
        "resourceType": "Parameters",
        "parameter": [{"name": "valueSet", "resource": first}, *given, *listed],
    }


def codes(answer: httpx.Response) -> list[str]:
    return [c["code"] for c in answer.json()["expansion"]["contains"]]


def test_value_sets_that_include_the_next_twice_sent_along(client: TestClient) -> None:
    assert codes(client.post("/fhir/ValueSet/$expand", json=sent(doubling(25)))) == ["F1", "F2"]
    coding = {"system": {"valueUri": URL}, "code": {"valueCode": "F1"}}
    answer = client.post("/fhir/ValueSet/$validate-code", json=sent(doubling(25), **coding))
    assert answer.json()["parameter"][0] == {"name": "result", "valueBoolean": True}


def test_value_sets_that_include_the_next_twice_stored(client: TestClient) -> None:
    for resource in doubling(25):
        assert client.post("/fhir/ValueSet", json=resource, headers=TOKEN).status_code == 201
    assert codes(client.get("/fhir/ValueSet/$expand?url=http://v/0")) == ["F1", "F2"]
    path = f"/fhir/ValueSet/$validate-code?url=http://v/0&system={URL}&code="
    for code, right in (("F2", True), ("F", False)):
        found = client.get(path + code).json()["parameter"]
        assert next(p for p in found if p["name"] == "result")["valueBoolean"] is right


def sent_system(count: int) -> dict[str, Any]:
    listed = [
        {"code": f"c{n}", "display": "a display of a length that is quite usual " * 2} for n in range(count)
    ]
    return {
        "resourceType": "CodeSystem", "url": "http://s", "status": "active", "content": "complete", "concept": listed,
    }  # fmt: skip


def filtered(pattern: str) -> dict[str, Any]:
    condition = {"property": "display", "op": "regex", "value": pattern}
    return {
        "resourceType": "ValueSet", "url": "http://slow", "status": "active",
        "compose": {"include": [{"system": "http://s", "filter": [condition]}]},
    }  # fmt: skip


def ask_all(app: FhirApp, *requests: tuple[str, str, Any]) -> list[tuple[httpx.Response, float]]:
    """The answers to requests sent at once, with their seconds."""

    async def asked() -> list[tuple[httpx.Response, float]]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://h") as client:

            async def one(method: str, path: str, body: Any) -> tuple[httpx.Response, float]:
                started = time.monotonic()
                answer = await client.request(method, path, json=body, timeout=60)
                return answer, time.monotonic() - started

            return await asyncio.gather(*(one(*r) for r in requests))

    return asyncio.run(asked())


def test_a_slow_pattern_is_too_costly(make: Make) -> None:
    body = sent([filtered("(.{1,100}){1,10}x"), sent_system(3000)])
    ((answer, _),) = ask_all(make(request_steps=100_000), ("POST", "/ValueSet/$expand", body))
    assert answer.status_code == 422 and answer.json()["issue"][0]["code"] == "too-costly"


def test_one_match_is_too_costly_if_it_could_block_the_process(make: Make) -> None:
    system = sent_system(1)
    system["concept"][0]["display"] = "a" * 1_000_000
    ((answer, _),) = ask_all(
        make(), ("POST", "/ValueSet/$expand", sent([filtered("(.{1,100}){1,10}x"), system]))
    )
    assert answer.status_code == 422 and answer.json()["issue"][0]["code"] == "too-costly"


def test_a_pattern_matches_as_before(make: Make) -> None:
    body = sent([filtered("(a|the) dis(play)? of.*usual "), sent_system(20)])
    ((answer, _),) = ask_all(make(), ("POST", "/ValueSet/$expand", body))
    assert answer.json()["expansion"]["total"] == 20


def test_a_deadline_is_503_with_the_time_to_wait(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    slow_evaluation(monkeypatch)
    path = f"/ValueSet/$expand?url={URL}?fhir_vs=isa/F"
    ((answer, seconds),) = ask_all(make(request_seconds=0.3), ("GET", path, None))
    assert answer.status_code == 503 and answer.headers["retry-after"].isdigit()
    assert answer.json()["issue"][0]["code"] == "transient" and seconds < 10


def slow_evaluation(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every include takes 20 seconds, in steps of 10 ms; the list has the steps taken."""
    taken = list[int]()
    before = compose._selected

    def slow(*given: Any) -> Any:
        for _ in range(2000):
            time.sleep(0.01)
            taken.append(1)
            spend(100)
        return before(*given)

    monkeypatch.setattr(compose, "_selected", slow)
    return taken


def test_any_number_waits_and_who_waits_too_long_is_refused(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_evaluation(monkeypatch)
    paths = [f"/ValueSet/$expand?url={URL}?fhir_vs=isa/F&offset={n}" for n in range(30)]
    found = ask_all(make(request_seconds=0.5), *[("GET", p, None) for p in paths], ("GET", LOOKUP, None))
    for answer, seconds in found[:-1]:
        assert answer.status_code == 503 and "retry-after" in answer.headers and seconds < 15
    assert found[-1][0].status_code == 200


def test_work_ends_when_the_caller_is_gone(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, app = slow_evaluation(monkeypatch), make(request_seconds=15.0)
    query = f"url={URL}?fhir_vs=isa/F".encode()
    scope = {
        "type": "http", "method": "GET", "path": "/ValueSet/$expand", "query_string": query, "headers": [],
        "client": ("127.0.0.1", 1), "scheme": "http",
    }  # fmt: skip

    async def called() -> None:
        messages = [{"type": "http.request", "body": b"", "more_body": False}, {"type": "http.disconnect"}]

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0.1)
            return messages.pop(0)

        async def send(message: Any) -> None:
            pass

        await app(scope, receive, send)

    started = time.monotonic()
    asyncio.run(called())
    assert time.monotonic() - started < 10 and 0 < len(taken) < 1000


def test_the_entries_of_a_batch_share_one_budget(make: Make) -> None:
    resources = sent([filtered("(.{1,100}){1,10}x"), sent_system(300)])
    entry = {"request": {"method": "POST", "url": "ValueSet/$expand"}, "resource": resources}
    last = {"request": {"method": "GET", "url": LOOKUP[1:]}}
    batch = {"resourceType": "Bundle", "type": "batch", "entry": [*[entry] * 5, last]}
    ((answer, _),) = ask_all(make(request_steps=50_000), ("POST", "/", batch))
    assert [e["response"]["status"] for e in answer.json()["entry"]] == ["422"] * 6


def test_a_search_with_many_values_and_orders_is_bounded(make: Make) -> None:
    names = ",".join(f"n{n}" for n in range(5000))
    for query in (f"name={names}", "_sort=" + ",".join(["name"] * 5000)):
        ((answer, _),) = ask_all(make(request_steps=5000), ("GET", f"/CodeSystem?{query}", None))
        assert answer.status_code == 422 and answer.json()["issue"][0]["code"] == "too-costly"


def test_a_search_that_writes_concepts_is_bounded(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codesystem, "_CONCEPT_STEPS", 1_000_000)
    app = make(request_steps=2_000_000)
    for query in ("_elements=concept&_count=1", "_summary=false&_count=1000"):
        ((answer, _),) = ask_all(app, ("GET", f"/CodeSystem?{query}", None))
        assert answer.status_code == 422 and answer.json()["issue"][0]["code"] == "too-costly"
    ((answer, _),) = ask_all(app, ("GET", "/CodeSystem?_elements=text,title", None))
    assert answer.status_code == 200


def test_many_includes_and_matches_take_no_square(make: Make) -> None:
    listed = [{"system": "http://s", "concept": [{"code": f"c{n}"}]} for n in range(5000)]
    value_set = {
        "resourceType": "ValueSet", "url": "http://many", "status": "active", "compose": {"include": listed},
    }  # fmt: skip
    body = sent([value_set, sent_system(5000)])
    app = make(request_steps=300_000, request_seconds=120.0)
    ((answer, _),) = ask_all(app, ("POST", "/ValueSet/$expand", body))
    assert answer.json()["expansion"]["total"] == 5000


def test_a_publication_about_scopes_leaves_what_it_does_not_touch(
    open_registry: Callable[..., Registry],
) -> None:
    registry = open_registry(today=date(2022, 6, 1))
    fill(registry)
    catalog = RegistryCatalog(registry.reader, read_stored)
    before, made = catalog.cache_key(), catalog.kept("anything", object)
    registry.add_scope("npr")
    row = ScopeRow(
        scope="npr", system="fruit", version="2022", track="", role="", allowed_from=date(2022, 1, 1),
        required_from=None, accepted_until=None, legal_basis="",
    )  # fmt: skip
    registry.add_applicability(row)
    assert catalog.cache_key() == before and catalog.kept("anything", object) is made
    registry.add_version("fruit", "2024", valid_from=date(2024, 1, 1), valid_to=date(2025, 1, 1))
    assert catalog.cache_key() != before


def test_what_first_requests_need_is_read_again_after_a_publication(
    open_registry: Callable[..., Registry],
) -> None:
    registry = open_registry(today=date(2022, 6, 1))
    fill(registry)
    with TestClient(
        create_app(Settings(today=date(2022, 6, 1), token="secret"), registry=registry)
    ) as client:
        read, begun = [], warm_up._read
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(warm_up, "_read", lambda view: (read.append(view.info.url), begun(view)))
            system = {
                "resourceType": "CodeSystem", "id": "veg", "url": "http://example.org/veg", "version": "1",
                "status": "active", "content": "complete", "concept": [{"code": "v1", "display": "Leek"}],
            }  # fmt: skip
            assert client.put("/fhir/CodeSystem/veg", json=system, headers=TOKEN).status_code == 201
            assert client.get(f"/fhir{LOOKUP}").status_code == 200
            until = time.monotonic() + 5
            while not read and time.monotonic() < until:
                time.sleep(0.01)
    assert read == ["http://example.org/veg"]
