"""Changes as maps, and the vocabulary of relationships."""

from __future__ import annotations

import pytest

from mappings import change_map
from registry import Registry
from registry.entities.errors import UnknownTarget
from registry.entities.relationships import RELATIONSHIPS, from_r4, inverse, needs_comment, to_r4, to_skos
from tests.registry.making import load


def test_each_pair_of_a_change_is_a_row(registry: Registry) -> None:
    load(registry, "2020", {"K63.8": "Tarm", "A00": "x", "B00": "Tekst", "C00": "y"})
    load(registry, "2021", {"K63.8": "Tarm", "K63.80": "Kort tarm", "B00": "Noe annet", "C00": "Y."})
    rows = change_map(registry, "demo-icd", "2020", "2021").rows
    assert [(r.sources[0], r.target, r.relationship, r.automatic) for r in rows] == [
        ("A00", "", "", False),
        ("B00", "B00", "related-to", False),
        ("C00", "C00", "equivalent", True),
        ("K63.8", "K63.8", "source-is-broader-than-target", False),
        ("K63.8", "K63.80", "source-is-broader-than-target", False),
    ]
    assert all(r.comment for r in rows)
    with pytest.raises(UnknownTarget):
        change_map(registry, "demo-icd", "2020", "2031")


def test_relationships_turn_around_for_r4_and_back() -> None:
    for relationship in (*RELATIONSHIPS, ""):
        assert from_r4(to_r4(relationship)) == relationship
        assert inverse(inverse(relationship)) == relationship
    assert to_r4("source-is-broader-than-target") == "narrower"
    assert [r for r in RELATIONSHIPS if needs_comment(r)] == ["source-is-broader-than-target"]
    assert to_skos("not-related-to") is None
