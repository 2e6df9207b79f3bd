"""Hierarchies of many releases over the links of their system: as their closures, whatever came before."""

from __future__ import annotations

import random
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.content.hierarchy import Closure
from registry.content.release_hierarchy import ReleaseHierarchy
from registry.content.stored import Layer, StoredView
from registry.content.view import ViewInfo
from registry.entities.records import ConceptRecord
from registry.store.engine import Database
from registry.systems import behaviour_of
from tests.store.world import World, header, record

_NUMBERS = count()


def releases(seed: random.Random, size: int) -> list[list[ConceptRecord]]:
    """Releases of one system: concepts come, go and move, never into a circle."""
    made = []
    for number in range(3):
        codes = [c for c in range(size) if seed.random() < 0.85]
        made.append(
            [
                record(
                    f"C{c}",
                    f"text {number if seed.random() < 0.3 else 0}",
                    *(f"C{p}" for p in seed.sample(codes[:place], min(place, seed.choice((0, 1, 1, 2))))),
                )
                for place, c in enumerate(codes)
            ]
        )
    return made


@given(st.randoms(use_true_random=False), st.integers(1, 14))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_links_answer_as_the_closure(database: Database, seed: random.Random, size: int) -> None:
    world = World(database, slug=f"links{next(_NUMBERS)}")
    for layer in [world.add(part) for part in releases(seed, size) if part]:
        view = world.view(layer)
        closure = Closure.load(database.reader(), world.system_id, layer.bitmap)
        same(view._index.hierarchy, closure, view)


@given(st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_codes_answer_as_the_closure_of_codes(database: Database, seed: random.Random) -> None:
    world = World(database, slug=f"codes{next(_NUMBERS)}")
    every = [f"K{a}{b}{c}" for a in (6, 7) for b in (0, 3) for c in ("", ".1", ".8", ".80", ".81")]
    for _ in range(2):
        layer = world.add([record(c) for c in seed.sample(every, 9)], header(facets=("label.full",)))
        view = StoredView(
            database, [layer], ViewInfo(system="x", url="urn:x", version="1"), behaviour_of("icd-10-no")
        )
        containing = behaviour_of("icd-10-no").structural_parents
        rows = database.reader().all("SELECT id, code FROM concept_state ORDER BY id")
        closure = Closure.of_codes([row for row in rows if row[0] in layer.bitmap], containing)
        same(view._index.structural(containing), closure, view)


def same(found: ReleaseHierarchy, closure: Closure, view: StoredView) -> None:
    everything = list(view.all())
    for ident in everything:
        assert sorted(found.parents(ident)) == sorted(closure.parents(ident))
        assert sorted(found.children(ident)) == sorted(closure.children(ident))
        assert found.ancestors(ident) == closure.ancestors(ident)
        walked = found._reached(ident, up=False)
        assert walked == found.descendants(ident) == closure.descendants(ident)
        assert all(found.subsumes(ident, other) == closure.subsumes(ident, other) for other in everything)
    for ident, only in zip(everything, found.only_parents(everything), strict=True):
        assert not only or closure.parents(ident) == ([only] if only in view.all() else [])
    assert sorted(found.roots()) == sorted(closure.roots())


def test_a_closure_is_built_when_it_is_worth_it(database: Database) -> None:
    world = World(database)
    layer = world.add([record("A", "a"), *(record(f"B{n}", "b", "A") for n in range(20))])
    view = world.view(layer)
    top = view.find("A") or 0

    def built() -> int:
        return sum(f.entries for f in database.caches.figures() if f.name == "closures of releases")

    assert len(view.descendants(top)) == 20 and built() == 0
    for _ in range(200):
        assert not view.subsumes(top, top) and view.subsumes(top, view.find("B3") or 0)
    assert built() == 1


def test_caches_tell_their_figures_and_are_forgotten(database: Database) -> None:
    world = World(database)
    view = world.view(Layer(*world.add([record("A", "kolera")])))
    assert [view.concept(i).code for i in view.search("kolera")] == ["A"]
    figures = {f.name: f for f in database.caches.figures()}
    words = figures["words of systems"]
    assert words.entries == 1 and 0 < words.weight <= words.limit and words.misses == 1
    database.caches.clear()
    assert all(f.entries == f.weight == 0 for f in database.caches.figures())
