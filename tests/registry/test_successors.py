"""Where the content of a code went: precedence of evidence, one event per code, and what is automatic."""

from __future__ import annotations

from typing import Any

import pytest

from mappings import change_map
from registry import Registry
from registry.entities.records import ConceptRecord, Designation
from registry.entities.results import Change
from tests.registry.making import DEMO, PLAIN, concept, load

Event = tuple[str, list[str], list[str], tuple[bool, bool]]


def _changes(registry: Registry, old: Any, new: Any, **more: Any) -> list[Change]:
    load(registry, "2020", old, **more)
    load(registry, "2021", new, **more)
    return registry.diff(more.get("system", DEMO).slug, "2020", "2021").changes


def _brief(change: Change) -> Event:
    flags = (change.automatic_forward, change.automatic_back)
    return change.type, [c.code for c in change.inputs], [c.code for c in change.outputs], flags


NO, FORWARD, BACK = (False, False), (True, False), (False, True)
TABLE: dict[str, tuple[dict[str, str], dict[str, str], list[Event]]] = {
    "the text of a vanished code stands under a new one": (
        {"Z22.3": "Bakteriebærer", "Z22.30": "Latent tuberkulose"},
        {"Z22.3": "Bakteriebærer", "Z22.7": "Latent tuberkulose"},
        [("recoded", ["Z22.30"], ["Z22.7"], NO)],
    ),
    "the same below a category that is listed without flags": (
        {"Z22": "Bærer", "Z22.3": "Bakteriebærer", "Z22.30": "Latent tuberkulose"},
        {"Z22": "Bærer", "Z22.3": "Bakteriebærer", "Z22.7": "Latent  «tuberkulose»"},
        [("recoded", ["Z22.30"], ["Z22.7"], NO)],
    ),
    "the text of a vanished code stands under a code that had another": (
        {"K40.9": "Uten obstruksjon", "K40.91": "Primært", "K40.92": "Residiv"},
        {"K40.9": "Uten obstruksjon", "K40.91": "Residiv"},
        [("relabelled", ["K40.92", "K40.91"], ["K40.91"], NO)],
    ),
    "texts move down by one": (
        {"K40.9": "Uten obstruksjon", "K40.91": "Primært", "K40.92": "Residiv"},
        {"K40.9": "Uten obstruksjon", "K40.90": "Primært", "K40.91": "Residiv"},
        [("relabelled", ["K40.92", "K40.91"], ["K40.91", "K40.90"], NO)],
    ),
    "a code that stays had the vanished code's text all the time": (
        {"K40.9": "Uten obstruksjon", "K40.91": "Residiv", "K40.92": "Residiv"},
        {"K40.9": "Uten obstruksjon", "K40.91": "Residiv"},
        [("taken_over", ["K40.92", "K40.9"], ["K40.9"], NO)],
    ),
    "a code that stays gains and loses longer ones": (
        {"K40.9": "Uten obstruksjon", "K40.91": "Primært", "K40.92": "Residiv"},
        {"K40.9": "Uten obstruksjon", "K40.90": "Første", "K40.91": "Primært"},
        [("transferred", ["K40.92", "K40.9"], ["K40.9", "K40.90"], NO)],
    ),
    "a text that two vanished codes had": (
        {"A10.1": "Lik", "A10.2": "Lik"}, {"B10.1": "Lik"},
        [("merged", ["A10.1", "A10.2"], ["B10.1"], NO)],
    ),
    "a text that two new codes have alike": (
        {"A10": "Topp", "A10.1": "Lik"}, {"A10": "Topp", "B10.1": "Lik", "C10.1": "Lik"},
        [("taken_over", ["A10.1", "A10"], ["A10"], NO), ("created", [], ["B10.1"], NO), ("created", [], ["C10.1"], NO)],
    ),
    "a part of a split keeps the text": (
        {"D37.0": "Svulst"}, {"D37.00": "Svulst", "D37.01": "Svulst b"},
        [("split", ["D37.0"], ["D37.00", "D37.01"], NO)],
    ),
    "a fold below a code that is new too": (
        {"A10": "Topp", "A10.00": "a", "A10.01": "b"}, {"A10": "Topp", "A10.0": "ab"},
        [("transferred", ["A10.00", "A10.01", "A10"], ["A10", "A10.0"], NO)],
    ),
    "a fold": ({"A10": "Topp", "A10.1": "a"}, {"A10": "Topp"}, [("taken_over", ["A10.1", "A10"], ["A10"], FORWARD)]),
    "a fold into a code of another text": (
        {"A10": "Topp", "A10.1": "a"}, {"A10": "Noe annet"}, [("taken_over", ["A10.1", "A10"], ["A10"], NO)]),
    "a split": ({"A10": "Topp"}, {"A10.1": "a", "A10.2": "b"}, [("split", ["A10"], ["A10.1", "A10.2"], BACK)]),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_lists(registry: Registry, case: str) -> None:
    old, new, expected = TABLE[case]
    assert [_brief(c) for c in _changes(registry, old, new)] == expected


def test_a_proposal_by_text_is_marked(registry: Registry) -> None:
    old, new, _ = TABLE["texts move down by one"]
    (change,) = _changes(registry, old, new)
    assert (change.source, change.reviewed, change.aspects) == ("derived", False, ["relabelled", "recoded"])
    rows = {(r.sources[0], r.target): r for r in change_map(registry, "demo-icd", "2020", "2021").rows}
    assert set(rows) == {("K40.91", "K40.90"), ("K40.91", "K40.91"), ("K40.92", "K40.91")}
    assert rows["K40.92", "K40.91"].relationship == "equivalent"
    assert rows["K40.91", "K40.91"].relationship == "related-to"
    assert not any(r.automatic or r.automatic_back for r in rows.values())


FACETS = ("label.full", "selectable", "hierarchy")


def test_a_header_flip_beside_a_split_leaves_the_way_back(registry: Registry) -> None:
    old = [concept("C43.1", "Øyelokk", selectable=True)]
    new = [
        concept("C43.1", "Øyelokk", selectable=False),
        concept("C43.11", "Høyre", selectable=True),
        concept("C43.12", "Venstre", selectable=True),
    ]
    (change,) = _changes(registry, old, new, facets=FACETS)
    assert _brief(change) == ("split_off", ["C43.1"], ["C43.1", "C43.11", "C43.12"], BACK)
    assert change.aspects == ["split_off", "retired_for_use"]


def test_a_code_that_goes_while_its_category_becomes_a_header_and_gains_codes(registry: Registry) -> None:
    old = [concept("C43.1", "Øyelokk", selectable=True), concept("C43.10", "Uspesifisert", selectable=True)]
    new = [concept("C43.1", "Øyelokk", selectable=False), concept("C43.11", "Høyre", selectable=True)]
    (change,) = _changes(registry, old, new, facets=FACETS)
    assert _brief(change) == ("transferred", ["C43.10", "C43.1"], ["C43.1", "C43.11"], NO)


def _keyed(code: str, key: str, text: str) -> ConceptRecord:
    return ConceptRecord(code=code, key=key, designations=(Designation("label.full", text, "nb"),))


def test_a_code_that_another_concept_took_is_one_event(registry: Registry) -> None:
    old = [_keyed("A", "urn:1", "en"), _keyed("C", "urn:3", "tre")]
    new = [_keyed("B", "urn:1", "en"), _keyed("A", "urn:2", "to"), _keyed("C", "urn:4", "fire")]
    changes = _changes(registry, old, new, system=PLAIN)
    assert [_brief(c) for c in changes] == [
        ("code_reused", ["A"], ["A", "B"], NO),
        ("code_reused", ["C"], ["C"], NO),
    ]
    assert changes[0].details["pairs"] == [
        {"from": "A", "to": "A", "relationship": "not-related-to"},
        {"from": "A", "to": "B", "relationship": "equivalent"},
    ]


def test_labels_of_two_kinds_leave_a_fold_open(registry: Registry) -> None:
    """The text may stand under a new code in its short form; an earlier short text decides."""
    load(registry, "2020", {"A10": "Topp", "A10.1": "Uspesifisert sykdom i armen"})
    load(registry, "2021", {"A10": "Topp", "B20": "Uspes. sykd. i arm"}, label="label.short")
    (fold, _) = registry.diff("demo-icd", "2020", "2021").changes
    assert (fold.type, fold.automatic_forward) == ("taken_over", False)
    load(registry, "2019", {"A10": "Topp", "A10.1": "Uspes. sykd. i arm"}, label="label.short")
    (moved,) = registry.diff("demo-icd", "2020", "2021").changes
    assert _brief(moved) == ("recoded", ["A10.1"], ["B20"], NO)
