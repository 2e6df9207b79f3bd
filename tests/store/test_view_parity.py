"""The view over stored releases against the view in memory: the same answers, whatever the content.

Generated: languages, concepts with only a designation, stable keys that are not codes, flat lists whose codes have
structure, and two source lines of one version.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count, product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.content.layers import merge_sources
from registry.content.memory import MemoryView
from registry.content.stored import StoredView
from registry.content.view import ContentView, ViewInfo
from registry.entities.records import Coding, ConceptRecord, Designation, Property, ReleaseHeader
from registry.store.engine import Database
from registry.store.states import canonical
from registry.systems import behaviour_of
from tests.store.world import World, header

VALUES: st.SearchStrategy[str | int | bool | Coding] = st.sampled_from(
    ["red", "blue", True, 3, Coding("green")]
)
NUMBERS = count()
LANGUAGES = [(), ("nb",), ("nb-NO",), ("no",), ("nn", "de-CH"), ("en-GB", "nb"), ("fr",)]
WORDS = ["rød løk", "Blå Løk", "øl", "rød", "Straße", "Ærlig é"]
QUERIES = [
    "rød",
    "lok",
    "løk bl",
    "ol",
    "øl",
    "strasse",
    "aerlig",
    "ærlig e",
    "c1",
    "k63.8",
    "K638",
    "",
    "-",
    "zz",
]

texts = st.lists(
    st.builds(
        Designation,
        kind=st.sampled_from(["display", "label.full", "label.short", "synonym", "designation"]),
        text=st.sampled_from(WORDS),
        language=st.sampled_from(["", "nb", "nn", "no", "de", "en"]),
        use=st.sampled_from([None, None, Coding("abbreviation", "urn:uses")]),
    ),
    max_size=3,
).map(tuple)


@st.composite
def contents(draw: st.DrawFn) -> list[ConceptRecord]:
    """Up to eight concepts, by code; a parent is any earlier or later one that makes no cycle."""
    size = draw(st.integers(1, 8))
    order = draw(st.permutations(range(size)))
    keyed = draw(st.booleans())
    key = {n: f"key{n}" if keyed else f"C{n}" for n in order}
    records = []
    for at in range(size):
        above = draw(st.lists(st.sampled_from(order[:at]), max_size=2, unique=True)) if at else []
        records.append(
            ConceptRecord(
                code=f"C{order[at]}",
                key=key[order[at]],
                designations=draw(texts),
                parents=tuple(key[n] for n in above),
                properties=tuple(Property("colour", v) for v in draw(st.lists(VALUES, max_size=2))),
                inactive=draw(st.booleans()),
                selectable=draw(st.sampled_from([None, True, False])),
            )
        )
    return sorted(map(canonical, records), key=lambda r: r.code)


CODES = ["K63", "K63.8", "K63.80", "K63.81", "K64.0", "A00", "K6n", "A00-A09"]


@st.composite
def flat(draw: st.DrawFn) -> list[ConceptRecord]:
    """A list without parents whose codes have structure."""
    chosen = draw(st.lists(st.sampled_from(CODES), min_size=1, unique=True).map(sorted))
    return [canonical(ConceptRecord(code=c, designations=draw(texts))) for c in chosen]


def codes(view: ContentView, idents: Iterable[int]) -> list[str]:
    return [view.concept(i).code for i in idents]


def answers(view: ContentView) -> list[object]:
    """Everything a view can be asked, in terms of codes."""
    everything = view.page(view.all(), 0, None)
    found: list[object] = [
        len(view),
        codes(view, everything),
        view.concepts(everything),
        codes(view, view.roots()),
        sorted(codes(view, view.groups())),
        view.info.hierarchy,
    ]
    found += [
        sorted(codes(view, s)) for s in (view.inactive(), view.not_selectable(), view.with_property("colour"))
    ]
    found += [
        sorted(codes(view, view.property_equals("colour", v))) for v in ("red", "true", "3", "green", "none")
    ]
    found.append([(value, sorted(codes(view, ids))) for value, ids in view.property_values("colour")])
    nodes = [*everything, *sorted(view.groups(), key=lambda i: view.concept(i).code)]
    for ident in nodes:
        found += [codes(view, step(ident)) for step in (view.parents, view.children)]
        found += [codes(view, view.parents_of(view.concept(ident)))]
        found += [sorted(codes(view, step(ident))) for step in (view.ancestors, view.descendants)]
        found += [view.subsumes(ident, other) for other in nodes]
        found += [view.display(ident, languages) for languages in LANGUAGES]
        found += [codes(view, view.page(view.descendants(ident), 1, 2))]
        found.append(view.find_concept(view.concept(ident).stable_key) == ident)
        found.append(view.find_in_hierarchy(view.concept(ident).code) == ident)
    found += [view.find(code) is not None for code in ("C1", "c1", "C 1", "", "D1", "K638", "k63.8", "B1")]
    for some in (everything, everything[::2], everything[1:]):
        first = [next((p for p in view.parents(i) if p in some), None) for i in some]
        assert view.parents_within(some) == first
        found.append([p is not None for p in first])
    for text in QUERIES:
        hits = sorted(codes(view, view.search(text)))
        assert hits == sorted(codes(view, view.matching(text)))
        found.append((text, hits))
    return found


def _both(database: Database, rules: str, *layers: tuple[ReleaseHeader, list[ConceptRecord]]) -> StoredView:
    world = World(database, rules=rules, slug=f"demo{next(NUMBERS)}")
    structural = behaviour_of(rules).contains_longer
    asserted = any("hierarchy" in about.facets for about, _ in layers)
    kind = "asserted" if asserted else "structural" if structural else ""
    return world.view(
        *(world.add(records, about) for about, records in layers), hierarchy=kind, language="nb"
    )


INFO = ViewInfo(system="demo", url="urn:demo", version="2024", language="nb")
SETTINGS = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FACETS = (
    "display",
    "label.full",
    "label.short",
    "synonym",
    "designation",
    "inactive",
    "selectable",
    "property:colour",
)


@given(contents())
@SETTINGS
def test_stored_and_in_memory_answer_alike(database: Database, records: list[ConceptRecord]) -> None:
    stored = _both(database, "plain", (header(facets=(*FACETS, "hierarchy")), records))
    assert isinstance(stored, StoredView)
    info = ViewInfo(system="demo", url="urn:demo", version="2024", language="nb", hierarchy="asserted")
    assert answers(stored) == answers(MemoryView(info, records))
    assert [stored.parent_named(r.stable_key) for r in records] == [(stored.find(r.code), r) for r in records]
    assert stored.parent_named("other") is None


@given(flat())
@SETTINGS
def test_a_flat_list_of_codes_with_structure(database: Database, records: list[ConceptRecord]) -> None:
    rules = behaviour_of("icd-10-no")
    stored = _both(database, "icd-10-no", (header(facets=FACETS), records))
    assert answers(stored) == answers(MemoryView(INFO, records, rules=rules))
    for a, b in product(records, records):
        above, below = stored.find(a.code), stored.find(b.code)
        assert above is not None and below is not None
        contains = a.code != b.code and b.code.startswith(a.code) and "-" not in b.code
        assert stored.subsumes(above, below) == contains


@given(contents(), st.sets(st.integers(0, 7)), st.dictionaries(st.integers(0, 7), texts))
@SETTINGS
def test_two_sources_of_one_version(
    database: Database,
    records: list[ConceptRecord],
    left_out: set[int],
    other: dict[int, tuple[Designation, ...]],
) -> None:
    """The first line is a flat list of some of the codes; the other has all, with hierarchy and other texts."""
    short, full = header("list", ("label.short",)), header("full", (*FACETS, "hierarchy"))
    listed = [
        canonical(
            ConceptRecord(
                code=r.code,
                key=r.key,
                designations=tuple(d for d in r.designations if d.kind == "label.short"),
            )
        )
        for n, r in enumerate(records)
        if n not in left_out
    ]
    if not listed:
        return
    described = [
        canonical(ConceptRecord(**{f: getattr(r, f) for f in r.__struct_fields__} | {"designations": other.get(n, r.designations)}))
        for n, r in enumerate(records)
    ]  # fmt: skip
    stored = _both(database, "plain", (short, listed), (full, described))
    by_key = {r.stable_key: r for r in described}
    merged = [canonical(merge_sources([(short, r), (full, by_key[r.stable_key])]).record) for r in listed]
    members = {r.stable_key for r in listed}
    above = {k for key in members for k in _ancestors(by_key, key)} - members
    groups = [by_key[k] for k in sorted(above)]
    memory = MemoryView(
        ViewInfo(system="demo", url="urn:demo", version="2024", language="nb", hierarchy="asserted"),
        merged, groups=groups,
    )  # fmt: skip
    assert answers(stored) == answers(memory)
    for key in by_key:
        mine, plain = stored.find_concept(key), memory.find_concept(key)
        assert (mine is None) == (plain is None)
        if mine is not None and plain is not None:
            assert stored.concept(mine).code == memory.concept(plain).code
            assert stored.parent_named(key) == (mine, stored.concept(mine))


def _ancestors(records: dict[str, ConceptRecord], key: str) -> set[str]:
    found, ahead = set[str](), list(records[key].parents)
    while ahead:
        if (here := ahead.pop()) not in found:
            found.add(here)
            ahead.extend(records[here].parents)
    return found
