"""Settings of the FHIR application. Settings of the process are in ``api.settings``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from registry.entities.intervals import today_oslo

__all__ = ["FhirSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FhirSettings:
    """``limit``: codes in one expansion without a count. ``today``: the day that counts as now.

    ``reply_bytes``: size of the cache of whole answers. ``sent_concepts``: most concepts that clients may store with
    ``$cache-control``; ``cache_announced``: the operation is in the CapabilityStatement (only if there is one process).

    ``operation_body`` and ``xml_body``: most bytes of a request; of an upload with the token ``upload_body``.
    ``elements``: most JSON elements in a body; in an upload ``upload_elements``. ``given_concepts``: most concepts and
    codes of resources sent along. ``batch_entries``, ``batch_bytes`` (of answers), ``batch_seconds``: limits of a batch.
    ``request_steps`` and ``request_seconds``: the budget of one request (``registry.entities.budget``), waiting included.
    ``warm_concepts``: most concepts read before the server is ready, in at
    most ``warm_seconds``.
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
    request_steps: int = 20_000_000
    request_seconds: float = 10.0
    warm_concepts: int = 200_000
    warm_seconds: float = 10.0
    today: Callable[[], date] = today_oslo

    def is_small(self, size: int) -> bool:
        """Whether a body of so many bytes cannot hold too many concepts."""
        return size <= self.given_concepts
