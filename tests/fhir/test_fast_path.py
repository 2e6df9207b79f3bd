"""The fast path is the request builder memoised: the same bytes as without a memo; what is kept ends with the catalog's state."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, quote_plus

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from starlette.testclient import TestClient

from api.app import create_app
from api.fhir.fhir_settings import FhirSettings
from api.fhir.resources.stored_catalog import read_stored
from api.fhir.server.app import FhirApp, fhir_app
from api.settings import Settings
from registry import Registry
from registry.store.artifacts import ArtifactRow, put_artifacts
from registry.store.current_ledger import EPOCH_SECONDS
from registry.terminology.registry_catalog import RegistryCatalog
from tests.fhir.conftest import URL, fill

TODAY = date(2022, 6, 1)
SET, MAP = "http://example.org/set", "http://example.org/map"
RESOURCES: list[dict[str, Any]] = [
    {"resourceType": "ValueSet", "url": SET, "status": "draft", "language": "nb",
     "compose": {"include": [{"system": URL, "filter": [{"property": "concept", "op": "is-a", "value": "F1"}]}]}},
    {"resourceType": "ValueSet", "url": SET + "2", "version": "1", "status": "active",
     "compose": {"include": [{"system": URL, "version": "2020", "concept": [{"code": "F1", "display": "Epple"}, {"code": "F9"}]}]}},
    {"resourceType": "ValueSet", "url": SET + "3", "status": "active", "compose": {"include": [{"valueSet": [SET]}]}},
    {"resourceType": "ValueSet", "url": SET + "4", "status": "active", "compose": {"include": [{"valueSet": ["http://no"]}]}},
    {"resourceType": "ValueSet", "url": SET + "5", "status": "active", "compose": {"include": [
        {"system": URL, "concept": [{"code": "F2"}, {"code": "F1"}]}, {"system": URL, "version": "2020", "concept": [{"code": "F1"}]}]}},
    {"resourceType": "ConceptMap", "url": MAP, "status": "active", "group": [
        {"source": URL, "target": "http://t", "unmapped": {"mode": "fixed", "code": "U"},
         "element": [{"code": "F1", "target": [{"code": "A", "equivalence": "wider", "comment": "x"}, {"code": "B"}]}]},
        {"source": URL, "target": "http://u", "element": [{"code": "F1", "target": [{"code": "C"}]}, {"code": "F2"}]}]},
]  # fmt: skip
CODES = ["F", "F1", "f1", "F1a", "F2", "F9", "", "Ω", "F 1", "F1&x", "\x00", "F1%41", "x" * 300]
URLS = [
    URL,
    URL + "|2020",
    URL + "?fhir_vs",
    URL + "?fhir_vs=isa/F1",
    SET,
    SET + "2",
    SET + "2|1",
    SET + "3",
    SET + "4",
    MAP,
]
URLS += ["http://nowhere", "", "fruit"]  # fmt: skip
TEXTS = {
    "code": CODES, "codeA": CODES, "codeB": CODES, "sourceCode": CODES, "url": URLS, "system": URLS,
    "version": ["2020", "2022", "2023", "1999", "20*", ""], "systemVersion": ["2020", "2022", "1"],
    "date": ["2020-05-01", "2022-05-01T10:00:00Z", "2021-01-01", "2022", "2020-13-01", "1990", "2023-02-02"],
    "displayLanguage": ["nb", "en;q=0.5,nb", "de", "nb,*;q=0", "??", ""], "display": ["Apple", "eple", "Pear", " Apple  or pear "],
    "valueSetVersion": ["1", "2"], "conceptMapVersion": ["1", ""], "targetSystem": ["http://t", "http://z"],
    "property": ["colour", "*", "parent"], "known-at": ["2020-01-01", "x"], "inferSystem": ["true"], "_format": ["json", "xml"],
    "activeOnly": ["true"], "abstract": ["false"], "nonsense": ["1"], "useSupplement": ["http://s"], "reverse": ["true"],
}  # fmt: skip
#: what each operation needs, with values that are right for it
NEEDS = {
    "CodeSystem/fruit-2022/$lookup": {"code": CODES},
    "CodeSystem/$lookup": {"system": [URL], "code": CODES},
    "CodeSystem/$validate-code": {"url": [URL, URL + "|2020"], "code": CODES},
    "CodeSystem/$subsumes": {"system": [URL], "codeA": CODES[:5], "codeB": CODES[:5]},
    "ValueSet/$validate-code": {"url": URLS[2:9], "system": [URL], "code": CODES},
    "ConceptMap/$translate": {"url": [MAP], "system": [URL], "code": CODES},
}
#: parameters in addition to the code
BESIDE = ["version", "date", "date", "displayLanguage", "display", "systemVersion", *sorted(TEXTS)]
HEADERS = [
    {},
    {"accept-language": "nb, en;q=0.3"},
    {"accept": "application/fhir+xml"},
    {"accept": "application/json"},
]


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RegistryCatalog]:
    with Registry.open(str(tmp_path_factory.mktemp("fast") / "fast.sqlite"), today=TODAY) as registry:
        fill(registry)
        put_artifacts(registry.reader.database, rows())
        yield RegistryCatalog(registry.reader, read_stored)


@pytest.fixture(scope="module")
def app(catalog: RegistryCatalog) -> FhirApp:
    return made(catalog, memoise=True)


@pytest.fixture(scope="module")
def slow(catalog: RegistryCatalog) -> FhirApp:
    """The slow twin: every request is prepared anew."""
    return made(catalog, memoise=False)


def made(catalog: RegistryCatalog, *, memoise: bool) -> FhirApp:
    settings = FhirSettings(today=lambda: TODAY)
    return fhir_app(lambda trusted: catalog, settings=settings, memoise=memoise)


def rows() -> list[ArtifactRow]:
    return [
        ArtifactRow(kind=r["resourceType"], resource_id=f"r{n}", url=r["url"], version=r.get("version", ""), body=orjson.dumps(r))
        for n, r in enumerate(RESOURCES)
    ]  # fmt: skip


def ask(app: FhirApp, path: str, query: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, bytes]:
    """Status and body of an answer; POST if there is a body."""
    pairs = [(k.encode(), v.encode()) for k, v in headers.items()]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST" if body else "GET", "path": path, "headers": pairs}
    asyncio.run(app({**scope, "query_string": query.encode("latin-1")}, receive, send))
    return sent[0]["status"], sent[1]["body"]


def prepared(app: FhirApp) -> int:
    """How many prepared requests are kept."""
    return len(app.service.fast_path[True]._prepared)


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, str, dict[str, str]]:
    """Mostly sensible requests: each may lack what it needs, repeat it, or carry what does not belong."""
    path = draw(st.sampled_from(sorted(NEEDS)))
    pairs = [
        (name, draw(st.sampled_from(values)))
        for name, values in NEEDS[path].items()
        if draw(st.integers(0, 19))
    ]
    names = draw(st.lists(st.sampled_from(BESIDE), max_size=2))
    pairs += [(name, draw(st.sampled_from(TEXTS[name]))) for name in names]
    query = "&".join(f"{k}={quote_plus(v)}" for k, v in draw(st.permutations(pairs)))
    odd = draw(st.sampled_from(["", "", "", "", "&", "&code", "&%63ode=F2", "&a=æ", "&code=%ff"]))
    base = draw(st.sampled_from(["/", "/", *BASES]))
    return base + path, query + odd, draw(st.sampled_from(HEADERS))


@settings(max_examples=1000, deadline=None)
@given(questions())
def test_memoised_answers_are_those_made_anew(
    app: FhirApp, slow: FhirApp, question: tuple[str, str, dict[str, str]]
) -> None:
    expected = ask(slow, *question)
    assert ask(app, *question) == expected
    assert ask(app, *question) == expected, "the prepared request gives the same again"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("ConceptMap/$translate?sourceCode=F", "ConceptMap/$translate?code=F&sourceCode=F"),
        (f"CodeSystem/$lookup?system={URL}&code=F1", f"CodeSystem/$lookup?system={URL}&code="),
        (f"CodeSystem/$lookup?system={URL}&code=", f"CodeSystem/$lookup?system={URL}&code=F1"),
        (
            f"CodeSystem/$subsumes?system={URL}&codeA=F1",
            f"CodeSystem/$subsumes?system={URL}&codeA=F1&codeB=F1",
        ),
    ],
)
def test_a_prepared_request_is_of_the_same_parameters(
    catalog: RegistryCatalog, slow: FhirApp, first: str, then: str
) -> None:
    """Which parameters are given decides whether the request is refused, so another set of them is prepared anew."""
    app = made(catalog, memoise=True)
    for request in (first, then, first):
        path, _, query = request.partition("?")
        assert ask(app, f"/{path}", query, {}) == ask(slow, f"/{path}", query, {})


@pytest.mark.parametrize("code", ["F%01", "%08", "%0C", "\\u0001", "F%EF%BF%BF", "%00"])
def test_an_answer_in_xml_replaces_what_xml_cannot_hold(slow: FhirApp, code: str) -> None:
    status, body = ask(
        slow, "/r4/CodeSystem/$lookup", f"system={URL}&code={code}", {"accept": "application/fhir+xml"}
    )
    assert status in (400, 404)
    etree.fromstring(body)


@settings(max_examples=500, deadline=None)
@given(questions())
def test_a_body_is_answered_like_a_url(
    app: FhirApp, slow: FhirApp, question: tuple[str, str, dict[str, str]]
) -> None:
    path, query, headers = question
    body = as_body(query)
    expected = ask(slow, path, "", headers, body)
    assert ask(app, path, "", headers, body) == expected
    assert ask(app, path, "", headers, body) == expected
    by_url = ask(slow, path, query, headers)
    if by_url[0] == 200 and "_format" not in query:
        assert expected == by_url


def as_body(query: str) -> bytes:
    pairs = parse_qsl(query, keep_blank_values=True)
    listed = [{"name": name, "valueString": value} for name, value in pairs]
    return orjson.dumps({"resourceType": "Parameters", "parameter": listed})


BASES = ["/", "/r4/", "/r5/", "/as-of/2020-05-01/", "/r5/as-of/2022-05-01/"]


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    "path",
    [
        f"CodeSystem/$lookup?system={URL}&code=CODE",
        f"CodeSystem/$lookup?system={URL}&date=2020-05-01&code=CODE",
        f"CodeSystem/$validate-code?url={URL}&code=CODE",
        f"ValueSet/$validate-code?url={URL}%3Ffhir_vs&system={URL}&code=CODE",
        f"ValueSet/$validate-code?url={SET}&system={URL}&code=CODE",
        f"CodeSystem/$subsumes?system={URL}&codeA=F1&codeB=CODE",
        f"ConceptMap/$translate?url={MAP}&system={URL}&code=CODE",
        "CodeSystem/fruit-2022/$lookup?code=CODE",
    ],
)
def test_similar_requests_share_one_prepared_request(
    catalog: RegistryCatalog, slow: FhirApp, base: str, path: str
) -> None:
    app = made(catalog, memoise=True)
    for code in ("F1", "F", "F1", "F2"):
        at, _, query = path.replace("CODE", code).partition("?")
        assert ask(app, base + at, query, {}) == ask(slow, base + at, query, {})
    assert prepared(app) == 1


def test_what_another_connection_stores_is_in_the_next_answer(
    client: TestClient, open_registry: Callable[..., Registry]
) -> None:
    """Prepared requests and kept answers end with the epoch."""
    other = open_registry(today=TODAY)
    asked = f"/fhir/ValueSet/$validate-code?url={SET}&system={URL}&code=F1a"
    expanded = f"/fhir/ValueSet/$expand?url={SET}"
    assert client.get(asked).status_code == client.get(expanded).status_code == 404
    put_artifacts(other.reader.database, rows()[:1])
    time.sleep(EPOCH_SECONDS)
    assert client.get(asked).json()["parameter"][0]["valueBoolean"] is True
    assert len(client.get(expanded).json()["expansion"]["contains"][0]["contains"]) == 1
    narrower = {**RESOURCES[0], "compose": {"include": [{"system": URL, "concept": [{"code": "F2"}]}]}}
    row = ArtifactRow(kind="ValueSet", resource_id="r0", url=SET, body=orjson.dumps(narrower))
    put_artifacts(other.reader.database, [row])
    time.sleep(EPOCH_SECONDS)
    assert client.get(asked).json()["parameter"][0]["valueBoolean"] is False
    assert client.get(expanded).json()["expansion"]["contains"][0]["code"] == "F2"


def test_an_answer_kept_is_the_callers_own(open_registry: Callable[..., Registry]) -> None:
    """A caller who may not read restricted content does not get a cached answer to a caller who may."""
    from msgspec.structs import replace

    from loaders.contract import ParsedRelease
    from registry.entities.records import ReleaseHeader, SystemRecord
    from tests.fhir.conftest import concept

    registry = open_registry(today=TODAY)
    system = SystemRecord(
        slug="secret", url="http://example.org/secret", access="restricted", redistribution="no"
    )
    header = ReleaseHeader(system="secret", version="1", source_line="list", facets=("display",))
    records = [replace(concept("S", "Secret"), properties=())]
    registry.load_parsed(ParsedRelease(header=header, concepts=records, system=system))
    app = create_app(Settings(host="127.0.0.1", today=TODAY, token="t"), registry=registry)
    paths = [
        "CodeSystem/$lookup?system=http://example.org/secret&code=S",
        "ValueSet/$expand?url=http://example.org/secret?fhir_vs",
    ]
    with (
        TestClient(app, client=("127.0.0.1", 1), base_url="http://localhost") as near,
        TestClient(app, client=("10.0.0.1", 1), base_url="http://localhost") as far,
    ):
        for path in paths * 2:
            assert near.get(f"/fhir/{path}").status_code == 200
            assert far.get(f"/fhir/{path}").status_code == 403
            assert near.get(f"/fhir/{path}", headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 403
            assert far.get(f"/fhir/{path}", headers={"Authorization": "Bearer t"}).status_code == 200
