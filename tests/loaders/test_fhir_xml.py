"""FHIR's XML and JSON say the same: there and back, what XML may not do, errors with the element."""

from __future__ import annotations

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from loaders.formats.fhir.fhir_xml import json_to_xml, xml_to_json
from registry.entities.errors import ContentError
from tests.loaders.fhir_made import bundle, code_system, concept_map, value_set

Json = dict[str, Any]
NS = 'xmlns="http://hl7.org/fhir"'


def back(resource: Json, release: str) -> Json:
    return xml_to_json(json_to_xml(resource, release=release), release=release)


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=20,
)
CODE = st.from_regex(r"[A-Za-z0-9.]{1,8}", fullmatch=True)
EXTENSION = st.fixed_dictionaries(
    {"url": st.just("http://example.org/e")},
    optional={"valueString": TEXT, "valueInteger": st.integers(-9, 9), "valueBoolean": st.booleans()},
)
DESIGNATION = st.fixed_dictionaries({"value": TEXT}, optional={"language": st.sampled_from(["nb", "en"])})
DECIMAL = st.sampled_from([Decimal("0.50"), Decimal("-7.125"), Decimal("0.0000001"), Decimal("12E+3"), 3])
PROPERTY = st.one_of(
    st.fixed_dictionaries({"code": CODE, "valueBoolean": st.booleans()}),
    st.fixed_dictionaries({"code": CODE, "valueInteger": st.integers(-999, 999)}),
    st.fixed_dictionaries({"code": CODE, "valueDecimal": DECIMAL}),
    st.fixed_dictionaries({"code": CODE, "valueCoding": st.fixed_dictionaries({"code": CODE})}),
)
LEAF = st.fixed_dictionaries(
    {"code": CODE},
    optional={
        "id": CODE,
        "display": TEXT,
        "_display": st.fixed_dictionaries({"extension": st.lists(EXTENSION, min_size=1, max_size=2)}),
        "designation": st.lists(DESIGNATION, min_size=1, max_size=2),
        "property": st.lists(PROPERTY, min_size=1, max_size=3),
    },
)
CONCEPT = st.recursive(
    LEAF,
    lambda inner: st.builds(
        lambda c, below: c | {"concept": below}, LEAF, st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CONCEPT, min_size=1, max_size=3), st.sampled_from(["R4", "R4B", "R5"]))
def test_generated_code_systems_come_back(concept: list[Json], release: str) -> None:
    resource = code_system(concept=concept)
    assert back(resource, release) == resource


@pytest.mark.parametrize("release", ["R4", "R4B", "R5"])
def test_bundles_value_sets_and_parameters_come_back(release: str) -> None:
    nested = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "url", "valueUri": "http://example.org/vs"},
            {"name": "count", "valueInteger": 0},
            {"name": "tx-resource", "resource": value_set()},
            {"name": "property", "part": [{"name": "value", "valueDecimal": 1.5}]},
        ],
    }
    for resource in (bundle(code_system(), value_set()), nested):
        assert back(resource, release) == resource
    if release != "R5":
        assert back(concept_map(), release) == concept_map()


def test_values_with_id_and_extension_keep_their_places() -> None:
    note = {"extension": [{"url": "http://example.org/e", "valueString": "x"}]}
    resource = value_set(
        _title={"id": "t"},
        compose={
            "include": [
                {
                    "valueSet": ["http://example.org/a", None, "http://example.org/b"],
                    "_valueSet": [None, note, {"id": "x"}],
                }
            ]
        },
    )
    assert back(resource, "R5") == resource


def test_narrative_comes_back() -> None:
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>Pærer &amp; epler</p></div>'
    resource = value_set(text={"status": "generated", "div": div})
    assert back(resource, "R4") == resource


def test_elements_are_in_the_order_of_fhir() -> None:
    shuffled = dict(reversed(list(value_set().items())))
    root = etree.fromstring(json_to_xml(shuffled, release="R4"))
    assert [etree.QName(e).localname for e in root] == ["id", "url", "version", "status", "compose"]
    assert json_to_xml(shuffled, release="R4") == json_to_xml(value_set(), release="R4")


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (f"<ValueSet {NS}><status value='active'>", "f.xml:1: not whole XML"),
        (f"<ValueSet {NS}><colour value='red'/></ValueSet>", "ValueSet.colour: FHIR R5 has no element"),
        (f"<Fruit {NS}/>", "FHIR R5 has no resource 'Fruit'"),
        ("<ValueSet><status value='active'/></ValueSet>", "not in FHIR's namespace"),
        (f"<ValueSet {NS}><status value='a'/><status value='b'/></ValueSet>", "ValueSet.status: .*only one"),
        (f"<ValueSet {NS}><experimental value='yes'/></ValueSet>", "ValueSet.experimental: 'yes'"),
        (f"<ValueSet {NS}><status/></ValueSet>", "ValueSet.status: an element without value"),
        (f"<ValueSet {NS}>hello</ValueSet>", "there is text where"),
        (f"<ValueSet {NS} colour='red'/>", "no attribute 'colour'"),
        (f"<!DOCTYPE ValueSet><ValueSet {NS}/>", "document type"),
        (f"<!DOCTYPE a [<!ENTITY e 'x'>]><ValueSet {NS}><title value='&e;'/></ValueSet>", "entities"),
        (
            f"<CodeSystem {NS}><concept><concept><code valu='1'/></concept></concept></CodeSystem>",
            r"CodeSystem.concept\[0\].concept\[0\].code: .*'valu'",
        ),
        (
            f"<Bundle {NS}>"
            + "<entry><resource><Bundle>" * 90
            + "</Bundle></resource></entry>" * 90
            + "</Bundle>",
            "deep",
        ),
    ],
)
def test_bad_xml_is_refused_with_its_place(xml: str, message: str) -> None:
    with pytest.raises(ContentError, match=message):
        xml_to_json(xml.encode(), release="R5", file="f.xml")


@pytest.mark.parametrize(
    ("resource", "message"),
    [
        ({"resourceType": "ValueSet", "colour": "red"}, "ValueSet.colour"),
        (
            {"resourceType": "ValueSet", "compose": {"include": [{"concept": [{"cod": 1}]}]}},
            r"concept\[0\].cod",
        ),
        ({"resourceType": "ValueSet", "identifier": {}}, "ValueSet.identifier: a list"),
        ({"resourceType": "ValueSet", "title": "\x01"}, "ValueSet.title: .*control"),
        ({"resourceType": "ValueSet", "text": {"div": "<p>"}}, "ValueSet.text.div: .*XHTML"),
        ({"resourceType": "../os"}, "no resource"),
        ({}, "a resource is expected"),
    ],
)
def test_json_that_xml_cannot_say_is_refused(resource: Json, message: str) -> None:
    with pytest.raises(ContentError, match=message):
        json_to_xml(resource)


def test_size_is_bounded() -> None:
    with pytest.raises(ContentError, match="larger than 10 bytes"):
        xml_to_json(json_to_xml(value_set()), limit=10)


def test_samples_come_back(samples: Path) -> None:
    for file in sorted((samples / "fhir-no").glob("*.json")):
        resource = json.loads(file.read_text("utf-8"))
        narrative = resource.pop("text", None)
        assert back(resource, "R4") == resource, file.name
        if narrative:
            there = back(resource | {"text": narrative}, "R4")["text"]["div"]
            assert etree.tostring(etree.fromstring(there), method="c14n") == etree.tostring(
                etree.fromstring(narrative["div"]), method="c14n"
            )


def test_many_attributes_are_refused_at_once() -> None:
    """Reading the attributes of an element takes the square of their number, and no other thread runs meanwhile."""
    many = " ".join(f'a{n}="1"' for n in range(300_000))
    body = f'<Parameters xmlns="http://hl7.org/fhir" {many}/>'.encode()
    started = time.process_time()
    with pytest.raises(ContentError, match="50"):
        xml_to_json(body, release="R5")
    assert time.process_time() - started < 10
