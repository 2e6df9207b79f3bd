"""Value sets over several versions of one system equal plain algebra over pairs (version, code).

The oracle knows nothing of views, bitmaps or includes judged one at a time: a value set is a set of pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.content.memory import MemoryView
from registry.content.view import ViewInfo
from registry.entities.records import ConceptRecord, Designation
from registry.terminology.catalog import EmptyCatalog, MemoryCatalog
from registry.terminology.context import Context
from registry.terminology.expand import ExpandRequest, Expansion, expand
from registry.terminology.validate_code import (
    CodingRequest,
    ElementPath,
    ValidateRequest,
    Validation,
    validate_in_value_set,
)
from registry.terminology.valueset import ConceptReference, Include, ValueSet

URL = "http://s"
#: oldest first in the order that the system declares, not in natural order; the newest is meant where none is named
LABELS = ("v1.0.0", "2.0.0", "10.0.0")
CODES = ("a", "b", "c", "d")
Pair = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """An include or exclude: a version, empty for none, and codes, None for all."""

    version: str
    codes: tuple[str, ...] | None

    def pairs(self, world: dict[str, set[str]]) -> set[Pair]:
        version = self.version or LABELS[-1]
        return {(version, c) for c in world[version] if self.codes is None or c in self.codes}

    def include(self) -> Include:
        listed = tuple(ConceptReference(c) for c in self.codes or ())
        return Include(system=URL, version=self.version, concepts=listed)


parts = st.builds(
    Part,
    st.sampled_from(["", *LABELS]),
    st.none() | st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True).map(tuple),
)
worlds = st.fixed_dictionaries({v: st.sets(st.sampled_from(CODES)) for v in LABELS})


def text(version: str, code: str) -> str:
    """``a`` has one text in all versions, the others have one in each."""
    return f"Text {code}" if code == "a" else f"Text {code} of {version}"


class Declared(EmptyCatalog):
    """Knows of every system that its labels are semantic versions."""

    def version_order(self, url: str) -> str:
        return "semver"


def context(world: dict[str, set[str]]) -> Context:
    catalog = MemoryCatalog(Declared())
    for version, codes in world.items():
        records = [
            ConceptRecord(code=c, designations=(Designation("display", text(version, c)),))
            for c in sorted(codes, reverse=True)
        ]
        catalog.add_code_system(MemoryView(ViewInfo(system="s", url=URL, version=version), records))
    return Context(catalog)


def value_set(includes: list[Part], excludes: list[Part], match: bool | None) -> ValueSet:
    own = {} if match is None else {"versionsMatch": (str(match).lower(),)}
    return ValueSet(
        url="http://vs",
        includes=tuple(i.include() for i in includes),
        excludes=tuple(e.include() for e in excludes),
        parameters=own,
    )


def members(
    world: dict[str, set[str]], includes: list[Part], excludes: list[Part], match: bool | None
) -> set[Pair]:
    """The pairs that belong, before versions are merged."""
    found = set().union(*(i.pairs(world) for i in includes))
    return without(world, found, {i.version or LABELS[-1] for i in includes}, excludes, match)


def without(
    world: dict[str, set[str]], found: set[Pair], included: set[str], excludes: list[Part], match: bool | None
) -> set[Pair]:
    """The pairs that the excludes leave."""
    for out in excludes:
        gone, version = out.pairs(world), out.version or LABELS[-1]
        if match is not False and (not out.version or version not in included):
            found -= {p for p in found if p[1] in {c for _, c in gone}}
        else:
            found -= gone
    return found


def newest(pairs: set[Pair], code: str) -> str:
    return max((v for v, c in pairs if c == code), key=LABELS.index)


def opened(ctx: Context, wanted: ValueSet, **page: int) -> Expansion:
    return expand(ctx, ExpandRequest(value_set=wanted, exclude_nested=True, **page))


def ask(ctx: Context, wanted: ValueSet, code: str, version: str = "", display: str = "") -> Validation:
    coding = CodingRequest(URL, code, ElementPath("Coding"), version, display)
    return validate_in_value_set(ctx, wanted, ValidateRequest(codings=(coding,)))


def judged_by(answer: Validation) -> str:
    assert answer.shown is not None
    assert answer.shown.content is not None
    return answer.shown.content.info.version


several = st.lists(parts, min_size=1, max_size=3)
excluded = st.lists(parts, max_size=2)
matching = st.sampled_from([None, True, False])


@settings(max_examples=300, deadline=None)
@given(worlds, several, excluded, matching)
def test_an_expansion_lists_the_pairs_by_code(
    world: dict[str, set[str]], includes: list[Part], excludes: list[Part], match: bool | None
) -> None:
    pairs = members(world, includes, excludes, match)
    if match:
        pairs = {(newest(pairs, c), c) for _, c in pairs}
    answer = opened(context(world), value_set(includes, excludes, match))
    assert answer.problem is None
    versions = {v for v, _ in pairs}
    single = next(iter({i.version or LABELS[-1] for i in includes}))
    shown = [(e.version or single, e.code) for e in answer.entries]
    assert set(shown) == pairs
    assert len(shown) == answer.total == len(pairs)
    if len(versions) > 1:
        assert all(e.version for e in answer.entries)
        assert [c for _, c in shown] == sorted(c for _, c in shown)
    if all(i.version for i in includes):
        for code in CODES:
            own = [LABELS.index(v) for v, c in shown if c == code]
            assert own == sorted(own, reverse=True)


@settings(max_examples=150, deadline=None)
@given(worlds, several, excluded, matching, st.integers(0, 6), st.integers(0, 4))
def test_pages_are_slices_of_the_list(
    world: dict[str, set[str]],
    includes: list[Part],
    excludes: list[Part],
    match: bool | None,
    offset: int,
    count: int,
) -> None:
    wanted = value_set(includes, excludes, match)
    whole = [(e.version, e.code) for e in opened(context(world), wanted).entries]
    part = opened(context(world), wanted, offset=offset, count=count)
    assert [(e.version, e.code) for e in part.entries] == whole[offset : offset + count]
    assert part.total == len(whole)


@settings(max_examples=300, deadline=None)
@given(worlds, several, excluded, matching)
def test_a_coding_is_judged_by_its_version_or_the_newest_that_has_it(
    world: dict[str, set[str]], includes: list[Part], excludes: list[Part], match: bool | None
) -> None:
    pairs, ctx = members(world, includes, excludes, match), context(world)
    wanted = value_set(includes, excludes, match)
    named = {i.version for i in includes}
    for code in CODES:
        answer = ask(ctx, wanted, code)
        assert answer.result == any(c == code for _, c in pairs)
        if answer.result:
            assert judged_by(answer) == newest(pairs, code)
        for version in LABELS if "" not in named else ():
            assert ask(ctx, wanted, code, version).result == ((version, code) in pairs)


@settings(max_examples=200, deadline=None)
@given(worlds, several, excluded, st.sampled_from([None, False]), excluded, matching)
def test_an_imported_value_set_keeps_its_own_rules(
    world: dict[str, set[str]],
    includes: list[Part],
    excludes: list[Part],
    match: bool | None,
    removed: list[Part],
    outer_match: bool | None,
) -> None:
    catalog_of_inner = context(world)
    inner = value_set(includes, excludes, match)
    assert isinstance(catalog_of_inner.catalog, MemoryCatalog)
    catalog_of_inner.catalog.add_value_set(inner)
    outer = msgspec.structs.replace(
        value_set([], removed, outer_match), url="http://outer", includes=(Include(value_sets=(inner.url,)),)
    )
    included = {i.version or LABELS[-1] for i in includes}
    pairs = without(world, members(world, includes, excludes, match), included, removed, outer_match)
    for code in CODES:
        answer = ask(catalog_of_inner, outer, code)
        assert answer.result == any(c == code for _, c in pairs)
        if answer.result:
            assert judged_by(answer) == newest(pairs, code)
    if outer_match:
        pairs = {(newest(pairs, c), c) for _, c in pairs}
    shown = opened(catalog_of_inner, outer)
    assert shown.total == len(pairs)
    assert {e.code for e in shown.entries} == {c for _, c in pairs}


@settings(max_examples=200, deadline=None)
@given(worlds, several, excluded, matching, st.sampled_from(CODES), st.sampled_from(LABELS))
def test_a_display_is_right_if_it_is_right_in_a_member_version(
    world: dict[str, set[str]],
    includes: list[Part],
    excludes: list[Part],
    match: bool | None,
    code: str,
    version: str,
) -> None:
    pairs = members(world, includes, excludes, match)
    answer = ask(context(world), value_set(includes, excludes, match), code, display=text(version, code))
    right = {v for v, c in pairs if c == code and text(v, c) == text(version, code)}
    assert answer.result is bool(right)
    if right:
        assert judged_by(answer) == max(right, key=LABELS.index)


@pytest.mark.parametrize(
    ("excludes", "match", "merged"),
    [
        ([Part("v1.0.0", None)], None, True),
        ([Part("v1.0.0", None)], False, False),
        ([Part("2.0.0", ("a",))], None, False),
        ([], True, True),
        ([], None, False),
    ],
)
def test_the_expansion_says_where_versions_were_matched(
    excludes: list[Part], match: bool | None, merged: bool
) -> None:
    world = {v: set(CODES) for v in LABELS}
    answer = opened(context(world), value_set([Part("2.0.0", None)], excludes, match))
    assert (("versionsMatch", "boolean", True) in answer.parameters) is merged


def test_a_version_named_comes_before_the_version_that_no_include_names() -> None:
    world = {v: {"a", "b"} for v in LABELS}
    answer = opened(
        context(world), value_set([Part("", None), Part("v1.0.0", None), Part("2.0.0", None)], [], None)
    )
    order = [(e.code, e.version) for e in answer.entries]
    assert order == [(c, v) for c in "ab" for v in ("2.0.0", "v1.0.0", "10.0.0")]


@settings(max_examples=150, deadline=None)
@given(worlds, several, excluded, matching, st.sampled_from([True, False]), st.sampled_from(CODES))
def test_the_word_of_the_request_counts_before_the_value_sets_own(
    world: dict[str, set[str]],
    includes: list[Part],
    excludes: list[Part],
    own: bool | None,
    asked: bool,
    code: str,
) -> None:
    """``versionsMatch`` of a request: the answer of a value set that says the same itself."""
    told, plain = context(world), context(world)
    told.versions_match = asked
    said, meant = value_set(includes, excludes, own), value_set(includes, excludes, asked)
    pairs = [[(e.version, e.code) for e in opened(c, v).entries] for c, v in ((told, said), (plain, meant))]
    assert pairs[0] == pairs[1]
    assert ask(told, said, code).result is ask(plain, meant, code).result
