"""Constraints on a stored release give what the slow evaluator gives on the rows that were loaded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import assume, given, settings

from loaders.contract import ParsedRelease
from registry import Registry
from registry.content.composed_view import ComposedView
from registry.content.packed_edition import PackedEdition
from registry.content.stored_edition import edition_of_view
from registry.ecl import write
from registry.ecl.evaluator import evaluate
from registry.ecl.nodes import Constraint, MemberOf
from registry.entities.errors import EclError
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
from tests.ecl.slow_evaluator import Refused, SlowEvaluator
from tests.ecl.trees import focused
from tests.ecl.world import ABSENT, CONCEPT_FIELDS, POOLS, STATUSES, TYPES, WAYS, Member, World, world

SYSTEM = SystemRecord(
    slug="snomed-ct", url="http://snomed.info/sct", access="open", rules="snomed-ct", language="en"
)
KINDS = dict(zip(TYPES, ("fsn", "synonym", "definition"), strict=True))
ACCEPTED = dict(zip(WAYS, ("preferred", "acceptable"), strict=True))


def storable(made: World) -> World:
    """Without what RF2 does not have: boolean values, and members that name a concept that is nowhere."""
    made.relationships = [r for r in made.relationships if not isinstance(r.value, bool)]
    made.members = [m for m in made.members if m.referenced != ABSENT]
    return made


def records(made: World) -> Iterator[ConceptRecord | Component]:
    """The rows of a release as a loader gives them."""
    for n, r in enumerate(made.relationships):
        value, kind = (
            (r.target, "code")
            if r.target
            else (str(r.value), "string" if isinstance(r.value, str) else "decimal")
        )
        yield RelationshipRecord(f"r{n}", r.source, Property(r.type, value or "", kind, group=r.group))
    for code, active in made.active.items():
        properties = (
            Property("moduleId", made.module[code], "code"),
            Property("effectiveTime", str(made.effective[code] or "")),
            Property("sufficientlyDefined", made.status[code] == STATUSES[1], "boolean"),
        )
        yield ConceptRecord(code=code, inactive=not active, properties=properties)
    for d in made.descriptions:
        named = Designation(KINDS[d.type], d.text, d.language, key=d.id)
        yield DescriptionRecord(
            d.id, d.concept, named, module=d.module, inactive=not d.active, effective=d.effective
        )
        for refset, way in d.accepted:
            yield MemberRecord(f"l{d.id}{refset}", refset, d.id, ACCEPTED[way])
    yield from (member(n, m) for n, m in enumerate(made.members))


def member(number: int, m: Member) -> MemberRecord:
    """A row of a reference set."""
    values = tuple(Property(name, v, "code" if name in CONCEPT_FIELDS else "string") for name, v in m.fields)
    return MemberRecord(
        f"m{number}", m.refset, m.referenced, properties=values, module=m.module, inactive=not m.active,
        effective=m.effective,
    )  # fmt: skip


WORLDS = [storable(world(seed)) for seed in (0, 3)]


@pytest.fixture(scope="module")
def editions(tmp_path_factory: pytest.TempPathFactory) -> list[PackedEdition]:
    """The releases, loaded and read back."""
    database = open_database(str(tmp_path_factory.mktemp("ecl") / "r.sqlite"))
    registry, found = Registry(database), []
    for n, made in enumerate(WORLDS):
        header = ReleaseHeader(
            system="snomed-ct", version=f"2024-0{n + 1}-01", source_line="rf2", facets=("hierarchy", "display"),
            valid_from=date(2024, n + 1, 1), language="en",
        )  # fmt: skip
        assert registry.load_parsed(
            ParsedRelease(header=header, concepts=[*records(made)], system=SYSTEM)
        ).outcome
        view = registry.view("snomed-ct", version=f"2024-0{n + 1}-01")
        assert isinstance(view, ComposedView)
        found.append(edition_of_view(view))
    return found


FOCUSED = focused(POOLS)


@pytest.mark.parametrize("number", range(len(WORLDS)))
@pytest.mark.parametrize("form", FOCUSED)
def test_stored_releases_answer_as_their_rows(form: str, number: int, editions: list[PackedEdition]) -> None:
    @settings(max_examples=60)
    @given(tree=FOCUSED[form])
    def check(tree: Constraint) -> None:
        evaluator, edition = SlowEvaluator(WORLDS[number]), editions[number]
        try:
            projected = isinstance(tree, MemberOf) and tree.fields is not None
            expected = evaluator.projected(tree) if projected else evaluator.concepts(tree)
            found = evaluate(edition, tree)
        except (Refused, EclError):
            assume(False)
        if found.projection is not None:
            assert found.projection.rows == expected, write(tree)
        else:
            assert {edition.concepts.ids[n] for n in found.concepts} == expected, write(tree)

    check()


def test_a_constraint_is_answered_by_the_registry(tmp_path_factory: pytest.TempPathFactory) -> None:
    registry = Registry(open_database(str(tmp_path_factory.mktemp("ecl") / "r.sqlite")))
    header = ReleaseHeader(
        system="snomed-ct", version="2024", source_line="rf2", facets=("hierarchy", "display"),
        valid_from=date(2024, 1, 1), language="en",
    )  # fmt: skip
    registry.load_parsed(ParsedRelease(header=header, concepts=[*records(WORLDS[0])], system=SYSTEM))
    found = registry.ecl("*", on="2024-06-01", count=2)
    assert found.total == len(SlowEvaluator(WORLDS[0]).active) and len(found.concepts) == 2
    assert registry.ecl("404684003", on="2024-06-01").warnings
    before = registry.ecl("*", on="2023-06-01")
    assert before.reason == "before_first" and before.message
    projected = registry.ecl("^ [referencedComponentId, refsetId] *", on="2024-06-01")
    assert projected.fields == ["referencedComponentId", "refsetId"] and projected.rows
