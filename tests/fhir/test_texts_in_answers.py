"""Texts in answers: languages that contain others, texts that a source has twice, provisional content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from loaders.contract import ParsedRelease
from registry import Registry
from registry.entities.records import ConceptRecord, Designation, ReleaseHeader, SystemRecord
from tests.fhir.conftest import URL, own, parameters

TWICE = (
    Designation("label.full", "Eple", "nb"),
    Designation("label.short", "Eple", "nb"),
    Designation("synonym", "Eple", ""),
    Designation("synonym", "Apple", "en"),
)
SCHOOL = "http://example.org/school"


@pytest.fixture
def twice(open_registry: Callable[..., Registry]) -> Iterator[TestClient]:
    """A provisional version whose long and short texts are the same."""
    registry = open_registry()
    system = SystemRecord(slug="school", url=SCHOOL, access="open", redistribution="yes", language="nb")
    header = ReleaseHeader(
        system="school", version="1", source_line="list", facets=("label.full", "label.short"),
        valid_from=date(2020, 1, 1), language="nb", status="provisional",
    )  # fmt: skip
    records = [ConceptRecord(code="A", designations=TWICE)]
    registry.load_parsed(ParsedRelease(header=header, concepts=records, system=system))
    with TestClient(create_app(Settings(), registry=registry)) as found:
        yield found


@pytest.mark.parametrize(("language", "text"), [("no", "Eple"), ("nb", "Eple"), ("nn", "Apple")])
def test_norwegian_is_bokmål_and_nynorsk(client: TestClient, language: str, text: str) -> None:
    query = {"system": URL, "code": "F1", "version": "2020"}
    headers = {"Accept-Language": f"{language}, en;q=0.1"}
    found = client.get("/fhir/CodeSystem/$lookup", params=query, headers=headers).json()
    assert parameters(found)["display"] == text


def test_the_same_text_is_listed_once(twice: TestClient) -> None:
    found = twice.get("/fhir/CodeSystem/$lookup", params={"system": SCHOOL, "code": "A"}).json()
    designations = [p["part"] for p in found["parameter"] if p["name"] == "designation"]
    assert len({str(parts) for parts in designations}) == len(designations) == 3
    query = {"url": f"{SCHOOL}?fhir_vs", "includeDesignations": "true"}
    entry = twice.get("/fhir/ValueSet/$expand", params=query).json()["expansion"]["contains"][0]
    assert [d["value"] for d in entry["designation"]] == ["Eple", "Apple"]
    wrong = {"url": SCHOOL, "code": "A", "display": "Pære"}
    message = parameters(twice.get("/fhir/CodeSystem/$validate-code", params=wrong).json())["message"]
    assert "'Eple' (nb) or 'Apple' (en)" in message and "2 choices" in message


def test_provisional_content_is_marked_in_every_answer(twice: TestClient) -> None:
    for path, query in (
        ("$lookup", {"system": SCHOOL, "code": "A"}),
        ("$validate-code", {"url": SCHOOL, "code": "A"}),
        ("$subsumes", {"system": SCHOOL, "codeA": "A", "codeB": "A"}),
    ):
        answer = twice.get(f"/fhir/CodeSystem/{path}", params=query).json()
        assert own(answer)["provisional"] is True and own(answer)["release"]
        assert not {"provisional", "release"} & parameters(answer).keys()
    request = {"url": f"{SCHOOL}?fhir_vs"}
    expansion = twice.get("/fhir/ValueSet/$expand", params=request).json()["expansion"]
    assert [p["name"] for p in expansion["parameter"]] == ["used-codesystem"]
    assert own(expansion)["provisional"] is True and own(expansion)["release"]
    bundle = twice.get("/fhir/CodeSystem", params={"url": SCHOOL}).json()
    for resource in (bundle["entry"][0]["resource"], twice.get("/fhir/CodeSystem/school-1").json()):
        assert resource["status"] == "draft"
        assert "urn:gyldig:extension:provisional" in {e["url"] for e in resource["extension"]}
