"""Expansion and validation of random value sets equal plain set algebra over random code systems."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.content.memory import MemoryView
from registry.content.view import ViewInfo
from registry.entities.records import ConceptRecord, Designation, Property
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.context import Context
from registry.terminology.expand import ExpandRequest, expand
from registry.terminology.validate_code import (
    CodingRequest,
    ElementPath,
    ValidateRequest,
    validate_in_value_set,
)
from registry.terminology.valueset import ConceptReference, Filter, Include, ValueSet

SYSTEMS = ("http://a", "http://b")
OPS = ("=", "is-a", "is-not-a", "descendent-of", "descendent-leaf", "child-of", "generalizes", "in", "not-in")
Code = tuple[str, str]


@st.composite
def universes(draw: st.DrawFn) -> dict[str, list[ConceptRecord]]:
    """Two systems of up to eight codes; a parent always comes before its children."""
    found = {}
    for system in SYSTEMS:
        records: list[ConceptRecord] = []
        for number in range(draw(st.integers(1, 8))):
            parents = (
                draw(st.lists(st.sampled_from([r.code for r in records]), max_size=2, unique=True))
                if records
                else []
            )
            records.append(
                ConceptRecord(
                    code=f"c{number}",
                    designations=(Designation("display", f"Text {number}"),),
                    parents=tuple(parents),
                    properties=(Property("colour", draw(st.sampled_from(["red", "blue"])), "code"),),
                    inactive=draw(st.booleans()),
                )
            )
        found[system] = records
    return found


@st.composite
def includes(draw: st.DrawFn, imports: tuple[str, ...]) -> Include:
    code = st.integers(0, 9).map(lambda n: f"c{n}")
    kind = draw(
        st.sampled_from(["all", "list", "filter", "import"] if imports else ["all", "list", "filter"])
    )
    system = draw(st.sampled_from(SYSTEMS))
    sets = tuple(draw(st.lists(st.sampled_from(imports), max_size=2, unique=True))) if imports else ()
    if kind == "import":
        return Include(value_sets=sets or imports[:1])
    if kind == "list":
        listed = tuple(ConceptReference(c) for c in draw(st.lists(code, max_size=4)))
        return Include(system=system, concepts=listed, value_sets=sets)
    if kind == "filter":
        count = draw(st.integers(1, 2))
        return Include(
            system=system, filters=tuple(draw(filters(code)) for _ in range(count)), value_sets=sets
        )
    return Include(system=system, value_sets=sets)


@st.composite
def filters(draw: st.DrawFn, code: st.SearchStrategy[str]) -> Filter:
    op = draw(st.sampled_from(OPS))
    if op in ("=", "in", "not-in") and draw(st.booleans()):
        return Filter("colour", op, draw(st.sampled_from(["red", "blue"])))
    if op in ("in", "not-in"):
        return Filter("code", op, ",".join(draw(st.lists(code, min_size=1, max_size=3))))
    return Filter("concept", op, draw(code))


@st.composite
def value_sets(draw: st.DrawFn) -> list[ValueSet]:
    """Three value sets; each may import the ones before it."""
    made: list[ValueSet] = []
    for number in range(3):
        imports = tuple(v.url for v in made)
        made.append(
            ValueSet(
                url=f"http://vs/{number}",
                includes=tuple(draw(st.lists(includes(imports), min_size=1, max_size=3))),
                excludes=tuple(draw(st.lists(includes(imports), max_size=1))),
                inactive=draw(st.sampled_from([None, True, False])),
            )
        )
    return made


def above(records: list[ConceptRecord], code: str) -> set[str]:
    parents = {r.code: r.parents for r in records}
    found: set[str] = set()
    todo = list(parents.get(code, ()))
    while todo:
        here = todo.pop()
        if here not in found:
            found.add(here)
            todo += parents[here]
    return found


def holds(records: list[ConceptRecord], record: ConceptRecord, f: Filter) -> bool:
    value, code, known = f.value or "", record.code, {r.code for r in records}
    own = code if f.property in ("code", "concept") else str(record.properties[0].value)
    below = value in known and (value == code or value in above(records, code))
    has_child = any(code in r.parents for r in records)
    return {
        "=": own == value,
        "in": own in value.split(","),
        "not-in": own not in value.split(","),
        "is-a": below,
        "is-not-a": not below,
        "descendent-of": below and code != value,
        "descendent-leaf": below and code != value and not has_child,
        "child-of": value in record.parents,
        "generalizes": value in known and (code == value or code in above(records, value)),
    }[f.op]


def plain(
    universe: dict[str, list[ConceptRecord]], sets: dict[str, ValueSet], value_set: ValueSet
) -> set[Code]:
    """The same by set algebra alone."""

    def part(include: Include) -> set[Code]:
        groups = [plain(universe, sets, sets[url]) for url in include.value_sets]
        if include.system:
            records = universe[include.system]
            listed = set(include.listed)
            own = {
                (include.system, r.code)
                for r in records
                if (r.code in listed if listed else all(holds(records, r, f) for f in include.filters))
            }
            groups.append(own)
        return set.intersection(*groups)

    found = set().union(*(part(i) for i in value_set.includes))
    found -= set().union(*(part(e) for e in value_set.excludes))
    if value_set.inactive is False:
        found -= {(s, r.code) for s, records in universe.items() for r in records if r.inactive}
    return found


def names_unknown(
    universe: dict[str, list[ConceptRecord]], sets: dict[str, ValueSet], value_set: ValueSet
) -> bool:
    """Whether a filter about the hierarchy, here or in an import, names a code that its system does not have."""
    found = False
    for include in (*value_set.includes, *value_set.excludes):
        known = {r.code for r in universe[include.system]} if include.system else set()
        found |= any(f.op not in ("=", "in", "not-in") and f.value not in known for f in include.filters)
        found |= any(names_unknown(universe, sets, sets[url]) for url in include.value_sets)
    return found


@settings(max_examples=300, deadline=None)
@given(universes(), value_sets(), st.integers(0, 5), st.integers(0, 6))
def test_expansion_and_membership_are_set_algebra(
    universe: dict[str, list[ConceptRecord]], sets: list[ValueSet], offset: int, count: int
) -> None:
    catalog = MemoryCatalog()
    for system, records in universe.items():
        catalog.add_code_system(MemoryView(ViewInfo(system="", url=system, version="1"), records))
    for value_set in sets:
        catalog.add_value_set(value_set)
    expected = plain(universe, {v.url: v for v in sets}, sets[-1])
    whole = expand(Context(catalog), ExpandRequest(value_set=sets[-1], exclude_nested=True))
    if names_unknown(universe, {v.url: v for v in sets}, sets[-1]):
        assert whole.problem is not None and whole.problem.id == "FILTER_UNKNOWN_CODE"
        return
    assert whole.problem is None
    codes = [(e.system, e.code) for e in whole.entries]
    assert len(codes) == len(set(codes)) == whole.total
    assert set(codes) == expected
    page = expand(
        Context(catalog), ExpandRequest(value_set=sets[-1], exclude_nested=True, offset=offset, count=count)
    )
    assert [(e.system, e.code) for e in page.entries] == codes[offset : offset + count]
    for system, records in universe.items():
        for record in records:
            asked = CodingRequest(system, record.code, ElementPath("Coding"))
            answer = validate_in_value_set(Context(catalog), sets[-1], ValidateRequest(codings=(asked,)))
            assert answer.result == ((system, record.code) in expected)
