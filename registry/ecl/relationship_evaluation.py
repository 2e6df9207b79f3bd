"""Evaluating refinements and dotted attributes on the packed relationships of a release.

A refinement is evaluated over keys: the sources of relationships, or inside braces their groups. Each attribute gives the
keys whose number of matching relationships is in its cardinality; AND and OR are intersection and union of such sets.

====================================  ================================================================================
rule (ECL specification 6.2, 6.3)     here
====================================  ================================================================================
no cardinality                        at least one
``[0..n]``                            keys without a match count too: all keys minus those with too many
``!=``                                a relationship whose value is not one of the given ones
group 0                               every relationship is a group of its own
``{ … }`` with cardinality            counts the groups of a concept that fulfil the inside
reverse                               counts the distinct sources that point to the concept
``*`` as a name                       every type but is-a; is-a only if it is named
====================================  ================================================================================
"""

from __future__ import annotations

import operator
import typing
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from registry.ecl.edition import NONE, Adjacency, Edition, Numbers, Value, bitmap, distinct, numbers_of
from registry.ecl.nodes import (
    Any,
    Attribute,
    AttributeGroup,
    BooleanValue,
    Cardinality,
    Comparison,
    Constraint,
    Junction,
    NumberValue,
    Refinement,
    TextValue,
)
from registry.ecl.row_tests import chosen
from registry.entities.budget import spend

__all__ = ["COMPARE", "IS_A", "Refiner"]

IS_A: Final = "116680003"
COMPARE: Final[dict[Comparison, Callable[[Decimal | bool, Decimal | bool], bool]]] = {
    Comparison.EQUAL: operator.eq,
    Comparison.NOT_EQUAL: operator.ne,
    Comparison.LESS: operator.lt,
    Comparison.AT_MOST: operator.le,
    Comparison.MORE: operator.gt,
    Comparison.AT_LEAST: operator.ge,
}
_ROWS_OF_A_STEP: Final = 1000
_SCAN: Final = 16  #: reading a range of rows costs that much less than looking rows up


Test = Callable[[Numbers, Numbers], NDArray[np.bool_]]
Rows = NDArray[np.integer[typing.Any]]


class Refiner:
    """Refinements over one release; ``evaluate`` gives the concepts of a constraint.

    The relationships of an attribute are found by type, by source or by target, whichever reads the fewest rows.
    """

    def __init__(self, edition: Edition, evaluate: Callable[[Constraint], BitMap]) -> None:
        self._edition, self._evaluate = edition, evaluate
        self._table, self._count = edition.relationships, len(edition.concepts.ids)

    def refined(self, focus: BitMap, refinement: Refinement) -> BitMap:
        """The concepts of the focus that fulfil a refinement."""
        return self._concepts(refinement, focus)

    def values(self, sources: BitMap, name: Constraint) -> BitMap:
        """The concepts that are values of an attribute of the sources."""
        inside = chosen(self._count, sources)
        rows = self._rows(name, lambda source, _: inside[source], sources=sources)
        found = self._table.target[rows]
        return bitmap(distinct(found[found != NONE], self._count))

    def _concepts(self, node: Refinement, universe: BitMap) -> BitMap:
        """The concepts of a set that fulfil a refinement outside of groups."""
        if isinstance(node, Attribute):
            keys = self._reversed(node, universe) if node.reverse else self._sources(node, universe)
            return _counted(keys, node.cardinality, universe, self._count)
        if isinstance(node, AttributeGroup):
            groups = self._groups(node.refinement, universe)
            sources = self._table.of_group[numbers_of(groups)]
            return _counted(sources, node.cardinality, universe, self._count)
        return _joined(node.junction, (self._concepts(part, universe) for part in node.parts))

    def _groups_of(self, concepts: BitMap) -> BitMap:
        """The groups of concepts."""
        table = self._table
        rows = table.by_source.of(numbers_of(concepts))
        return bitmap(distinct(table.group[rows], len(table.of_group)))

    def _groups(self, node: Refinement, focus: BitMap) -> BitMap:
        """The groups that fulfil a refinement; of other concepts than those of the focus some may be left out."""
        if isinstance(node, Attribute):
            keys, count = self._table.group[self._matching(node, focus)], len(self._table.of_group)
            absent = node.cardinality is not None and node.cardinality.least == 0
            universe = self._groups_of(focus) if absent else None
            return _counted(keys, node.cardinality, universe, count)
        if isinstance(node, AttributeGroup):
            raise ValueError("a group inside a group")  # the grammar has none
        return _joined(node.junction, (self._groups(part, focus) for part in node.parts))

    def _sources(self, node: Attribute, focus: BitMap) -> Numbers:
        """The source of each matching relationship."""
        return self._table.source[self._matching(node, focus)]

    def _matching(self, node: Attribute, focus: BitMap) -> Rows:
        """The relationships that an attribute names; of other concepts than those of the focus some may be left out."""
        value = node.value
        if isinstance(value, NumberValue | BooleanValue | TextValue):
            known = np.array([_holds(v, node.comparison, value) for v in self._table.values] or [False])
            concrete = self._table.value
            by_value = self._rows(node.name, None, sources=focus)
            held: Rows = by_value[(self._table.target[by_value] == NONE) & known[concrete[by_value]]]
            return held
        values = self._evaluate(value)
        inside = chosen(self._count, values)
        if node.comparison is Comparison.NOT_EQUAL:
            outside = np.append(~inside[:-1], False)
            return self._rows(node.name, lambda _, target: outside[self._places(target)], sources=focus)

        def is_value(_: Numbers, target: Numbers) -> NDArray[np.bool_]:
            return inside[self._places(target)]

        return self._rows(node.name, is_value, sources=focus, targets=values)

    def _places(self, target: Numbers) -> Numbers:
        """Targets as places in a table whose last place is for NONE."""
        return np.minimum(target, self._count)

    def _reversed(self, node: Attribute, focus: BitMap) -> Numbers:
        """The target of each matching relationship, once for each of its sources."""
        value = node.value
        if isinstance(value, NumberValue | BooleanValue | TextValue):
            raise ValueError("a reverse flag with a concrete value")  # the parser refuses it
        sources, table = self._evaluate(value), self._table
        inside = chosen(self._count, sources)
        if node.comparison is Comparison.NOT_EQUAL:
            inside = ~inside
            rows = self._rows(node.name, lambda source, _: inside[source], targets=focus)
        else:
            rows = self._rows(node.name, lambda source, _: inside[source], sources=sources, targets=focus)
        rows = rows[table.target[rows] != NONE]
        pairs = table.target[rows].astype(np.uint64) << np.uint64(32) | table.source[rows]
        return (np.unique(pairs) >> np.uint64(32)).astype(np.uint32)

    def _rows(
        self,
        name: Constraint,
        test: Test | None,
        *,
        sources: BitMap | None = None,
        targets: BitMap | None = None,
    ) -> Rows:
        """The relationships of a name's types that pass a test of source and target.

        Relationships from other sources than ``sources``, or to other targets than ``targets``, may be left out.
        """
        table, types = self._table, self._types(name)
        ranges = [table.ranges[type] for type in types]
        scanned = sum(last - first for first, last in ranges) // _SCAN
        paths: list[tuple[int, Adjacency, BitMap]] = []
        for concepts, adjacency in ((sources, table.by_source), (targets, table.by_target)):
            if concepts is not None:
                paths.append((adjacency.size(numbers_of(concepts)), adjacency, concepts))
        best = min(paths, key=lambda path: path[0], default=None)
        if best is None or scanned <= best[0]:
            spend(scanned // _ROWS_OF_A_STEP + 1)
            return _joined_rows([self._in_range(test, *bounds) for bounds in ranges])
        spend(best[0] // _ROWS_OF_A_STEP + 1)
        rows = best[1].of(numbers_of(best[2]))
        rows = rows[chosen(self._count, BitMap(types))[table.type[rows]]]
        return rows if test is None else rows[test(table.source[rows], table.target[rows])]

    def _in_range(self, test: Test | None, first: int, last: int) -> Rows:
        if test is None:
            return np.arange(first, last)
        table = self._table
        return np.flatnonzero(test(table.source[first:last], table.target[first:last])) + first

    def _types(self, name: Constraint) -> list[int]:
        """The types of a name that occur; every type but is-a for ``*``."""
        if not isinstance(name, Any):
            return list(self._evaluate(name) & self._table.types)
        is_a = self._edition.concepts.number_of.get(IS_A, NONE)
        return [type for type in self._table.ranges if type != is_a]


def _joined_rows(parts: list[Rows]) -> Rows:
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _holds(found: Value, comparison: Comparison, wanted: NumberValue | BooleanValue | TextValue) -> bool:
    """Whether a concrete value compares as wanted; a value of another kind never does."""
    if isinstance(wanted, TextValue):
        return isinstance(found, str) and (found in wanted.texts) is (comparison is Comparison.EQUAL)
    if isinstance(found, str) or isinstance(found, bool) is not isinstance(wanted, BooleanValue):
        return False
    return COMPARE[comparison](found, wanted.value)


def _joined(junction: Junction, parts: Iterator[BitMap]) -> BitMap:
    found = next(parts)
    for part in parts:
        found = found & part if junction is Junction.AND else found | part
    return found


def _counted(keys: Numbers, cardinality: Cardinality | None, universe: BitMap | None, count: int) -> BitMap:
    """The keys of a universe that occur as often as a cardinality says; keys are below ``count``.

    ``universe`` None: all that occur, for a cardinality without 0.
    """
    if cardinality in (None, Cardinality(1, None)):
        found = bitmap(distinct(keys, count))
        return found if universe is None else found & universe
    least, most = (1, None) if cardinality is None else (cardinality.least, cardinality.most)
    present, counts = _occurrences(keys, count)
    if least == 0 and universe is not None:
        return universe if most is None else universe - bitmap(present[counts > most])
    enough = counts >= least if most is None else (counts >= least) & (counts <= most)
    found = bitmap(present[enough])
    return found if universe is None else found & universe


def _occurrences(keys: Numbers, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The different keys, ascending, and how often each occurs."""
    if len(keys) < count // 100:
        few, counts = np.unique(keys, return_counts=True)
        return few.astype(np.int64), counts
    table = np.bincount(keys, minlength=count)
    found = np.flatnonzero(table)
    return found, table[found]
