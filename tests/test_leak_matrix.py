"""The leak matrix: every route × a restricted system × callers; no text and no code of it leaves to who may not read it.

Routes come from the application and the table of operations; a route or parameter without a value here fails, so that a
new one is not forgotten. Every text and code of the restricted content begins with ``zqx``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice, product
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api import refusal_log
from api.app import create_app
from api.bearer_tokens import secret_hash
from api.fhir.operations.operation_table import OPERATIONS
from api.settings import Settings
from registry import Registry
from tests.leak_world import ALIAS, ASKED, CONCEPT_MAPS, FREE, OID, SECRET, SUPPLEMENT, VALUE_SETS, fill

_MARKER = re.compile(r"zqx[a-z]*")
BEARER = {"Authorization": "Bearer all-rights"}
WRITER = {"Authorization": "Bearer no-reading"}
SYSTEMS = {
    "path": ["secret", OID, "supplement"],
    "query": ["secret", SECRET, ALIAS, f"urn:oid:{OID}", "supplement"],
}
#: values of REST parameters
VALUES: dict[str, list[str | None]] = {
    "code": [ASKED], "a": ["zqxroot"], "b": [ASKED], "q": ["zqxaskeddis", ASKED], "from": ["2020"], "to": ["2021"],
    "version": ["2020"], "relation": ["parents", "children", "ancestors", "descendants"], "format": ["csv", "json"],
    "on": [None], "lang": [None], "count": [None], "cursor": [None], "scope": [None], "role": [None], "reporter": [None],
    "track": [None], "type": [None], "status": [None], "since": [None], "escape_formulas": [None, "true"],
}  # fmt: skip

_SAMPLE = 11  #: every eleventh request is sent by the fast tests, every one by the slow ones

Send = Callable[[TestClient], Any]
Call = tuple[str, Send]


class World:
    """The registry behind callers that may read restricted content, and others."""

    def __init__(self, stack: ExitStack, registry: Registry) -> None:
        self.instants = fill(registry)
        self.registry = registry
        registry.access.add_token("writer", secret_hash("no-reading"), ["write", "load"])
        app = create_app(Settings(host="127.0.0.1", token="all-rights"), registry=registry)
        self.app = app
        near = TestClient(app, client=("127.0.0.1", 1), base_url="http://localhost")
        far = TestClient(app, client=("192.0.2.7", 1), base_url="http://localhost")
        rebound = TestClient(app, client=("127.0.0.1", 1), base_url="http://evil.example")
        proxied = TestClient(
            app,
            client=("127.0.0.1", 1),
            base_url="http://localhost",
            headers={"X-Forwarded-For": "192.0.2.7"},
        )
        token = TestClient(app, client=("192.0.2.7", 1), base_url="http://localhost", headers=BEARER)
        writer = TestClient(app, client=("192.0.2.8", 1), base_url="http://localhost", headers=WRITER)
        stack.enter_context(near)
        for client in (far, rebound, proxied, token, writer):
            client.portal = near.portal  # one thread, hence one connection to the database
        self.blocked, self.allowed = (
            {"far": far, "rebound": rebound, "proxied": proxied, "writer": writer},
            {"near": near, "token": token},
        )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ExitStack() as stack:
        path = tmp_path_factory.mktemp("leaks") / "leaks.sqlite"
        yield World(stack, stack.enter_context(Registry.open(str(path))))


def _get(url: str, /, **query: str | None) -> Call:
    given = {name: value for name, value in query.items() if value is not None}
    return f"GET {url} {given}", lambda client: client.get(url, params=given)


def _post(url: str, body: dict[str, Any]) -> Call:
    return f"POST {url} {body}", lambda client: client.post(url, json=body)


def _rest(world: World) -> Iterator[Call]:
    times = [None, *world.instants]
    for route in _api_routes(world.app.routes):
        if "GET" not in route.methods:
            continue
        names = [p.alias for p in route.dependant.query_params]
        paths = [p.alias for p in route.dependant.path_params]
        choices = [SYSTEMS["path"] if n == "system" else VALUES[n] for n in paths]
        asked = [
            times if n == "known_at" else [*SYSTEMS["query"], *([None] if "q" in names else [])] if n == "system"
            else [*VALUES[n], *([None] if n == "version" else [])]
            for n in names
        ]  # fmt: skip
        for values in product(*choices):
            path = "/api" + route.path.removeprefix("/api")
            for name, value in zip(paths, values, strict=True):
                path = re.sub(rf"{{{name}(:path)?}}", str(value), path)
            for query in product(*asked):
                yield _get(path, **dict(zip(names, query, strict=True)))


def _api_routes(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        yield from _api_routes(
            getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", [])
        )


URLS = [f"http://example.org/vs/{v['id']}" for v in VALUE_SETS] + [
    "http://example.org/vs/changed",
    f"{SECRET}?fhir_vs",
    f"{ALIAS}?fhir_vs",
    f"{SECRET}?fhir_vs=isa/zqxroot",
]
MAPS = [f"http://example.org/cm/{m['id']}" for m in CONCEPT_MAPS] + [
    f"{FREE}?fhir_cm=loaded",
    f"{SECRET}?fhir_cm=changes/2020/2021",
]
NAMES = [SECRET, ALIAS, f"urn:oid:{OID}"]
CODINGS = [{"system": name, "code": ASKED} for name in NAMES]
_EACH = [{"useSupplement": SUPPLEMENT}, {"includeDesignations": "true"}, {"version": "2020"}, {}]
#: parameters of the operations' requests; an operation without a row fails
REQUESTS: dict[str, list[dict[str, Any]]] = {
    "CodeSystem-lookup": [{"system": n, "code": ASKED, "property": "*", **more} for n in NAMES for more in _EACH[:1] + _EACH[2:]]
    + [{"system": SUPPLEMENT, "code": ASKED}, {"system": FREE, "code": "open1", "useSupplement": SUPPLEMENT}],
    "CodeSystem-validate-code": [{"url": n, "code": ASKED, "display": "wrong"} for n in NAMES]
    + [{"url": FREE, "code": "open1", "useSupplement": SUPPLEMENT}],
    "CodeSystem-subsumes": [{"system": n, "codeA": ASKED, "codeB": ASKED} for n in NAMES],
    "CodeSystem-batch-validate-code": [{"url": n, "validation": {"resourceType": "Parameters", "parameter": [
        {"name": "coding", "valueCoding": {"system": n, "code": ASKED, "display": "wrong"}}]}} for n in NAMES],
    "ValueSet-batch-validate-code": [{"url": u, "validation": {"resourceType": "Parameters", "parameter": [
        {"name": "coding", "valueCoding": {**CODINGS[0], "display": "wrong"}}]}} for u in URLS],
    "ConceptMap-translate": [{"system": n, "code": ASKED, **more} for n in NAMES for more in ({}, {"targetsystem": FREE})]
    + [{"system": FREE, "code": "open1", **more} for more in ({}, {"targetsystem": SECRET}, {"reverse": "true"})]
    + [{"url": u, "system": s, "code": c} for u in MAPS for s, c in ((SECRET, ASKED), (FREE, "open1"))],
    "ValueSet-expand": [{"url": u, **more} for u in URLS for more in _EACH[:2] + [{"filter": "zqx"}]],
    "ValueSet-validate-code": [{"url": u, "system": n, "code": ASKED, "display": "wrong"} for u in URLS for n in NAMES[:2]],
    "Server-versions": [{}],
    "Server-cache-control": [],
}  # fmt: skip


def _parameters(query: dict[str, Any]) -> dict[str, Any]:
    def named(name: str, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return {"name": name, "resource" if "resourceType" in value else "valueCoding": value}
        if value in ("true", "false"):
            return {"name": name, "valueBoolean": value == "true"}
        kind = "Code" if name == "code" else "Uri" if ":" in value else "String"
        return {"name": name, f"value{kind}": value}

    return {"resourceType": "Parameters", "parameter": [named(n, v) for n, v in query.items()]}


def _bundle(url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    entry = {
        "request": {"method": "POST" if body else "GET", "url": url},
        **({"resource": body} if body else {}),
    }
    return {"resourceType": "Bundle", "type": "batch", "entry": [entry]}


def _fhir(world: World) -> Iterator[Call]:
    for operation in OPERATIONS:
        path = "/".join(filter(None, (operation.kind, f"${operation.name}")))
        for request, instant in product(REQUESTS[operation.ident], [None, world.instants[1]]):
            timed = {**request, **({"known-at": instant} if instant and operation.kind else {})}
            body = _parameters(timed)
            for base in ("/fhir", "/fhir/r5", "/fhir/as-of/2020-06-01"):
                yield _post(f"{base}/{path}", body)
            yield _post("/fhir", _bundle(path, body))
            if all(isinstance(v, str) for v in timed.values()):
                yield _get(f"/fhir/{path}", **timed)
    yield from _instances()
    yield from _resources(world)


def _instances() -> Iterator[Call]:
    for ident in ("secret-2020", "secret-2021"):
        for operation in ("$lookup", "$validate-code"):
            yield _get(f"/fhir/CodeSystem/{ident}/{operation}", code=ASKED)
    for value_set in VALUE_SETS:
        for operation in ("$expand", "$validate-code"):
            yield _get(
                f"/fhir/ValueSet/{value_set['id']}/{operation}",
                **({} if operation == "$expand" else {"system": SECRET, "code": ASKED}),
            )
    for one in CONCEPT_MAPS:
        yield _get(f"/fhir/ConceptMap/{one['id']}/$translate", system=FREE, code="open1")


def _resources(world: World) -> Iterator[Call]:
    idents = {
        "CodeSystem": ["secret-2020", "secret-2021", "supplement-2020"],
        "ValueSet": [v["id"] for v in VALUE_SETS] + ["changed"],
        "ConceptMap": [m["id"] for m in CONCEPT_MAPS] + ["loaded-1"],
    }
    for kind, listed in idents.items():
        for instant in (None, *world.instants):
            known = {"known-at": instant}
            for ident in listed:
                for more in ({}, {"_summary": "true"}, {"_elements": "compose,group,concept,description"}):
                    yield _get(f"/fhir/{kind}/{ident}", **more, **known)
                for number in range(1, 25):
                    yield _get(f"/fhir/r5/{kind}/{ident}/_history/{number}", **known)
                yield _get(f"/fhir/{kind}", _id=ident, _summary="false", **known)
                yield _post("/fhir", _bundle(f"{kind}/{ident}"))
            urls = {"CodeSystem": NAMES, "ValueSet": URLS, "ConceptMap": MAPS}[kind]
            yield from (_get(f"/fhir/{kind}", url=url, **known) for url in urls)
            yield _get(f"/fhir/{kind}", _count="1000", _summary="false", **known)
        if kind != "ConceptMap":
            yield _get(f"/fhir/{kind}", code=ASKED)
            yield _get(f"/fhir/{kind}", system=SECRET)
    yield _get("/fhir/metadata", mode="terminology")
    yield _get("/fhir/metadata")


def _leaks(name: str, body: str) -> set[str]:
    return set(_MARKER.findall(body.lower())) - set(_MARKER.findall(name.lower()))


def _checked(world: World, calls: Iterator[Call]) -> Counter[str]:
    """Sends every call as every caller; returns how many answers there were, and how many had restricted content."""
    counts: Counter[str] = Counter()
    found: list[str] = []
    for name, send in calls:
        counts["calls"] += 1
        for caller, client in world.blocked.items():
            answer = send(client)
            counts["blocked answers"] += 1
            if (leaked := _leaks(name, answer.text)) or answer.status_code >= 500:
                found.append(f"{caller} {answer.status_code} {name}: {sorted(leaked)}")
        for caller, client in world.allowed.items():
            answer = send(client)
            counts[f"shown to {caller}"] += bool(_leaks(name, answer.text))
            if answer.status_code >= 500:
                found.append(f"{caller} {answer.status_code} {name}")
    print(dict(counts))
    assert not found, f"{len(found)} of {counts}:\n" + "\n".join(found[:20])
    return counts


@pytest.mark.parametrize("step", [_SAMPLE, pytest.param(1, marks=pytest.mark.slow)])
def test_nothing_restricted_leaves_over_rest(world: World, step: int) -> None:
    counts = _checked(world, islice(_rest(world), 0, None, step))
    assert counts["calls"] * step > 500 and counts["shown to near"] == counts["shown to token"]
    assert counts["shown to near"] * 5 > counts["calls"]


@pytest.mark.parametrize("step", [_SAMPLE, pytest.param(1, marks=pytest.mark.slow)])
def test_nothing_restricted_leaves_over_fhir(world: World, step: int) -> None:
    counts = _checked(world, islice(_fhir(world), 0, None, step))
    assert counts["calls"] * step > 1000 and counts["shown to near"] == counts["shown to token"]
    assert counts["shown to near"] * 5 > counts["calls"]


def test_pages_show_nothing_restricted(world: World) -> None:
    _checked(world, iter([_get("/"), _get("/api/docs"), _get("/api/openapi.json")]))


def test_open_content_stays_open(world: World) -> None:
    far = world.blocked["far"]
    assert far.get("/api/systems/free/codes/open1").json()["found"]
    assert far.get("/fhir/ValueSet/open").status_code == 200
    assert far.get("/fhir/ValueSet/changed").status_code == 200
    assert far.get("/fhir/ValueSet/$expand?url=http://example.org/vs/open").status_code == 200


def test_a_refusal_names_the_system_and_the_way_in(world: World) -> None:
    for path in ("ValueSet/listed", "ValueSet/changed/_history/1", "ConceptMap/to", "CodeSystem/secret-2020"):
        answer = world.blocked["far"].get(f"/fhir/{path}")
        if path == "ValueSet/changed/_history/1" and answer.status_code == 404:
            continue
        assert answer.status_code == 403, path
        assert "secret" in answer.text and "Bearer" in answer.text


def test_the_audit_trail_has_no_contents_of_queries(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every refused request of the matrix is in the trail, by its route."""
    monkeypatch.setattr(refusal_log, "_KINDS", 10_000)
    world.app.state.refusals.close()
    before = sum(e.count for e in world.registry.audit().entries)
    refused = 0
    for _, send in islice((*_rest(world), *_fhir(world)), 0, None, 2 * _SAMPLE):
        answer = send(world.blocked["far"])
        refused += (
            1 if answer.status_code == 403 else answer.text.count('"status":"403"')
        )  # entries of a batch
    world.app.state.refusals.close()
    trail = world.registry.audit()
    assert sum(e.count for e in trail.entries) - before == refused > 20
    texts = " ".join(
        f"{e.what} {e.system} {e.about} {e.origin} {e.who}" for e in trail.entries if e.kind == "refused"
    )
    assert not _MARKER.findall(texts.lower()) and ASKED not in texts
    assert {e.system for e in trail.entries if e.kind == "refused"} <= {"secret", "supplement", "hidden", ""}
