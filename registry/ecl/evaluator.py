"""Evaluating expression constraints on a release: sets of concepts as bitmaps.

Defaults of the language: a concept counts if it is active; members of a reference set count whatever the status of the
concept; rows count if they are active. A concept filter with ``active`` widens the constraint that it filters to inactive
concepts. An identifier that the release does not have is a warning and an empty set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pyroaring import BitMap

from registry.ecl.edition import Edition, HierarchyTable
from registry.ecl.filter_evaluation import FilterEvaluation, widens
from registry.ecl.member_evaluation import MemberEvaluation, Row
from registry.ecl.nodes import (
    AlternateId,
    Any,
    Compound,
    Concept,
    Constraint,
    Dotted,
    Filtered,
    Hierarchy,
    HierarchyOperator,
    HistoryProfile,
    HistorySupplement,
    Junction,
    MemberOf,
    Minus,
    Refined,
    RefsetsContaining,
    Supplemented,
)
from registry.ecl.relationship_evaluation import Refiner
from registry.entities.budget import spend
from registry.entities.messages import message

__all__ = ["Evaluated", "Projection", "evaluate"]

_SAME_AS: Final = "900000000000527005"
_MOVED_FROM: Final = "900000000000525002"
_MOVED_TO: Final = "900000000000524003"
_ASSOCIATIONS: Final = "900000000000522004"
_MODERATE: Final = (_SAME_AS, "900000000000526001", "900000000000528000", "1186924009")


@dataclass(frozen=True, slots=True)
class Projection:
    """Values of fields of members: distinct rows, sorted."""

    fields: tuple[str, ...]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The concepts of a constraint by number, or the values that it projects; and what the caller should know."""

    concepts: BitMap
    projection: Projection | None = None
    warnings: list[str] = field(default_factory=list)


def evaluate(edition: Edition, constraint: Constraint) -> Evaluated:
    """The concepts of a constraint in a release. Raises EclError for what has no meaning there."""
    run = _Run(edition)
    if isinstance(constraint, MemberOf) and constraint.fields is not None:
        refsets = run.concepts(constraint.of, wide=True)
        fields, rows = run.members.projected(refsets, constraint)
        concepts = run.members.concepts_of(fields, rows)
        return Evaluated(concepts, Projection(fields, rows), run.warnings)
    return Evaluated(run.concepts(constraint), None, run.warnings)


class _Run:
    """One evaluation. ``wide``: inactive concepts count too."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self.warnings: list[str] = []
        self._known: dict[tuple[Constraint, bool], BitMap] = {}
        self.members = MemberEvaluation(edition, lambda c: self.concepts(c, wide=True))
        self._refiner = Refiner(edition, self.concepts)
        self._filters = FilterEvaluation(edition, lambda c: self.concepts(c, wide=True))

    def concepts(self, node: Constraint, *, wide: bool = False) -> BitMap:
        """The concepts of a constraint; each part is evaluated once."""
        key = (node, wide)
        found = self._known.get(key)
        if found is None:
            spend()
            found = self._known[key] = self._evaluated(node, wide)
        return found

    def _evaluated(self, node: Constraint, wide: bool) -> BitMap:
        table = self._edition.concepts
        match node:
            case Any():
                return table.present if wide else table.active
            case Concept() | AlternateId():
                return self._single(node, wide)
            case Hierarchy(operator, of):
                return _related(self._edition.hierarchy, operator, self.concepts(of, wide=wide))
            case MemberOf(of):
                return self.members.members(self.concepts(of, wide=True), node)
            case RefsetsContaining(of, filters):
                found = self.members.containing(self.concepts(of, wide=True), filters)
                return found & (table.present if wide else table.active)
            case Filtered(of, filters):
                wider = wide or widens(filters)
                return self._filters.filtered(self.concepts(of, wide=wider), filters)
            case Supplemented(of, history):
                found = self.concepts(of, wide=wide)
                return found | self._predecessors(found, history)
            case Compound(junction, parts):
                return self._compound(junction, parts, wide)
            case Minus(of, without):
                return self.concepts(of, wide=wide) - self.concepts(without, wide=wide)
            case Dotted(of, attributes):
                found = self.concepts(of, wide=wide)
                for name in attributes:
                    found = self._refiner.values(found, name)
                return found
            case Refined(of, refinement):
                return self._refiner.refined(self.concepts(of, wide=wide), refinement)

    def _single(self, node: Concept | AlternateId, wide: bool) -> BitMap:
        table = self._edition.concepts
        if isinstance(node, Concept):
            name, number = node.id, table.number_of.get(node.id)
        else:
            name = f"{node.scheme}#{node.code}"
            number = self._edition.alternate(node.scheme, node.code)
        if number is None:
            self.warnings.append(message("ecl.note.unknown", id=name))
            return BitMap()
        if wide or number in table.active:
            return BitMap([number])
        if number in table.present:
            self.warnings.append(message("ecl.note.inactive", id=name))
        return BitMap()

    def _compound(self, junction: Junction, parts: Sequence[Constraint], wide: bool) -> BitMap:
        sets = [self.concepts(part, wide=wide) for part in parts]
        return BitMap.intersection(*sets) if junction is Junction.AND else BitMap.union(*sets)

    def _predecessors(self, of: BitMap, history: HistorySupplement) -> BitMap:
        """The inactive concepts that point to a set by the associations of a supplement, in one step.

        MOVED FROM is written from the new concept to the old one and counts as SAME AS; MOVED TO names no concept.
        """
        table, refsets = self._edition.concepts, self._associations(history)
        same = bool(_numbers(table.number_of.get(_SAME_AS)) & refsets)
        reversed_set = table.number_of.get(_MOVED_FROM)
        found = BitMap()
        for refset in refsets:
            if refset != reversed_set and refset != table.number_of.get(_MOVED_TO):
                found |= self.members.pointing_to(of, refset)
        if reversed_set is not None and (same or reversed_set in refsets):
            found |= self.members.pointed_to_by(of, reversed_set)
        return (found & table.present) - table.active

    def _associations(self, history: HistorySupplement) -> BitMap:
        number_of = self._edition.concepts.number_of
        if history.subset is not None and not isinstance(history.subset, Any):
            return self.concepts(history.subset, wide=True)
        if history.profile is HistoryProfile.MIN:
            return _numbers(number_of.get(_SAME_AS))
        if history.profile is HistoryProfile.MOD:
            return _numbers(*map(number_of.get, _MODERATE))
        return self._edition.hierarchy.descendants(_numbers(number_of.get(_ASSOCIATIONS)))


def _numbers(*found: int | None) -> BitMap:
    return BitMap([number for number in found if number is not None])


def _related(table: HierarchyTable, operator: HierarchyOperator, of: BitMap) -> BitMap:
    """A hierarchy operator applied to a set."""
    match operator:
        case HierarchyOperator.DESCENDANT:
            return table.descendants(of)
        case HierarchyOperator.DESCENDANT_OR_SELF:
            return of | table.descendants(of)
        case HierarchyOperator.CHILD:
            return table.children(of)
        case HierarchyOperator.CHILD_OR_SELF:
            return of | table.children(of)
        case HierarchyOperator.ANCESTOR:
            return table.ancestors(of)
        case HierarchyOperator.ANCESTOR_OR_SELF:
            return of | table.ancestors(of)
        case HierarchyOperator.PARENT:
            return table.parents(of)
        case HierarchyOperator.PARENT_OR_SELF:
            return of | table.parents(of)
        case HierarchyOperator.TOP:
            return of - table.descendants(of)
        case HierarchyOperator.BOTTOM:
            return of - table.ancestors(of)
