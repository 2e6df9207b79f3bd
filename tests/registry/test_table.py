"""Tables by columns against rows built one by one."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from registry.content.display import display_text
from registry.entities.records import Coding, ConceptRecord, Designation, Property
from registry.queries.flat_export import table_of

WORDS = st.sampled_from(["a", "b", "c d", ""])
RECORDS = st.lists(
    st.builds(
        ConceptRecord,
        code=st.sampled_from(["A", "B", "C"]),
        key=WORDS,
        parents=st.lists(WORDS, max_size=2).map(tuple),
        inactive=st.booleans(),
        selectable=st.sampled_from([None, True, False]),
        designations=st.lists(st.builds(Designation, kind=WORDS, text=WORDS, language=WORDS), max_size=4).map(
            tuple
        ),
        properties=st.lists(
            st.builds(Property, code=WORDS, value=st.sampled_from(["x", 1, True, Coding("k")])), max_size=3
        ).map(tuple),
    ),
    max_size=5,
)


def slow_row(r: ConceptRecord, kinds: list[tuple[str, str]], names: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "system": "s",
        "version": "v",
        "code": r.code,
        "concept": r.stable_key,
        "display": display_text(r),
    }
    row |= {"parents": " ".join(r.parents), "inactive": r.inactive, "selectable": r.selectable}
    for kind, language in kinds:
        texts = [d.text for d in r.designations if (d.kind, d.language) == (kind, language)]
        row[f"{kind}:{language}" if language else kind] = " | ".join(texts)
    for name in names:
        row[f"property:{name}"] = " | ".join(text(p.value) for p in r.properties if p.code == name)
    return row


def text(value: str | int | bool | Coding) -> str:
    if isinstance(value, Coding):
        return value.code
    return str(value).lower() if isinstance(value, bool) else str(value)


@given(RECORDS)
def test_the_table_is_the_slow_one(records: list[ConceptRecord]) -> None:
    kinds = sorted({(d.kind, d.language) for r in records for d in r.designations})
    names = sorted({p.code for r in records for p in r.properties})
    table = table_of(records, "s", "v")
    assert list(table) == [slow_row(r, kinds, names) for r in records] and len(table) == len(records)
