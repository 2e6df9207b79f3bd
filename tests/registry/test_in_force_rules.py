"""The rules of "in force, preferred and why not" as decision tables, and against an oracle that counts days.

Each row names the clause of the domain description that it follows (DOMAIN, Semantics that must hold).
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.store.metadata import ApplicabilityRow
from registry.time.applicability import status_on as scope_status
from registry.time.in_force import (
    Interval,
    in_force,
    nearest_day,
    neighbours,
    preference,
    preferred,
    reason_on,
    status_on,
)
from registry.time.version_order import order_key

ROOT = Path(__file__).parents[2]
EPOCH = date(2020, 1, 1)


def _day(number: int | None) -> date | None:
    return None if number is None else EPOCH + timedelta(days=number)


def _on(number: int) -> date:
    return EPOCH + timedelta(days=number)


#: (clause, from, to, day, status)
STATUS = [
    ("2: in force by its validity", 10, 20, 15, "in_force"),
    ("Entities: half-open, the first day belongs to it", 10, 20, 10, "in_force"),
    ("Entities: half-open, the end does not", 10, 20, 20, "expired"),
    ("Entities: the last day is the one before the end", 10, 20, 19, "in_force"),
    ("2: an upcoming version does not take over", 10, 20, 9, "upcoming"),
    ("Entities: an open end is no end", 10, None, 9999, "in_force"),
    ("Entities: an open end, before the start", 10, None, 9, "upcoming"),
    ("Entities: either end may be unknown", None, 20, -9999, "in_force"),
    ("Entities: either end may be unknown; after it", None, 20, 20, "expired"),
    ("2: an undated version is reported undated", None, None, 0, "undated"),
]


@pytest.mark.parametrize(("clause", "start", "end", "day", "status"), STATUS)
def test_status_on_a_day(clause: str, start: int | None, end: int | None, day: int, status: str) -> None:
    assert status_on(Interval(_day(start), _day(end)), _on(day)) == status, clause


#: (clause, intervals, day, reason)
REASONS = [
    ("2: before the first", [(10, 20), (30, 40)], 9, "before_first"),
    ("2: between two", [(10, 20), (30, 40)], 25, "gap"),
    ("2: after the last", [(10, 20), (30, 40)], 40, "after_last"),
    ("2: no version at all", [], 0, "unknown"),
    ("2: one ended, one without a start has ended too", [(None, 20), (10, 15)], 20, "after_last"),
    ("2: one ended, one to come without an end", [(None, 20), (30, None)], 25, "gap"),
]


@pytest.mark.parametrize(("clause", "intervals", "day", "reason"), REASONS)
def test_reason_when_none_is_in_force(
    clause: str, intervals: list[tuple[int | None, int | None]], day: int, reason: str
) -> None:
    items = [Interval(_day(a), _day(b)) for a, b in intervals]
    assert (in_force(items, _on(day)), reason_on(items, _on(day))) == ([], reason), clause


@dataclass(frozen=True)
class Item:
    label: str
    valid_from: date | None = None
    valid_to: date | None = None
    status: str = "in_force"


#: (clause, versions as (label, from, status), the one preferred)
PREFERRED = [
    (
        "2: required before permitted",
        [("1", 0, "required"), ("2", 5, "permitted"), ("3", 9, "grace")],
        "1",
    ),
    ("2: permitted before grace", [("1", 9, "grace"), ("2", 5, "permitted")], "2"),
    ("2: then the latest start", [("9", 3, "in_force"), ("1", 5, "in_force")], "1"),
    ("2: then version order", [("1.9", 5, "in_force"), ("1.10", 5, "in_force")], "1.10"),
    ("2: a release after its candidate", [("1.0.0", 5, "in_force"), ("1.0.0-rc1", 5, "in_force")], "1.0.0"),
    ("2: a dated one before an undated one", [("9", None, "in_force"), ("1", 0, "in_force")], "1"),
    ("2: undated ones by version order", [("2", None, "in_force"), ("10", None, "in_force")], "10"),
]


@pytest.mark.parametrize(("clause", "versions", "label"), PREFERRED)
@pytest.mark.parametrize("turned", [False, True])
def test_the_preferred_version(
    clause: str, versions: list[tuple[str, int | None, str]], label: str, turned: bool
) -> None:
    items = [Item(name, _day(start), None, status) for name, start, status in versions]
    found = max(items[::-1] if turned else items, key=lambda i: preference(i, order_key(i.label), i.status))
    assert found.label == label, clause


#: (clause, allowed, required, until, required of the successor, day, status)
SCOPES = [
    ("3: before allowed_from", 10, 20, 40, None, 9, "not_yet"),
    ("3: from allowed_from", 10, 20, 40, None, 10, "permitted"),
    ("3: the day before required_from", 10, 20, 40, None, 19, "permitted"),
    ("3: from required_from", 10, 20, 40, None, 20, "required"),
    ("3: from a successor's required_from", 10, 20, 40, 30, 30, "grace"),
    ("3: the day before it", 10, 20, 40, 30, 29, "required"),
    ("3: from accepted_until, exclusive", 10, 20, 40, 30, 40, "expired"),
    ("3: the last accepted day", 10, 20, 40, 30, 39, "grace"),
    ("3: never required", 10, None, None, None, 99, "permitted"),
    ("3: required without a date of permission", None, 20, None, None, 19, "not_yet"),
    ("3: no dates at all", None, None, None, None, 0, "permitted"),
    ("3: only an end", None, None, 40, None, 40, "expired"),
]


@pytest.mark.parametrize(("clause", "allowed", "required", "until", "successor", "day", "status"), SCOPES)
def test_status_for_a_scope(
    clause: str,
    allowed: int | None,
    required: int | None,
    until: int | None,
    successor: int | None,
    day: int,
    status: str,
) -> None:
    row = ApplicabilityRow(
        "npr", 1, "", "2020", "", "", _day(allowed), _day(required), _day(until), "", 0, None
    )
    assert scope_status(row, _day(successor), _on(day)) == status, clause


# -- the oracle: an interval is the set of its days


_DAYS = range(12)
_bound = st.one_of(st.none(), st.integers(1, 11))
_interval = st.tuples(_bound, _bound).filter(lambda p: p[0] is None or p[1] is None or p[0] < p[1])


def _days_of(start: int | None, end: int | None) -> set[int]:
    """Every day of the interval between two days outside of all bounds."""
    days = set(range(-5, 20))
    return {d for d in days if d not in range(-5, -5 if start is None else start)} - (
        set(range(end, 20)) if end is not None else set()
    )


@given(st.lists(_interval, max_size=5), st.sampled_from(_DAYS))
def test_counting_days_gives_the_same(pairs: list[tuple[int | None, int | None]], day: int) -> None:
    items = [Item(str(n), _day(a), _day(b)) for n, (a, b) in enumerate(pairs)]
    sets = [_days_of(a, b) for a, b in pairs]
    live = [i for i, days in zip(items, sets, strict=True) if day in days]
    assert in_force(items, _on(day)) == live
    if live:
        starts = [min(_days_of(*pairs[int(i.label)])) for i in live]
        chosen = preferred(live, lambda i: order_key(i.label))
        assert chosen is not None
        undated = chosen.valid_from is None and chosen.valid_to is None
        assert min(_days_of(*pairs[int(chosen.label)])) == max(starts) or undated
        assert not undated or all(i.valid_from is None and i.valid_to is None for i in live)
        return
    before = all(day < min(days) for days in sets)
    after = all(day > max(days) for days in sets)
    wanted = "unknown" if not sets else "before_first" if before else "after_last" if after else "gap"
    assert reason_on(items, _on(day)) == wanted
    last, first = neighbours(items, _on(day))
    assert (last is not None, first is not None) == (
        any(max(d) < day for d in sets),
        any(min(d) > day for d in sets),
    )


@given(_interval, st.sampled_from(_DAYS))
def test_the_nearest_day_is_in_the_interval(pair: tuple[int | None, int | None], day: int) -> None:
    item = Interval(_day(pair[0]), _day(pair[1]))
    days = _days_of(*pair)
    nearest = min(days, key=lambda d: abs(d - day))
    assert nearest_day(item, _on(day)) == _on(nearest)


# -- one place


#: Comparisons of two ends of one interval, or of starts with each other: no day is compared with an interval.
_OTHER_COMPARISONS = {
    "registry/writing/maintenance.py",  # a version that would end before it starts
    "registry/writing/load_changes.py",  # the same, and the version before a new one
    "registry/writing/header_check.py",  # a version that would end before it starts
    "registry/writing/loading.py",  # the version before a new one
    "registry/time/applicability.py",  # which version follows another
    "registry/time/timeline.py",  # the start that ends the version before it
    "registry/queries/history.py",  # a gap between two spans
    "registry/store/access_tokens.py",  # whether a caller's token has ended
}


def _compares_validity(tree: ast.AST) -> bool:
    ordering = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
    return any(
        isinstance(node, ast.Compare)
        and any(isinstance(op, ordering) for op in node.ops)
        and any(
            isinstance(part, ast.Attribute) and part.attr in ("valid_from", "valid_to")
            for side in (node.left, *node.comparators)
            for part in ast.walk(side)
        )
        for node in ast.walk(tree)
    )


def test_one_module_decides_what_is_in_force() -> None:
    files = [f for room in ("registry", "api", "mappings") for f in (ROOT / room).rglob("*.py")]
    found = {
        f.relative_to(ROOT).as_posix()
        for f in files
        if _compares_validity(ast.parse(f.read_text(encoding="utf-8")))
    }
    assert not found - _OTHER_COMPARISONS
