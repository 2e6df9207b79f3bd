"""A slow, obvious evaluator of expression constraints: plain Python sets of identifiers over lists of rows.

Written from the specification; shares with the evaluator only the syntax tree.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from itertools import groupby

from registry.ecl import nodes as n
from tests.ecl.world import ASSOCIATIONS, IS_A, Description, Member, Relationship, World

__all__ = ["Refused", "SlowEvaluator"]

SAME_AS, MOVED_FROM, MOVED_TO = "900000000000527005", "900000000000525002", "900000000000524003"
MODERATE = {SAME_AS, "900000000000526001", "900000000000528000", "1186924009"}
TYPES = {"fsn": "900000000000003001", "syn": "900000000000013009", "def": "900000000000550004"}
WAYS = {"prefer": "900000000000548007", "accept": "900000000000549004"}
STATUSES = {"primitive": "900000000000074008", "defined": "900000000000073002"}
COMMON = ("referencedComponentId", "refsetId", "moduleId", "effectiveTime", "active")
LETTERS = {"nb": "åæø", "sv": "åäö"}
Rows = list[tuple[str | None, ...]]


class Refused(Exception):
    """The constraint has no meaning in this release."""


def compares(comparison: n.Comparison, found: object, wanted: object) -> bool:
    """One value compared with another one."""
    table = {
        "=": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
    return bool(table[comparison](found, wanted))


def plain(text: str, language: str) -> str:
    """Lower case, without accents but for the letters of the language."""
    kept = LETTERS.get(language, "")
    letters = (c if c in kept else unicodedata.normalize("NFKD", c)[0] for c in text.lower())
    return "".join(letters)


def matches(term: n.SearchTerm, text: str, language: str) -> bool:
    """Whether a term matches a search term."""
    text = plain(text, language)
    if term.wild:
        pattern = ".*".join(re.escape(plain(p, language)) for p in term.parts)
        return bool(re.fullmatch(pattern, text, re.DOTALL))
    present = [w for w in re.split(r"[\W_]+", text) if w]
    wanted = [[w for w in re.split(r"[\W_]+", plain(p, language)) if w] for p in term.parts]
    return all(ws and all(any(t.startswith(w) for t in present) for w in ws) for ws in wanted)


class SlowEvaluator:
    """Constraints over one release. ``wide``: inactive concepts count too."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.all = set(world.active)
        self.active = {c for c in self.all if world.active[c]}

    def up(self, concept: str) -> set[str]:
        """The parents."""
        return {p for c, p in self.world.is_a if c == concept}

    def down(self, concept: str) -> set[str]:
        """The children."""
        return {c for c, p in self.world.is_a if p == concept}

    def closure(self, concept: str, step: Callable[[str], set[str]]) -> set[str]:
        """All that is reached by steps."""
        found: set[str] = set()
        for one in step(concept):
            found |= {one} | self.closure(one, step)
        return found

    def concepts(self, node: n.Constraint, wide: bool = False) -> set[str]:
        """The concepts of a constraint."""
        match node:
            case n.Any():
                return set(self.all if wide else self.active)
            case n.Concept(identifier):
                return {identifier} & (self.all | {self.known(identifier)} if wide else self.active)
            case n.AlternateId(scheme, code):
                return {self.world.alternates.get((scheme, code), "")} & (self.all if wide else self.active)
            case n.Hierarchy(symbol, of):
                return self.related(symbol, self.concepts(of, wide))
            case n.MemberOf():
                return self.members_of(node)
            case n.RefsetsContaining(of, filters):
                wanted = self.concepts(of, True)
                refsets = {m.refset for m in self.world.members}
                found = {m.refset for m in self.selected(refsets, filters) if m.referenced in wanted}
                return found & (self.all if wide else self.active)
            case n.Filtered(of, blocks):
                return self.filtered(of, blocks, wide)
            case n.Supplemented(of, history):
                found = self.concepts(of, wide)
                return found | self.predecessors(found, history)
            case n.Compound(junction, parts):
                sets = [self.concepts(p, wide) for p in parts]
                return set.intersection(*sets) if junction == "AND" else set.union(*sets)
            case n.Minus(of, without):
                return self.concepts(of, wide) - self.concepts(without, wide)
            case n.Dotted(of, attributes):
                found = self.concepts(of, wide)
                for name in attributes:
                    rows = [r for r in self.rows_named(name) if r.source in found]
                    found = {r.target for r in rows if r.target}
                return found
            case n.Refined(of, refinement):
                return {c for c in self.concepts(of, wide) if self.fulfils(c, refinement)}

    def known(self, identifier: str) -> str:
        """An identifier that rows refer to, though the release does not have it."""
        referred = {m.referenced for m in self.world.members}
        return identifier if identifier in referred else ""

    def related(self, symbol: str, of: set[str]) -> set[str]:
        """A hierarchy operator on a set."""
        below = {x for c in of for x in self.closure(c, self.down)}
        above = {x for c in of for x in self.closure(c, self.up)}
        children, parents = {x for c in of for x in self.down(c)}, {x for c in of for x in self.up(c)}
        return {
            "<": below, "<<": below | of, "<!": children, "<<!": children | of,
            ">": above, ">>": above | of, ">!": parents, ">>!": parents | of,
            "!!>": {c for c in of if not self.closure(c, self.up) & of},
            "!!<": {c for c in of if not self.closure(c, self.down) & of},
        }[symbol]  # fmt: skip

    def rows_named(self, name: n.Constraint) -> list[Relationship]:
        """The relationships whose type is named."""
        if isinstance(name, n.Any):
            return [r for r in self.world.relationships if r.type != IS_A]
        types = self.concepts(name)
        return [r for r in self.world.relationships if r.type in types]

    def fulfils(self, concept: str, node: n.Refinement) -> bool:
        """Whether a concept fulfils a refinement."""
        match node:
            case n.RefinementSet(junction, parts):
                found = [self.fulfils(concept, p) for p in parts]
                return all(found) if junction == "AND" else any(found)
            case n.AttributeGroup(inner, cardinality):
                count = sum(self.group_fulfils(g, inner) for g in self.groups(concept))
                return inside(count, cardinality)
            case n.Attribute(reverse=True):
                return inside(len(self.sources(concept, node)), node.cardinality)
            case n.Attribute():
                mine = [r for r in self.rows_named(node.name) if r.source == concept]
                return inside(sum(self.holds(r, node) for r in mine), node.cardinality)

    def groups(self, concept: str) -> list[list[Relationship]]:
        """The groups of a concept; every relationship of group 0 is one."""
        mine = [r for r in self.world.relationships if r.source == concept]
        found = [[r] for r in mine if r.group == 0]
        grouped = sorted((r for r in mine if r.group), key=lambda r: r.group)
        return found + [list(rows) for _, rows in groupby(grouped, key=lambda r: r.group)]

    def group_fulfils(self, group: list[Relationship], node: n.Refinement) -> bool:
        """Whether the relationships of a group fulfil a refinement."""
        match node:
            case n.RefinementSet(junction, parts):
                found = [self.group_fulfils(group, p) for p in parts]
                return all(found) if junction == "AND" else any(found)
            case n.Attribute():
                named = self.rows_named(node.name)
                return inside(sum(self.holds(r, node) for r in group if r in named), node.cardinality)
        raise AssertionError(node)

    def holds(self, row: Relationship, node: n.Attribute) -> bool:
        """Whether the value of a relationship compares as wanted."""
        match node.value:
            case n.NumberValue(wanted):
                return isinstance(row.value, Decimal) and compares(node.comparison, row.value, wanted)
            case n.BooleanValue(flag):
                return isinstance(row.value, bool) and compares(node.comparison, row.value, flag)
            case n.TextValue(texts):
                return isinstance(row.value, str) and (row.value in texts) == (node.comparison == "=")
            case constraint:
                inside = row.target in self.concepts(constraint)
                return row.target is not None and inside == (node.comparison == "=")

    def sources(self, concept: str, node: n.Attribute) -> set[str]:
        """The distinct sources that point to a concept."""
        assert not isinstance(node.value, n.NumberValue | n.BooleanValue | n.TextValue)
        wanted = self.concepts(node.value)
        pointing = {r.source for r in self.rows_named(node.name) if r.target == concept}
        return {s for s in pointing if (s in wanted) == (node.comparison == "=")}

    def predecessors(self, of: set[str], history: n.HistorySupplement) -> set[str]:
        """The inactive concepts that were replaced by a set."""
        if history.subset is not None and not isinstance(history.subset, n.Any):
            refsets = self.concepts(history.subset, True)
        elif history.profile == "MIN":
            refsets = {SAME_AS}
        elif history.profile == "MOD":
            refsets = set(MODERATE)
        else:
            refsets = self.closure(ASSOCIATIONS, self.down)
        found = set()
        for m in (m for m in self.world.members if m.active):
            target = dict(m.fields).get("targetComponentId")
            if m.refset == MOVED_FROM:
                if (SAME_AS in refsets or MOVED_FROM in refsets) and m.referenced in of:
                    found.add(target)
            elif m.refset in refsets and m.refset != MOVED_TO and target in of:
                found.add(m.referenced)
        return {c for c in found if c in self.all and c not in self.active}

    def states(self, filters: Iterable[object]) -> set[bool]:
        """Which rows count: active ones, unless filters on active say otherwise."""
        found, given = {True, False}, False
        for f in filters:
            if isinstance(f, n.ActiveFilter):
                given = True
                named = {True, False} if f.active is None else {f.active}
                found &= named if f.comparison == "=" else {True, False} - named
        return found if given else {True}

    def filtered(self, of: n.Constraint, blocks: Iterable[object], wide: bool) -> set[str]:
        """The concepts that fulfil every block."""
        concept_blocks = [b for b in blocks if isinstance(b, n.ConceptFilters)]
        wider = wide or any(isinstance(f, n.ActiveFilter) for b in concept_blocks for f in b.filters)
        found = self.concepts(of, wider)
        for block in blocks:
            if isinstance(block, n.ConceptFilters):
                found = {c for c in found if self.concept_fulfils(c, block)}
            elif isinstance(block, n.DescriptionFilters):
                found = {c for c in found if self.described(c, block)}
        return found

    def set_of(self, found: n.Constraint | n.ConceptSet) -> set[str]:
        """The concepts of the value of a filter."""
        if isinstance(found, n.ConceptSet):
            return {c for one in found.concepts for c in self.concepts(one, True)}
        return self.concepts(found, True)

    def concept_fulfils(self, concept: str, block: n.ConceptFilters) -> bool:
        """Whether a concept fulfils a block of filters."""
        w = self.world
        if concept not in self.all or w.active[concept] not in self.states(block.filters):
            return False
        for f in block.filters:
            equal = f.comparison == "="
            match f:
                case n.ModuleFilter(_, modules):
                    held = (w.module[concept] in self.set_of(modules)) == equal
                case n.EffectiveTimeFilter():
                    held = timely(w.effective[concept], f.comparison, f.times)
                case n.DefinitionStatusFilter(_, names):
                    held = (w.status[concept] in {STATUSES[s] for s in names}) == equal
                case n.DefinitionStatusIdFilter(_, ids):
                    held = (w.status[concept] in self.set_of(ids)) == equal
                case _:
                    held = True
            if not held:
                return False
        return True

    def described(self, concept: str, block: n.DescriptionFilters) -> bool:
        """Whether one description of a concept fulfils a block of filters."""
        rows = [d for d in self.world.descriptions if d.concept == concept]
        rows = [d for d in rows if d.active in self.states(block.filters)]
        return any(all(self.description_fulfils(d, f) for f in block.filters) for d in rows)

    def description_fulfils(self, d: Description, f: n.DescriptionFilter) -> bool:
        """Whether a description fulfils a filter."""
        match f:
            case n.TermFilter(_, terms):
                held = any(matches(t, d.text, d.language) for t in terms)
            case n.LanguageFilter(_, codes):
                held = d.language in codes
            case n.TypeFilter(_, names):
                held = d.type in {TYPES[t] for t in names}
            case n.TypeIdFilter(_, types):
                held = d.type in self.set_of(types)
            case n.ModuleFilter(_, modules):
                held = d.module in self.set_of(modules)
            case n.DescriptionIdFilter(_, ids):
                held = d.id in ids
            case n.EffectiveTimeFilter():
                return timely(d.effective, f.comparison, f.times)
            case n.DialectFilter() | n.DialectIdFilter():
                held = self.in_dialect(d, f)
            case _:
                return True
        return held == (f.comparison == "=")

    def in_dialect(self, d: Description, f: n.DialectFilter | n.DialectIdFilter) -> bool:
        """Whether a language reference set has a description with the acceptability that is wanted."""
        choices: list[tuple[set[str], list[set[str]]]] = []
        outer = [self.ways(f.acceptability)] if f.acceptability else []
        if isinstance(f.dialects, tuple):
            for c in f.dialects:
                inner = [self.ways(c.acceptability)] if c.acceptability else []
                named = c.dialect
                refsets = (
                    {self.world.dialects[named]} if isinstance(named, str) else self.concepts(named, True)
                )
                choices.append((refsets, outer + inner))
        else:
            choices.append((self.concepts(f.dialects, True), outer))
        return any(
            s in refsets and all(w in a for a in ways) for refsets, ways in choices for s, w in d.accepted
        )

    def ways(self, found: n.Acceptability) -> set[str]:
        """Acceptabilities as identifiers."""
        if isinstance(found, n.AcceptabilityTokens):
            return {WAYS[t] for t in found.tokens}
        return {c for one in found.concepts for c in self.concepts(one, True)}

    def fields(self, refsets: set[str]) -> dict[str, str]:
        """The fields that the reference sets have, by lower case."""
        rows = sorted((m for m in self.world.members if m.refset in refsets), key=lambda m: m.refset)
        own = [name for m in rows for name, _ in m.fields]
        return {name.lower(): name for name in (*COMMON, *own)}

    def has_rows(self, refsets: set[str]) -> bool:
        """Whether any of the reference sets has a row."""
        return any(m.refset in refsets for m in self.world.members)

    def selected(self, refsets: set[str], blocks: Iterable[n.MemberFilters]) -> list[Member]:
        """The members of reference sets that fulfil all filters."""
        filters = [f for b in blocks for f in b.filters]
        known = self.fields(refsets)
        for f in filters:
            if isinstance(f, n.MemberFieldFilter) and self.has_rows(refsets) and f.field.lower() not in known:
                raise Refused(f.field)
        rows = [m for m in self.world.members if m.refset in refsets and m.active in self.states(filters)]
        return [m for m in rows if all(self.member_fulfils(m, f) for f in filters)]

    def value(self, m: Member, name: str) -> str | None:
        """The text in a field of a member."""
        common = dict(
            zip(
                COMMON,
                (m.referenced, m.refset, m.module, str(m.effective or ""), str(int(m.active))),
                strict=True,
            )
        )
        return {k.lower(): v for k, v in (common | dict(m.fields)).items()}.get(name.lower())

    def member_fulfils(self, m: Member, f: n.MemberFilter) -> bool:
        """Whether a member fulfils a filter."""
        equal = f.comparison == "="
        match f:
            case n.ActiveFilter():
                return True
            case n.ModuleFilter(_, modules):
                return (m.module in self.set_of(modules)) == equal
            case n.EffectiveTimeFilter():
                return timely(m.effective, f.comparison, f.times)
        text = self.value(m, f.field)
        return text is not None and self.text_fulfils(text, f)

    def text_fulfils(self, text: str, f: n.MemberFieldFilter) -> bool:
        """Whether the text in a field compares as wanted."""
        equal = f.comparison == "="
        match f.value:
            case n.NumberValue(wanted):
                try:
                    return compares(f.comparison, Decimal(text), wanted)
                except InvalidOperation:
                    return False
            case n.BooleanValue(flag):
                states = {"1": True, "true": True, "0": False, "false": False}
                return text.lower() in states and (states[text.lower()] is flag) == equal
            case n.TimeValue():
                readable = not text or bool(re.fullmatch(r"[0-9]{8}", text))
                return readable and timely(int(text or 0), f.comparison, f.value)
            case tuple():
                return any(matches(t, text, "") for t in f.value) == equal
            case constraint:
                return (text in self.concepts(constraint, True)) == equal

    def members_of(self, node: n.MemberOf) -> set[str]:
        """The members, or the concepts in the one field that is selected."""
        refsets = self.concepts(node.of, True)
        if node.fields is not None and (len(node.fields) != 1 or node.fields == ("*",)):
            raise Refused("several fields")
        name = "referencedComponentId" if node.fields is None else node.fields[0]
        if self.has_rows(refsets) and name.lower() not in self.fields(refsets):
            raise Refused(name)
        rows = self.selected(refsets, node.filters)
        if name in ("mapTarget", "mapGroup", "effectiveTime", "active"):
            having = {
                m.refset
                for m in self.world.members
                if m.refset in refsets and self.value(m, name) is not None
            }
            if having:
                raise Refused("texts")
        return {v for m in rows if (v := self.value(m, name)) is not None and v in self.all}

    def projected(self, node: n.MemberOf) -> Rows:
        """The distinct values of the selected fields."""
        refsets = self.concepts(node.of, True)
        known = self.fields(refsets)
        names = list(node.fields or ())
        if names == ["*"]:
            names = ["referencedComponentId", *(v for v in known.values() if v not in COMMON)]
        if self.has_rows(refsets) and any(name.lower() not in known for name in names):
            raise Refused("field")
        rows = self.selected(refsets, node.filters)
        found = {tuple(self.value(m, name) for name in names) for m in rows}
        return sorted(found, key=lambda row: tuple((v is not None, v or "") for v in row))


def inside(count: int, cardinality: n.Cardinality | None) -> bool:
    """Whether a number of matches is in a cardinality."""
    least, most = (1, None) if cardinality is None else (cardinality.least, cardinality.most)
    return count >= least and (most is None or count <= most)


def timely(day: int, comparison: n.Comparison, times: n.TimeValue) -> bool:
    """Whether a day compares as wanted with one of the times; with ``!=`` with all of them."""
    wanted = [0 if d is None else int(f"{d:%Y%m%d}") for d in times.days]
    if comparison in ("=", "!="):
        return (day in wanted) == (comparison == "=")
    return any(day and w and compares(comparison, day, w) for w in wanted)
