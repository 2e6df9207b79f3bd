"""In force, preferred, and why not: the only module that compares a day with an interval of validity.

Pure functions over anything that has ``valid_from`` and ``valid_to`` (half-open, an open end is None): versions,
segments of versions, value sets, maps, rows of applicability. An item without either end is *undated*: it counts as
in force (DOMAIN 2). Precedence if one of several is needed: required, permitted, grace; then dated before undated, the
latest start, the greatest label.

Not here: derived ends (``registry.time.timeline``), the order of labels (``registry.time.version_order``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Protocol, TypeVar

__all__ = [
    "RANKS",
    "Dated",
    "Interval",
    "Status",
    "begun",
    "contains",
    "in_force",
    "nearest_day",
    "neighbours",
    "preference",
    "preferred",
    "reason_on",
    "status_on",
]

Status = Literal["in_force", "upcoming", "expired", "undated"]
#: Statuses with which a version is accepted → rank, the best is 0 (DOMAIN 3).
RANKS = {"required": 0, "permitted": 1, "in_force": 1, "grace": 2}


class Dated(Protocol):
    """Anything with an interval of validity."""

    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


T = TypeVar("T", bound=Dated)


@dataclass(frozen=True, slots=True)
class Interval:
    """The interval ``[valid_from, valid_to)``, for values that have no such fields."""

    valid_from: date | None = None
    valid_to: date | None = None


def begun(start: date | None, day: date) -> bool:
    """Whether the start is known and not after the day."""
    return start is not None and start <= day


def status_on(item: Dated, day: date) -> Status:
    """Status of an item on a day: upcoming, in_force, expired; undated if it has no interval.

    >>> [status_on(Interval(date(2020, 1, 1), date(2021, 1, 1)), date(y, 1, 1)) for y in (2019, 2020, 2021)]
    ['upcoming', 'in_force', 'expired']
    """
    if item.valid_from is None and item.valid_to is None:
        return "undated"
    if item.valid_from is not None and not begun(item.valid_from, day):
        return "upcoming"
    return "expired" if begun(item.valid_to, day) else "in_force"


def contains(item: Dated, day: date) -> bool:
    """Whether the item counts as in force on the day."""
    return status_on(item, day) in ("in_force", "undated")


def in_force(items: Iterable[T], day: date) -> list[T]:
    """The items that count as in force on the day, in the given order."""
    return [item for item in items if contains(item, day)]


def reason_on(items: Iterable[Dated], day: date) -> str:
    """Why no item is in force: before_first, after_last, gap; unknown if no item has an interval."""
    seen = {status_on(item, day) for item in items} - {"undated"}
    if not seen:
        return "unknown"
    if seen == {"upcoming"}:
        return "before_first"
    return "after_last" if seen == {"expired"} else "gap"


def neighbours(items: Sequence[T], day: date) -> tuple[T | None, T | None]:
    """The item that ended last before the day, and the item that starts first after it."""
    before = [i for i in items if status_on(i, day) == "expired"]
    after = [i for i in items if status_on(i, day) == "upcoming"]
    return (
        max(before, key=lambda i: i.valid_to or date.min, default=None),
        min(after, key=lambda i: i.valid_from or date.max, default=None),
    )


def nearest_day(item: Dated, day: date) -> date:
    """The day, or the nearest day of the interval if the day is outside."""
    status = status_on(item, day)
    if status == "expired" and item.valid_to is not None:
        return item.valid_to - timedelta(days=1)
    return item.valid_from if status == "upcoming" and item.valid_from is not None else day


def preference(item: Dated, order: tuple[object, ...], status: str = "in_force") -> tuple[object, ...]:
    """Sort key of items in force; the greatest is preferred (DOMAIN 2).

    ``order``: the key of the label (``version_order.order_key``); ``status``: the status in the scope, if there is a scope.
    """
    dated = not (item.valid_from is None and item.valid_to is None)
    return (-RANKS.get(status, len(RANKS)), dated, item.valid_from or date.min, order)


def preferred(items: Iterable[T], order: Callable[[T], tuple[object, ...]]) -> T | None:
    """The item that takes precedence; None if there are no items."""
    return max(items, key=lambda item: preference(item, order(item)), default=None)
