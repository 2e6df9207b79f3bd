"""What is an expression constraint and what is refused, as a decision table with the rule beside each text."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from registry.ecl import check, parse
from registry.ecl.nodes import (
    AlternateId,
    Attribute,
    Comparison,
    Compound,
    Concept,
    DescriptionFilters,
    Dotted,
    Filtered,
    Hierarchy,
    HierarchyOperator,
    MemberFilters,
    MemberOf,
    ModuleFilter,
    RefinementSet,
    RefsetsContaining,
    TermFilter,
)

A, B, C = "404684003", "363698007", "116676008"

#: rule of the grammar or of the specification → expression
VALID = [
    ("conceptId: 6 to 18 digits", "111115"),
    ("conceptId: partition is not syntax", "111115 |trade name|"),
    ("term", f"{A} |Clinical finding (finding)|"),
    ("term: any character but |", f'{A} |5" tube, [a] (b) <c> {{ /* d|'),
    ("term: looks like a comment", f"{A} |/* x */|"),
    ("term: a comment before it may have |", f"{A} | /* a|b */ term |"),
    ("term: a comment after it may have |", f"{A} | term /* a|b */ |"),
    ("ws", f" \t\r\n{A}\n"),
    ("comment", f"/* a */ < /**/ {A} /* b * c / ( */"),
    ("comment: ends at its first */", f"{A} /* a **/"),
    ("wildCard", "*"),
    ("wildCard, long", "ANY"),
    ("altIdentifier", "LOINC#54486-6 |Type of hemoglobin|"),
    ("altIdentifier within quotation marks", '"LOINC#54486 6" |x|'),
    ("altIdentifier or a dotted attribute", f"LOINC#1.{B}"),
    ("altIdentifier that ends before a dot", f"LOINC#1. {B}"),
    ("altIdentifier that ends before AND", f"LOINC#1AND {A}"),
    ("altIdentifier of an attribute name", f"{A} : R#1 = *"),
    *[
        ("constraintOperator", f"{op} {A}")
        for op in ["<", "<<", "<!", "<<!", ">", ">>", ">!", ">>!", "!!>", "!!<"]
    ],
    *[
        ("constraintOperator, long", f"{op} {A}")
        for op in [
            "descendantOf",
            "descendantOrSelfOf",
            "childOf",
            "childOrSelfOf",
            "ancestorOf",
            "ancestorOrSelfOf",
            "parentOf",
            "PARENTORSELFOF",
            "top",
            "Bottom",
        ]
    ],
    ("memberOf", f"^ {A}"),
    ("memberOf, long, no space needed", f"memberOf({A})"),
    ("memberOf after a constraint operator", f"< ^ {A}"),
    ("memberOf with fields", f"^ [ targetComponentId , mapTarget ] {A}"),
    ("memberOf with every field", f"^[*]{A}"),
    ("memberOf any reference set", "^ *"),
    ("refsetContainingAny", f"^R {A}"),
    ("refsetContainingAny, long", f"refsetContainingAny (< {A})"),
    ("conjunction", f"{A} AND < {B}"),
    ("conjunction: comma", f"{A} , {B},{C}"),
    ("conjunction: no space before it", f"{A}AND {B}"),
    ("disjunction", f"{A} or {B} OR/**/{C}"),
    ("exclusion", f"{A} MINUS {B}"),
    ("brackets", f"(({A} AND {B}) OR ({A} MINUS {B}))"),
    ("dotted", f"< {A} . {B} . << {C}"),
    ("refinement", f"< {A} : {B} = {C}"),
    ("comparison, long", f"{A} : {B} not = {C}, {B} <> {C}, {B}NOT={C}"),
    ("value with top", f"{A} : {B} = !!> {C}"),
    ("numbers", f"{A} : {B} = #0, {B} != #-0.50, {B} >= #+5, {B} < #12.250"),
    ("booleans", f"{A} : {B} = true, {B} != FALSE"),
    ("texts", f'{A} : {B} = "PANADOL", {B} != ("a" "b \\" c"), {B} = " "'),
    ("reverse", f"{A} : R {B} = {C}, r{B} = {C}, reverseOf {B} = {C}"),
    ("cardinality", f"{A} : [0..0] {B} = *, [1..*] {B} = *, [0 to many] {B} = *"),
    ("groups", f"{A} : {{ {B} = *, {C} = * }}, [1..3] {{ {B} = * }}"),
    ("brackets in refinements", f"{A} : ({B} = * OR {C} = *), ({{ {B} = * }} OR ({B} = *))"),
    ("name in brackets", f"{A} : (<< {B} MINUS {C}) = *, ({B}) {{{{ C active = 1 }}}} != *"),
    ("braces side by side", f'{A} : {{{B} = * {{{{ term = "x" }}}}}}'),
    ("description filter without a letter", f'{A} {{{{ term = "x", moduleId = {B} }}}}'),
    ("letters in either case, space optional", f'{A} {{{{dterm="x"}}}} {{{{Cactive=0}}}}'),
    ("term filters", f'{A} {{{{ term != (match:"a b" wild : "*c\\*" "d") }}}}'),
    ("text inside quotation marks holds no comments", f'{A} {{{{ term = "/* x" }}}}'),
    ("language, type", f"{A} {{{{ language = (nb EN), type = (syn fsn def), type = synonym }}}}"),
    (
        "typeId: set or constraint",
        f"{A} {{{{ typeId = ({B} {C}), typeId != ({B} OR {C}), typeId = ({B}) }}}}",
    ),
    (
        "dialect",
        f"{A} {{{{ dialect = en-gb (prefer), dialect = (nb-no (accept prefer) nn-no) (preferred) }}}}",
    ),
    ("dialectId", f"{A} {{{{ dialectId = ({B} ({C}) {C}), dialectId = {B} (accept) }}}}"),
    ("id", f"{A} {{{{ D id = 670169018, id != (670169018 670169018) }}}}"),
    ("concept filters", f"{A} {{{{ C definitionStatus = (primitive defined), definitionStatusId = {B} }}}}"),
    ("effectiveTime", f'{A} {{{{ C effectiveTime >= "20240229", effectiveTime != ("20200101" "") }}}}'),
    ("active", f"{A} {{{{ C active = true }}}} {{{{ D active != 0 }}}} {{{{ C active = * }}}}"),
    ("member filters", f'^ {A} {{{{ M mapTarget = wild:"J*", mapPriority < #2, x = true, y = << {B} }}}}'),
    (
        "member filters: module, time, active",
        f'^ {A} {{{{ m moduleId = ({B} {C}), effectiveTime < "20200101", active = 0 }}}}',
    ),
    ("member filters: times", f'^ {A} {{{{ M time >= "20200101", time = ("" "20200101") }}}}'),
    (
        "member filters: a field like others",
        f'^ {A} {{{{ M effectiveTime = "2020", active = #1, moduleId = "x" }}}}',
    ),
    ("member filter: space optional", f'^ {A} {{{{MmapTarget="x"}}}}'),
    (
        "blocks",
        f'^ {A} {{{{ M a = #1 }}}} {{{{ M b = #1 }}}} {{{{ term = "x" }}}} {{{{ C active = 1 }}}} {{{{ + HISTORY }}}}',
    ),
    *[
        ("history", f"{A} {{{{ {h} }}}}")
        for h in ("+HISTORY", "+ history-min", "+ HISTORY_MOD", "+ HISTORY-MAX")
    ],
    ("history with a subset", f"{A} {{{{ + HISTORY ( < {B} OR {C} ) }}}}"),
    ("nesting", "(" * 120 + A + ")" * 120),
    ("nesting", f"{A} {{{{ moduleId = " * 60 + A + "}}" * 60),
]
SYNTAX = [
    ("empty", ""),
    ("empty", "()"),
    ("the whole input is read", f"{A} {B}"),
    ("the whole input is read", f"{A} )"),
    ("conceptId: 5 digits", "12345"),
    ("conceptId: 19 digits", "1234567890123456789"),
    ("conceptId: leading zero", "0404684003"),
    ("term: not closed", f"{A} |Clinical finding"),
    ("term: empty", f"{A} ||"),
    ("term: only space", f"{A} | |"),
    ("term: tab inside", f"{A} |a\tb|"),
    ("comment: not closed", f"{A} /* x"),
    ("comment: ends at its first */", f"{A} /* a */ b */"),
    ("comment: control character", f"{A} /* \x07 */"),
    ("a character outside the grammar", f"{A} |a\ud800|"),
    ("operators do not repeat", f"<< << {A}"),
    ("constraint operator after memberOf", f"^ < {A}"),
    ("constraint operator, long, needs a space", f"descendantOf({A})"),
    ("^R is one symbol", f"^ R {A}"),
    ("conjunction needs a space", f"{A} AND{B}"),
    ("conjunction needs a second part", f"{A} AND "),
    ("two operators", f"{A} AND OR {B}"),
    ("MINUS has two parts", f"{A} MINUS {B} MINUS {C}"),
    ("MINUS with AND", f"{A} AND {B} MINUS {C}"),
    ("a compound part needs brackets", f"{A} AND {B} : {C} = *"),
    ("a compound part needs brackets", f"{A} AND {B} . {C}"),
    ("a refined part needs brackets", f"{A} : {B} = * MINUS {C}"),
    ("refinement without attribute", f"{A} :"),
    ("attribute without value", f"{A} : {B} ="),
    ("attribute without comparison", f"{A} : {B}"),
    ("order with a concept", f"{A} : {B} > {C}"),
    ("order with a text", f'{A} : {B} < "a"'),
    ("number without #", f"{A} : {B} = 5"),
    ("number: leading zero", f"{A} : {B} = #007"),
    ("number: no digits after the point", f"{A} : {B} = #5."),
    ("number: space after #", f"{A} : {B} = # 5"),
    ("text: typed search is not part of attributes", f'{A} : {B} = wild:"a*"'),
    ("text: empty", f'{A} : {B} = ""'),
    ("text: not closed", f'{A} : {B} = "a'),
    ("text: other escape", f'{A} : {B} = "a\\n"'),
    ("text set: space between", f'{A} : {B} = ("a""b")'),
    ("cardinality: space inside", f"{A} : [0 .. 1] {B} = *"),
    ("cardinality: negative", f"{A} : [-1..1] {B} = *"),
    ("cardinality: one number", f"{A} : [1] {B} = *"),
    ("cardinality without bounds", f"{A} : [..] {B} = *"),
    ("group in a group", f"{A} : {{ {{ {B} = * }} }}"),
    ("group: empty", f"{A} : {{ }}"),
    ("group: not closed", f"{A} : {{ {B} = *"),
    ("filter: empty", f"{A} {{{{ }}}}"),
    ("filter: one brace", f'{A} {{{{ term = "x" }}'),
    ("filter: trailing comma", f'{A} {{{{ term = "x", }}}}'),
    ("filter: AND", f'{A} {{{{ term = "x" AND term = "y" }}}}'),
    ("filter: unknown", f'{A} {{{{ D foo = "x" }}}}'),
    ("filter of another type", f"{A} {{{{ definitionStatus = primitive }}}}"),
    ("filter of another type", f'{A} {{{{ C term = "x" }}}}'),
    ("filter: order", f'{A} {{{{ term > "x" }}}}'),
    ("term: empty", f'{A} {{{{ term = "" }}}}'),
    ("term: only space", f'{A} {{{{ term = " " }}}}'),
    ("term: unknown search type", f'{A} {{{{ term = exact:"x" }}}}'),
    ("term: \\* is for wild", f'{A} {{{{ term = "a\\*" }}}}'),
    ("language: three letters", f"{A} {{{{ language = eng }}}}"),
    ("type: unknown", f"{A} {{{{ type = abc }}}}"),
    ("acceptability: unknown", f"{A} {{{{ dialect = en-gb (best) }}}}"),
    ("active: other value", f"{A} {{{{ C active = 2 }}}}"),
    ("date: month 13", f'{A} {{{{ C effectiveTime = "20211301" }}}}'),
    ("date: other form", f'{A} {{{{ C effectiveTime = "2021-01-01" }}}}'),
    ("date without quotation marks", f"{A} {{{{ C effectiveTime = 20210101 }}}}"),
    ("a member filter comes first", f'^ {A} {{{{ term = "x" }}}} {{{{ M a = #1 }}}}'),
    ("a history supplement comes last", f'{A} {{{{ + HISTORY }}}} {{{{ term = "x" }}}}'),
    ("one history supplement", f"{A} {{{{ + HISTORY }}}} {{{{ + HISTORY }}}}"),
    ("history: other profile", f"{A} {{{{ + HISTORY-ALL }}}}"),
    ("history: space before the profile", f"{A} {{{{ + HISTORY -MIN }}}}"),
    ("fields: empty", f"^ [] {A}"),
    ("fields: * alone", f"^ [*, a] {A}"),
]
SEMANTIC = [
    ("check digit", "404684004"),
    ("check digit of a description", f"{A} {{{{ id = 670169019 }}}}"),
    ("AND and OR", f"{A} AND {B} OR {C}"),
    ("AND and OR: comma", f"{A} OR {B} , {C}"),
    ("AND and OR in a refinement", f"{A} : {B} = * AND {C} = * OR {B} = *"),
    ("AND and OR around a group", f"{A} : {{ {B} = * }} OR {B} = *, {C} = *"),
    ("AND and OR in a group", f"{A} : {{ {B} = * OR {C} = *, {C} = * }}"),
    ("reversed cardinality", f"{A} : [3..2] {B} = *"),
    ("reversed cardinality of a group", f"{A} : [1..0] {{ {B} = * }}"),
    ("impossible date", f'{A} {{{{ C effectiveTime = "20210229" }}}}'),
    ("impossible date in a set", f'^ {A} {{{{ M effectiveTime = ("20200101" "20210431") }}}}'),
    ("reverse in a group", f"{A} : {{ R {B} = * }}"),
    ("reverse with a number", f"{A} : R {B} = #5"),
    ("reverse with a text", f'{A} : reverseOf {B} = ("a" "b")'),
    ("reverse with a boolean", f"{A} : R {B} = true"),
    ("member filter without memberOf", f"{A} {{{{ M a = #1 }}}}"),
    ("member filter of a bracket", f"(^ {A}) {{{{ M a = #1 }}}}"),
    ("untyped filter on a field of members", f'^ {A} {{{{ mapTarget = "x" }}}}'),
]


@pytest.mark.parametrize(("rule", "text"), VALID)
def test_is_an_expression_constraint(rule: str, text: str) -> None:
    assert check(text).error is None, rule


@pytest.mark.parametrize(("rule", "text"), SYNTAX)
def test_is_not_in_the_grammar(rule: str, text: str) -> None:
    found = check(text)
    assert not found.valid and found.error and found.error.kind == "syntax", rule


@pytest.mark.parametrize(("rule", "text"), SEMANTIC)
def test_has_no_defined_meaning(rule: str, text: str) -> None:
    found = check(text)
    assert not found.valid and found.error and found.error.kind == "semantic", rule


def test_syntax_errors_come_first() -> None:
    """What has no meaning is reported of a grammatical text only, at its first position."""
    broken, meaningless = check(f"404684004 AND {B} OR"), check(f"404684004 AND {B} OR {C}")
    assert broken.error and broken.error.kind == "syntax"
    assert meaningless.error and (meaningless.error.kind, meaningless.error.position) == ("semantic", 0)


def test_errors_have_position_line_and_what_was_expected() -> None:
    found = check(f"{A} :\n  {B} = ").error
    assert found and (found.position, found.line, found.column) == (len(f"{A} :\n  {B} = "), 2, 15)
    assert "concept" in found.expected[0] and found.message.endswith("found the end")
    closing = check(f"({A}").error
    assert closing and closing.expected == ("')'",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(" * 121 + A + ")" * 121, "nested"),
        (" " * 1_000_001, "characters"),
        (f"{A}: [0..{'9' * 30}] {B} = *", "digits"),
    ],
)
def test_limits(text: str, reason: str) -> None:
    found = check(text).error
    assert found and found.kind == "limit" and reason in found.message


HOSTILE = [
    '"' * 100_000,
    "/*" * 50_000,
    "|" * 100_000,
    "(" * 100_000,
    f"{A} : (" + "/*" * 50_000,
    f"{A} " + "|/* a " * 20_000,
    "LOINC#1.a1.b2" * 3_000,
    f'* {{{{ term = "{"a " * 100_000}',
    f"{A} |" + "a " * 50_000,
    f"{A} : " + "(" * 80 + '"' * 50_000,
    f"{A} OR " * 20_000 + A,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_time_is_proportional_to_length(text: str) -> None:
    begun = time.process_time()
    check(text)
    assert time.process_time() - begun < 2


def test_the_official_examples_are_valid() -> None:
    path = next(
        (p / "shared" / "ecl" / "examples.json" for p in Path(__file__).parents if (p / "shared").is_dir()),
        None,
    )
    if path is None or not path.exists():
        pytest.skip("the official examples are not here")
    refused = {e["id"]: check(e["ecl"]).error for e in json.loads(path.read_text("utf-8"))}
    assert len(refused) > 60 and not {key: error for key, error in refused.items() if error}


def test_an_untyped_filter_is_a_description_filter() -> None:
    found = parse(f"^ {A} {{{{ moduleId = {B} }}}}")
    expected = DescriptionFilters((ModuleFilter(Comparison.EQUAL, Concept(B)),))
    assert found == Filtered(MemberOf(Concept(A)), (expected,))


def test_a_member_filter_belongs_to_member_of_and_other_filters_to_the_whole() -> None:
    found = parse(f'< ^ {A} {{{{ M active = 1 }}}} {{{{ term = "x" }}}}')
    assert isinstance(found, Filtered) and isinstance(found.of, Hierarchy)
    assert isinstance(found.of.of, MemberOf) and isinstance(found.of.of.filters[0], MemberFilters)


def test_the_tree() -> None:
    assert parse(f"(<< {A} |x|)") == Hierarchy(HierarchyOperator.DESCENDANT_OR_SELF, Concept(A, "x"))
    assert parse(f"descendantOrSelfOf {A} |x|") == parse(f"<<{A} | x |")
    assert parse(f"LOINC#1.{B}") == AlternateId("LOINC", f"1.{B}")
    assert parse(f"LOINC#1 .{B}") == Dotted(AlternateId("LOINC", "1"), (Concept(B),))
    assert parse(f"^R {A}") == RefsetsContaining(Concept(A))
    refined = parse(f"{A} : {B} = *, {C} = *")
    assert isinstance(getattr(refined, "refinement", None), RefinementSet)
    assert isinstance(parse(f"{A}, {B}"), Compound)
    single = parse(f"{A} : R#1 = *")
    attribute = getattr(single, "refinement", None)
    assert (
        isinstance(attribute, Attribute) and attribute.name == AlternateId("R", "1") and not attribute.reverse
    )


def test_search_terms() -> None:
    found = parse('* {{ term = (" a  b\\"" wild:"x*\\*y") }}')
    assert isinstance(found, Filtered)
    (one,) = found.filters[0].filters
    assert isinstance(one, TermFilter)
    assert [(t.parts, t.wild) for t in one.terms] == [(("a", 'b"'), False), (("x", "*y"), True)]
