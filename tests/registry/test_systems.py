"""Behaviour of code systems."""

from __future__ import annotations

import pytest

from registry.systems import Condition, SystemBehaviour, behaviour_of


@pytest.mark.parametrize(
    ("query", "conditions"),
    [
        ("", ()),
        ("=isa/A00", (Condition("concept", "is-a", "A00"),)),
        ("=isa/", None),
        ("=refset/1", None),
        ("=ecl/*", None),
    ],
)
def test_implicit_value_sets_of_a_plain_system(query: str, conditions: tuple[Condition, ...] | None) -> None:
    assert SystemBehaviour().implicit_value_set(query) == conditions


def test_a_system_without_a_module_is_a_plain_list() -> None:
    plain = behaviour_of("no-such-system")
    assert plain.name == "plain"
    assert plain.canonical(" k638 ") == "k638"
    assert not plain.is_expression("a:b=c")
    assert plain.version_uri("urn:x", "2024") == "2024"


@pytest.mark.parametrize("name", ["icd-10-no", "icd-10-cm", "icpc-2-no", "icpc-2b-no", "caseless"])
def test_each_behaviour_is_found_by_its_name(name: str) -> None:
    assert behaviour_of(name).name == name
