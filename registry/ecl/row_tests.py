"""Conditions that concepts, descriptions and members share: module, effective time, active."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from registry.ecl.edition import Numbers, numbers_of
from registry.ecl.nodes import (
    ActiveFilter,
    Comparison,
    ConceptSet,
    Constraint,
    EffectiveTimeFilter,
    TimeValue,
)
from registry.entities.errors import EclError
from registry.entities.messages import message

__all__ = ["Evaluate", "active_states", "chosen", "concept_set", "refused", "time_mask", "times_hold"]

Evaluate = Callable[[Constraint], BitMap]


def concept_set(found: Constraint | ConceptSet, evaluate: Evaluate) -> BitMap:
    """The concepts of a constraint or of a set of concepts."""
    if isinstance(found, ConceptSet):
        return BitMap().union(*map(evaluate, found.concepts))
    return evaluate(found)


def chosen(count: int, concepts: BitMap) -> NDArray[np.bool_]:
    """Whether each number is in a set; the last place is for NONE and is false."""
    found = np.zeros(count + 1, dtype=bool)
    found[numbers_of(concepts)] = True
    return found


def active_states(filters: Iterable[object]) -> frozenset[bool]:
    """Which states rows may have: active ones alone, unless a filter on ``active`` allows others.

    >>> sorted(active_states([])), sorted(active_states([ActiveFilter(Comparison.NOT_EQUAL, True)]))
    ([True], [False])
    """
    given = [f for f in filters if isinstance(f, ActiveFilter)]
    if not given:
        return frozenset({True})
    return frozenset(state for state in (True, False) if all(_allows(f, state) for f in given))


def _allows(found: ActiveFilter, state: bool) -> bool:
    equal = found.active is None or found.active is state
    return equal is (found.comparison is Comparison.EQUAL)


def time_mask(effective: Numbers, found: EffectiveTimeFilter) -> NDArray[np.bool_]:
    """Which days (``yyyymmdd``, 0 = none) fulfil a filter."""
    return times_hold(effective, found.comparison, found.times)


def times_hold(days: Numbers, comparison: Comparison, times: TimeValue) -> NDArray[np.bool_]:
    """Which days compare as wanted with one of the times (``!=``: with none); no day is before or after none."""
    wanted = np.array([0 if d is None else int(f"{d:%Y%m%d}") for d in times.days], dtype=np.uint32)
    if comparison in (Comparison.EQUAL, Comparison.NOT_EQUAL):
        return np.isin(days, wanted, invert=comparison is Comparison.NOT_EQUAL)
    dated = wanted[wanted > 0]
    if not len(dated):
        return np.zeros(len(days), dtype=bool)
    match comparison:
        case Comparison.LESS:
            fitting = days < dated.max()
        case Comparison.AT_MOST:
            fitting = days <= dated.max()
        case Comparison.MORE:
            fitting = days > dated.min()
        case _:
            fitting = days >= dated.min()
    found: NDArray[np.bool_] = fitting & (days > 0)
    return found


def refused(key: str, *, at: int = 0, **values: object) -> EclError:
    """A constraint that has no meaning in the release."""
    return EclError(message(key, **values), kind="semantic", position=at, line=1, column=at + 1)
