"""Requests beyond the limits are refused, and other requests are answered meanwhile."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import httpx
import orjson
import pytest

from api.fhir.fhir_settings import FhirSettings
from api.fhir.resources.stored_catalog import read_stored
from api.fhir.server.app import FhirApp, fhir_app
from api.fhir.service import Request, Service
from registry import Registry
from registry.entities.offload import EVENT_LOOP_GUARD, NeedsOffload, require_offload
from registry.terminology.registry_catalog import RegistryCatalog
from tests.fhir.conftest import URL, fill

Make = Callable[..., FhirApp]
LOOKUP = f"/CodeSystem/$lookup?system={URL}&code=F1"


@pytest.fixture
def make(open_registry: Callable[..., Registry]) -> Make:
    """The application with the given settings; every caller may upload if ``writes``."""
    registry = open_registry(today=date(2022, 6, 1))
    fill(registry)

    def made(*, writes: bool = False, **settings: Any) -> FhirApp:
        found = FhirSettings(today=lambda: date(2022, 6, 1), **settings)
        catalog = RegistryCatalog(registry.reader, read_stored)
        return fhir_app(catalog, settings=found, permits=(lambda scope: None) if writes else None)

    return made


def ask(app: FhirApp, method: str, path: str, **more: Any) -> httpx.Response:
    """One request."""

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://h") as client:
            return await client.request(method, path, **more)

    return asyncio.run(asked())


def batch(*urls: str) -> dict[str, Any]:
    """A batch of GETs."""
    entries = [{"request": {"method": "GET", "url": url}} for url in urls]
    return {"resourceType": "Bundle", "type": "batch", "entry": entries}


def statuses(answer: httpx.Response) -> list[str]:
    return [entry["response"]["status"] for entry in answer.json()["entry"]]


def too_costly(answer: Any) -> bool:
    return bool(answer["resourceType"] == "OperationOutcome" and answer["issue"][0]["code"] == "too-costly")


def test_a_batch_ends_answering_when_its_bytes_are_spent(make: Make) -> None:
    answer = ask(make(batch_bytes=100), "POST", "/", json=batch(*[LOOKUP[1:]] * 3))
    assert statuses(answer) == ["200", "422", "422"]
    assert too_costly(answer.json()["entry"][1]["resource"])


def test_a_batch_ends_answering_when_its_time_is_spent(make: Make) -> None:
    answer = ask(make(batch_seconds=-1.0), "POST", "/r5", json=batch(LOOKUP[1:]))
    assert statuses(answer) == ["422"]


def test_a_batch_has_a_number_of_entries(make: Make) -> None:
    answer = ask(make(batch_entries=2), "POST", "/", json=batch(*["metadata"] * 3))
    assert answer.status_code == 422 and too_costly(answer.json())


def test_an_url_that_cannot_be_read_is_that_entrys_error(make: Make) -> None:
    answer = ask(make(), "POST", "/", json=batch("http://[::1", LOOKUP[1:], "r4/"))
    assert statuses(answer) == ["400", "200", "400"]


def test_batches_in_xml_and_of_a_day(make: Make) -> None:
    answer = ask(make(), "POST", "/as-of/2020-05-01/r5", json=batch(LOOKUP[1:]), params={"_format": "xml"})
    assert answer.status_code == 200 and "Apple" in answer.text and "Apple or pear" not in answer.text


def test_others_are_answered_between_the_entries_of_a_batch(make: Make) -> None:
    app, order = make(), []

    async def both() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://h") as client:

            async def one(name: str, method: str, path: str, **more: Any) -> None:
                await client.request(method, path, **more)
                order.append(name)

            many = one("batch", "POST", "/", json=batch(*[LOOKUP[1:]] * 200))
            await asyncio.gather(many, one("lookup", "GET", LOOKUP))

    asyncio.run(both())
    assert order == ["lookup", "batch"]


def test_a_failure_of_ours_is_an_outcome(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    app, answer = make(), Service.answer

    def fails(self: Service, request: Request) -> Any:
        if request.path == ("metadata",):
            raise RuntimeError("secret")
        return answer(self, request)

    monkeypatch.setattr(Service, "answer", fails)
    alone = ask(app, "GET", "/metadata")
    assert alone.status_code == 500 and alone.json()["issue"][0]["code"] == "exception"
    assert "secret" not in alone.text
    among = ask(app, "POST", "/", json=batch("metadata", LOOKUP[1:]))
    assert statuses(among) == ["500", "200"] and "secret" not in among.text


def test_an_entry_without_a_url_names_it(make: Make) -> None:
    for request in ({"method": "GET", "url": ""}, {"method": "GET"}, {"method": "GET", "url": 5}):
        answer = ask(
            make(),
            "POST",
            "/",
            json={"resourceType": "Bundle", "type": "batch", "entry": [{"request": request}]},
        )
        (issue,) = answer.json()["entry"][0]["resource"]["issue"]
        assert (
            issue["expression"] == ["Bundle.entry[0].request.url"]
            and "request.url" in issue["details"]["text"]
        )


def test_bodies_have_a_size_and_uploads_a_larger_one(make: Make) -> None:
    body, limits = b'{"a":"' + b"x" * 2000 + b'"}', {"operation_body": 1000, "upload_body": 3000}
    for path in ("/ValueSet/$expand", "/", "/ValueSet"):
        answer = ask(make(**limits), "POST", path, content=body)
        assert answer.status_code == 413 and too_costly(answer.json()), path
    assert ask(make(writes=True, **limits), "POST", "/ValueSet/$expand", content=body).status_code == 413
    assert ask(make(writes=True, **limits), "POST", "/ValueSet", content=body).status_code != 413
    pieces = {"content-type": "application/fhir+xml"}
    answer = ask(make(xml_body=1000), "POST", "/ValueSet/$expand", content=body, headers=pieces)
    assert answer.status_code == 413


def test_a_body_that_is_no_xml_is_named_once(make: Make) -> None:
    space = 'xmlns="http://hl7.org/fhir"'
    for body, place in (
        (f"<Parameters {space}>\n<", "line 2: "),
        (f"<Parameters {space}><x/></Parameters>", "Parameters."),
    ):
        headers = {"content-type": "application/fhir+xml"}
        answer = ask(make(), "POST", "/ValueSet/$expand", content=body.encode(), headers=headers)
        text = answer.json()["issue"][0]["details"]["text"]
        assert answer.status_code == 400 and text.startswith(f"The body cannot be read: {place}"), text
        assert text.count("body") == 1


def test_bodies_of_many_elements_are_not_read(make: Make) -> None:
    answer = ask(make(elements=1000), "POST", "/ValueSet/$expand", content=b"[" + b"{}," * 40_000 + b"{}]")
    assert answer.status_code == 422 and too_costly(answer.json())


def sent(count: int) -> dict[str, Any]:
    """A Parameters with a code system and a value set over it."""
    listed = [{"code": f"c{n}"} for n in range(count)]
    system = {"resourceType": "CodeSystem", "url": "http://s", "status": "active", "content": "complete"}
    value_set = {"resourceType": "ValueSet", "url": "http://v", "status": "active"}
    include = [{"system": "http://s", "concept": listed}]
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "tx-resource", "resource": {**system, "concept": listed}},
            {"name": "valueSet", "resource": {**value_set, "compose": {"include": include}}},
        ],
    }


def test_resources_sent_along_have_a_number_of_concepts(make: Make) -> None:
    assert ask(make(given_concepts=20), "POST", "/ValueSet/$expand", json=sent(20)).status_code == 200
    answer = ask(make(given_concepts=20), "POST", "/ValueSet/$expand", json=sent(21))
    assert answer.status_code == 422 and too_costly(answer.json())


def test_large_bodies_are_read_in_another_thread_small_ones_here(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads, loads = [], orjson.loads
    app = make()
    ask(app, "GET", LOOKUP)  # reads the metadata, in another thread too

    def seen(data: bytes) -> Any:
        threads.append(threading.current_thread() is threading.main_thread())
        return loads(data)

    monkeypatch.setattr("api.fhir.server.app.orjson.loads", seen)
    for count in (10, 9000):
        assert ask(app, "POST", "/ValueSet/$expand", json=sent(count)).status_code == 200
    assert threads == [True, False]


def test_what_takes_long_goes_to_the_other_thread_with_the_same_answer(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = ["/CodeSystem/fruit-2022", f"/ValueSet/$expand?url={URL}?fhir_vs=isa/F", LOOKUP]
    before = [ask(make(), "GET", path).json() for path in paths]
    for module in (
        "registry.content.stored",
        "registry.content.release_index",
        "api.fhir.resources.resource_index",
    ):
        monkeypatch.setattr(f"{module}._INLINE_LIMIT", 0)
    monkeypatch.setattr("api.fhir.format.codesystem._PIECE", 2)
    after = [ask(make(), "GET", path).json() for path in paths]
    before[1], after[1] = before[1]["expansion"]["contains"], after[1]["expansion"]["contains"]
    assert after == before


def test_patience() -> None:
    require_offload(2, 1)
    with EVENT_LOOP_GUARD:
        require_offload(1, 1)
        with pytest.raises(NeedsOffload):
            require_offload(2, 1)
    require_offload(2, 1)
