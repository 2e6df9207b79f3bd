"""A part of the text of a whole tree is the tree joined entry by entry."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from api.fhir.operations import entry_cache
from api.fhir.operations.tree_text import TreeText, part_of_tree
from api.fhir.server.app import FhirApp
from registry.content.memory import MemoryView
from registry.content.view import ViewInfo
from registry.entities.records import ConceptRecord, Designation
from registry.terminology.registry_catalog import RegistryCatalog
from tests.fhir.test_fast_path import URL, ask, catalog, made, slow

__all__ = ["catalog", "slow"]

START = b'{"system":"s",'
#: for each concept which earlier concepts are its parents
PARENTS = st.lists(st.lists(st.integers(0, 11), max_size=2), min_size=1, max_size=12)


def view_of(parents: list[list[int]]) -> MemoryView:
    records = [
        ConceptRecord(
            code=f"C{n}",
            designations=(Designation(kind="display", text=f"Text {n}", language="en"),),
            parents=tuple(sorted({f"C{p}" for p in above if p < n})),
        )
        for n, above in enumerate(parents)
    ]
    return MemoryView(ViewInfo(system="", url="s", version="1"), records)


@given(PARENTS, st.sets(st.integers(0, 11), max_size=2))
def test_parts_are_what_is_joined_entry_by_entry(parents: list[list[int]], special: set[int]) -> None:
    view = view_of(parents)
    fragments = [b"" if i in special else b'"code":"C%d"' % i for i in range(len(view))]
    order = view.page(view.all(), 0, None)
    tree = TreeText(START, order, fragments, view.parents_within(order))
    for top in order:
        ids = view.descendants(top) | BitMap([top])
        found = tree.part(top, ids)
        inside = view.page(ids, 0, None)
        expected = entry_cache._tree(
            START, inside, [fragments[i] for i in inside], view.parents_within(inside)
        )
        assert found in (None, expected)
        alone = all(len(view.parents(i)) == 1 for i in view.descendants(top))
        if alone and not special & set(ids):
            assert found == expected and orjson.loads(expected)["code"] == f"C{top}"
        assert tree.part(top, ids - BitMap([top])) is None
        assert tree.part(top, BitMap()) is None


def test_a_tree_is_written_when_it_is_worth_it() -> None:
    view = view_of([[], [0], [0], [1]])
    ids = view.all()
    assert part_of_tree(view, None, START, 0, ids) is None, "asked for once"
    assert orjson.loads(part_of_tree(view, None, START, 0, ids) or b"")["contains"][1]["code"] == "C2"
    assert part_of_tree(view, None, START, 3, ids) is None


def test_expansions_are_the_same_with_and_without_the_text(catalog: RegistryCatalog, slow: FhirApp) -> None:
    app = made(catalog, memoise=True)
    app.warm_up()
    for code in ("F", "F1", "F2", "F9", "f1"):
        for more in (
            "",
            "&activeOnly=true",
            "&filter=apple",
            "&count=2",
            "&displayLanguage=nb",
            "&excludeNested=true",
        ):
            for base in ("/r4/", "/r5/", "/r5/as-of/2020-05-01/"):
                query = f"url={URL}?fhir_vs=isa/{code}{more}"
                status, body = ask(app, base + "ValueSet/$expand", query, {})
                tree_text_off = expansions_without(slow, base + "ValueSet/$expand", query)
                assert (status, shape(body)) == tree_text_off


def expansions_without(app: FhirApp, path: str, query: str) -> tuple[int, object]:
    kept, entry_cache.part_of_tree = entry_cache.part_of_tree, lambda *_: None  # type: ignore[assignment]
    try:
        status, body = ask(app, path, query, {})
    finally:
        entry_cache.part_of_tree = kept
    return status, shape(body)


def shape(body: bytes) -> object:
    """An answer without what differs from answer to answer."""
    found = orjson.loads(body)
    found.pop("id", None)
    for name in ("identifier", "timestamp"):
        found.get("expansion", {}).pop(name, None)
    return found
