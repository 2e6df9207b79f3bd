"""Evaluating description and concept filters on the packed columns of a release.

One block of description filters is about one description: the rows that fulfil all of its filters, and of these the
concepts. Several blocks may be fulfilled by different descriptions. ``!=`` excludes rows, not concepts. Rows are active
ones unless the block has a filter on ``active``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from registry.ecl.edition import Edition, Numbers, bitmap, numbers_of
from registry.ecl.nodes import (
    Acceptability,
    AcceptabilityIds,
    ActiveFilter,
    Comparison,
    ConceptFilter,
    ConceptFilters,
    DefinitionStatusIdFilter,
    DescriptionFilter,
    DescriptionFilters,
    DescriptionIdFilter,
    DialectChoice,
    DialectFilter,
    DialectIdFilter,
    EffectiveTimeFilter,
    LanguageFilter,
    ModuleFilter,
    TermFilter,
    TypeFilter,
    TypeIdFilter,
)
from registry.ecl.row_tests import Evaluate, active_states, chosen, concept_set, refused, time_mask
from registry.entities.budget import spend

__all__ = ["ACCEPTABILITIES", "DESCRIPTION_TYPES", "STATUSES", "FilterEvaluation", "widens"]

DESCRIPTION_TYPES: Final = {
    "fsn": "900000000000003001",
    "syn": "900000000000013009",
    "def": "900000000000550004",
}
ACCEPTABILITIES: Final = {"prefer": "900000000000548007", "accept": "900000000000549004"}
STATUSES: Final = {"primitive": "900000000000074008", "defined": "900000000000073002"}
_FEW: Final = 5_000  #: of so few concepts the descriptions are looked up first


def widens(filters: Iterable[DescriptionFilters | ConceptFilters]) -> bool:
    """Whether filters ask for the status of concepts, so that inactive ones count before them."""
    blocks = (block for block in filters if isinstance(block, ConceptFilters))
    return any(isinstance(f, ActiveFilter) for block in blocks for f in block.filters)


class FilterEvaluation:
    """Filters over one release; ``evaluate`` gives the concepts of a constraint, inactive ones too."""

    def __init__(self, edition: Edition, evaluate: Evaluate) -> None:
        self._edition, self._evaluate = edition, evaluate

    def filtered(self, candidates: BitMap, blocks: Iterable[DescriptionFilters | ConceptFilters]) -> BitMap:
        """The candidates that fulfil every block."""
        for block in blocks:
            if isinstance(block, ConceptFilters):
                candidates = self._by_concept(candidates, block)
            else:
                candidates = self._by_description(candidates, block)
        return candidates

    def _by_concept(self, candidates: BitMap, block: ConceptFilters) -> BitMap:
        table = self._edition.concepts
        found = candidates & table.present
        states = active_states(block.filters)
        if True not in states:
            found = found - table.active
        if False not in states:
            found = found & table.active
        for one in block.filters:
            numbers = numbers_of(found)
            spend(len(numbers) // 1000 + 1)
            found = bitmap(numbers[self._concept_mask(one, numbers)])
        return found

    def _concept_mask(self, one: ConceptFilter, numbers: Numbers) -> NDArray[np.bool_]:
        table = self._edition.concepts
        if isinstance(one, EffectiveTimeFilter):
            return time_mask(table.effective[numbers], one)
        if isinstance(one, ActiveFilter):
            return np.ones(len(numbers), dtype=bool)
        if isinstance(one, ModuleFilter):
            column, wanted = table.module, concept_set(one.modules, self._evaluate)
        elif isinstance(one, DefinitionStatusIdFilter):
            column, wanted = table.status, concept_set(one.statuses, self._evaluate)
        else:
            column, wanted = table.status, self._named(STATUSES, one.statuses)
        inside = chosen(len(table.ids), wanted)[np.minimum(column[numbers], len(table.ids))]
        found: NDArray[np.bool_] = inside if one.comparison is Comparison.EQUAL else ~inside
        return found

    def _named(self, table: Mapping[str, str], names: Iterable[str]) -> BitMap:
        number_of = self._edition.concepts.number_of
        return BitMap([number_of[table[name]] for name in names if table[name] in number_of])

    def _by_description(self, candidates: BitMap, block: DescriptionFilters) -> BitMap:
        table = self._edition.descriptions
        states = active_states(block.filters)
        if len(states) == 2:
            rows = table.all
        elif states:
            rows = table.active if True in states else table.all - table.active
        else:
            return BitMap()
        if len(candidates) <= _FEW:
            rows = rows & self._descriptions_of(candidates)
        for one in block.filters:
            spend()
            if not isinstance(one, ActiveFilter):
                matching = self._rows(one)
                rows = rows & matching if one.comparison is Comparison.EQUAL else rows - matching
        return bitmap(table.concept[numbers_of(rows)]) & candidates

    def _descriptions_of(self, concepts: BitMap) -> BitMap:
        column, numbers = self._edition.descriptions.concept, numbers_of(concepts)
        found = BitMap()
        starts, ends = np.searchsorted(column, numbers, "left"), np.searchsorted(column, numbers, "right")
        for first, last in zip(starts.tolist(), ends.tolist(), strict=True):
            found.add_range(first, last)
        return found

    def _rows(self, one: DescriptionFilter) -> BitMap:
        """The descriptions that a filter names; those that ``!=`` leaves out, of effective times those that remain."""
        table = self._edition.descriptions
        match one:
            case TermFilter(_, terms):
                return BitMap().union(*map(table.terms.rows, terms))
            case LanguageFilter(_, languages):
                return BitMap().union(*(table.languages.get(code, BitMap()) for code in languages))
            case TypeFilter(_, types):
                return _union(table.by_type, self._named(DESCRIPTION_TYPES, types))
            case TypeIdFilter(_, types):
                return _union(table.by_type, concept_set(types, self._evaluate))
            case ModuleFilter(_, modules):
                return _union(table.by_module, concept_set(modules, self._evaluate))
            case DescriptionIdFilter(_, ids):
                return table.with_ids(ids)
            case DialectFilter() | DialectIdFilter():
                return self._in_dialects(one)
            case EffectiveTimeFilter():
                mask = time_mask(table.effective, one)
                excluded = one.comparison is not Comparison.EQUAL
                return bitmap(np.flatnonzero(~mask if excluded else mask).astype(np.uint32))
            case _:
                return table.all

    def _in_dialects(self, one: DialectFilter | DialectIdFilter) -> BitMap:
        """The descriptions that one of the dialects accepts as wanted."""
        if not isinstance(one.dialects, tuple):
            refsets = self._evaluate(one.dialects)
            return BitMap().union(*(self._accepted(r, (one.acceptability,)) for r in refsets))
        found = BitMap()
        for choice in one.dialects:
            for refset in self._refset_of(choice):
                found |= self._accepted(refset, (choice.acceptability, one.acceptability))
        return found

    def _refset_of(self, choice: DialectChoice) -> BitMap:
        if not isinstance(choice.dialect, str):
            return self._evaluate(choice.dialect)
        refset = self._edition.dialect(choice.dialect)
        if refset is None:
            raise refused("ecl.problem.dialect", alias=choice.dialect)
        number = self._edition.concepts.number_of.get(refset)
        return BitMap() if number is None else BitMap([number])

    def _accepted(self, refset: int, wanted: Iterable[Acceptability | None]) -> BitMap:
        """The descriptions that a language reference set has, with all of the acceptabilities that are given."""
        by_acceptability = self._edition.descriptions.accepted.get(refset, {})
        sets = [self._acceptability(w) for w in wanted if w is not None]
        allowed = (rows for way, rows in by_acceptability.items() if all(way in s for s in sets))
        return BitMap().union(*allowed)

    def _acceptability(self, wanted: Acceptability) -> BitMap:
        if isinstance(wanted, AcceptabilityIds):
            return BitMap().union(*map(self._evaluate, wanted.concepts))
        return self._named(ACCEPTABILITIES, wanted.tokens)


def _union(by_value: Mapping[int, BitMap], values: BitMap) -> BitMap:
    """The rows of all of the values."""
    return BitMap().union(*(rows for value, rows in by_value.items() if value in values))
