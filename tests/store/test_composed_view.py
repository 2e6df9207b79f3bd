"""The view of a release with components answers as a view over records composed from the same components in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders.contract import ParsedRelease
from registry import Registry
from registry.content.components import MemoryComponents
from registry.content.composed import compose
from registry.content.memory import MemoryView
from registry.content.view import ContentView, ViewInfo
from registry.entities.records import (
    Component,
    ConceptRecord,
    DescriptionRecord,
    Designation,
    MemberRecord,
    Property,
    RelationshipRecord,
    ReleaseHeader,
    SystemRecord,
)
from registry.store.opening import open_database
from registry.systems import behaviour_of
from registry.systems.snomed import IS_A

US, GB, NB, NN, GP = (
    "900000000000509007",
    "900000000000508004",
    "61000202103",
    "91000202106",
    "47351000202107",
)
SYSTEM = SystemRecord(slug="ct", url="urn:ct", access="open", rules="snomed-ct", language="en")
CODES = ("10001", "10002", "10003", "10004")
RULES = behaviour_of("snomed-ct")


def described(
    key: str, concept: str, words: str, language: str, kind: str, inactive: bool
) -> DescriptionRecord:
    return DescriptionRecord(key, concept, Designation(kind, words, language, key=key), inactive=inactive)


def related(key: str, concept: str, code: str, value: str, group: int, inactive: bool) -> RelationshipRecord:
    kind = "decimal" if "." in value else "code"
    return RelationshipRecord(key, concept, Property(code, value, kind, group=group), inactive=inactive)


def parent(child: int, above: int, inactive: bool) -> RelationshipRecord:
    """An is-a row from a concept to one with a smaller number: no cycle."""
    first, second = CODES[max(child, above)], CODES[min(child, above)]
    value = Property(IS_A, second, "code")
    return RelationshipRecord(f"i{first}{second}", first, value, inactive=inactive or first == second)


KEYS = st.sampled_from([f"d{n}" for n in range(6)])
WORDS = st.sampled_from(
    ["heart", "heart attack", "hjerte", "hjerteinfarkt", "Åpent sår", "10002", "open wound"]
)
COMPONENTS = st.one_of(
    st.builds(
        described, KEYS, st.sampled_from(CODES), WORDS, st.sampled_from(["en", "no"]),
        st.sampled_from(["fsn", "synonym", "definition"]), st.booleans(),
    ),
    st.builds(
        related, st.sampled_from(["r1", "r2", "r3"]), st.sampled_from(CODES), st.sampled_from(["site", "dose"]),
        st.sampled_from([*CODES, "1.50"]), st.integers(0, 2), st.booleans(),
    ),
    st.builds(parent, st.integers(0, 3), st.integers(0, 3), st.booleans()),
    st.builds(
        lambda refset, key, way, off: MemberRecord(f"{refset}{key}", refset, key, way, inactive=off),
        st.sampled_from([US, GB, NB, NN, GP, "999001261000000100"]), KEYS,
        st.sampled_from(["preferred", "acceptable"]), st.booleans(),
    ),
    st.builds(lambda code: MemberRecord(f"m{code}", "findings", code), st.sampled_from(CODES)),
)  # fmt: skip
BATCH = st.lists(COMPONENTS, max_size=25, unique_by=lambda c: (type(c), c.key))


def twin(components: Sequence[Component]) -> MemoryView:
    """The records composed by looking through all components."""
    held, records = MemoryComponents(components), []
    sets = {refset for refset, way in held.reference_sets() if way}
    for code in CODES:
        rows = held.relationships(code)
        above = {r.property.text for r in rows if r.property.code == IS_A and not r.inactive}
        state = ConceptRecord(code=code, parents=tuple(sorted(above)))

        def preferred(key: str) -> list[str]:
            return sorted(s for s in sets if held.acceptability(s, key) == "preferred")

        records.append(compose(state, held.descriptions(code), rows, preferred, RULES))
    return MemoryView(ViewInfo(system="ct", url="urn:ct", version="1", language="en"), records, rules=RULES)


def answers(view: ContentView) -> dict[str, object]:
    """Everything that a view says, by codes."""
    ids = {code: view.find(code) for code in CODES}
    codes = {ident: code for code, ident in ids.items()}
    found: dict[str, object] = {}
    for code, ident in ids.items():
        assert ident is not None
        record = view.concept(ident)
        found[f"texts {code}"] = sorted((d.kind, d.language, d.text, d.key) for d in record.designations)
        found[f"properties {code}"] = record.properties
        found[f"notes {code}"] = record.notes
        for language in ("en", "en-GB", "nb-NO", "nn", "no", "nb-x-sctlang-47351000-202107", "de"):
            found[f"{language} {code}"] = view.display(ident, [language])
        found[f"up {code}"] = {codes[i] for i in view.ancestors(ident)}
        found[f"down {code}"] = {codes[i] for i in view.descendants(ident)}
        found[f"children {code}"] = [codes[i] for i in view.children(ident)]
    for text in ("heart", "hjert", "åpent s", "wound op", "10002", "1000", "heart 10002", "zzz"):
        found[f"search {text}"] = {codes[i] for i in view.matching(text)}
        assert {codes[i] for i in view.search(text)} == found[f"search {text}"]
    for name in ("site", "dose", IS_A):
        found[f"any {name}"] = {codes[i] for i in view.with_property(name)}
        values = {value: {codes[i] for i in of} for value, of in view.property_values(name)}
        found[f"values {name}"] = values
        for value in (*CODES, "1.50", "1.5"):
            found[f"{name}={value}"] = {codes[i] for i in view.property_equals(name, value)}
    return found


def load(registry: Registry, version: str, items: Sequence[Component], base: str = "") -> ContentView:
    concepts = () if base else tuple(ConceptRecord(code=c) for c in CODES)
    header = ReleaseHeader(
        system="ct", version=version, source_line="rf2", facets=("hierarchy", "display"), base=base,
        valid_from=date.fromisoformat(version), language="en",
    )  # fmt: skip
    first = [i for i in items if isinstance(i, RelationshipRecord)]
    rest = [i for i in items if not isinstance(i, RelationshipRecord)]
    parsed = ParsedRelease(header=header, concepts=[*first, *concepts, *rest], system=SYSTEM)
    assert registry.load_parsed(parsed).outcome in ("loaded", "unchanged")
    return registry.view("ct", version=version)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=BATCH, second=BATCH)
def test_a_stored_view_answers_as_records_do(
    tmp_path_factory: pytest.TempPathFactory, first: list[Component], second: list[Component]
) -> None:
    database = open_database(str(tmp_path_factory.mktemp("c") / "r.sqlite"))
    registry = Registry(database)
    whole: list[Component] = [*first, MemberRecord("always", "findings", CODES[0])]
    assert answers(load(registry, "2024-01-01", whole)) == answers(twin(whole))
    changed = load(
        registry, "2024-02-01", [*second, MemberRecord("other", "findings", CODES[1])], "2024-01-01"
    )
    assert answers(changed) == answers(twin([*whole, *second]))
    assert registry.verify().ok
    database.close()
