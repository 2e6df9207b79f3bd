"""The view over stored releases: finding, order, flags, hierarchy, several layers."""

from __future__ import annotations

import threading

import pytest
from pyroaring import BitMap

from registry.content.stored import StoredView
from registry.content.view import ContentView
from registry.entities.errors import StoreDamaged
from registry.entities.records import ConceptRecord, Designation, Note, Property
from registry.systems import behaviour_of
from tests.store.world import World, header, record

RECORDS = [
    record("K63", "Andre tarmsykdommer", selectable=False),
    record("K63.8", "Andre spesifiserte tarmsykdommer", "K63", properties=(Property("colour", "red"),)),
    record("K63.80", "Betennelse i tarm", "K63.8", properties=(Property("colour", "blue"),)),
    record("A00", "Kolera", inactive=True, properties=(Property("colour", "red"),)),
]


def codes(view: StoredView, idents: object) -> list[str]:
    return [view.concept(i).code for i in idents]  # type: ignore[attr-defined]


def test_it_is_a_content_view(world: World) -> None:
    assert isinstance(world.view(world.add(RECORDS)), ContentView)


def test_codes_are_found_with_and_without_dot(world: World) -> None:
    view = world.view(world.add(RECORDS))
    assert {view.find(c) for c in ("K63.8", "K638", "k638")} == {view.find("K63.8")}
    assert view.concept(view.find("k638") or 0).code == "K63.8"
    assert all(view.find(c) is None for c in ("K64", "", "K63\x00", "\ud800", "x" * 10_000))


def test_only_its_own_release_is_seen(world: World) -> None:
    old = world.view(world.add(RECORDS))
    new = world.view(world.add([*RECORDS[1:], record("K63", "Nytt ord"), record("K64", "Hemoroider")]))
    assert old.find("K64") is None and new.find("K64") is not None
    assert old.display(old.find("K63") or 0) == "Andre tarmsykdommer"
    assert new.display(new.find("K63") or 0) == "Nytt ord"
    assert new.find("A00") == old.find("A00")


def test_letters_have_case_unless_the_system_says_otherwise(world: World) -> None:
    layer = world.add([record("abc", "x"), record("X8N0a", "y")])
    world.rules = behaviour_of("plain")
    assert world.view(layer).find("ABC") is None
    world.rules = behaviour_of("caseless")
    assert world.view(layer).find("ABC") is not None
    world.rules = behaviour_of("plain")
    assert world.view(layer, case_sensitive=False).find("x8n0A") is not None


@pytest.mark.parametrize("ordered", [False, True])
def test_pages_follow_the_code_or_the_source(world: World, ordered: bool) -> None:
    view = world.view(world.add(RECORDS, ordered=ordered))
    expected = [r.code for r in RECORDS] if ordered else sorted(r.code for r in RECORDS)
    assert codes(view, view.page(view.all(), 0, None)) == expected
    assert codes(view, view.page(view.all(), 1, 2)) == expected[1:3]
    some = BitMap(i for c in expected[1:] if (i := view.find(c)) is not None)
    assert codes(view, view.page(some, 0, None)) == expected[1:]
    assert codes(view, view.page(some, 1, 1)) == expected[2:3]
    assert view.page(view.all(), 10, 5) == []


def test_large_sets_are_paged_like_small_ones(world: World) -> None:
    many = [record(f"A{n:02d}", f"t{n}") for n in range(60, 20, -1)]
    view = world.view(world.add(many))
    for size in (1, 4, 20, 39, 40):
        some = BitMap(list(view.all())[:size])
        expected = sorted(codes(view, some))
        assert codes(view, view.page(some, 0, None)) == expected
        assert codes(view, view.page(some, 3, 5)) == expected[3:8]


def test_records_come_in_the_order_of_the_ids(world: World) -> None:
    view = world.view(world.add(RECORDS))
    idents = [i for c in ("K63.8", "A00", "K63") if (i := view.find(c)) is not None]
    assert [r.code for r in view.concepts(idents)] == ["K63.8", "A00", "K63"]
    assert view.concepts([]) == []
    with pytest.raises(StoreDamaged):
        view.concepts([999])
    with pytest.raises(StoreDamaged):
        view.concept(999)


def test_properties_and_flags(world: World) -> None:
    layer = world.add(RECORDS)
    world.add([record("B00", "annet", properties=(Property("colour", "red"), Property("colour", "green")))])
    view = world.view(layer)
    assert codes(view, view.inactive()) == ["A00"]
    assert codes(view, view.not_selectable()) == ["K63"]
    assert codes(view, view.property_equals("colour", "red")) == ["K63.8", "A00"]
    assert codes(view, view.with_property("colour")) == ["K63.8", "K63.80", "A00"]
    assert [(v, codes(view, s)) for v, s in view.property_values("colour")] == [
        ("blue", ["K63.80"]),
        ("red", ["K63.8", "A00"]),
    ]
    assert not view.property_equals("colour", "green") and not view.with_property("size")


def test_hierarchy(world: World) -> None:
    view = world.view(world.add(RECORDS))
    top, middle, leaf = (view.find(c) or 0 for c in ("K63", "K63.8", "K63.80"))
    assert view.children(top) == [middle] and view.parents(leaf) == [middle]
    assert view.ancestors(leaf) == BitMap([top, middle]) and view.descendants(top) == BitMap([middle, leaf])
    assert view.subsumes(top, leaf) and not view.subsumes(leaf, top) and not view.subsumes(top, top)
    assert codes(view, view.roots()) == ["A00", "K63"]


def test_without_an_asserted_hierarchy_every_concept_is_a_root(world: World) -> None:
    view = world.view(world.add(RECORDS, header(facets=("label.full",))))
    assert len(view.roots()) == 4 and view.parents(view.find("K63.8") or 0) == []


def test_what_a_view_gives_is_the_callers_to_change(world: World) -> None:
    view = world.view(world.add(RECORDS))
    for ask in (view.all, view.inactive, lambda: view.descendants(view.find("K63") or 0)):
        ask().clear()
        assert ask()


SHORT = header("list", ("label.short",))
FULL = header("tree", ("label.full", "label.short", "hierarchy", "property:colour", "notes", "selectable"))


def _layered(world: World) -> StoredView:
    first = world.add(
        [
            ConceptRecord(code=c, designations=(Designation("label.short", f"kort {c}", "nb"),))
            for c in ("K63", "K63.8", "K63.80", "A00")
        ],
        SHORT,
    )
    second = world.add(
        [
            record("XI", "Kapittel"),
            record("K55-K63", "Blokk", "XI"),
            ConceptRecord(
                code="K63",
                parents=("K55-K63",),
                designations=(
                    Designation("label.full", "Lang om magen", "nb"),
                    Designation("label.short", "annet", "nb"),
                ),
                notes=(Note("inclusion", "tarm"),),
                selectable=False,
            ),
            record("K63.8", "Lang to", "K63", properties=(Property("colour", "red"),)),
            record("K63.80", "Lang tre", "K63.8"),
        ],
        FULL,
    )
    return world.view(first, second)


def test_a_further_layer_adds_what_the_first_does_not_assert(world: World) -> None:
    view = _layered(world)
    concept = view.concept(view.find("K63") or 0)
    assert [(d.kind, d.text) for d in concept.designations] == [
        ("label.full", "Lang om magen"),
        ("label.short", "kort K63"),
    ]
    assert concept.parents == ("K55-K63",) and concept.selectable is False and concept.notes[0].text == "tarm"
    assert view.find("XI") is None and len(view) == 4
    assert view.concepts([view.find("K63") or 0]) == [concept]


def test_a_further_layer_gives_hierarchy_and_properties(world: World) -> None:
    view = _layered(world)
    top, leaf = view.find("K63") or 0, view.find("K63.80") or 0
    assert codes(view, view.parents(top)) == ["K55-K63"] and codes(view, view.children(top)) == ["K63.8"]
    assert codes(view, sorted(view.descendants(top))) == ["K63.8", "K63.80"]
    assert view.subsumes(top, leaf) and codes(view, view.roots()) == ["XI", "A00"]
    assert codes(view, view.property_equals("colour", "red")) == ["K63.8"]
    assert codes(view, view.not_selectable()) == ["K63"]


def test_search_over_layers_finds_only_texts_that_are_shown(world: World) -> None:
    view = _layered(world)
    assert codes(view, view.search("magen")) == ["K63"]
    assert codes(view, view.search("kort tre")) == []
    assert codes(view, view.search("lang tre")) == ["K63.80"]
    assert codes(view, view.search("annet")) == []
    assert view.matching("kort") == view.all() and not view.matching("annet")
    assert codes(view, view.search("kort", BitMap([view.find("A00") or 0]))) == ["A00"]


def test_concepts_above_members_that_only_the_source_of_the_hierarchy_has_are_groups(world: World) -> None:
    first = world.add([record("A", "a"), record("C", "c")], SHORT)
    second = world.add(
        [record("A", "a2"), record("B", "b", "A"), record("C", "c2", "B"), record("D", "d", "B")], FULL
    )
    view = world.view(first, second)
    a, c = view.find("A") or 0, view.find("C") or 0
    b = view.find_in_hierarchy("B") or 0
    assert (
        view.find("B") is None and view.find_in_hierarchy("D") is None and codes(view, view.groups()) == ["B"]
    )
    assert view.parents(c) == [b] and view.parents(b) == [a] and view.children(a) == [b]
    assert view.children(b) == [c] and view.subsumes(a, c) and view.subsumes(b, c) and not view.subsumes(c, b)
    assert codes(view, view.ancestors(c)) == ["A"] and codes(view, view.descendants(b)) == ["C"]
    assert codes(view, view.roots()) == ["A"] and view.display(b) == "b"


def test_a_flat_list_has_the_hierarchy_of_its_codes(world: World) -> None:
    flat = [record(code, code) for code in ("A00", "K63", "K63.80", "K63.8", "K64.0")]
    view = world.view(world.add(flat, SHORT), hierarchy="structural")
    top, leaf = view.find("K63") or 0, view.find("k6380") or 0
    assert codes(view, view.children(top)) == ["K63.8"] and codes(view, view.parents(leaf)) == ["K63.8"]
    assert sorted(codes(view, view.descendants(top))) == ["K63.8", "K63.80"] and view.subsumes(top, leaf)
    assert codes(view, view.roots()) == ["A00", "K63", "K64.0"] and not view.groups()


def test_threads_share_a_view(world: World) -> None:
    view = world.view(world.add(RECORDS))
    found: list[list[str]] = []

    def ask() -> None:
        found.append(
            codes(view, [*view.roots(), *view.descendants(view.find("K63") or 0), *view.search("tarm")])
        )

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(found) == 4 and all(answer == found[0] for answer in found)
