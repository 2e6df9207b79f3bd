"""Components and editions: a small international module, an extension of it, and their union, against plain records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loaders.contract import ParsedRelease
from registry import Registry
from registry.content.components import MemoryComponents, StoredComponents
from registry.entities.errors import ContentError, UsageError
from registry.entities.records import (
    Component,
    ConceptRecord,
    DescriptionRecord,
    Designation,
    MemberRecord,
    ModuleDependency,
    Property,
    RelationshipRecord,
    ReleaseHeader,
    Removal,
    SystemRecord,
)
from registry.store.component_frames import KINDS
from registry.store.component_packs import read_packs
from registry.store.engine import Database
from registry.store.opening import open_database

INT, EXT = "international", "extension"
SYSTEM = SystemRecord(slug="ct", url="urn:ct", access="open")
US, NB = "us-english", "norwegian"
Item = ConceptRecord | Removal | Component


def text(key: str, concept: str, words: str, language: str = "en", **more: object) -> DescriptionRecord:
    return DescriptionRecord(key, concept, Designation("synonym", words, language, key=key), **more)  # type: ignore[arg-type]


def member(key: str, refset: str, referenced: str, acceptability: str = "", **more: object) -> MemberRecord:
    return MemberRecord(key, refset, referenced, acceptability, **more)  # type: ignore[arg-type]


def parsed(version: str, items: Iterable[Item], track: str = INT, **more: object) -> ParsedRelease:
    header = ReleaseHeader(
        system="ct", version=version, source_line="rf2", facets=("hierarchy",), track=track,
        valid_from=date.fromisoformat(version), language="en", **more,
    )  # fmt: skip
    return ParsedRelease(header=header, concepts=list(items), system=SYSTEM)


INTERNATIONAL: tuple[Item, ...] = (
    ConceptRecord(code="1"),
    ConceptRecord(code="2", parents=("1",)),
    text("d1", "1", "disease"),
    text("d2", "2", "gall stone"),
    text("d2b", "2", "gallstone"),
    RelationshipRecord("r1", "2", Property("site", "gallbladder", "code", group=1)),
    RelationshipRecord("r2", "2", Property("dose", "1.50", "decimal", group=1)),
    member("m1", US, "d1", "preferred"),
    member("m2", US, "d2", "preferred"),
    member("m3", US, "d2b", "acceptable"),
    member("m4", "findings", "1"),
    member("m5", "findings", "2"),
    member("m6", "findings", "2"),
)
EXTENSION: tuple[Item, ...] = (
    ConceptRecord(code="3", parents=("2",)),
    text("n2", "2", "gallestein", "nb"),
    text("n3", "3", "liten gallestein", "nb"),
    member("m7", NB, "n2", "preferred"),
    member("m8", "findings", "3"),
    member("m6", "findings", "2", inactive=True),
    member("m4", "findings", "1", inactive=True),
)
EXTENDS = (ModuleDependency(INT, "2024-01-01"),)


class Registered:
    """The two modules, loaded."""

    def __init__(self, database: Database) -> None:
        self.database, self.registry = database, Registry(database)

    def load(self, release: ParsedRelease) -> StoredComponents:
        report = self.registry.load_parsed(release)
        assert report.outcome == "loaded", report
        ident, system = self.database.reader().all(
            "SELECT id, system_id FROM release ORDER BY id DESC LIMIT 1"
        )[0]
        return StoredComponents(self.database, system, ident)


@pytest.fixture
def ct(database: Database) -> Registered:
    return Registered(database)


def components(items: Iterable[Item]) -> MemoryComponents:
    return MemoryComponents(i for i in items if not isinstance(i, ConceptRecord | Removal))


def everything(view: StoredComponents | MemoryComponents) -> dict[str, object]:
    keys = [i.key for i in (*INTERNATIONAL, *EXTENSION) if isinstance(i, DescriptionRecord)]
    return {
        "descriptions": [view.descriptions(c) for c in "1234"],
        "relationships": [view.relationships(c) for c in "1234"],
        "sets": view.reference_sets(),
        "members": [view.members(s) for s in ("findings", US, NB, "none")],
        "rows": [view.rows(s) for s in ("findings", US, NB, "none")],
        "acceptability": [view.acceptability(s, k) for s in (US, NB) for k in keys],
    }


def test_an_edition_is_the_union_of_its_modules(ct: Registered) -> None:
    international = ct.load(parsed("2024-01-01", INTERNATIONAL))
    edition = ct.load(parsed("2024-02-01", EXTENSION, EXT, depends_on=EXTENDS))
    assert everything(international) == everything(components(INTERNATIONAL))
    assert everything(edition) == everything(components((*INTERNATIONAL, *EXTENSION)))
    assert edition.members("findings") == ["2", "3"]
    assert [d.key for d in edition.descriptions("2")] == ["d2", "d2b", "n2"]
    view = ct.registry.view("ct", version="2024-02-01")
    assert {r.code for r in view.concepts(list(view.all()))} == {"1", "2", "3"}
    assert ct.registry.verify().ok


def test_an_extension_costs_its_own_rows(ct: Registered) -> None:
    ct.load(parsed("2024-01-01", INTERNATIONAL))
    before = _counts(ct)
    ct.load(parsed("2024-02-01", EXTENSION, EXT, depends_on=EXTENDS))
    assert {t: n - before[t] for t, n in _counts(ct).items()} == {
        "concept_state": 1, "description": 2, "relationship": 0, "member": 4, "release_dependency": 1,
    }  # fmt: skip


def _counts(ct: Registered) -> dict[str, int]:
    """Rows by table, and of components by kind."""
    reader = ct.database.reader()
    tables = ("concept_state", "release_dependency")
    found = {t: (reader.one(f"SELECT count(*) FROM {t}") or (0,))[0] for t in tables}
    row = reader.one("SELECT system_id FROM concept_state")
    system = row[0] if row else 0
    return found | {kind: read_packs(reader, system, kind, ("row",)).height for kind in KINDS}


def test_the_same_release_again_is_a_no_op_and_another_row_is_not(ct: Registered) -> None:
    ct.load(parsed("2024-01-01", INTERNATIONAL))
    assert ct.registry.load_parsed(parsed("2024-01-01", INTERNATIONAL)).outcome == "unchanged"
    assert ct.registry.load_parsed(parsed("2024-01-01", INTERNATIONAL[:-1])).outcome == "amended"
    assert ct.registry.verify().ok


def test_components_that_cannot_be_are_refused(ct: Registered) -> None:
    twice = (*INTERNATIONAL, text("d1", "1", "illness"))
    with pytest.raises(ContentError, match="description 'd1' occurs twice with different content"):
        ct.registry.load_parsed(parsed("2024-01-01", twice))
    with pytest.raises(UsageError, match="changes to 2024-01-01, which is not loaded"):
        ct.registry.load_parsed(parsed("2024-02-01", EXTENSION, EXT, depends_on=EXTENDS))
    assert ct.registry.systems() == []


def test_a_module_that_others_extend_is_not_purged(ct: Registered) -> None:
    ct.load(parsed("2024-01-01", INTERNATIONAL))
    ct.load(parsed("2024-02-01", EXTENSION, EXT, depends_on=EXTENDS))
    hashes = {r.version: r.release for r in ct.registry.releases("ct")}
    with pytest.raises(UsageError, match="purge those first"):
        ct.registry.purge("ct", "2024-01-01", release=hashes["2024-01-01"], why="test")
    ct.registry.purge("ct", "2024-02-01", release=hashes["2024-02-01"], why="test")
    ct.registry.purge("ct", "2024-01-01", release=hashes["2024-01-01"], why="test")
    counts = _counts(ct)
    assert set(counts.values()) == {0}


CONCEPTS = st.sampled_from(["1", "2"])
KEYS = st.sampled_from(["d1", "d2", "d3"])
COMPONENTS = st.one_of(
    st.builds(text, KEYS, CONCEPTS, st.sampled_from(["x", "y"]), inactive=st.booleans()),
    st.builds(
        member, st.sampled_from(["m1", "m2", "m3"]), st.just("findings"), CONCEPTS, inactive=st.booleans()
    ),
    st.builds(
        member,
        st.sampled_from(["l1", "l2", "l3"]),
        st.just(US),
        KEYS,
        st.sampled_from(["preferred", "acceptable"]),
        inactive=st.booleans(),
    ),
)
BATCHES = st.lists(COMPONENTS, max_size=5, unique_by=lambda c: (type(c), c.key))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=BATCHES,
    second=BATCHES,
    third=BATCHES,
    gone=st.sets(st.sampled_from(["m1", "m2", "l1"])),
    edition=st.booleans(),
)
def test_changes_of_components_are_those_of_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[Component],
    second: list[Component],
    third: list[Component],
    gone: set[str],
    edition: bool,
) -> None:
    """A base or a module, then changes to it: newest record of a key, without those removed."""
    concepts = (ConceptRecord(code="1"), ConceptRecord(code="2"))
    database = open_database(str(tmp_path_factory.mktemp("c") / "r.sqlite"))
    ct = Registered(database)
    ct.load(parsed("2024-01-01", (*concepts, *first)))
    how = {"track": EXT, "depends_on": EXTENDS} if edition else {"base": "2024-01-01"}
    removed = gone - {c.key for c in second}
    removals = [Removal(key=key, kind="member") for key in sorted(removed)]
    changed = ct.load(parsed("2024-02-01", (*second, *removals), **how))  # type: ignore[arg-type]
    left = [c for c in first if c.key not in removed]
    assert everything(changed) == everything(MemoryComponents((*left, *second)))
    how = {"track": EXT, "base": "2024-02-01"} if edition else {"base": "2024-02-01"}
    last = ct.load(parsed("2024-03-01", third, **how))  # type: ignore[arg-type]
    assert everything(last) == everything(MemoryComponents((*left, *second, *third)))
    assert ct.registry.verify().ok
    database.close()
