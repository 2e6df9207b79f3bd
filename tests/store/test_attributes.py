"""The index of attributes answers as looking through all rows does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from registry.entities.records import ConceptRecord, ModuleDependency, Property, RelationshipRecord
from registry.store.attributes import AttributeIndex, AttributeRow, read_attributes
from tests.store.test_components import EXT, INT, Registered, ct, parsed
from tests.store.world import World

__all__ = ["ct"]
TYPES = ["dose", "finding", "site"]
coded = st.builds(
    AttributeRow, st.integers(1, 6), st.sampled_from(TYPES), st.integers(1, 6), st.just(""), st.integers(0, 3)
)
plain = st.builds(
    AttributeRow,
    st.integers(1, 6),
    st.sampled_from(TYPES),
    st.just(0),
    st.sampled_from(["", "1.5", "1.50"]),
    st.integers(0, 3),
)
ROWS = st.lists(st.one_of(coded, plain), max_size=25)
SETS = st.sets(st.integers(1, 8), max_size=4).map(BitMap)
CONDITIONS = st.lists(st.tuples(st.sampled_from([*TYPES, "none"]), SETS), min_size=1, max_size=3)


def _in_one_group(rows: set[AttributeRow], conditions: list[tuple[str, BitMap]]) -> set[int]:
    """Every source one of whose groups has, for each condition, a row that meets it."""
    found = set()
    for row in rows:
        same = [r for r in rows if r.source == row.source and r.group == row.group] if row.group else [row]
        if all(
            any(r.type == t and r.target and r.target in targets for r in same) for t, targets in conditions
        ):
            found.add(row.source)
    return found


@given(ROWS, CONDITIONS, st.sampled_from([*TYPES, "none"]), SETS)
def test_answers_are_those_of_looking_through_all_rows(
    listed: list[AttributeRow], conditions: list[tuple[str, BitMap]], type: str, targets: BitMap
) -> None:
    index, rows = AttributeIndex(listed), set(listed)
    assert index.types() == sorted({r.type for r in rows})
    assert set(index.with_target(type, targets)) == {
        r.source for r in rows if r.type == type and r.target and r.target in targets
    }
    for value in ("", "1.5", "1.50", "2"):
        expected = {r.source for r in rows if (r.type, r.target, r.value) == (type, 0, value)}
        assert set(index.with_value(type, value)) == expected
    assert set(index.in_one_group(conditions)) == _in_one_group(rows, conditions)
    for source in range(1, 8):
        assert set(index.of(source)) == {r for r in rows if r.source == source}


def test_an_index_is_read_from_states(world: World) -> None:
    grouped = (
        Property("site", "b", "code", group=1),
        Property("dose", "1.50", "decimal", group=1),
        Property("site", "elsewhere", "code", group=2),
    )
    layer = world.add([ConceptRecord(code="a", properties=grouped), ConceptRecord(code="b")])
    view, index = world.view(layer), read_attributes(world.database.reader(), layer.release_id, layer.bitmap)
    a, b = view.find("a"), view.find("b")
    assert a is not None and b is not None
    assert index.of(a) == [
        AttributeRow(a, "dose", 0, "1.50", 1),
        AttributeRow(a, "site", b, "", 1),
        AttributeRow(a, "site", 0, "elsewhere", 2),
    ]
    assert list(index.with_target("site", BitMap([b]))) == [a]
    assert list(index.with_value("dose", "1.50")) == [a] and not index.with_value("dose", "1.5")


def test_an_index_of_an_edition_has_the_rows_of_its_modules(ct: Registered) -> None:
    """Relationships are read where there are any; an inactive one says nothing."""
    first = (
        ConceptRecord(code="1"),
        ConceptRecord(code="2"),
        RelationshipRecord("r1", "2", Property("site", "1", "code", group=1)),
        RelationshipRecord("r2", "2", Property("finding", "1", "code", group=1)),
    )
    second = (
        ConceptRecord(code="3"),
        RelationshipRecord("r3", "3", Property("site", "2", "code")),
        RelationshipRecord("r2", "2", Property("finding", "1", "code", group=1), inactive=True),
    )
    ct.load(parsed("2024-01-01", first, INT))
    ct.load(parsed("2024-02-01", second, EXT, depends_on=(ModuleDependency(INT, "2024-01-01"),)))
    view, reader = ct.registry.view("ct", version="2024-02-01"), ct.database.reader()
    release = reader.all("SELECT max(id) FROM release")[0][0]
    index = read_attributes(reader, release, view.all())
    codes = {i: view.concept(i).code for i in view.all()}
    rows = [(codes[r.source], r.type, codes[r.target], r.group) for i in view.all() for r in index.of(i)]
    assert sorted(rows) == [("2", "site", "1", 1), ("3", "site", "2", 0)]
