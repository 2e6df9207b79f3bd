"""The syntax tree of an expression constraint: frozen dataclasses, one per form of the language (ECL 2.3).

Brackets that change nothing, white space, comments and the choice between brief and long syntax are not part of the
tree: two texts with the same tree have the same meaning. Terms in pipes are kept, since they document a concept.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

__all__ = [
    "AcceptabilityIds",
    "AcceptabilityTokens",
    "ActiveFilter",
    "AlternateId",
    "Any",
    "Attribute",
    "AttributeGroup",
    "BooleanValue",
    "Cardinality",
    "Comparison",
    "Compound",
    "Concept",
    "ConceptFilters",
    "ConceptSet",
    "Constraint",
    "DefinitionStatusFilter",
    "DefinitionStatusIdFilter",
    "DescriptionFilters",
    "DescriptionIdFilter",
    "DialectChoice",
    "DialectFilter",
    "DialectIdFilter",
    "Dotted",
    "EffectiveTimeFilter",
    "Filtered",
    "Hierarchy",
    "HierarchyOperator",
    "HistoryProfile",
    "HistorySupplement",
    "Junction",
    "LanguageFilter",
    "MemberFieldFilter",
    "MemberFilters",
    "MemberOf",
    "Minus",
    "ModuleFilter",
    "NumberValue",
    "Refined",
    "Refinement",
    "RefinementSet",
    "RefsetsContaining",
    "SearchTerm",
    "Supplemented",
    "TermFilter",
    "TextValue",
    "TimeValue",
    "TypeFilter",
    "TypeIdFilter",
]


class HierarchyOperator(StrEnum):
    """The operators in front of a constraint, in brief syntax."""

    CHILD_OR_SELF = "<<!"
    DESCENDANT_OR_SELF = "<<"
    CHILD = "<!"
    DESCENDANT = "<"
    PARENT_OR_SELF = ">>!"
    ANCESTOR_OR_SELF = ">>"
    PARENT = ">!"
    ANCESTOR = ">"
    TOP = "!!>"
    BOTTOM = "!!<"


class Comparison(StrEnum):
    """Comparison operators in brief syntax."""

    EQUAL = "="
    NOT_EQUAL = "!="
    AT_MOST = "<="
    LESS = "<"
    AT_LEAST = ">="
    MORE = ">"


class Junction(StrEnum):
    """How the parts of a compound constraint or a refinement are combined."""

    AND = "AND"
    OR = "OR"


class HistoryProfile(StrEnum):
    """Which associations a history supplement follows; MAX is also that of a supplement without a profile."""

    MIN = "MIN"
    MOD = "MOD"
    MAX = "MAX"


@dataclass(frozen=True, slots=True)
class Concept:
    """A SNOMED CT identifier with the term written beside it; ``at`` is its position in the text."""

    id: str
    term: str | None = None
    at: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class AlternateId:
    """A code of another identifier scheme: ``LOINC#54486-6``."""

    scheme: str
    code: str
    term: str | None = None
    at: int = dataclasses.field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Any:
    """Every concept of the edition: ``*``."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A hierarchy operator applied to each concept of a constraint (top and bottom: to the set)."""

    operator: HierarchyOperator
    of: Constraint


@dataclass(frozen=True, slots=True)
class MemberOf:
    """Members of reference sets, or with ``fields`` the values of these fields of the members.

    ``fields``: None = the referenced components, ``("*",)`` = every field; ``filters``: a member has to fulfil all of
    every block.
    """

    of: Constraint
    fields: tuple[str, ...] | None = None
    filters: tuple[MemberFilters, ...] = ()


@dataclass(frozen=True, slots=True)
class RefsetsContaining:
    """Reference sets that have at least one of the concepts as a member: ``^R``."""

    of: Constraint
    filters: tuple[MemberFilters, ...] = ()


@dataclass(frozen=True, slots=True)
class Filtered:
    """Concepts of a constraint that fulfil every block of filters."""

    of: Constraint
    filters: tuple[DescriptionFilters | ConceptFilters, ...]


@dataclass(frozen=True, slots=True)
class HistorySupplement:
    """Which associations are followed: a profile, or the reference sets of a constraint."""

    profile: HistoryProfile | None = None
    subset: Constraint | None = None


@dataclass(frozen=True, slots=True)
class Supplemented:
    """A constraint and the inactive concepts that point to its concepts by history associations."""

    of: Constraint
    history: HistorySupplement


@dataclass(frozen=True, slots=True)
class Compound:
    """Two or more constraints joined by AND or OR."""

    junction: Junction
    parts: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class Minus:
    """The concepts of ``of`` without those of ``without``."""

    of: Constraint
    without: Constraint


@dataclass(frozen=True, slots=True)
class Dotted:
    """The values of attributes of the concepts, one attribute after another: ``X . A . B``."""

    of: Constraint
    attributes: tuple[Constraint, ...]


@dataclass(frozen=True, slots=True)
class Refined:
    """The concepts of a constraint whose relationships fulfil a refinement."""

    of: Constraint
    refinement: Refinement


Constraint: TypeAlias = (
    Concept
    | AlternateId
    | Any
    | Hierarchy
    | MemberOf
    | RefsetsContaining
    | Filtered
    | Supplemented
    | Compound
    | Minus
    | Dotted
    | Refined
)


@dataclass(frozen=True, slots=True)
class ConceptSet:
    """Two or more concepts in brackets without an operator; allowed as the value of a filter."""

    concepts: tuple[Concept, ...]


@dataclass(frozen=True, slots=True)
class Cardinality:
    """From ``least`` to ``most`` matches; ``most`` None = any number."""

    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class NumberValue:
    """An exact number."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class BooleanValue:
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True)
class TextValue:
    """One or more exact texts: the value of a concrete attribute."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SearchTerm:
    """What a term is compared with.

    ``wild`` False: ``parts`` are words, each the beginning of a word of the term. ``wild`` True: ``parts`` are the
    literal texts between the wildcards of a pattern that the whole term matches.
    """

    parts: tuple[str, ...]
    wild: bool = False


@dataclass(frozen=True, slots=True)
class TimeValue:
    """Days; None = a component without effective time (not yet published)."""

    days: tuple[date | None, ...]


AttributeValue: TypeAlias = Constraint | NumberValue | BooleanValue | TextValue
FieldValue: TypeAlias = Constraint | NumberValue | BooleanValue | tuple[SearchTerm, ...] | TimeValue


@dataclass(frozen=True, slots=True)
class Attribute:
    """One condition on the relationships of a concept; ``cardinality`` None = at least one."""

    name: Constraint
    comparison: Comparison
    value: AttributeValue
    cardinality: Cardinality | None = None
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class AttributeGroup:
    """A refinement that the relationships of one group fulfil; ``cardinality`` counts such groups."""

    refinement: Refinement
    cardinality: Cardinality | None = None


@dataclass(frozen=True, slots=True)
class RefinementSet:
    """Two or more conditions joined by AND or OR."""

    junction: Junction
    parts: tuple[Refinement, ...]


Refinement: TypeAlias = Attribute | AttributeGroup | RefinementSet


@dataclass(frozen=True, slots=True)
class TermFilter:
    """The term of a description matches one of the search terms."""

    comparison: Comparison
    terms: tuple[SearchTerm, ...]


@dataclass(frozen=True, slots=True)
class LanguageFilter:
    """The language of a description, lower case."""

    comparison: Comparison
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TypeFilter:
    """The type of a description: ``syn``, ``fsn``, ``def``."""

    comparison: Comparison
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TypeIdFilter:
    """The type of a description as concepts."""

    comparison: Comparison
    types: Constraint | ConceptSet


@dataclass(frozen=True, slots=True)
class AcceptabilityTokens:
    """Acceptabilities by name: ``accept``, ``prefer``."""

    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AcceptabilityIds:
    """Acceptabilities as concepts."""

    concepts: tuple[Concept, ...]


Acceptability: TypeAlias = AcceptabilityTokens | AcceptabilityIds


@dataclass(frozen=True, slots=True)
class DialectChoice:
    """One dialect of a set, by alias or as a language reference set, with its own acceptability."""

    dialect: str | Concept
    acceptability: Acceptability | None = None


@dataclass(frozen=True, slots=True)
class DialectFilter:
    """A description is in one of the dialects, given by alias."""

    comparison: Comparison
    dialects: tuple[DialectChoice, ...]
    acceptability: Acceptability | None = None


@dataclass(frozen=True, slots=True)
class DialectIdFilter:
    """A description is in one of the language reference sets: a constraint, or a set with acceptabilities."""

    comparison: Comparison
    dialects: Constraint | tuple[DialectChoice, ...]
    acceptability: Acceptability | None = None


@dataclass(frozen=True, slots=True)
class DescriptionIdFilter:
    """The identifier of a description."""

    comparison: Comparison
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModuleFilter:
    """The module of the component that is filtered."""

    comparison: Comparison
    modules: Constraint | ConceptSet


@dataclass(frozen=True, slots=True)
class EffectiveTimeFilter:
    """The effective time of the component that is filtered."""

    comparison: Comparison
    times: TimeValue


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """Whether the component that is filtered is active; ``active`` None = active or not (``*``)."""

    comparison: Comparison
    active: bool | None


@dataclass(frozen=True, slots=True)
class DefinitionStatusFilter:
    """The definition status of a concept: ``primitive``, ``defined``."""

    comparison: Comparison
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DefinitionStatusIdFilter:
    """The definition status of a concept as concepts."""

    comparison: Comparison
    statuses: Constraint | ConceptSet


@dataclass(frozen=True, slots=True)
class MemberFieldFilter:
    """The value of a field of a reference set member."""

    field: str
    comparison: Comparison
    value: FieldValue
    at: int = dataclasses.field(default=0, compare=False)


DescriptionFilter: TypeAlias = (
    TermFilter
    | LanguageFilter
    | TypeFilter
    | TypeIdFilter
    | DialectFilter
    | DialectIdFilter
    | DescriptionIdFilter
    | ModuleFilter
    | EffectiveTimeFilter
    | ActiveFilter
)
ConceptFilter: TypeAlias = (
    DefinitionStatusFilter | DefinitionStatusIdFilter | ModuleFilter | EffectiveTimeFilter | ActiveFilter
)
MemberFilter: TypeAlias = ModuleFilter | EffectiveTimeFilter | ActiveFilter | MemberFieldFilter


@dataclass(frozen=True, slots=True)
class DescriptionFilters:
    """A block ``{{ D … }}``: one description of the concept fulfils all of its filters."""

    filters: tuple[DescriptionFilter, ...]


@dataclass(frozen=True, slots=True)
class ConceptFilters:
    """A block ``{{ C … }}``: the concept fulfils all of its filters."""

    filters: tuple[ConceptFilter, ...]


@dataclass(frozen=True, slots=True)
class MemberFilters:
    """A block ``{{ M … }}``: the member fulfils all of its filters."""

    filters: tuple[MemberFilter, ...]
