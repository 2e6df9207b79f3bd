"""Ends of intervals on the command line: exclusive ``--valid-to`` or inclusive ``--valid-through``."""

from __future__ import annotations

from datetime import date, timedelta

from registry.entities.errors import UsageError
from registry.entities.messages import message

__all__ = ["exclusive"]


def exclusive(
    to: date | None, through: date | None, names: tuple[str, str] = ("--valid-to", "--valid-through")
) -> date | None:
    """The exclusive end from either option.

    >>> exclusive(None, date(2020, 12, 31))
    datetime.date(2021, 1, 1)
    """
    if to and through:
        raise UsageError(message("usage.one_end", exclusive=names[0], inclusive=names[1]))
    return through + timedelta(days=1) if through else to
