"""Decimals over HTTP: what is written with its digits is answered with them, in JSON and XML."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

TOKEN = {"Authorization": "Bearer secret"}
JSON = {**TOKEN, "Content-Type": "application/fhir+json"}
SET = (
    '{"resourceType":"ValueSet","id":"mine","url":"http://example.org/vs","version":"1","status":"active",'
    '"extension":[{"url":"http://example.org/weight","valueDecimal":1.50}],'
    '"compose":{"include":[{"system":"http://example.org/dose"}]}}'
)
SYSTEM = (
    '{"resourceType":"CodeSystem","id":"dose","url":"http://example.org/dose","version":"1","status":"active",'
    '"content":"complete","property":[{"code":"mg","type":"decimal"}],'
    '"concept":[{"code":"d1","display":"low","property":[{"code":"mg","valueDecimal":2.500}]}]}'
)


@pytest.fixture
def written(client: TestClient) -> TestClient:
    for kind, ident, body in (("ValueSet", "mine", SET), ("CodeSystem", "dose", SYSTEM)):
        assert client.put(f"/fhir/{kind}/{ident}", content=body, headers=JSON).status_code == 201
    return client


@pytest.mark.parametrize("base", ["/fhir", "/fhir/r5"])
@pytest.mark.parametrize(
    ("path", "digits"),
    [
        ("ValueSet/mine", "1.50"),
        ("ValueSet?url=http://example.org/vs", "1.50"),
        ("CodeSystem/$lookup?system=http://example.org/dose&code=d1&property=mg", "2.500"),
        ("ValueSet/$expand?url=http://example.org/vs&property=mg", "2.500"),
    ],
)
def test_digits_are_kept(written: TestClient, base: str, path: str, digits: str) -> None:
    as_json = written.get(f"{base}/{path}", headers={"Accept": "application/fhir+json"})
    assert f'"valueDecimal":{digits}' in as_json.text, as_json.text
    as_xml = written.get(f"{base}/{path}", headers={"Accept": "application/fhir+xml"})
    assert f'<valueDecimal value="{digits}"/>' in as_xml.text, as_xml.text


def test_sent_resources_keep_their_digits(written: TestClient) -> None:
    parameters = f'{{"resourceType":"Parameters","parameter":[{{"name":"valueSet","resource":{SET}}}]}}'
    answer = written.post("/fhir/r5/ValueSet/$expand", content=parameters, headers=JSON)
    assert answer.status_code == 200
