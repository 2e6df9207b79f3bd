"""Messages of FHIR answers: bokmål where the request asks for Norwegian, else English, on every way to an answer."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from api.fhir.operations.answer_language import answer_language, display_language
from api.fhir.operations.operation_table import OPERATIONS
from api.fhir.server.app import FhirApp, fhir_app
from registry.entities.messages import Message, catalogue, worded
from registry.entities.results import UNKNOWN
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.issues import MESSAGES, issue
from tests.fhir import test_fast_path as prepared_requests
from tests.fhir.conftest import URL
from tests.fhir.test_fast_path import SET, as_body, ask

app, slow, catalog = prepared_requests.app, prepared_requests.slow, prepared_requests.catalog

#: path, query, words in English, words in bokmål
CASES = [
    ("/CodeSystem/$lookup", f"system={URL}&code=F9", "Unknown code 'F9'", "Ukjent kode 'F9' i kodeverket"),
    ("/CodeSystem/$validate-code", f"url={URL}&code=F1&display=Pear", "Wrong Display Name", "Feil visningstekst 'Pear'"),
    ("/CodeSystem/$validate-code", f"url={URL}&code=F9", "Unknown code", "Ukjent kode 'F9'"),
    ("/ValueSet/$validate-code", f"url={SET}&system={URL}&code=F2", "was not found in the value set", "finnes ikke i verdisettet"),
    ("/ValueSet/$expand", "url=http://nowhere", "could not be found", "En definisjon av verdisettet 'http://nowhere' ble ikke funnet"),
    ("/ConceptMap/$translate", f"url=http://nowhere&system={URL}&code=F1", "could not be found", "ble ikke funnet"),
    ("/CodeSystem/$subsumes", f"system={URL}&codeA=F9&codeB=F1", "Unknown code 'F9'", "Ukjent kode 'F9'"),
    ("/CodeSystem/$lookup", f"system={URL}&code=F1&date=never", "'date': 'never' is not a date", "'date': 'never' er ikke en dato"),
    ("/CodeSystem/$lookup", f"system={URL}&code=F1&date=", "'date': '' is not a date", "'date': '' er ikke en dato"),
    ("/CodeSystem/$lookup", f"system={URL}&code=F1&useSupplement=", "'useSupplement' is empty", "'useSupplement' er tom"),
    ("/CodeSystem/$lookup", f"system={URL}&code=F1&tx-resource=", "'tx-resource[0]' must be a", "'tx-resource[0]' skal være et"),
    ("/CodeSystem/$lookup", f"system={URL}&code=F1&code=F2", "is given more than once", "'code' er oppgitt mer enn én gang"),
    ("/CodeSystem/$lookup", f"system={URL}", "The parameter 'code' is required", "Parameteren 'code' er påkrevd"),
]  # fmt: skip


def texts(body: bytes) -> str:
    """Every text of the issues and of ``message`` in an answer."""
    answer = orjson.loads(body)
    found: list[dict[str, Any]] = [answer]
    texts = []
    for p in answer.get("parameter", []):
        found += [p["resource"]] if "resource" in p else []
        texts += [p["valueString"]] if p["name"] == "message" else []
    return "\n".join([*texts, *(i["details"]["text"] for f in found for i in f.get("issue", []))])


@pytest.mark.parametrize(("path", "query", "english", "bokmaal"), CASES)
def test_display_language_decides_by_url_and_by_body_prepared_or_not(
    app: FhirApp, slow: FhirApp, path: str, query: str, english: str, bokmaal: str
) -> None:
    for one in (app, slow, app):
        for lang, expected, other in (
            ("nb", bokmaal, english),
            ("de", english, bokmaal),
            ("nn-NO", bokmaal, english),
            ("", english, bokmaal),
        ):
            asked = f"{query}&displayLanguage={lang}" if lang else query
            for status, body in (ask(one, path, asked, {}), ask(one, path, "", {}, as_body(asked))):
                shown = texts(body)
                assert expected in shown and other not in shown, (lang, status, shown)


@pytest.mark.parametrize(("path", "query", "english", "bokmaal"), CASES)
def test_the_header_decides_without_the_parameter(
    app: FhirApp, path: str, query: str, english: str, bokmaal: str
) -> None:
    header = {"accept-language": "nb-NO,en;q=0.5"}
    for _ in range(2):
        assert bokmaal in texts(ask(app, path, query, header)[1])
        assert english in texts(ask(app, path, f"{query}&displayLanguage=en", header)[1])
        assert english in texts(ask(app, path, query, {"accept-language": "de"})[1])


def test_each_validation_of_a_batch_has_its_own_language(app: FhirApp) -> None:
    def one(lang: str) -> dict[str, Any]:
        return {
            "name": "validation",
            "resource": orjson.loads(as_body(f"system={URL}&code=F9&displayLanguage={lang}")),
        }

    body = orjson.dumps({"resourceType": "Parameters", "parameter": [one("nb"), one("en")]})
    listed = orjson.loads(ask(app, "/CodeSystem/$batch-validate-code", "", {}, body)[1])["parameter"]
    first, second = (texts(orjson.dumps(p["resource"])) for p in listed)
    assert "Ukjent kode" in first and "Unknown code" in second and "Unknown code" not in first


def test_prepared_requests_are_kept_by_language() -> None:
    assert not [o.ident for o in OPERATIONS if "displayLanguage" in o.varying]


@pytest.mark.parametrize(
    ("asked", "header", "expected"),
    [
        ("nb", "en", "nb"),
        ("no", "", "nb"),
        ("de", "nb", "en"),
        ("", "de,nb;q=0.5", "nb"),
        ("", "en-US,nb;q=0.9", "en"),
        ("", "nb;q=0.2,en", "en"),
        ("??", "nb", "en"),
        ("", "", "en"),
    ],
)
def test_the_first_language_that_messages_have(asked: str, header: str, expected: str) -> None:
    assert answer_language(asked, {"accept-language": header} if header else {}) == expected


@pytest.mark.parametrize(
    "body", [None, [], {"parameter": 1}, {"parameter": [1, {"name": "displayLanguage"}]}]
)
def test_a_malformed_body_asks_for_no_language(body: Any) -> None:
    assert display_language([], body) == ""


@pytest.mark.parametrize("name", [name for name, row in MESSAGES.items() if not row.given])
def test_every_finding_is_in_both_languages(name: str) -> None:
    assert name in catalogue()
    found = issue(name, *(f"<{n}>" for n in range(6)))
    assert isinstance(found.text, Message) and found.in_language("nb") != found.text == found.in_language(
        "de"
    )
    assert {v for v in found.text.values.values() if v in found.text} == {
        v for v in found.text.values.values() if v in found.in_language("nb")
    }


@pytest.mark.parametrize(
    ("sent", "status", "english", "bokmaal"),
    [
        (("text/plain", b"x"), 415, "is not read", "leses ikke"),
        (("application/json", b"{"), 400, "is not whole JSON", "er ikke fullstendig JSON"),
        (("application/fhir+xml", b"<a>"), 400, "cannot be read", "kan ikke leses"),
        (("application/json", b"[" + b" " * 10_000_000), 413, "is larger than", "er større enn"),
    ],
)
def test_bodies_are_refused_in_the_language(
    app: FhirApp, sent: tuple[str, bytes], status: int, english: str, bokmaal: str
) -> None:
    kind, body = sent
    path = "/CodeSystem/$lookup"
    for query, header, expected in (
        ("", {}, english),
        ("displayLanguage=nb", {}, bokmaal),
        ("", {"accept-language": "nb"}, bokmaal),
        ("displayLanguage=en", {"accept-language": "nb"}, english),
    ):
        found, answer = ask(app, path, query, {**header, "content-type": kind}, body)
        assert (found, expected in texts(answer)) == (status, True), answer


def test_a_failure_of_the_server_is_reported_in_the_language(
    app: FhirApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.service, "answer", lambda request: 1 / 0)
    status, answer = ask(app, "/CodeSystem/$nothing", "displayLanguage=nb", {})
    assert status == 500 and "Tjeneren mislyktes" in texts(answer)


def test_every_reason_has_a_word_in_both_languages() -> None:
    for reason in (*UNKNOWN, "inactive", "unknown_code", "upcoming", "expired"):
        assert isinstance(worded(reason), Message), reason
        assert "_" not in worded(reason) and worded(reason) != worded(reason).in_language("nb")


@pytest.mark.parametrize("kind", ["fragment", "example"])
def test_the_reason_of_an_unclosed_expansion_is_in_the_language(kind: str) -> None:
    system = {
        "resourceType": "CodeSystem",
        "url": "http://x.test/s",
        "content": kind,
        "status": "active",
        "concept": [{"code": "a"}],
    }
    value_set = {
        "resourceType": "ValueSet",
        "status": "active",
        "compose": {"include": [{"system": system["url"]}]},
    }
    for lang, expected in (("en", "This extension is based on"), ("nb", "Ekspansjonen bygger på")):
        body = {
            "resourceType": "Parameters",
            "parameter": [
                {"name": "valueSet", "resource": value_set},
                {"name": "tx-resource", "resource": system},
                {"name": "displayLanguage", "valueCode": lang},
            ],
        }
        app = fhir_app(MemoryCatalog())
        status, answer = ask(app, "/ValueSet/$expand", "", {}, orjson.dumps(body))
        reasons = [e.get("valueString") for e in orjson.loads(answer)["expansion"]["extension"]]
        assert status == 200 and any(reason and reason.startswith(expected) for reason in reasons), answer
