"""Expansions of value sets sent along: from prepared requests as from requests that are prepared anew."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from api.fhir.fhir_settings import FhirSettings
from api.fhir.server.app import FhirApp, fhir_app
from registry.terminology.registry_catalog import RegistryCatalog
from tests.fhir.test_fast_path import SET, TODAY, URL, app, ask, catalog, prepared, slow

__all__ = ["app", "catalog", "slow"]

PARAMETER = "http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter"
SUPPLEMENT = "http://hl7.org/fhir/StructureDefinition/valueset-supplement"


def filtered(op: str, value: object) -> dict[str, Any]:
    return {"system": URL, "filter": [{"property": "concept", "op": op, "value": value}]}


def listed(*codes: Any) -> dict[str, Any]:
    return {"system": URL, "concept": [c if isinstance(c, dict) else {"code": c} for c in codes]}


INCLUDES: list[dict[str, Any]] = [
    filtered("is-a", "F"), filtered("is-a", "F1"), filtered("is-a", "f1"), filtered("is-a", "F9"),
    filtered("descendent-of", "F"), filtered("is-a", 7), listed("F1", "F2"), listed("F2", "F1", "F2", "none"),
    listed({"code": "F1", "display": "Epple"}, "F9"), listed(7), {"system": URL}, {"system": URL, "version": "2020"},
    {"valueSet": [SET]}, {"system": "http://unknown"}, {},
]  # fmt: skip
SHELLS: list[dict[str, Any]] = [
    {}, {"url": "http://sent", "version": "1", "name": "Sent"}, {"language": "nb"}, {"url": SET}, {"status": "draft"},
    {"extension": [{"url": PARAMETER, "extension": [
        {"url": "name", "valueString": "displayLanguage"}, {"url": "value", "valueString": "nb"}]}]},
    {"extension": [{"url": PARAMETER, "extension": [{"url": "name", "valueString": "count"}, {"url": "value", "valueString": "1"}]}]},
    {"extension": [{"url": SUPPLEMENT, "valueCanonical": "http://none"}]},
    {"resourceType": "CodeSystem"}, {"compose": 7}, {"experimental": True, "copyright": "x", "versionAlgorithmString": "semver"},
]  # fmt: skip
MORE: list[list[dict[str, Any]]] = [
    [], [{"name": "count", "valueInteger": 1}], [{"name": "filter", "valueString": "apple"}],
    [{"name": "activeOnly", "valueBoolean": True}], [{"name": "displayLanguage", "valueCode": "nb"}],
    [{"name": "date", "valueDate": "2020-05-01"}], [{"name": "system-version", "valueUri": URL + "|2020"}],
    [{"name": "excludeNested", "valueBoolean": True}], [{"name": "includeDefinition", "valueBoolean": True}],
    [{"name": "url", "valueUri": SET}], [{"name": "unheard-of", "valueString": "x"}], [{"name": "count", "valueString": "x"}],
    [{"name": "property", "valueString": "colour"}, {"name": "offset", "valueInteger": 1}],
]  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A Parameters resource with a value set, now and then without one or with two."""
    includes = draw(st.lists(st.sampled_from(INCLUDES), min_size=1, max_size=2))
    compose: dict[str, Any] = {"include": includes}
    if draw(st.integers(0, 4)) == 0:
        compose["exclude"] = [draw(st.sampled_from(INCLUDES[:8]))]
    shell = draw(st.sampled_from(SHELLS))
    resource = {"resourceType": "ValueSet", "status": "active", "compose": compose, **shell}
    number = draw(st.sampled_from([1, 1, 1, 1, 1, 0, 2]))
    sent = [{"name": "valueSet", "resource": resource}] * number
    written = orjson.dumps({"resourceType": "Parameters", "parameter": [*sent, *draw(st.sampled_from(MORE))]})
    return draw(st.sampled_from([written] * 9 + [written[:-1]]))


@settings(max_examples=500, deadline=None)
@given(
    bodies(),
    st.sampled_from(["/", "/r5/", "/as-of/2020-05-01/"]),
    st.sampled_from([{}, {"accept-language": "nb"}]),
)
def test_prepared_requests_expand_what_is_sent(
    app: FhirApp, slow: FhirApp, body: bytes, base: str, headers: dict[str, str]
) -> None:
    path = base + "ValueSet/$expand"
    expected = told(ask(slow, path, "", headers, body))
    for _ in range(3):  # prepared, then from what was prepared, then from the answers kept
        assert told(ask(app, path, "", headers, body)) == expected
    typed = {**headers, "content-type": "application/fhir+json"}
    assert told(ask(app, path, "", typed, body)) == expected


def told(answer: tuple[int, bytes]) -> tuple[int, Any]:
    """An answer without what differs from answer to answer."""
    found = orjson.loads(answer[1])
    if answer[0] == 200:
        found.pop("id")
        found["expansion"] = {
            k: v for k, v in found["expansion"].items() if k not in ("identifier", "timestamp")
        }
    return answer[0], found


def body_of(codes: list[str], *more: dict[str, Any]) -> bytes:
    resource = {"resourceType": "ValueSet", "status": "active", "compose": {"include": [listed(*codes)]}}
    return orjson.dumps(
        {"resourceType": "Parameters", "parameter": [{"name": "valueSet", "resource": resource}, *more]}
    )


def test_value_sets_sent_along_share_one_prepared_request(catalog: RegistryCatalog) -> None:
    app = fhir_app(lambda trusted: catalog, settings=FhirSettings(today=lambda: TODAY))
    for codes in (["F1"], ["F2"], ["F1", "F2"]):
        assert ask(app, "/ValueSet/$expand", "", {}, body_of(codes))[0] == 200
    assert prepared(app) == 1


def test_the_bound_of_concepts_holds_for_each_request(catalog: RegistryCatalog) -> None:
    """A small request prepared before does not let a large one pass."""
    app = fhir_app(lambda trusted: catalog, settings=FhirSettings(today=lambda: TODAY, given_concepts=300))
    assert ask(app, "/ValueSet/$expand", "", {}, body_of(["F1"]))[0] == 200
    few = body_of(["F1"], {"name": "filter", "valueString": " " * 400})
    assert ask(app, "/ValueSet/$expand", "", {}, few)[0] == 200
    assert ask(app, "/ValueSet/$expand", "", {}, body_of(["F1"] * 301))[0] == 422


def test_an_answer_is_kept_from_the_second_request_on(app: FhirApp) -> None:
    body = body_of(["F2"], {"name": "count", "valueInteger": 5})
    first, second, third = (ask(app, "/ValueSet/$expand", "", {}, body)[1] for _ in range(3))
    assert first != second == third


def test_a_client_that_may_not_read_gets_its_own_answer(catalog: RegistryCatalog) -> None:
    """Callers have prepared requests of their own."""
    app = fhir_app(
        lambda trusted: catalog,
        settings=FhirSettings(today=lambda: TODAY),
        trusts=lambda scope: not any(k == b"x-far" for k, _ in scope["headers"]),
    )
    for headers in ({}, {"x-far": "1"}):
        assert ask(app, "/ValueSet/$expand", "", headers, body_of(["F1"]))[0] == 200
    assert [len(app.service.fast_path[trusted]._prepared) for trusted in (True, False)] == [1, 1]
