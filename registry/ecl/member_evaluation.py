"""Evaluating member-of, its filters and projections on the rows of reference sets.

A member fulfils all filters of all blocks. Rows are active ones unless a filter on ``active`` says otherwise. A field that
none of the reference sets has is an error; in a set that lacks it no row fulfils a filter on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from registry.ecl.collation import matches
from registry.ecl.edition import NONE, Edition, Numbers, bitmap
from registry.ecl.nodes import (
    ActiveFilter,
    BooleanValue,
    Comparison,
    EffectiveTimeFilter,
    FieldValue,
    MemberFieldFilter,
    MemberFilter,
    MemberFilters,
    MemberOf,
    ModuleFilter,
    NumberValue,
    SearchTerm,
    TimeValue,
)
from registry.ecl.relationship_evaluation import COMPARE
from registry.ecl.row_tests import (
    Evaluate,
    active_states,
    chosen,
    concept_set,
    refused,
    time_mask,
    times_hold,
)
from registry.entities.budget import spend

__all__ = ["MemberEvaluation", "Row"]

Row: TypeAlias = tuple[str | None, ...]
Column: TypeAlias = Sequence[str] | Numbers
Rows: TypeAlias = NDArray[np.int64]

_REFERENCED: Final = "referencedComponentId"
_TARGET: Final = "targetComponentId"
#: fields that every reference set has
_COMMON: Final = {
    name.lower(): name for name in (_REFERENCED, "refsetId", "moduleId", "effectiveTime", "active")
}


class MemberEvaluation:
    """Members over one release; ``evaluate`` gives the concepts of a constraint, inactive ones too."""

    def __init__(self, edition: Edition, evaluate: Evaluate) -> None:
        self._edition, self._evaluate = edition, evaluate

    def members(self, refsets: BitMap, node: MemberOf) -> BitMap:
        """The members of reference sets, or the concepts in the one field that is projected."""
        table, present = self._edition.members, self._edition.concepts.present
        if node.fields is None and not node.filters:
            return BitMap().union(*map(table.members, refsets & table.refsets)) & present
        if node.fields is None:
            return self._of_field(refsets, node.filters, _REFERENCED)
        if len(node.fields) != 1 or node.fields == ("*",):
            raise refused("ecl.problem.several_fields")
        (name,) = self._named(refsets, node.fields)
        return self._of_field(refsets, node.filters, name)

    def _of_field(self, refsets: BitMap, filters: Sequence[MemberFilters], name: str) -> BitMap:
        found = BitMap()
        for refset, rows in self._selected(refsets, filters):
            column = self._column(refset, name)
            if column is not None and not isinstance(column, np.ndarray):
                raise refused("ecl.problem.text_field", field=name)
            if column is not None:
                found |= bitmap(np.unique(column[rows - self._first(refset)]))
        found.discard(NONE)
        return found & self._edition.concepts.present

    def containing(self, concepts: BitMap, filters: Sequence[MemberFilters]) -> BitMap:
        """The reference sets that have one of the concepts as a member."""
        table = self._edition.members
        if not filters:
            return BitMap([r for r in table.refsets if not table.members(r).isdisjoint(concepts)])
        mask = chosen(len(self._edition.concepts.ids), concepts)
        found = BitMap()
        for refset, rows in self._selected(table.refsets, filters):
            if mask[np.minimum(table.referenced[rows], len(mask) - 1)].any():
                found.add(refset)
        return found

    def pointing_to(self, of: BitMap, refset: int) -> BitMap:
        """The referenced components of active association rows whose target is in a set."""
        return self._associated(of, refset, backwards=False)

    def pointed_to_by(self, of: BitMap, refset: int) -> BitMap:
        """The targets of active association rows whose referenced component is in a set."""
        return self._associated(of, refset, backwards=True)

    def _associated(self, of: BitMap, refset: int, *, backwards: bool) -> BitMap:
        table = self._edition.members
        first, last = table.ranges.get(refset, (0, 0))
        targets = self._column(refset, _TARGET)
        if last == first or not isinstance(targets, np.ndarray):
            return BitMap()
        ends = (targets, table.referenced[first:last])
        here, there = ends[::-1] if backwards else ends
        mask = chosen(len(self._edition.concepts.ids), of)
        inside = mask[np.minimum(here, len(mask) - 1)] & table.active[first:last]
        found = bitmap(np.unique(there[inside]))
        found.discard(NONE)
        return found

    def projected(self, refsets: BitMap, node: MemberOf) -> tuple[tuple[str, ...], list[Row]]:
        """The names of the projected fields, and the distinct values of the members, sorted."""
        names = self._named(refsets, node.fields or ())
        found: set[Row] = set()
        for refset, rows in self._selected(refsets, node.filters):
            spend(len(rows))
            columns = [self._texts(refset, name, rows) for name in names]
            found.update(zip(*columns, strict=True))
        return names, sorted(found, key=lambda row: tuple((v is not None, v or "") for v in row))

    def concepts_of(self, fields: tuple[str, ...], rows: Iterable[Row]) -> BitMap:
        """The concepts that one projected field names; empty for several fields."""
        if len(fields) != 1:
            return BitMap()
        number_of = self._edition.concepts.number_of
        numbers = (number_of.get(row[0]) for row in rows if row[0] is not None)
        return BitMap([n for n in numbers if n is not None]) & self._edition.concepts.present

    def _named(self, refsets: BitMap, fields: Sequence[str]) -> tuple[str, ...]:
        """Fields as the reference sets spell them; raises EclError for one that none of them has (if there is any set)."""
        known, present = dict(_COMMON), refsets & self._edition.members.refsets
        if not present:
            return tuple(fields)
        for refset in sorted(present, key=self._edition.concepts.ids.__getitem__):
            known |= {name.lower(): name for name in self._edition.members.fields.get(refset, ())}
        if tuple(fields) == ("*",):
            own = (name for name in known.values() if name not in _COMMON.values())
            return (_REFERENCED, *own)
        for name in fields:
            if name.lower() not in known:
                raise refused("ecl.problem.field", field=name)
        return tuple(known[name.lower()] for name in fields)

    def _selected(self, refsets: BitMap, blocks: Sequence[MemberFilters]) -> Iterable[tuple[int, Rows]]:
        """The rows of each reference set that fulfil every filter."""
        table = self._edition.members
        filters = [one for block in blocks for one in block.filters]
        fields = [f.field for f in filters if isinstance(f, MemberFieldFilter)]
        self._named(refsets, fields)
        states = active_states(filters)
        for refset in refsets & table.refsets:
            first, last = table.ranges[refset]
            spend((last - first) // 1000 + 1)
            rows = np.arange(first, last)
            active = table.active[first:last]
            rows = rows[(active & (True in states)) | (~active & (False in states))]
            for one in filters:
                rows = rows[self._mask(refset, rows, one)]
            yield refset, rows

    def _mask(self, refset: int, rows: Rows, one: MemberFilter) -> NDArray[np.bool_]:
        table = self._edition.members
        if isinstance(one, ActiveFilter):
            return np.ones(len(rows), dtype=bool)
        if isinstance(one, EffectiveTimeFilter):
            return time_mask(table.effective[rows], one)
        if isinstance(one, ModuleFilter):
            wanted = concept_set(one.modules, self._evaluate)
            return self._in_set(table.module[rows], wanted, one.comparison)
        name = next((n for n in self._fields(refset) if n.lower() == one.field.lower()), None)
        column = None if name is None else self._column(refset, name)
        if column is None:
            return np.zeros(len(rows), dtype=bool)
        return self._field_mask(column, rows - self._first(refset), one.comparison, one.value)

    def _field_mask(
        self, column: Column, places: Rows, comparison: Comparison, value: FieldValue
    ) -> NDArray[np.bool_]:
        """Which rows have a field that compares as wanted."""
        match value:
            case NumberValue() | BooleanValue() | TimeValue() | tuple():
                texts = self._as_texts(column, places)
                return _text_mask(texts, comparison, value)
            case _:
                return self._in_set(self._as_numbers(column, places), self._evaluate(value), comparison)

    def _in_set(self, numbers: Numbers, wanted: BitMap, comparison: Comparison) -> NDArray[np.bool_]:
        mask = chosen(len(self._edition.concepts.ids), wanted)
        inside = mask[np.minimum(numbers, len(mask) - 1)]
        found: NDArray[np.bool_] = inside if comparison is Comparison.EQUAL else ~inside
        return found

    def _first(self, refset: int) -> int:
        return self._edition.members.ranges[refset][0]

    def _fields(self, refset: int) -> Sequence[str]:
        return (*_COMMON.values(), *self._edition.members.fields.get(refset, ()))

    def _column(self, refset: int, name: str) -> Column | None:
        """The values of a field of all rows of a reference set; None if it does not have the field."""
        table = self._edition.members
        first, last = table.ranges.get(refset, (0, 0))
        match name:
            case "referencedComponentId":
                return table.referenced[first:last]
            case "refsetId":
                return np.full(last - first, refset, dtype=np.uint32)
            case "moduleId":
                return table.module[first:last]
            case "effectiveTime":
                return [str(day) if day else "" for day in table.effective[first:last].tolist()]
            case "active":
                return ["1" if state else "0" for state in table.active[first:last].tolist()]
        return table.column(refset, name) if name in table.fields.get(refset, ()) else None

    def _texts(self, refset: int, name: str, rows: Rows) -> Sequence[str | None]:
        column = self._column(refset, name)
        if column is None:
            return [None] * len(rows)
        return self._as_texts(column, rows - self._first(refset))

    def _as_texts(self, column: Column, places: Rows) -> list[str]:
        if not isinstance(column, np.ndarray):
            return [column[place] for place in places.tolist()]
        ids = self._edition.concepts.ids
        return ["" if number == NONE else ids[number] for number in column[places].tolist()]

    def _as_numbers(self, column: Column, places: Rows) -> Numbers:
        if isinstance(column, np.ndarray):
            found: Numbers = column[places]
            return found
        number_of = self._edition.concepts.number_of
        return np.array([number_of.get(column[p], NONE) for p in places.tolist()], dtype=np.uint32)


def _text_mask(
    texts: Sequence[str],
    comparison: Comparison,
    value: NumberValue | BooleanValue | TimeValue | tuple[SearchTerm, ...],
) -> NDArray[np.bool_]:
    """Which texts compare as wanted; one that is no number, boolean or day never does."""
    if isinstance(value, TimeValue):
        days = np.array([int(t) if len(t) == 8 and t.isdecimal() else 0 for t in texts], dtype=np.uint32)
        readable = np.array([not t or len(t) == 8 and t.isdecimal() for t in texts], dtype=bool)
        held: NDArray[np.bool_] = times_hold(days, comparison, value) & readable
        return held
    if isinstance(value, NumberValue):
        return np.array([_number_holds(t, comparison, value.value) for t in texts], dtype=bool)
    if isinstance(value, BooleanValue):
        return np.array([_boolean_holds(t, comparison, value.value) for t in texts], dtype=bool)
    found = (any(matches(term, text, "") for term in value) for text in texts)
    return np.array([hit is (comparison is Comparison.EQUAL) for hit in found], dtype=bool)


def _number_holds(text: str, comparison: Comparison, wanted: Decimal) -> bool:
    try:
        found = Decimal(text.removeprefix("#"))
    except InvalidOperation:
        return False
    return found.is_finite() and COMPARE[comparison](found, wanted)


def _boolean_holds(text: str, comparison: Comparison, wanted: bool) -> bool:
    states = {"1": True, "true": True, "0": False, "false": False}
    found = states.get(text.lower())
    return found is not None and (found is wanted) is (comparison is Comparison.EQUAL)
