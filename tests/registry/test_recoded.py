"""A concept is found under each of its codes: lookups follow the stable key."""

from __future__ import annotations

from registry import Registry
from tests.registry.making import PLAIN, concept, load


def test_an_old_code_names_the_code_that_its_concept_has_now(registry: Registry) -> None:
    load(
        registry,
        "2020",
        [concept("A1", "Eple", key="apple"), concept("B1", "Pære", key="pear")],
        system=PLAIN,
    )
    load(
        registry,
        "2021",
        [concept("A2", "Eple", key="apple"), concept("B1", "Pære", key="pear")],
        system=PLAIN,
    )
    then = registry.lookup("plain", "A1", version="2020").concept
    now = registry.lookup("plain", "A2", version="2021").concept
    assert then is not None and now is not None and then.concept == now.concept == "apple"
    old = registry.lookup("plain", "A1", version="2021")
    assert (old.found, old.reason, [c.code for c in old.recoded_to]) == (False, "recoded", ["A2"])
    assert "A2" in old.message and old.also_in == ["2020"]
    new = registry.lookup("plain", "A2", version="2020")
    assert (new.reason, [c.display for c in new.recoded_to]) == ("recoded", ["Eple"])


def test_parents_are_named_by_key(registry: Registry) -> None:
    rows = [concept("F", "Frukt", key="fruit"), concept("A1", "Eple", key="apple", parents=("fruit",))]
    load(registry, "2020", rows, system=PLAIN, facets=("label.full", "hierarchy"))
    found = registry.lookup("plain", "A1", version="2020").concept
    assert found is not None and [(p.code, p.display) for p in found.parents or []] == [("F", "Frukt")]


def test_sources_are_joined_by_key_not_by_a_code_that_means_another_concept(registry: Registry) -> None:
    """The list has the apple under A2; the other source has it under A1, and the pear under A2."""
    load(registry, "2021", [concept("A2", "Eple", key="apple")], system=PLAIN, priority=10)
    rows = [concept("A1", "Eple, langt", kind="label.short", key="apple"),
            concept("A2", "Pære", kind="label.short", key="pear")]  # fmt: skip
    load(registry, "2021", rows, system=PLAIN, label="label.short", source_line="other")
    found = registry.lookup("plain", "A2", version="2021").concept
    assert found is not None
    assert [d.text for d in found.designations] == ["Eple", "Eple, langt"]
    view = registry.view("plain", version="2021")
    assert [d.text for d in view.concept(view.find("A2") or 0).designations] == ["Eple", "Eple, langt"]
