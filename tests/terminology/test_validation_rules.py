"""ValidationOptions of validation that hold for any value set: versions side by side, excludes, inactive codes, imports."""

from __future__ import annotations

import pytest

from registry.content.memory import MemoryView
from registry.content.view import ViewInfo
from registry.entities.records import ConceptRecord, Designation
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.context import Context, Pins
from registry.terminology.expand import ExpandRequest, Expansion, expand
from registry.terminology.validate_code import (
    CodingRequest,
    ElementPath,
    ValidateRequest,
    Validation,
    ValidationOptions,
    validate_in_system,
    validate_in_value_set,
)
from registry.terminology.valueset import ConceptReference, Include, ValueSet

URL = "http://s"


def view(version: str, *codes: str, **more: object) -> MemoryView:
    records = [
        ConceptRecord(
            code=c, designations=(Designation("display", f"{c} of {version}"),), inactive=c.startswith("x")
        )
        for c in codes
    ]
    return MemoryView(ViewInfo(system="s", url=URL, version=version, **more), records)  # type: ignore[arg-type]


def context(*views: MemoryView, sets: tuple[ValueSet, ...] = ()) -> Context:
    catalog = MemoryCatalog()
    for one in views:
        catalog.add_code_system(one)
    for value_set in sets:
        catalog.add_value_set(value_set)
    return Context(catalog)


def include(*codes: str, version: str = "") -> Include:
    return Include(system=URL, version=version, concepts=tuple(ConceptReference(c) for c in codes))


def ask(
    ctx: Context,
    value_set: ValueSet,
    code: str,
    version: str = "",
    display: str = "",
    rules: ValidationOptions = ValidationOptions(),
) -> Validation:
    coding = CodingRequest(URL, code, ElementPath("Coding"), version, display)
    return validate_in_value_set(ctx, value_set, ValidateRequest(codings=(coding,), rules=rules))


def ids(answer: Validation) -> set[str]:
    return {i.id for i in answer.issues}


def opened(ctx: Context, value_set: ValueSet) -> Expansion:
    return expand(ctx, ExpandRequest(value_set=value_set))


OLD, NEW = view("1", "a", "b"), view("2", "b", "c")
BOTH = (include(version="1"), include(version="2"))


def test_the_version_of_the_coding_decides_among_includes_of_several_versions() -> None:
    value_set = ValueSet(url="http://vs", includes=BOTH)
    answer = ask(context(OLD, NEW), value_set, "c", "1")
    assert not answer.result
    assert ids(answer) == {"Unknown_Code_in_Version", "None_of_the_provided_codes_are_in_the_value_set_one"}
    assert ask(context(OLD, NEW), value_set, "c", "2").result
    assert ask(context(OLD, NEW), value_set, "c").result


def test_a_version_that_no_include_has_is_a_mismatch() -> None:
    value_set = ValueSet(url="http://vs", includes=(include(version="2"),))
    assert ids(ask(context(OLD, NEW), value_set, "b", "1")) == {"VALUESET_VALUE_MISMATCH"}


def test_an_exclude_of_one_version_leaves_the_code_of_the_other() -> None:
    value_set = ValueSet(url="http://vs", includes=BOTH, excludes=(include("b", version="1"),))
    ctx = context(OLD, NEW)
    shown = [(e.version, e.code) for e in opened(ctx, value_set).entries]
    assert shown == [("1", "a"), ("2", "b"), ("2", "c")]
    answer = ask(ctx, value_set, "b")
    assert answer.result
    assert answer.shown is not None
    assert answer.shown.display == "b of 2"
    assert not ask(ctx, value_set, "b", "1").result


def test_active_only_counts_if_only_membership_is_checked() -> None:
    value_set = ValueSet(url="http://vs", includes=(include(),))
    ctx = context(view("1", "a", "xb"))
    assert ask(ctx, value_set, "xb", rules=ValidationOptions(membership_only=True)).result
    strict = ask(ctx, value_set, "xb", rules=ValidationOptions(membership_only=True, active_only=True))
    assert not strict.result
    assert "STATUS_CODE_WARNING_CODE" in ids(strict)


def test_what_an_imported_value_set_says_of_a_code_is_shown() -> None:
    inner = Include(system=URL, concepts=(ConceptReference("b", "its own words"), ConceptReference("a")))
    sets = (ValueSet(url="http://inner", includes=(inner,)),)
    ctx = context(OLD, sets=sets)
    outer = ValueSet(url="http://outer", includes=(Include(value_sets=("http://inner",)),))
    shown = [(e.code, e.display) for e in opened(ctx, outer).entries]
    assert shown == [("b", "its own words"), ("a", "a of 1")]
    assert ask(ctx, outer, "b", display="its own words").result


def test_what_a_value_set_says_of_a_code_in_other_case_is_shown() -> None:
    listed = Include(system=URL, concepts=(ConceptReference("A", "its own words"),))
    value_set = ValueSet(url="http://vs", includes=(listed,))
    ctx = context(view("1", "a", case_sensitive=False))
    assert [e.display for e in opened(ctx, value_set).entries] == ["its own words"]
    answer = ask(ctx, value_set, "a", display="its own words")
    assert answer.result


def test_entries_of_a_system_that_needs_its_version_say_it() -> None:
    value_set = ValueSet(url="http://vs", includes=(include(),))
    assert [e.version for e in opened(context(view("1", "a")), value_set).entries] == [""]
    needy = context(view("1", "a", version_needed=True))
    assert [e.version for e in opened(needy, value_set).entries] == ["1"]


def test_a_display_of_a_concept_without_any_is_not_wrong() -> None:
    bare = MemoryView(ViewInfo(system="s", url=URL, version="1"), [ConceptRecord(code="a")])
    answer = ask(context(bare), ValueSet(url="http://vs", includes=(include(),)), "a", display="words")
    assert answer.result
    assert not answer.issues


def test_a_code_that_a_value_set_lists_may_lie_outside_the_fragment_at_hand() -> None:
    ctx = context(view("1", "a", content="fragment"))
    value_set = ValueSet(url="http://vs", includes=(include("a", "z"),))
    listed = ask(ctx, value_set, "z")
    assert listed.result
    assert ids(listed) == {"UNKNOWN_CODE_IN_FRAGMENT"}
    assert not ask(ctx, value_set, "y").result
    without = ValueSet(url="http://vs", includes=(include(),), excludes=(include("z"),))
    assert ask(ctx, without, "y").result
    assert not ask(ctx, without, "z").result


def test_a_supplement_is_named_as_such_where_a_value_set_includes_it() -> None:
    ctx = context(view("1", "a", content="supplement", supplements="http://other"))
    value_set = ValueSet(url="http://vs", includes=(include(),))
    assert ids(ask(ctx, value_set, "a")) == {"CODESYSTEM_CS_NO_SUPPLEMENT"}


def test_the_limit_counts_the_codes_of_the_page() -> None:
    ctx = context(view("1", *"abcdefgh"))
    ctx.limit = 3
    whole = ValueSet(url="http://vs", includes=(include(),))
    for offset, count, fits in ((0, 3, True), (0, 4, False), (4, 4, False), (6, 9, True), (6, None, True)):
        answer = expand(ctx, ExpandRequest(value_set=whole, offset=offset, count=count))
        assert (answer.problem is None) is fits


@pytest.mark.parametrize(
    ("version", "pins", "judged_by", "issues"),
    [
        ("", Pins.read(default=[f"{URL}|1"]), "1", set()),
        ("2", Pins.read(default=[f"{URL}|1"]), "2", set()),
        ("", Pins.read(check=[f"{URL}|1"]), "1", set()),
        ("2", Pins.read(check=[f"{URL}|1"]), "2", {"VALUESET_VERSION_CHECK"}),
    ],
)
def test_without_a_value_set_the_codings_version_is_judged(
    version: str, pins: Pins, judged_by: str, issues: set[str]
) -> None:
    ctx = context(OLD, NEW)
    ctx.pins = pins
    coding = CodingRequest(URL, "b", ElementPath("Coding"), version)
    answer = validate_in_system(ctx, ValidateRequest(codings=(coding,)))
    assert ids(answer) == issues
    assert answer.result is (not issues)
    assert answer.shown is not None
    assert answer.shown.content is not None
    assert answer.shown.content.info.version == judged_by


def test_a_version_of_a_system_that_nobody_knows_is_named() -> None:
    value_set = ValueSet(url="http://vs", includes=(include(),))
    assert ids(ask(context(), value_set, "a", "7")) == {"UNKNOWN_CODESYSTEM_VERSION_NONE"}
    assert ids(ask(context(), value_set, "a")) == {"UNKNOWN_CODESYSTEM"}
