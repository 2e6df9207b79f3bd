"""Lists of a system that may be read and not passed on: every surface decides alike (table of ``registry.terminology.licences``).

The oracle is the number of codes that an answer would show, with those of the pages before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import product
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from registry import Registry
from registry.entities.records import ConceptRecord, Designation, SystemRecord
from registry.terminology.licences import PART
from tests.registry.making import load

URL, SIZE = "https://example.org/kept", 250
KEPT = SystemRecord(
    slug="kept", url=URL, titles={"en": "Kept"}, access="open", redistribution="no", rules="icd-10-no"
)
PAGES = [(0, 20), (0, PART), (0, PART + 1), (PART - 10, 10), (PART - 10, 11), (PART, 1), (240, 100)]


def _records(year: int) -> list[ConceptRecord]:
    """A top with one group of 200 codes and one of 40; each year other texts."""
    codes = [
        "A",
        "A0",
        "A1",
        *(f"A0.{n:03d}" for n in range(SIZE - 50)),
        *(f"A1.{n:03d}" for n in range(40)),
    ]
    parents = {"A0": ("A",), "A1": ("A",)}
    return [
        ConceptRecord(
            code=code,
            designations=(Designation("display", f"{'small' if 'A1' in code else 'large'} {year}", "en"),),
            parents=parents.get(code, (code[:2],) if len(code) > 2 else ()),
        )
        for code in codes
    ]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = str(tmp_path_factory.mktemp("kept") / "kept.sqlite")
    with Registry.open(url) as registry:
        for year in (2020, 2021):
            load(registry, str(year), _records(year), system=KEPT, facets=("display", "hierarchy"))
    return url


@pytest.fixture(scope="module")
def client_of(kept: str) -> Iterator[Callable[[str], TestClient]]:
    """A client at an address."""
    with ExitStack() as stack:

        def make(host: str) -> TestClient:
            app = create_app(Settings(db=kept, host="127.0.0.1"))
            return stack.enter_context(TestClient(app, client=(host, 5000), base_url="http://localhost"))

        yield make


@pytest.fixture(scope="module")
def near(client_of: Callable[[str], TestClient]) -> TestClient:
    return client_of("127.0.0.1")


@pytest.fixture(scope="module")
def far(client_of: Callable[[str], TestClient]) -> TestClient:
    return client_of("192.0.2.7")


def _rest(path: str) -> Callable[[int, int], str]:
    return lambda offset, count: f"/api/{path}&count={count}&cursor={offset}"


def _expand(query: str) -> Callable[[int, int], str]:
    return lambda offset, count: f"/fhir/ValueSet/$expand?{query}&count={count}&offset={offset}"


def _shown(answer: dict[str, Any]) -> list[Any]:
    """The codes that an answer lists."""
    if "expansion" in answer:
        return list(answer["expansion"].get("contains", []))
    return max((answer.get(name, []) for name in ("hits", "codes", "changes")), key=len)


PARTS = {
    "REST search": _rest("systems/kept/search?q=large&version=2021"),
    "REST search, any system": _rest("search?q=large&version=2021&system=kept"),
    "REST descendants": _rest("systems/kept/codes/A0/descendants?version=2021"),
    "REST children": _rest("systems/kept/codes/A0/children?version=2021"),
    "REST hierarchy": _rest("hierarchy?system=kept&code=A0&relation=descendants&version=2021"),
    "REST changes": _rest("systems/kept/changes?from=2020&to=2021"),
    "FHIR expand, filter": _expand(f"url={URL}?fhir_vs&filter=large"),
    "FHIR expand, a part": _expand(f"url={URL}?fhir_vs=isa/A0&excludeNested=true"),
    "FHIR expand, a small part": _expand(f"url={URL}?fhir_vs=isa/A1&excludeNested=true"),
    "REST small descendants": _rest("systems/kept/codes/A1/descendants?version=2021"),
}


@pytest.mark.parametrize(("name", "page"), product(PARTS, PAGES))
def test_parts_are_given_up_to_the_same_number(
    near: TestClient, far: TestClient, name: str, page: tuple[int, int]
) -> None:
    path = PARTS[name](*page)
    whole = near.get(path)
    assert whole.status_code == 200, whole.text
    shown = _shown(whole.json())
    answer = far.get(path)
    allowed = not shown or page[0] + len(shown) <= PART
    assert answer.status_code == (200 if allowed else 403), answer.text
    if allowed:
        assert _shown(answer.json()) == shown


@pytest.mark.parametrize(
    "path",
    ["/api/systems/kept/versions/2021/download", "/fhir/CodeSystem/kept-2021", f"/fhir/ValueSet/$expand?url={URL}?fhir_vs&count=1"],
)  # fmt: skip
def test_whole_lists_are_refused(near: TestClient, far: TestClient, path: str) -> None:
    assert near.get(path).status_code == 200
    refused = far.get(path)
    assert refused.status_code == 403 and "token" in refused.text


def test_a_search_everywhere_gives_as_much(far: TestClient) -> None:
    hits = far.get("/api/search?q=large&count=1000").json()["hits"]
    assert len(hits) == PART
    assert far.get(f"/api/search?q=large&cursor={PART}").json()["hits"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/systems/kept/codes/A0.100",
        "/api/systems/kept/codes/A0.100/validity",
        "/api/systems/kept/codes/A0.100/history",
        f"/fhir/CodeSystem/$lookup?system={URL}&code=A0.100",
        f"/fhir/CodeSystem/$validate-code?url={URL}&code=A0.100",
        f"/fhir/ValueSet/$validate-code?url={URL}?fhir_vs&system={URL}&code=A0.100",
    ],
)
def test_single_codes_are_given(far: TestClient, path: str) -> None:
    assert far.get(path).status_code == 200
