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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from registry.ecl.edition import NONE, Edition, Numbers, RelationshipTable, Value, bitmap, numbers_of
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
_AT_LEAST_ONE: Final = Cardinality(1, None)
_ROWS_OF_A_STEP: Final = 1000


@dataclass(frozen=True, slots=True)
class _Rows:
    """Relationships of one type: columns of the same length."""

    source: Numbers
    target: Numbers
    value: Numbers
    group: Numbers


class Refiner:
    """Refinements over one release; ``evaluate`` gives the concepts of a constraint."""

    def __init__(self, edition: Edition, evaluate: Callable[[Constraint], BitMap]) -> None:
        self._edition, self._evaluate = edition, evaluate

    @property
    def _table(self) -> RelationshipTable:
        return self._edition.relationships

    def refined(self, focus: BitMap, refinement: Refinement) -> BitMap:
        """The concepts of the focus that fulfil a refinement."""
        return self._concepts(refinement, focus)

    def values(self, sources: BitMap, name: Constraint) -> BitMap:
        """The concepts that are values of an attribute of the sources."""
        chosen = self._chosen(sources)
        found = BitMap()
        for rows in self._rows(name):
            mine = rows.target[chosen[rows.source]]
            found |= bitmap(np.unique(mine[mine != NONE]))
        return found

    def _concepts(self, node: Refinement, universe: BitMap) -> BitMap:
        """The concepts of a set that fulfil a refinement outside of groups."""
        if isinstance(node, Attribute):
            keys = self._reversed(node) if node.reverse else self._keys(node, in_group=False)
            return _counted(keys, node.cardinality, universe)
        if isinstance(node, AttributeGroup):
            groups = self._groups(node.refinement)
            sources = self._table.of_group[numbers_of(groups)]
            return _counted(sources, node.cardinality, universe)
        return _joined(node.junction, (self._concepts(part, universe) for part in node.parts))

    def _groups(self, node: Refinement) -> BitMap:
        """The groups that fulfil a refinement."""
        if isinstance(node, Attribute):
            universe = BitMap(range(len(self._table.of_group)))
            return _counted(self._keys(node, in_group=True), node.cardinality, universe)
        if isinstance(node, AttributeGroup):
            raise ValueError("a group inside a group")  # the grammar has none
        return _joined(node.junction, (self._groups(part) for part in node.parts))

    def _keys(self, node: Attribute, *, in_group: bool) -> Numbers:
        """The source, or the group, of each matching relationship."""
        test = self._test(node)
        parts = [(rows.group if in_group else rows.source)[test(rows)] for rows in self._rows(node.name)]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.uint32)

    def _reversed(self, node: Attribute) -> Numbers:
        """The target of each matching relationship, once for each of its sources."""
        chosen = self._chosen(self._value_set(node))
        pairs = []
        for rows in self._rows(node.name):
            inside = chosen[rows.source]
            wanted = ~inside if node.comparison is Comparison.NOT_EQUAL else inside
            mine = wanted & (rows.target != NONE)
            pairs.append(rows.target[mine].astype(np.uint64) << np.uint64(32) | rows.source[mine])
        distinct = np.unique(np.concatenate(pairs)) if pairs else np.empty(0, dtype=np.uint64)
        return (distinct >> np.uint64(32)).astype(np.uint32)

    def _rows(self, name: Constraint) -> Iterator[_Rows]:
        """The relationships whose type is one of a name's, by type."""
        table = self._table
        if isinstance(name, Any):
            is_a = self._edition.concepts.number_of.get(IS_A, NONE)
            types = [t for t in table.ranges if t != is_a]
        else:
            types = list(self._evaluate(name) & table.types)
        for type in types:
            first, last = table.ranges[type]
            spend((last - first) // _ROWS_OF_A_STEP + 1)
            part = slice(first, last)
            yield _Rows(table.source[part], table.target[part], table.value[part], table.group[part])

    def _value_set(self, node: Attribute) -> BitMap:
        value = node.value
        if isinstance(value, NumberValue | BooleanValue | TextValue):
            raise ValueError("not a constraint")
        return self._evaluate(value)

    def _chosen(self, concepts: BitMap) -> NDArray[np.bool_]:
        """Whether each concept is in a set, by number."""
        found = np.zeros(len(self._edition.concepts.ids), dtype=bool)
        found[numbers_of(concepts)] = True
        return found

    def _test(self, node: Attribute) -> Callable[[_Rows], NDArray[np.bool_]]:
        """Which relationships have the value of an attribute."""
        value = node.value
        if isinstance(value, NumberValue | BooleanValue | TextValue):
            known = np.array([_holds(v, node.comparison, value) for v in self._table.values] or [False])
            return lambda rows: (rows.target == NONE) & known[rows.value]
        chosen = np.append(self._chosen(self._evaluate(value)), False)
        if node.comparison is Comparison.NOT_EQUAL:
            chosen = np.append(~chosen[:-1], False)
        last = len(chosen) - 1
        return lambda rows: chosen[np.minimum(rows.target, last)]


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


def _counted(keys: Numbers, cardinality: Cardinality | None, universe: BitMap) -> BitMap:
    """The keys of a universe that occur as often as a cardinality says."""
    least, most = (cardinality or _AT_LEAST_ONE).least, (cardinality or _AT_LEAST_ONE).most
    distinct, counts = np.unique(keys, return_counts=True)
    enough = counts >= max(least, 1)
    if least == 0:
        too_many = distinct[counts > most] if most is not None else distinct[:0]
        return universe - bitmap(too_many)
    if most is not None:
        enough &= counts <= most
    return bitmap(distinct[enough]) & universe
