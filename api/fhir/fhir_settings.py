"""What the FHIR application is told when it is made. Not here: settings of the process (``api.settings``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from registry.entities.intervals import today_oslo

__all__ = ["FhirSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirSettings:
    """``limit``: codes in one expansion without a count. ``today``: the day that counts as now.

    ``reply_bytes``: memory for answers to requests that come again. ``sent_concepts``: how many concepts clients may
    leave here with ``$cache-control``; ``cache_announced``: the operation is named in the CapabilityStatement (only
    where one process answers everything).

    ``operation_body`` and ``xml_body``: bytes of a request, but for an upload with the token, which may have
    ``upload_body``. ``elements``: of JSON in one body, ``upload_elements`` in an upload. ``given_concepts``: concepts
    and codes of resources sent along. ``batch_entries``, ``batch_bytes`` (of answers), ``batch_seconds``: of one
    batch. ``waiting``: requests that take long and wait for another. ``warm_concepts``: read before the server is ready,
    in at most ``warm_seconds``.
    """

    limit: int = 10_000
    reply_bytes: int = 20_000_000
    sent_concepts: int = 200_000
    cache_announced: bool = False
    operation_body: int = 10_000_000
    xml_body: int = 5_000_000
    upload_body: int = 50_000_000
    elements: int = 1_000_000
    upload_elements: int = 8_000_000
    given_concepts: int = 100_000
    batch_entries: int = 1000
    batch_bytes: int = 20_000_000
    batch_seconds: float = 10.0
    waiting: int = 8
    warm_concepts: int = 200_000
    warm_seconds: float = 10.0
    today: Callable[[], date] = today_oslo
