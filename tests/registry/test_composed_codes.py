"""Codes are in Unicode's composed form before they are hashed, stored and searched for, however a file writes them."""

from __future__ import annotations

import unicodedata

from registry import Registry
from registry.entities.records import Property, Removal
from tests.registry.making import PLAIN, concept, load, release
from tests.registry.test_removals import changes

CODE, PARENT, VALUE = (unicodedata.normalize("NFD", text) for text in ("Å1", "Øvre ä", "blå"))
COMPOSED = unicodedata.normalize("NFC", CODE)


def test_a_decomposed_code_is_found_in_both_forms_and_nothing_is_damaged(registry: Registry) -> None:
    records = [
        concept(PARENT, "Øverst"),
        concept(CODE, "Ål", parents=(PARENT,), properties=(Property("farge", VALUE, "string"),)),
    ]
    facets = ("label.full", "hierarchy")
    assert load(registry, "2020", records, system=PLAIN, facets=facets).concepts == 2
    assert registry.verify().problems == []
    for asked in (CODE, COMPOSED):
        found = registry.lookup("plain", asked, version="2020")
        assert found.found and found.code == COMPOSED
        assert registry.validity("plain", asked, on="2020-05-01").valid
        assert [s.code for s in registry.history("plain", asked).spans] == [COMPOSED]
    relatives = registry.hierarchy("plain", CODE, "parents", version="2020")
    assert [r.code for r in relatives.codes] == [unicodedata.normalize("NFC", PARENT)]


def test_the_same_list_in_the_other_form_says_the_same(registry: Registry) -> None:
    load(registry, "2020", [concept(CODE, "Ål")], system=PLAIN)
    other = registry.load_parsed(release("2020", [concept(COMPOSED, "Ål")], system=PLAIN))
    assert other.new_states == 0
    assert registry.verify().problems == []


def test_a_removal_names_the_code_in_either_form(registry: Registry) -> None:
    load(registry, "2020", [concept(COMPOSED, "Ål"), concept("b", "b")], system=PLAIN, facets=("label.full",))
    registry.load_parsed(changes("2021", "2020", Removal(CODE)))
    assert not registry.lookup("plain", COMPOSED, version="2021").found
    assert registry.verify().problems == []
