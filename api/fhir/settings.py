"""What the FHIR application is told when it is made. Not here: settings of the process (``api.settings``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

__all__ = ["FhirSettings", "oslo_today"]


def oslo_today() -> date:
    """The calendar date in Oslo now."""
    return datetime.now(ZoneInfo("Europe/Oslo")).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirSettings:
    """``limit``: codes in one expansion without a count. ``today``: the day that counts as now.

    ``reply_bytes``: memory for answers to requests that come again. ``sent_concepts``: how many concepts clients may
    leave here with ``$cache-control``; ``cache_announced``: the operation is named in the CapabilityStatement (only
    where one process answers everything).
    """

    limit: int = 10_000
    reply_bytes: int = 20_000_000
    sent_concepts: int = 200_000
    cache_announced: bool = False
    today: Callable[[], date] = oslo_today
