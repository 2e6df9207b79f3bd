"""Resources are returned in the elements of the requested release, whatever release they were written in."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.fhir.format.r4_r5 import ELEMENTS, in_release
from loaders.formats.fhir.elements import resource_type
from loaders.formats.fhir.fhir_xml import xml_to_json
from tests.fhir.conftest import URL

TOKEN = {"Authorization": "Bearer secret"}
PERIOD = {"start": "2020-01-01", "end": "2030-12-31"}
CONTACT = [{"name": "A. Writer"}]
METADATA: dict[str, Any] = {
    "status": "active", "versionAlgorithmString": "semver", "copyrightLabel": "None", "approvalDate": "2020-01-02",
    "lastReviewDate": "2021-01-02", "effectivePeriod": PERIOD, "topic": [{"text": "fruit"}], "author": CONTACT,
    "editor": CONTACT, "reviewer": CONTACT, "endorser": CONTACT,
}  # fmt: skip
RELATED = {"relatedArtifact": [{"type": "predecessor", "display": "older"}]}
USE = {"value": "Eple", "additionalUse": [{"code": "u", "system": "http://u"}]}
FIVE: dict[str, dict[str, Any]] = {
    "CodeSystem": {
        "resourceType": "CodeSystem", "id": "veg", "url": "http://example.org/veg", "version": "1.0.0", **METADATA,
        "caseSensitive": True, "content": "complete", "concept": [{"code": "v1", "display": "Leek"}],
    },
    "ValueSet": {
        "resourceType": "ValueSet", "id": "q", "url": "http://example.org/q", "version": "1", **METADATA,
        "scope": {"inclusionCriteria": "all", "exclusionCriteria": "none"},
        "compose": {
            "property": ["colour"],
            "include": [{"system": URL, "copyright": "me", "concept": [{"code": "F1", "designation": [USE]}]}],
        },
    },
    "ConceptMap": {
        "resourceType": "ConceptMap", "id": "m", "url": "http://example.org/m", "version": "1", **METADATA,
        "identifier": [{"value": "1"}], "sourceScopeUri": "http://a", "targetScopeCanonical": "http://b|2",
        "property": [{"code": "p", "type": "string"}],
        "group": [
            {
                "source": "http://a|1", "target": "http://b|2",
                "element": [
                    {
                        "code": "x",
                        "target": [
                            {
                                "code": "y", "relationship": "source-is-narrower-than-target",
                                "dependsOn": [{"attribute": "p", "valueCoding": {"system": "http://s", "code": "c"}}],
                                "product": [{"attribute": "p", "valueString": "t"}],
                            }
                        ],
                    },
                    {"code": "z", "noMap": True},
                ],
                "unmapped": {"mode": "use-source-code", "relationship": "equivalent"},
            }
        ],
    },
}  # fmt: skip
KINDS = sorted(FIVE)


def valid(release: str, resource: dict[str, Any]) -> None:
    kind = resource["resourceType"]
    package = "fhir.resources." + ("R4B." if release == "R4" else "")
    getattr(importlib.import_module(package + kind.lower()), kind).model_validate(resource)


@pytest.mark.parametrize(("kind", "release"), sorted(ELEMENTS))
def test_elements_are_those_of_the_published_definitions(kind: str, release: str) -> None:
    assert ELEMENTS[kind, release] == {"resourceType", *resource_type(kind, release).elements}


@pytest.mark.parametrize("kind", KINDS)
def test_to_r4_and_back_loses_only_what_r4_cannot_say(kind: str) -> None:
    five = FIVE[kind] | RELATED
    valid("R5", five)
    four = in_release(five, "R4")
    valid("R4", four)
    back = in_release(four, "R5")
    valid("R5", back)
    lost = {"relatedArtifact"} | ({"property"} if kind == "ConceptMap" else set())
    if kind == "ConceptMap":
        back["group"][0]["unmapped"]["relationship"] = "equivalent"
    assert back == {k: v for k, v in five.items() if k not in lost}
    assert in_release(four, "R4") == four and in_release(back, "R5") == back


def test_maps_change_their_words() -> None:
    four = in_release(FIVE["ConceptMap"], "R4")
    group = four["group"][0]
    assert (group["source"], group["sourceVersion"], four["sourceUri"]) == ("http://a", "1", "http://a")
    assert group["element"][0]["target"][0]["equivalence"] == "wider"
    assert group["element"][1]["target"] == [{"equivalence": "unmatched"}]
    assert group["unmapped"] == {"mode": "provided"} and four["identifier"] == {"value": "1"}


@pytest.mark.parametrize("base", ["/fhir", "/fhir/r5"])
@pytest.mark.parametrize("kind", KINDS)
def test_stored_resources_are_returned_in_either_release(client: TestClient, kind: str, base: str) -> None:
    given = FIVE[kind] if base.endswith("r5") else in_release(FIVE[kind], "R4")
    path = f"{kind}/{given['id']}"
    assert client.put(f"{base}/{path}", json=given, headers=TOKEN).status_code == 201
    for release, other in (("R4", "/fhir"), ("R5", "/fhir/r5")):
        url = given["url"]
        read = client.get(f"{other}/{path}").json()
        listed = client.get(f"{other}/{kind}", params={"url": url, "_summary": "false"}).json()
        valid(release, listed)
        assert {k: v for k, v in listed["entry"][0]["resource"].items() if k != "meta"} == {
            k: v for k, v in read.items() if k != "meta"
        }
        for more in ("", "?_summary=true", "?_elements=copyrightLabel"):
            valid(release, client.get(f"{other}/{path}{more}").json())
        xml = client.get(f"{other}/{path}?_format=xml")
        assert xml.status_code == 200 and xml_to_json(xml.content, release=release)["url"] == url
        assert ("effectivePeriod" in read) == (release == "R5")
        periods = [e["valuePeriod"] for e in read.get("extension", []) if "valuePeriod" in e]
        assert periods == ([PERIOD] if release == "R4" else [])


def test_expansions_with_their_definition_are_of_the_release(client: TestClient) -> None:
    client.put("/fhir/r5/ValueSet/q", json=FIVE["ValueSet"], headers=TOKEN)
    query = {"url": "http://example.org/q", "includeDefinition": "true"}
    for release, base in (("R4", "/fhir"), ("R5", "/fhir/r5")):
        answer = client.get(f"{base}/ValueSet/$expand", params=query).json()
        valid(release, answer)
        assert ("scope" in answer) == (release == "R5") and "compose" in answer


def test_code_systems_carry_their_period_where_the_release_has_it(client: TestClient) -> None:
    four = client.get("/fhir/CodeSystem/fruit-2022").json()
    five = client.get("/fhir/r5/CodeSystem/fruit-2022").json()
    period = {"start": "2022-01-01", "end": "2022-12-31"}
    assert five["effectivePeriod"] == period and "extension" not in five
    assert [e["valuePeriod"] for e in four["extension"]] == [period] and "effectivePeriod" not in four
