"""What a release offers to the evaluator of expression constraints: sets as bitmaps, rows as packed columns.

Concepts have numbers from 0, dense: those of the hierarchy in depth-first order, so that descendants are ranges; then the
other concepts of the release; then identifiers that are only referred to. Rows of a table have numbers of their own.
All of it is immutable once built, so any thread may read; bitmaps that are returned may not be changed.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from registry.ecl.nodes import SearchTerm

__all__ = [
    "NONE",
    "Adjacency",
    "ConceptTable",
    "DescriptionTable",
    "Edition",
    "HierarchyTable",
    "MemberTable",
    "Numbers",
    "RelationshipTable",
    "TermIndex",
    "Value",
    "bitmap",
    "distinct",
    "numbers_of",
]

Numbers: TypeAlias = NDArray[np.uint32]
Value: TypeAlias = Decimal | str | bool

NONE: Final = 0xFFFF_FFFF  #: instead of the number of a concept: there is none


def bitmap(numbers: NDArray[np.integer[Any]]) -> BitMap:
    """The numbers as a bitmap; fastest if they ascend."""
    return BitMap(array("I", np.ascontiguousarray(numbers, dtype=np.uint32).tobytes()))


def numbers_of(found: BitMap) -> Numbers:
    """The numbers of a bitmap, ascending."""
    numbers: Numbers = np.frombuffer(found.to_array(), dtype=np.uint32)
    return numbers


class Adjacency:
    """Links in two flat arrays: the targets of ``n`` are ``targets[starts[n]:starts[n + 1]]``."""

    def __init__(self, count: int, sources: Numbers, targets: Numbers) -> None:
        order = np.argsort(sources, kind="stable")
        self.targets: Numbers = targets[order].astype(np.uint32)
        self.count = count
        self.starts = np.zeros(count + 1, dtype=np.int64)
        np.cumsum(np.bincount(sources, minlength=count)[:count], out=self.starts[1:])

    def of(self, sources: Numbers) -> Numbers:
        """The targets of all of the sources, in no order, with repetitions."""
        starts = self.starts[sources]
        counts = self.starts[sources.astype(np.int64) + 1] - starts
        offsets = np.repeat(starts - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        found: Numbers = self.targets[offsets + np.arange(len(offsets))]
        return found

    def size(self, sources: Numbers) -> int:
        """How many targets the sources have, with repetitions."""
        return int((self.starts[sources.astype(np.int64) + 1] - self.starts[sources]).sum())

    def reached(self, sources: Numbers) -> BitMap:
        """All that is reached by one or more links."""
        seen = np.zeros(self.count, dtype=bool)
        ahead = sources
        while len(ahead):
            targets = self.of(ahead)
            targets = targets[~seen[targets]]
            seen[targets] = True
            ahead = distinct(targets, self.count)
        return bitmap(np.flatnonzero(seen))


def distinct(numbers: Numbers, count: int) -> Numbers:
    """The different numbers below ``count``; many are marked instead of sorted."""
    if len(numbers) < count // 100:
        return np.unique(numbers)
    marked = np.zeros(count, dtype=bool)
    marked[numbers] = True
    return np.flatnonzero(marked).astype(np.uint32)


class HierarchyTable:
    """Parents and children by number, and descendants: a range of numbers, and others beyond it.

    ``last``: for the numbers from 0, the last number of the range of descendants; ``beyond``: number → descendants outside.
    """

    def __init__(
        self, up: Adjacency, down: Adjacency, last: Sequence[int], beyond: Mapping[int, BitMap]
    ) -> None:
        self._up, self._down, self._last, self._beyond = up, down, last, beyond

    def parents(self, of: BitMap) -> BitMap:
        """The parents of each."""
        return bitmap(distinct(self._up.of(numbers_of(of)), self._up.count))

    def children(self, of: BitMap) -> BitMap:
        """The children of each."""
        return bitmap(distinct(self._down.of(numbers_of(of)), self._down.count))

    def ancestors(self, of: BitMap) -> BitMap:
        """The ancestors of each."""
        return self._up.reached(numbers_of(of))

    def descendants(self, of: BitMap) -> BitMap:
        """The descendants of each. A member inside the range of another one adds nothing and is skipped."""
        found, beyond = BitMap(), list[BitMap]()
        within = of & self._numbered
        at = 0
        while within and at <= within.max():
            number = within.next_set_bit(at)
            last = self._last[number]
            found.add_range(number + 1, last + 1)
            if number in self._beyond:
                beyond.append(self._beyond[number])
            at = last + 1
        return BitMap.union(found, *beyond)

    @cached_property
    def _numbered(self) -> BitMap:
        return BitMap(range(len(self._last)))


@dataclass(frozen=True, slots=True)
class ConceptTable:
    """The concepts by number. ``present``: in the release; ``active``: active ones; columns by number, for present ones."""

    ids: Sequence[str]
    number_of: Mapping[str, int]
    present: BitMap
    active: BitMap
    module: Numbers
    effective: Numbers
    status: Numbers


def _ranges(column: Numbers) -> dict[int, tuple[int, int]]:
    """Value of a sorted column → its first row and the row after its last one."""
    found, starts = np.unique(column, return_index=True)
    ends = np.append(starts[1:], len(column))
    return {
        v: (s, e)
        for v, s, e in zip(found.tolist(), starts.tolist(), ends.tolist()[: len(found)], strict=True)
    }


class RelationshipTable:
    """The active inferred relationships, is-a included, sorted by type and source.

    ``target`` is NONE where the value is concrete: ``values[value]``. ``group`` is the number of the group that a
    relationship is in, over all concepts; one of group 0 has a group of its own. ``of_group``: the source of each group.
    """

    def __init__(
        self,
        *,
        source: Numbers,
        type: Numbers,
        target: Numbers,
        group: Numbers,
        value: Numbers,
        values: list[Value],
        concepts: int,
    ) -> None:
        self._count = concepts
        order = np.lexsort((source, type))
        self.source, self.target = source[order], target[order]
        self.value, self.values = value[order], values
        types = type[order]
        self.group, self.of_group = _groups(self.source, group[order])
        self.ranges = _ranges(types)
        self.type = types

    @cached_property
    def types(self) -> BitMap:
        """The types that occur."""
        return BitMap(self.ranges)

    @cached_property
    def by_source(self) -> Adjacency:
        """Concept → its relationships."""
        return Adjacency(self._count, self.source, self._rows)

    @cached_property
    def by_target(self) -> Adjacency:
        """Concept → the relationships whose value it is."""
        concrete = self.target == NONE
        return Adjacency(self._count, self.target[~concrete], self._rows[~concrete])

    @property
    def _rows(self) -> Numbers:
        return np.arange(len(self.source), dtype=np.uint32)


def _groups(source: Numbers, group: Numbers) -> tuple[Numbers, Numbers]:
    """The number of the group of each relationship, and the source of each group; groups ascend with their sources."""
    alone = np.where(group == 0, np.arange(1, len(group) + 1, dtype=np.uint64), np.uint64(0))
    keys = np.zeros(len(group), dtype=[("source", np.uint32), ("group", np.uint32), ("alone", np.uint64)])
    keys["source"], keys["group"], keys["alone"] = source, group, alone
    order = np.lexsort((alone, group, source))
    ordered = keys[order]
    new = np.ones(len(group), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    numbers = np.empty(len(group), dtype=np.uint32)
    numbers[order] = np.cumsum(new) - 1
    return numbers, ordered["source"][new].astype(np.uint32)


class TermIndex(Protocol):
    """The terms of the descriptions, by row."""

    def rows(self, term: SearchTerm) -> BitMap:
        """The descriptions whose term matches, inactive ones included."""


class DescriptionTable:
    """The descriptions, inactive ones included, by row; ``concept`` ascends.

    ``accepted``: language reference set → acceptability (a concept number) → rows, by active members.
    """

    def __init__(
        self,
        *,
        id: NDArray[np.uint64],
        concept: Numbers,
        type: Numbers,
        module: Numbers,
        effective: Numbers,
        active: BitMap,
        languages: Mapping[str, BitMap],
        accepted: Mapping[int, Mapping[int, BitMap]],
        terms: TermIndex,
    ) -> None:
        self.id, self.concept, self.type, self.module, self.effective = id, concept, type, module, effective
        self.active, self.languages, self.accepted, self.terms = active, languages, accepted, terms
        self.all = BitMap(range(len(concept)))

    @cached_property
    def by_type(self) -> Mapping[int, BitMap]:
        """Type → rows."""
        return _by_value(self.type)

    @cached_property
    def by_module(self) -> Mapping[int, BitMap]:
        """Module → rows."""
        return _by_value(self.module)

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self.id, kind="stable")

    def with_ids(self, ids: Iterable[str]) -> BitMap:
        """The rows with these identifiers."""
        ordered = self.id[self._order]
        wanted = np.array([int(i) for i in ids], dtype=np.uint64)
        places = np.minimum(np.searchsorted(ordered, wanted), max(len(ordered) - 1, 0))
        found = places[ordered[places] == wanted] if len(ordered) else places[:0]
        return BitMap(self._order[found].tolist())


def _by_value(column: Numbers) -> Mapping[int, BitMap]:
    order = np.argsort(column, kind="stable")
    ranges = _ranges(column[order])
    return {value: bitmap(order[first:last]) for value, (first, last) in ranges.items()}


class MemberTable:
    """The members of reference sets whose components are concepts, inactive ones included, sorted by reference set.

    ``fields``: reference set → names of its fields besides those that every set has, in order. ``column`` gives the values
    of a field for all rows of a set, in order: an array of concept numbers, or texts.
    """

    def __init__(
        self,
        *,
        refset: Numbers,
        referenced: Numbers,
        active: NDArray[np.bool_],
        module: Numbers,
        effective: Numbers,
        fields: Mapping[int, Sequence[str]],
        column: Callable[[int, str], Sequence[str] | Numbers],
    ) -> None:
        self.referenced, self.active, self.module, self.effective = referenced, active, module, effective
        self.fields, self.column = fields, column
        self.ranges = _ranges(refset)
        self._members: dict[int, BitMap] = {}

    @cached_property
    def refsets(self) -> BitMap:
        """The reference sets that have a row."""
        return BitMap(self.ranges)

    def members(self, refset: int) -> BitMap:
        """The components of the active rows of a reference set."""
        found = self._members.get(refset)
        if found is None:
            first, last = self.ranges.get(refset, (0, 0))
            found = bitmap(np.unique(self.referenced[first:last][self.active[first:last]]))
            self._members[refset] = found
        return found


class Edition(Protocol):
    """A release as the evaluator sees it."""

    @property
    def concepts(self) -> ConceptTable:
        """The concepts."""

    @property
    def hierarchy(self) -> HierarchyTable:
        """The active is-a relationships between active concepts."""

    @property
    def relationships(self) -> RelationshipTable:
        """The other relationships, and is-a as rows too."""

    @property
    def descriptions(self) -> DescriptionTable:
        """The descriptions."""

    @property
    def members(self) -> MemberTable:
        """The members of reference sets."""

    def alternate(self, scheme: str, code: str) -> int | None:
        """The concept with an identifier of another scheme."""

    def dialect(self, alias: str) -> str | None:
        """The identifier of the language reference set with an alias such as ``nb-no``."""
