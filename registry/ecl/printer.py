"""Writing a syntax tree as text, in brief or long syntax: brackets only where the grammar needs them.

``parse(write(tree)) == tree`` for every tree that ``parse`` returns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from registry.ecl.nodes import (
    Acceptability,
    AcceptabilityIds,
    ActiveFilter,
    AlternateId,
    Any,
    Attribute,
    AttributeGroup,
    AttributeValue,
    BooleanValue,
    Cardinality,
    Comparison,
    Compound,
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
    Dotted,
    EffectiveTimeFilter,
    FieldValue,
    Filtered,
    Hierarchy,
    HierarchyOperator,
    HistorySupplement,
    Junction,
    LanguageFilter,
    MemberFieldFilter,
    MemberFilter,
    MemberFilters,
    MemberOf,
    Minus,
    ModuleFilter,
    NumberValue,
    Refined,
    Refinement,
    RefinementSet,
    RefsetsContaining,
    SearchTerm,
    Supplemented,
    TermFilter,
    TextValue,
    TimeValue,
    TypeFilter,
    TypeIdFilter,
)

__all__ = ["write"]

Filter = DescriptionFilter | ConceptFilter | MemberFilter

_LONG_OPERATORS: Final = {
    HierarchyOperator.DESCENDANT_OR_SELF: "descendantOrSelfOf ",
    HierarchyOperator.DESCENDANT: "descendantOf ",
    HierarchyOperator.CHILD_OR_SELF: "childOrSelfOf ",
    HierarchyOperator.CHILD: "childOf ",
    HierarchyOperator.ANCESTOR_OR_SELF: "ancestorOrSelfOf ",
    HierarchyOperator.ANCESTOR: "ancestorOf ",
    HierarchyOperator.PARENT_OR_SELF: "parentOrSelfOf ",
    HierarchyOperator.PARENT: "parentOf ",
    HierarchyOperator.TOP: "top ",
    HierarchyOperator.BOTTOM: "bottom ",
}
_LONG_TOKENS: Final = {
    "syn": "synonym",
    "fsn": "fullySpecifiedName",
    "def": "definition",
    "accept": "acceptable",
    "prefer": "preferred",
}
_PLAIN_CODE: Final = re.compile(r"[A-Za-z0-9_-]+")


def write(tree: Constraint, *, long: bool = False) -> str:
    """The text of a constraint in brief or long syntax.

    >>> from registry.ecl.parser import parse
    >>> tree = parse("((<<404684003)) : 363698007=*,(116676008 = #1.50)")
    >>> write(tree)
    '<< 404684003 : 363698007 = *, 116676008 = #1.50'
    >>> write(tree, long=True)
    'descendantOrSelfOf 404684003 : 363698007 = ANY AND 116676008 = #1.50'
    """
    return _Writer(long).constraint(tree)


@dataclass(frozen=True, slots=True)
class _Writer:
    long: bool

    def constraint(self, node: Constraint) -> str:
        """A constraint that nothing follows."""
        match node:
            case Compound(junction, parts):
                return f" {junction} ".join(map(self.operand, parts))
            case Minus(of, without):
                return f"{self.operand(of)} MINUS {self.operand(without)}"
            case Dotted(of, attributes):
                return " . ".join(map(self.operand, (of, *attributes)))
            case Refined(of, refinement):
                return f"{self.operand(of)} : {self.refinement(refinement)}"
            case _:
                return self.operand(node)

    def operand(self, node: Constraint) -> str:
        """A constraint as part of another one."""
        match node:
            case Supplemented(of, history):
                allowed = (Filtered, Hierarchy, MemberOf, RefsetsContaining)
                return f"{self.within(of, allowed)} {{{{ + {self.history(history)} }}}}"
            case Filtered(of, filters):
                return self.within(of, (Hierarchy, MemberOf, RefsetsContaining)) + self.blocks(filters)
            case Hierarchy(operator, of):
                symbol = _LONG_OPERATORS[operator] if self.long else f"{operator} "
                return symbol + self.within(of, (MemberOf, RefsetsContaining))
            case MemberOf(of, fields, filters):
                return self.member_of(fields) + self.within(of) + self.blocks(filters)
            case RefsetsContaining(of, filters):
                symbol = "refsetContainingAny " if self.long else "^R "
                return symbol + self.within(of) + self.blocks(filters)
            case _:
                return self.within(node)

    def within(self, node: Constraint, allowed: tuple[type, ...] = ()) -> str:
        """A constraint after an operator or before filters: in brackets unless it is a concept or of an allowed type."""
        match node:
            case Concept(identifier, term):
                return identifier + self.term(term)
            case AlternateId(scheme, code, term):
                written = f"{scheme}#{code}"
                return (written if _PLAIN_CODE.fullmatch(code) else f'"{written}"') + self.term(term)
            case Any():
                return "ANY" if self.long else "*"
            case _ if isinstance(node, allowed):
                return self.operand(node)
            case _:
                return f"({self.constraint(node)})"

    def term(self, term: str | None) -> str:
        """A term in pipes."""
        return "" if term is None else f" |{term}|"

    def member_of(self, fields: tuple[str, ...] | None) -> str:
        """The member-of operator with its fields."""
        symbol = "memberOf " if self.long else "^ "
        return symbol if fields is None else f"{symbol}[{', '.join(fields)}] "

    def history(self, history: HistorySupplement) -> str:
        """The inside of a history supplement."""
        if history.subset is not None:
            return f"HISTORY ({self.constraint(history.subset)})"
        return f"HISTORY-{history.profile}"

    def refinement(self, node: Refinement) -> str:
        """A refinement that no AND or OR surrounds."""
        if not isinstance(node, RefinementSet):
            return self.condition(node)
        symbol = ", " if node.junction is Junction.AND and not self.long else f" {node.junction} "
        return symbol.join(map(self.condition, node.parts))

    def condition(self, node: Refinement) -> str:
        """A refinement as part of another one."""
        match node:
            case RefinementSet():
                return f"({self.refinement(node)})"
            case AttributeGroup(inner, cardinality):
                return f"{self.cardinality(cardinality)}{{ {self.refinement(inner)} }}"
            case Attribute(name, comparison, value, cardinality, reverse):
                flag = ("reverseOf " if self.long else "R ") if reverse else ""
                start = self.cardinality(cardinality) + flag + self.operand(name)
                return f"{start} {self.comparison(comparison)} {self.attribute_value(value)}"

    def cardinality(self, found: Cardinality | None) -> str:
        """A cardinality in brackets, with a space after it."""
        if found is None:
            return ""
        most = ("many" if self.long else "*") if found.most is None else found.most
        return f"[{found.least} to {most}] " if self.long else f"[{found.least}..{most}] "

    def comparison(self, comparison: Comparison) -> str:
        """A comparison operator."""
        return "not =" if self.long and comparison is Comparison.NOT_EQUAL else comparison

    def attribute_value(self, value: AttributeValue) -> str:
        """The value of an attribute."""
        match value:
            case NumberValue() | BooleanValue():
                return _scalar(value)
            case TextValue(texts):
                return _set_of(_quoted(text) for text in texts)
            case _:
                return self.operand(value)

    def blocks(self, blocks: Iterable[DescriptionFilters | ConceptFilters | MemberFilters]) -> str:
        """Blocks of filters, each with a space before it."""
        return "".join(f" {{{{ {self.block(block)} }}}}" for block in blocks)

    def block(self, block: DescriptionFilters | ConceptFilters | MemberFilters) -> str:
        """The inside of a block of filters."""
        letter = {DescriptionFilters: "D", ConceptFilters: "C", MemberFilters: "M"}[type(block)]
        return f"{letter} {', '.join(map(self.filter, block.filters))}"

    def filter(self, found: Filter) -> str:
        """One filter."""
        name, value = self.filter_parts(found)
        return f"{name} {self.comparison(found.comparison)} {value}"

    def filter_parts(self, found: Filter) -> tuple[str, str]:
        """The name and the value of a filter."""
        match found:
            case TermFilter(_, terms):
                return "term", _set_of(map(_search_term, terms))
            case LanguageFilter(_, languages):
                return "language", _set_of(languages)
            case TypeFilter(_, types):
                return "type", _set_of(map(self.token, types))
            case TypeIdFilter(_, types):
                return "typeId", self.concepts(types)
            case DescriptionIdFilter(_, ids):
                return "id", _set_of(ids)
            case DialectFilter() | DialectIdFilter():
                return self.dialect(found)
            case DefinitionStatusFilter(_, statuses):
                return "definitionStatus", _set_of(statuses)
            case DefinitionStatusIdFilter(_, statuses):
                return "definitionStatusId", self.concepts(statuses)
            case ModuleFilter(_, modules):
                return "moduleId", self.concepts(modules)
            case EffectiveTimeFilter(_, times):
                return "effectiveTime", _times(times)
            case ActiveFilter(_, active):
                return "active", "*" if active is None else str(active).lower()
            case MemberFieldFilter(field, _, value):
                return field, self.field_value(value)

    def dialect(self, found: DialectFilter | DialectIdFilter) -> tuple[str, str]:
        """The name and the value of a filter on dialects."""
        name = "dialect" if isinstance(found, DialectFilter) else "dialectId"
        end = "" if found.acceptability is None else f" {self.acceptability(found.acceptability)}"
        if not isinstance(found.dialects, tuple):
            return name, self.operand(found.dialects) + end
        written = [self.choice(choice) for choice in found.dialects]
        plain = (
            isinstance(found, DialectFilter) and len(written) == 1 and found.dialects[0].acceptability is None
        )
        return name, (written[0] if plain else f"({' '.join(written)})") + end

    def choice(self, choice: DialectChoice) -> str:
        """One dialect of a set."""
        dialect = choice.dialect if isinstance(choice.dialect, str) else self.within(choice.dialect)
        return (
            dialect
            if choice.acceptability is None
            else f"{dialect} {self.acceptability(choice.acceptability)}"
        )

    def acceptability(self, found: Acceptability) -> str:
        """A set of acceptabilities."""
        if isinstance(found, AcceptabilityIds):
            return f"({' '.join(map(self.within, found.concepts))})"
        return f"({' '.join(map(self.token, found.tokens))})"

    def token(self, token: str) -> str:
        """A word of the language that has a longer form."""
        return _LONG_TOKENS.get(token, token) if self.long else token

    def concepts(self, found: Constraint | ConceptSet) -> str:
        """A constraint, or a set of concepts."""
        if isinstance(found, ConceptSet):
            return f"({' '.join(map(self.within, found.concepts))})"
        return self.operand(found)

    def field_value(self, value: FieldValue) -> str:
        """The value that a field of a member is compared with."""
        match value:
            case NumberValue() | BooleanValue():
                return _scalar(value)
            case TimeValue():
                return _times(value)
            case tuple():
                return _set_of(map(_search_term, value))
            case _:
                return self.operand(value)


def _scalar(value: NumberValue | BooleanValue) -> str:
    return f"#{value.value:f}" if isinstance(value, NumberValue) else str(value.value).lower()


def _times(times: TimeValue) -> str:
    return _set_of(map(_day, times.days))


def _day(day: date | None) -> str:
    return '""' if day is None else f'"{day:%Y%m%d}"'


def _search_term(term: SearchTerm) -> str:
    if term.wild:
        return 'wild:"' + "*".join(_escaped(part).replace("*", "\\*") for part in term.parts) + '"'
    return f'"{" ".join(map(_escaped, term.parts))}"'


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _set_of(items: Iterable[str]) -> str:
    """One item alone, several in brackets."""
    found = list(items)
    return found[0] if len(found) == 1 else f"({' '.join(found)})"
