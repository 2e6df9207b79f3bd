"""Reading what is in double braces: description, concept and member filters, history supplements.

A block without a letter is a description filter, even if its first letter could be the letter of another type:
``{{ moduleId = x }}`` is no member filter on a field ``oduleId``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Final, TypeVar

from registry.ecl.literals import (
    concept,
    dialect_alias,
    identifier,
    is_quoted_alternate,
    keyword,
    number,
    search_term,
    search_type,
    set_of,
    time_value,
)
from registry.ecl.nodes import (
    Acceptability,
    AcceptabilityIds,
    AcceptabilityTokens,
    ActiveFilter,
    Comparison,
    Concept,
    ConceptFilter,
    ConceptFilters,
    ConceptSet,
    Constraint,
    DefinitionStatusFilter,
    DefinitionStatusIdFilter,
    DescriptionFilter,
    DescriptionFilters,
    DescriptionIdFilter,
    DialectChoice,
    DialectFilter,
    DialectIdFilter,
    EffectiveTimeFilter,
    FieldValue,
    HistoryProfile,
    HistorySupplement,
    LanguageFilter,
    MemberFieldFilter,
    MemberFilter,
    MemberFilters,
    ModuleFilter,
    SearchTerm,
    TermFilter,
    TypeFilter,
    TypeIdFilter,
)
from registry.ecl.refinement_parser import boolean, comparison, opens_text_set
from registry.ecl.scanner import BLOCK, COMMENT, CONSTRAINT, SPACE, Scanner, quoted
from registry.entities.messages import message

__all__ = ["Block", "block"]

Block = DescriptionFilters | ConceptFilters | MemberFilters | HistorySupplement
Filter = TypeVar("Filter")
Read = Callable[[Scanner], Filter]

#: fields of the reference sets of RF2 that begin with the letter of a member filter
_M_FIELDS: Final = frozenset(
    {
        "mapadvice",
        "mapblock",
        "mapcategoryid",
        "mapgroup",
        "mappriority",
        "maprule",
        "maptarget",
        "mrcmruleset",
    }
)
_TYPES: Final = {
    "syn": "syn",
    "synonym": "syn",
    "fsn": "fsn",
    "fullyspecifiedname": "fsn",
    "def": "def",
    "definition": "def",
}
_SPELLED: Final = {
    "definitionstatus": "definitionStatus",
    "definitionstatusid": "definitionStatusId",
    "dialectid": "dialectId",
    "effectivetime": "effectiveTime",
    "moduleid": "moduleId",
    "typeid": "typeId",
}
_STATUSES: Final = {"primitive": "primitive", "defined": "defined"}
_ACCEPTABILITIES: Final = {
    "accept": "accept",
    "acceptable": "accept",
    "prefer": "prefer",
    "preferred": "prefer",
}
_PROFILE: Final = re.compile(r"[-_](min|mod|max)", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2}(?![A-Za-z])")
_ACTIVE: Final = re.compile(r"(1(?![0-9])|true|0(?![0-9])|false|\*|any)(?![A-Za-z0-9-]*#)", re.IGNORECASE)
_FIELD: Final = re.compile(r"[A-Za-z]+")
_NOT: Final = re.compile(rf"not{SPACE}=", re.IGNORECASE)
_NO_CONSTRAINT: Final = re.compile(
    rf"#|(?:true|false)(?![A-Za-z0-9-]*#)|(?:match|wild){SPACE}:", re.IGNORECASE
)
_EQUALITY: Final = (Comparison.EQUAL, Comparison.NOT_EQUAL)
_SECOND_CONCEPT: Final = re.compile(r"[0-9]")
_TIME: Final = re.compile(r'"(?:[1-9][0-9]{3}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))?"')
_TIMES: Final = re.compile(
    rf"{_TIME.pattern}|\({SPACE}{_TIME.pattern}(?:(?=[ \t\r\n/]){SPACE}{_TIME.pattern})*{SPACE}\)"
)


def block(scanner: Scanner) -> Block:
    """Everything between double braces."""
    scanner.open(BLOCK)
    scanner.need("{{")
    scanner.space()
    found = _history(scanner) if scanner.skip("+") else _filters(scanner)
    scanner.space()
    scanner.need("}}")
    scanner.close(BLOCK)
    return found


def _history(scanner: Scanner) -> HistorySupplement:
    scanner.space()
    if not keyword(scanner, frozenset({"history"})):
        scanner.expect(quoted("HISTORY"))
    if found := scanner.match(_PROFILE):
        return HistorySupplement(HistoryProfile(found[1].upper()))
    start = scanner.at
    scanner.space()
    if not scanner.skip("("):
        scanner.at = start
        return HistorySupplement(HistoryProfile.MAX)
    scanner.open(CONSTRAINT)
    scanner.space()
    subset = scanner.constraint(scanner)
    scanner.space()
    scanner.need(")")
    scanner.close(CONSTRAINT)
    return HistorySupplement(subset=subset)


def _filters(scanner: Scanner) -> Block:
    kind = _kind(scanner)
    scanner.space()
    if kind == "c":
        return ConceptFilters(_list_of(scanner, _CONCEPT_FILTERS))
    if kind == "m":
        return MemberFilters(_members(scanner))
    return DescriptionFilters(_list_of(scanner, _DESCRIPTION_FILTERS))


def _kind(scanner: Scanner) -> str:
    """``d``, ``c`` or ``m``; the letter is read if there is one."""
    word = scanner.word()
    written = scanner.text[scanner.at : scanner.at + len(word)]
    if _is_name(word, _DESCRIPTION_FILTERS):
        return "d"
    letter, rest = word[:1], word[1:]
    tables: Mapping[str, Mapping[str, object]] = {"d": _DESCRIPTION_FILTERS, "c": _CONCEPT_FILTERS}
    if letter == "m" or (letter in tables and (not rest or _is_name(rest, tables[letter]))):
        if letter == "m" and _is_name(word, _M_FIELDS):
            scanner.note("ecl.problem.untyped", at=scanner.at, word=written)
        scanner.at += 1
        return letter
    if _is_name(word, _CONCEPT_FILTERS):
        scanner.fail("ecl.problem.wrong_filter", word=written)
    raise scanner.unexpected(*map(quoted, ("D", "C", "M", "+")), *_names(_DESCRIPTION_FILTERS))


def _is_name(word: str, table: Container[str]) -> bool:
    """Whether a word is the name of a filter, also if ``not`` follows it without a space."""
    return word in table or word.removesuffix("not") in table


def _separated(scanner: Scanner, read: Read[Filter]) -> tuple[Filter, ...]:
    """Filters with commas between them."""
    found = [read(scanner)]
    while True:
        end = scanner.at
        scanner.space()
        if not scanner.skip(","):
            scanner.at = end
            return tuple(found)
        scanner.space()
        found.append(read(scanner))


def _list_of(scanner: Scanner, table: Mapping[str, Callable[[Scanner], Filter]]) -> tuple[Filter, ...]:
    names = frozenset(table)

    def read(scanner: Scanner) -> Filter:
        name = keyword(scanner, names)
        if name is None:
            scanner.expect(*_names(table))
        scanner.space()
        return table[name](scanner)

    return _separated(scanner, read)


def _names(table: Iterable[str]) -> list[str]:
    """The names of filters as the specification spells them."""
    return sorted(quoted(_SPELLED.get(name, name)) for name in table)


def _equality(scanner: Scanner) -> Comparison:
    operator = comparison(scanner, ordered=False)
    scanner.space()
    return operator


def _concepts(scanner: Scanner) -> Constraint | ConceptSet:
    """A constraint, or two or more concepts in brackets."""
    if _opens_concepts(scanner, then=_SECOND_CONCEPT):
        return ConceptSet(set_of(scanner, concept))
    return scanner.operand(scanner)


def _opens_concepts(scanner: Scanner, *, then: re.Pattern[str]) -> bool:
    """Whether a bracket holds a concept and then (after white space) what a pattern matches."""
    if not scanner.sees("("):
        return False
    start, noted = scanner.at, len(scanner.findings)
    scanner.at += 1
    scanner.space()
    found = False
    if scanner.looking_at(_SECOND_CONCEPT):
        concept(scanner)
        scanner.space()
        found = scanner.looking_at(then) is not None
    scanner.at = start
    del scanner.findings[noted:]
    return found


def _tokens(scanner: Scanner, table: Mapping[str, str]) -> tuple[str, ...]:
    """One of the words of a table, or a set of them."""

    def read(scanner: Scanner) -> str:
        word = scanner.word()
        if word not in table:
            scanner.expect(*map(quoted, table))
        scanner.at += len(word)
        return table[word]

    return set_of(scanner, read) if scanner.sees("(") else (read(scanner),)


def _term_filter(scanner: Scanner) -> TermFilter:
    return TermFilter(_equality(scanner), _search_terms(scanner))


def _search_terms(scanner: Scanner) -> tuple[SearchTerm, ...]:
    return set_of(scanner, search_term) if scanner.sees("(") else (search_term(scanner),)


def _language_filter(scanner: Scanner) -> LanguageFilter:
    operator = _equality(scanner)
    codes = set_of(scanner, _language) if scanner.sees("(") else (_language(scanner),)
    return LanguageFilter(operator, codes)


def _language(scanner: Scanner) -> str:
    found = scanner.match(_LANGUAGE)
    if not found:
        scanner.expect(message("ecl.part.language"))
    return found[0].lower()


def _type_filter(scanner: Scanner) -> TypeFilter:
    return TypeFilter(_equality(scanner), _tokens(scanner, _TYPES))


def _type_id_filter(scanner: Scanner) -> TypeIdFilter:
    return TypeIdFilter(_equality(scanner), _concepts(scanner))


def _dialect_filter(scanner: Scanner) -> DialectFilter:
    operator = _equality(scanner)
    if scanner.sees("("):
        dialects = set_of(scanner, lambda s: _choice(s, dialect_alias))
    else:
        dialects = (DialectChoice(dialect_alias(scanner)),)
    return DialectFilter(operator, dialects, _acceptability(scanner))


def _dialect_id_filter(scanner: Scanner) -> DialectIdFilter:
    operator = _equality(scanner)
    dialects: Constraint | tuple[DialectChoice, ...]
    if _opens_concepts(scanner, then=re.compile(r"[0-9(]")):
        dialects = set_of(scanner, lambda s: _choice(s, concept))
    else:
        dialects = scanner.operand(scanner)
    return DialectIdFilter(operator, dialects, _acceptability(scanner))


def _choice(scanner: Scanner, read: Callable[[Scanner], str | Concept]) -> DialectChoice:
    return DialectChoice(read(scanner), _acceptability(scanner))


def _acceptability(scanner: Scanner) -> Acceptability | None:
    """Acceptabilities in brackets after a dialect; None and nothing read if there are none."""
    start = scanner.at
    scanner.space()
    if not scanner.sees("("):
        scanner.at = start
        return None
    if _opens_concepts(scanner, then=re.compile(r"[0-9)]")):
        return AcceptabilityIds(set_of(scanner, concept))
    return AcceptabilityTokens(_tokens(scanner, _ACCEPTABILITIES))


def _description_id_filter(scanner: Scanner) -> DescriptionIdFilter:
    operator = _equality(scanner)
    ids = set_of(scanner, identifier) if scanner.sees("(") else (identifier(scanner),)
    return DescriptionIdFilter(operator, ids)


def _module_filter(scanner: Scanner) -> ModuleFilter:
    return ModuleFilter(_equality(scanner), _concepts(scanner))


def _effective_time_filter(scanner: Scanner) -> EffectiveTimeFilter:
    operator = comparison(scanner)
    scanner.space()
    return EffectiveTimeFilter(operator, time_value(scanner))


def _active_filter(scanner: Scanner) -> ActiveFilter:
    operator = _equality(scanner)
    found = scanner.match(_ACTIVE)
    if not found:
        scanner.expect(*map(quoted, ("true", "false", "1", "0", "*")))
    return ActiveFilter(operator, _active_value(found[1]))


def _active_value(text: str) -> bool | None:
    """True, False, or None for either."""
    return None if text.lower() in {"*", "any"} else text.lower() in {"1", "true"}


def _definition_status_filter(scanner: Scanner) -> DefinitionStatusFilter:
    return DefinitionStatusFilter(_equality(scanner), _tokens(scanner, _STATUSES))


def _definition_status_id_filter(scanner: Scanner) -> DefinitionStatusIdFilter:
    return DefinitionStatusIdFilter(_equality(scanner), _concepts(scanner))


_DESCRIPTION_FILTERS: Final[Mapping[str, Callable[[Scanner], DescriptionFilter]]] = {
    "term": _term_filter,
    "language": _language_filter,
    "typeid": _type_id_filter,
    "type": _type_filter,
    "dialectid": _dialect_id_filter,
    "dialect": _dialect_filter,
    "moduleid": _module_filter,
    "effectivetime": _effective_time_filter,
    "active": _active_filter,
    "id": _description_id_filter,
}
_CONCEPT_FILTERS: Final[Mapping[str, Callable[[Scanner], ConceptFilter]]] = {
    "definitionstatusid": _definition_status_id_filter,
    "definitionstatus": _definition_status_filter,
    "moduleid": _module_filter,
    "effectivetime": _effective_time_filter,
    "active": _active_filter,
}


def _members(scanner: Scanner) -> tuple[MemberFilter, ...]:
    return _separated(scanner, _member_filter)


def _member_filter(scanner: Scanner) -> MemberFilter:
    """A filter on a field; module, effective time and active have their own forms, and else are fields as others."""
    start = scanner.at
    name = _field(scanner)
    scanner.space()
    operator = comparison(scanner)
    scanner.space()
    known = _KNOWN_FIELDS.get(name.lower())
    found = known(scanner, operator) if known else None
    return found or MemberFieldFilter(name, operator, _field_value(scanner, operator), start)


def _member_active(scanner: Scanner, operator: Comparison) -> ActiveFilter | None:
    if operator in _EQUALITY and (found := scanner.match(_ACTIVE)):
        return ActiveFilter(operator, _active_value(found[1]))
    return None


def _member_time(scanner: Scanner, operator: Comparison) -> EffectiveTimeFilter | None:
    return EffectiveTimeFilter(operator, time_value(scanner)) if scanner.looking_at(_TIMES) else None


def _member_module(scanner: Scanner, operator: Comparison) -> ModuleFilter | None:
    texts = scanner.sees('"') and not is_quoted_alternate(scanner)
    if operator not in _EQUALITY or texts or scanner.looking_at(_NO_CONSTRAINT) or opens_text_set(scanner):
        return None
    return ModuleFilter(operator, _concepts(scanner))


_KNOWN_FIELDS: Final[Mapping[str, Callable[[Scanner, Comparison], MemberFilter | None]]] = {
    "active": _member_active,
    "effectivetime": _member_time,
    "moduleid": _member_module,
}


def _field(scanner: Scanner) -> str:
    """The name of a field, without the word ``not`` of an operator that follows it without a space."""
    found = scanner.looking_at(_FIELD)
    if not found:
        scanner.expect(message("ecl.part.field"))
    name = found[0]
    if len(name) > 3 and _NOT.match(scanner.text, scanner.at + len(name) - 3):
        name = name[:-3]
    scanner.at += len(name)
    return name


def _field_value(scanner: Scanner, operator: Comparison) -> FieldValue:
    """A number, a boolean, days, search terms or a constraint; after an order a number or days."""
    if scanner.sees("#"):
        return number(scanner)
    if operator not in _EQUALITY:
        return time_value(scanner)
    if (found := boolean(scanner)) is not None:
        return found
    if (
        (scanner.sees('"') and not is_quoted_alternate(scanner))
        or search_type(scanner)
        or opens_text_set(scanner)
    ):
        return time_value(scanner) if _has_empty_day(scanner) else _search_terms(scanner)
    return scanner.operand(scanner)


def _has_empty_day(scanner: Scanner) -> bool:
    """Whether days are here and one of them is empty, which no search term is."""
    found = scanner.looking_at(_TIMES)
    return found is not None and '""' in re.sub(COMMENT, "", found[0])
