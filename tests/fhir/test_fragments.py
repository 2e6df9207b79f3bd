"""Answers joined from parts written once are those of the operations and encoders."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

import orjson
import pytest

from api.fhir.format.encoding import lookup_json
from api.fhir.format.expansion import entry_json
from api.fhir.operations.fragment_cache import Fragments, code_and_display, look
from api.fhir.operations.lookup_writer import LookupWriter
from api.fhir.server.app import FhirApp
from api.fhir.server.warm_up import warm_up
from registry.content.view import ContentView
from registry.entities.languages import Languages, parse
from registry.terminology.catalog import Missing
from registry.terminology.context import Context
from registry.terminology.entries import ExpansionEntryBuilder
from registry.terminology.expand import ExpandRequest
from registry.terminology.lookup import LookupRequest, lookup
from registry.terminology.registry_catalog import RegistryCatalog
from registry.terminology.valueset import Include, ValueSet
from tests.fhir.test_fast_path import URL, ask, catalog, made, slow

__all__ = ["catalog", "slow"]

LANGUAGES: list[Languages | None] = [None, *(parse(t) for t in ("nb", "en", "de, nb;q=0.5", "nb,*;q=0"))]
DAYS = [date(2020, 5, 1), date(2022, 5, 1)]


def content_on(catalog: RegistryCatalog, day: date) -> ContentView:
    found = catalog.code_system(URL, on=day)
    assert not isinstance(found, Missing)
    return found


@pytest.mark.parametrize("languages", LANGUAGES, ids=str)
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_lookups_written_from_parts_are_the_operations(
    catalog: RegistryCatalog, languages: Languages | None, day: date
) -> None:
    context = Context(catalog=catalog, languages=languages, on=day, date_given=True)
    content = content_on(catalog, day)
    writer = LookupWriter(context, content)
    expected = {}
    for record in content.concepts(list(content.all())):
        found = lookup(context, LookupRequest(system=URL, code=record.code))
        expected[record.code] = orjson.dumps(lookup_json(found))
        assert found.ident is not None
        writer.learn(found.ident, expected[record.code])
    assert {code: writer.find(code) for code in expected} == expected
    assert writer.find("F9") is None


@pytest.mark.parametrize("languages", LANGUAGES, ids=str)
@pytest.mark.parametrize("day", DAYS, ids=str)
def test_fragments_are_what_the_encoder_writes_of_an_entry(
    catalog: RegistryCatalog, languages: Languages | None, day: date
) -> None:
    content = content_on(catalog, day)
    context = Context(catalog=catalog, languages=languages, on=day)
    options = ExpandRequest(value_set=ValueSet(url="", version="", includes=(Include(system=URL),)))
    builder = ExpansionEntryBuilder(context, options, versioned=set())
    fragments = Fragments(content, languages)
    for ident in content.all():
        fragment = fragments.get(ident)
        entry = builder._entry(content, content.concept(ident), None)
        written = orjson.dumps(entry_json(entry, "R5"))
        start = orjson.dumps({"system": URL})[:-1]
        if entry.display is None or entry.properties or entry.annotations:
            assert not fragment
        else:
            assert start + b"," + fragment + b"}" == written
            assert tuple(map(orjson.loads, code_and_display(fragment))) == (entry.code, entry.display)


def test_what_is_in_force_is_read_before_the_first_request(catalog: RegistryCatalog) -> None:
    content = catalog.code_system(URL)
    assert not isinstance(content, Missing)
    assert warm_up(catalog, concepts=len(content), seconds=60) == len(content)
    for kind in ("entry", "lookup"):
        assert len(content.state_texts((kind, *look(content, None)))) >= len(content)
    assert warm_up(catalog, concepts=len(content) - 1, seconds=60) == 0
    assert warm_up(catalog, concepts=0, seconds=60) == 0


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_answers_from_a_template_are_the_operations(
    catalog: RegistryCatalog, slow: FhirApp, day: date
) -> None:
    """Members and others, with and without a display, each asked when the template is known."""
    app = made(catalog, memoise=True)
    content = content_on(catalog, day)
    for url in (URL + "?fhir_vs", URL + "?fhir_vs=isa/F1", URL + "?fhir_vs=isa/F"):
        shared = {"url": url, "system": URL, "date": day.isoformat()}
        records = content.concepts(list(content.all()))
        asked = [{"code": r.code} for r in records]
        asked += [{"code": r.code, "display": r.designations[0].text} for r in records]
        asked += [{"code": "F1", "display": "wrong"}, {"code": "F9"}, {"code": "f1"}]
        for varying in asked * 3:
            query = urlencode({**shared, **varying})
            path = "/r5/ValueSet/$validate-code"
            assert ask(app, path, query, {}) == ask(slow, path, query, {})


def test_fragments_end_when_content_is_deleted(catalog: RegistryCatalog) -> None:
    """Ids of purged states may be given again, also to a table that is still in use."""
    content = content_on(catalog, DAYS[1])
    key = ("entry", *look(content, None))
    Fragments(content, None).fill(list(content.all()))
    table = content.state_texts(key)
    assert len(table)
    catalog._context.database.caches.clear()
    assert not len(table) and not len(content.state_texts(key))
