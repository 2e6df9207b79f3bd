"""What the conformance cases do not reach: several versions, abstract and inactive codes, all forms of requests."""

from __future__ import annotations

from typing import Any

import pytest

from registry.content.memory import MemoryView
from registry.content.view import ViewInfo
from registry.entities.records import ConceptRecord, Designation
from registry.terminology.catalog import MemoryCatalog
from registry.terminology.context import Context, Pins
from registry.terminology.issues import MESSAGES, issue
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

S = "http://s"


def view(version: str, *codes: str, **more: Any) -> MemoryView:
    records = [
        ConceptRecord(code=c, designations=(Designation("display", f"{c} {version}", "en"),), **more)
        for c in codes
    ]
    return MemoryView(ViewInfo(system="", url=S, version=version, language="en"), records)


def ask(
    includes: list[Include],
    code: str,
    version: str = "",
    *,
    views: list[MemoryView] | None = None,
    **more: Any,
) -> Validation:
    catalog = MemoryCatalog()
    for one in views or [view("1.0.0", "a", "b"), view("2.0.0", "b", "c")]:
        catalog.add_code_system(one)
    rules = more.pop("rules", ValidationOptions())
    context = Context(catalog, **more)
    request = ValidateRequest(codings=(CodingRequest(S, code, ElementPath("Coding"), version),), rules=rules)
    return validate_in_value_set(
        context, ValueSet(url="http://vs", version="9", includes=tuple(includes)), request
    )


BOTH = [Include(system=S, version="1.0.0"), Include(system=S, version="2.0.0")]


@pytest.mark.parametrize(
    ("code", "version", "result", "ids"),
    [
        ("a", "", True, []),
        ("c", "", True, []),
        ("b", "2.0.0", True, []),
        (
            "c",
            "1.0.0",
            False,
            ["Unknown_Code_in_Version", "None_of_the_provided_codes_are_in_the_value_set_one"],
        ),
        (
            "d",
            "2.0.0",
            False,
            ["Unknown_Code_in_Version", "None_of_the_provided_codes_are_in_the_value_set_one"],
        ),
        ("b", "3.0.0", False, ["VALUESET_VALUE_MISMATCH", "UNKNOWN_CODESYSTEM_VERSION"]),
    ],
)
def test_two_versions_of_a_system_in_one_value_set(
    code: str, version: str, result: bool, ids: list[str]
) -> None:
    answer = ask(BOTH, code, version)
    assert answer.result is result and [i.id for i in answer.issues] == ids
    assert answer.shown is not None and answer.shown.content is not None


def test_a_versionless_include_takes_the_codings_version() -> None:
    answer = ask([Include(system=S)], "a", "1.0.0")
    assert answer.result and answer.shown is not None and answer.shown.content is not None
    assert answer.shown.content.info.version == "1.0.0"


def test_pins_choose_check_and_force() -> None:
    assert ask([Include(system=S)], "a", pins=Pins.read(default=[f"{S}|1.x"])).result
    checked = ask(BOTH[1:], "b", pins=Pins.read(check=[f"{S}|1.x"]))
    assert [i.id for i in checked.issues] == ["VALUESET_VERSION_CHECK"]
    assert ask(BOTH[1:], "a", pins=Pins.read(force=[f"{S}|1.0.0"])).result


def test_abstract_and_inactive_codes_are_refused_where_they_may_not_be_used() -> None:
    whole = [Include(system=S)]
    abstract = [view("1", "a", selectable=False)]
    assert ask(whole, "a", views=abstract).result
    refused = ask(whole, "a", views=abstract, rules=ValidationOptions(abstract_allowed=False))
    assert not refused.result and refused.issues[0].id == "ABSTRACT_CODE_NOT_ALLOWED"
    inactive = ask(
        whole, "a", views=[view("1", "a", inactive=True)], rules=ValidationOptions(active_only=True)
    )
    assert not inactive.result and "STATUS_CODE_WARNING_CODE" in {i.id for i in inactive.issues}


def test_one_valid_coding_is_enough_and_wrong_ones_are_reported() -> None:
    catalog = MemoryCatalog()
    catalog.add_code_system(view("1", "a", "b"))
    value_set = ValueSet(url="http://vs", includes=(Include(system=S, concepts=(ConceptReference("b"),)),))
    codings = tuple(
        CodingRequest(S, c, ElementPath(f"CodeableConcept.coding[{n}]")) for n, c in enumerate("ab")
    )
    answer = validate_in_value_set(
        Context(catalog), value_set, ValidateRequest(codings=codings, concept=True)
    )
    assert answer.result and answer.shown is not None and answer.shown.coding.code == "b"
    assert [(i.severity, i.kind) for i in answer.issues] == [("information", "this-code-not-in-vs")]


def test_a_system_alone() -> None:
    catalog = MemoryCatalog()
    catalog.add_code_system(view("1", "a"))
    for code, system, result in (
        ("a", S, True),
        ("z", S, False),
        ("a", "http://unknown", False),
        ("a", "", False),
    ):
        request = ValidateRequest(codings=(CodingRequest(system, code, ElementPath("code")),))
        assert validate_in_system(Context(catalog), request).result is result


def test_every_message_can_be_filled() -> None:
    for name in MESSAGES:
        made = issue(name, *"abcdef")
        assert made.text and "{" not in made.text, name
