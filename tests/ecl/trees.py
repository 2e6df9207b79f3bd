"""Generated syntax trees: every form of the language, with values from given pools."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from registry.ecl import nodes as n
from registry.entities.sctid import check_digit

__all__ = ["Pools", "constraints", "focused", "sctids"]

S = st.SearchStrategy


def sctids(count: int, *, partition: str = "00") -> list[str]:
    """Identifiers with right check digits."""
    bodies = (f"{number}{partition}" for number in range(1001, 1001 + count))
    return [body + check_digit(body) for body in bodies]


@dataclass(frozen=True, kw_only=True)
class Pools:
    """What the values of generated trees are taken from."""

    concepts: tuple[str, ...] = tuple(sctids(6))
    attributes: tuple[str, ...] = tuple(sctids(6))
    refsets: tuple[str, ...] = tuple(sctids(6))
    modules: tuple[str, ...] = tuple(sctids(6))
    descriptions: tuple[str, ...] = tuple(sctids(3, partition="01"))
    terms: tuple[str | None, ...] = (None, "a term", '5" (x) {y} /* z', "æøå")
    alternates: tuple[tuple[str, str], ...] = (("LOINC", "54486-6"), ("x-1", "a b"), ("R", "1.5"))
    texts: tuple[str, ...] = ("a", 'b " \\ *', " ", "A#1")
    words: tuple[str, ...] = ("heart", "att", 'x"', "y\\", "/*")
    numbers: tuple[str, ...] = ("0", "1", "1.0", "-0.50", "12.25")
    days: tuple[date | None, ...] = (None, date(2020, 1, 31), date(2024, 2, 29))
    fields: tuple[str, ...] = ("mapTarget", "mapGroup", "active", "effectiveTime", "moduleId", "x")
    aliases: tuple[str, ...] = ("nb-no", "en-gb", "en-x-gmdn2")
    projections: bool = True


_SEVERAL = 3
_EQUALITY = st.sampled_from([n.Comparison.EQUAL, n.Comparison.NOT_EQUAL])
_COMPARISON = st.sampled_from([*n.Comparison])


def _some(item: S[object], *, least: int = 1) -> S[tuple[object, ...]]:
    return st.lists(item, min_size=least, max_size=_SEVERAL).map(tuple)


def constraints(pools: Pools, *, depth: int = 3) -> S[n.Constraint]:
    """Constraints in which parts are nested at most ``depth`` deep."""
    terms = st.sampled_from(pools.terms)
    concept = st.builds(n.Concept, st.sampled_from(pools.concepts), terms)
    alternate = st.builds(lambda a, t: n.AlternateId(*a, t), st.sampled_from(pools.alternates), terms)
    leaf: S[n.Constraint] = st.one_of(concept, concept, st.just(n.Any()), alternate)
    if depth == 0:
        return leaf
    inner = constraints(pools, depth=depth - 1)
    return st.one_of(leaf, *_combined(pools, inner, concept))


def _combined(pools: Pools, inner: S[n.Constraint], concept: S[n.Concept]) -> list[S[n.Constraint]]:
    refset = st.one_of(st.builds(n.Concept, st.sampled_from(pools.refsets)), inner)
    members = _some(_member_block(pools, inner, concept), least=0)
    fields: S[tuple[str, ...] | None] = st.none()
    if pools.projections:
        fields = st.one_of(fields, st.just(("*",)), _some(st.sampled_from(pools.fields)))
    blocks = _some(
        st.one_of(_description_block(pools, inner, concept), _concept_block(pools, inner, concept))
    )
    return [
        st.builds(n.Hierarchy, st.sampled_from([*n.HierarchyOperator]), inner),
        st.builds(n.MemberOf, refset, fields, members),
        st.builds(n.RefsetsContaining, inner, members),
        st.builds(n.Filtered, inner, blocks),
        st.builds(n.Supplemented, inner, _history(inner)),
        st.builds(n.Compound, st.sampled_from([*n.Junction]), _some(inner, least=2)),
        st.builds(n.Minus, inner, inner),
        st.builds(n.Dotted, inner, _some(_attribute_name(pools, inner))),
        st.builds(n.Refined, inner, _refinement(pools, inner, depth=2)),
    ]


def _history(inner: S[n.Constraint]) -> S[n.HistorySupplement]:
    profiles = st.builds(n.HistorySupplement, st.sampled_from([*n.HistoryProfile]))
    return st.one_of(profiles, st.builds(n.HistorySupplement, st.none(), inner))


def _attribute_name(pools: Pools, inner: S[n.Constraint]) -> S[n.Constraint]:
    name = st.builds(n.Concept, st.sampled_from(pools.attributes))
    return st.one_of(name, name, st.just(n.Any()), inner)


def _refinement(
    pools: Pools, inner: S[n.Constraint], *, depth: int, in_group: bool = False
) -> S[n.Refinement]:
    condition: S[n.Refinement] = _attribute(pools, inner, in_group=in_group)
    if not in_group:
        group = st.builds(n.AttributeGroup, _refinement(pools, inner, depth=1, in_group=True), _cardinality())
        condition = st.one_of(condition, group)
    if depth == 0:
        return condition
    part = _refinement(pools, inner, depth=depth - 1, in_group=in_group)
    return st.one_of(
        condition, st.builds(n.RefinementSet, st.sampled_from([*n.Junction]), _some(part, least=2))
    )


def _cardinality() -> S[n.Cardinality | None]:
    bounds = st.tuples(st.integers(0, 2), st.one_of(st.none(), st.integers(0, 2)))
    possible = bounds.filter(lambda b: b[1] is None or b[0] <= b[1])
    return st.one_of(st.none(), possible.map(lambda b: n.Cardinality(*b)))


def _attribute(pools: Pools, inner: S[n.Constraint], *, in_group: bool) -> S[n.Attribute]:
    name, cardinality = _attribute_name(pools, inner), _cardinality()
    numbers = st.builds(lambda t: n.NumberValue(Decimal(t)), st.sampled_from(pools.numbers))
    single = st.sampled_from([t for t in pools.texts if "#" not in t]).map(lambda t: (t,))
    texts = st.one_of(single, _some(st.sampled_from(pools.texts), least=2)).map(n.TextValue)
    booleans = st.builds(n.BooleanValue, st.booleans())
    reverse = st.just(False) if in_group else st.booleans()
    return st.one_of(
        st.builds(n.Attribute, name, _EQUALITY, inner, cardinality, reverse),
        st.builds(n.Attribute, name, _COMPARISON, numbers, cardinality),
        st.builds(n.Attribute, name, _EQUALITY, st.one_of(texts, booleans), cardinality),
    )


def _concept_values(inner: S[n.Constraint], concept: S[n.Concept]) -> S[n.Constraint | n.ConceptSet]:
    return st.one_of(inner, _some(concept, least=2).map(n.ConceptSet))


def _search_terms(pools: Pools) -> S[tuple[n.SearchTerm, ...]]:
    words = st.builds(n.SearchTerm, _some(st.sampled_from(pools.words)))
    parts = st.lists(st.sampled_from(("", *pools.words)), min_size=1, max_size=3).map(tuple)
    pattern = st.builds(n.SearchTerm, parts.filter(lambda p: p != ("",)), st.just(True))
    return _some(st.one_of(words, pattern))


def _shared(pools: Pools, inner: S[n.Constraint], concept: S[n.Concept]) -> list[S[object]]:
    """Filters that concepts, descriptions and members have."""
    module = st.one_of(st.builds(n.Concept, st.sampled_from(pools.modules)), _concept_values(inner, concept))
    times = _some(st.sampled_from(pools.days)).map(n.TimeValue)
    return [
        st.builds(n.ModuleFilter, _EQUALITY, module),
        st.builds(n.EffectiveTimeFilter, _COMPARISON, times),
        st.builds(n.ActiveFilter, _EQUALITY, st.sampled_from([True, False, None])),
    ]


def _concept_block(pools: Pools, inner: S[n.Constraint], concept: S[n.Concept]) -> S[n.ConceptFilters]:
    statuses = _some(st.sampled_from(["primitive", "defined"]))
    filters = [
        *_shared(pools, inner, concept),
        st.builds(n.DefinitionStatusFilter, _EQUALITY, statuses),
        st.builds(n.DefinitionStatusIdFilter, _EQUALITY, _concept_values(inner, concept)),
    ]
    return st.builds(n.ConceptFilters, _some(st.one_of(filters)))


def _description_block(
    pools: Pools, inner: S[n.Constraint], concept: S[n.Concept]
) -> S[n.DescriptionFilters]:
    languages = _some(st.sampled_from(["nb", "en"]))
    types = _some(st.sampled_from(["syn", "fsn", "def"]))
    filters = [
        *_shared(pools, inner, concept),
        st.builds(n.TermFilter, _EQUALITY, _search_terms(pools)),
        st.builds(n.LanguageFilter, _EQUALITY, languages),
        st.builds(n.TypeFilter, _EQUALITY, types),
        st.builds(n.TypeIdFilter, _EQUALITY, _concept_values(inner, concept)),
        st.builds(n.DescriptionIdFilter, _EQUALITY, _some(st.sampled_from(pools.descriptions))),
        *_dialects(pools, inner, concept),
    ]
    return st.builds(n.DescriptionFilters, _some(st.one_of(filters)))


def _dialects(pools: Pools, inner: S[n.Constraint], concept: S[n.Concept]) -> list[S[object]]:
    tokens = _some(st.sampled_from(["accept", "prefer"])).map(n.AcceptabilityTokens)
    accepted = st.one_of(st.none(), tokens, _some(concept).map(n.AcceptabilityIds))
    aliases = _some(st.builds(n.DialectChoice, st.sampled_from(pools.aliases), accepted))
    refset = st.builds(n.Concept, st.sampled_from(pools.refsets))
    ids = _some(st.builds(n.DialectChoice, refset, accepted), least=2)
    return [
        st.builds(n.DialectFilter, _EQUALITY, aliases, accepted),
        st.builds(n.DialectIdFilter, _EQUALITY, st.one_of(refset, inner, ids), accepted),
    ]


def _member_block(pools: Pools, inner: S[n.Constraint], concept: S[n.Concept]) -> S[n.MemberFilters]:
    fields = st.sampled_from([f for f in pools.fields if f not in {"active", "effectiveTime", "moduleId"}])
    numbers = st.builds(lambda t: n.NumberValue(Decimal(t)), st.sampled_from(pools.numbers))
    booleans = st.builds(n.BooleanValue, st.booleans())
    later = st.sampled_from([n.Comparison.LESS, n.Comparison.AT_LEAST])
    times = _some(st.sampled_from(pools.days)).map(n.TimeValue)
    filters = [
        *_shared(pools, inner, concept),
        st.builds(n.MemberFieldFilter, fields, _EQUALITY, st.one_of(inner, _search_terms(pools), booleans)),
        st.builds(n.MemberFieldFilter, fields, _COMPARISON, numbers),
        st.builds(n.MemberFieldFilter, fields, later, times),
    ]
    return st.builds(n.MemberFilters, _some(st.one_of(filters)))


def focused(pools: Pools) -> dict[str, S[n.Constraint]]:
    """Form → constraints of that form with few and wide parts, so that most have a result."""
    concept = st.builds(n.Concept, st.sampled_from(pools.concepts))
    below = st.builds(n.Hierarchy, st.sampled_from([*n.HierarchyOperator]), concept)
    every = st.just(n.Any())
    inner: S[n.Constraint] = st.one_of(every, every, below, concept)
    attribute = _attribute(pools, inner, in_group=False)
    group = st.builds(n.AttributeGroup, _refinement(pools, inner, depth=1, in_group=True), _cardinality())
    refset = st.one_of(every, st.builds(n.Concept, st.sampled_from(pools.refsets)))
    one = st.lists(_member_block(pools, inner, concept), max_size=1).map(tuple)
    return {
        "attribute": st.builds(n.Refined, every, attribute),
        "group": st.builds(n.Refined, every, group),
        "refinement": st.builds(n.Refined, every, _refinement(pools, inner, depth=2)),
        "concept filter": st.builds(
            n.Filtered, every, _concept_block(pools, inner, concept).map(lambda b: (b,))
        ),
        "description filter": st.builds(
            n.Filtered, every, _description_block(pools, inner, concept).map(lambda b: (b,))
        ),
        "member of": st.builds(n.MemberOf, refset, st.none(), one),
        "projection": st.builds(n.MemberOf, refset, _some(st.sampled_from(pools.fields)), one),
        "containing": st.builds(n.RefsetsContaining, inner, one),
        "history": st.builds(n.Supplemented, inner, _history(refset)),
        "dotted": st.builds(n.Dotted, inner, _some(_attribute_name(pools, every))),
        "hierarchy": st.builds(n.Hierarchy, st.sampled_from([*n.HierarchyOperator]), below),
    }
