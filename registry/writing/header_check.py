"""Check of what a release says about itself, before anything is written."""

from __future__ import annotations

import re

from registry.entities.errors import UsageError
from registry.entities.messages import message
from registry.store.metadata import Snapshot, SystemRow
from registry.time.in_force import Interval, contains
from registry.time.timeline import Timeline, rule_end
from registry.writing.importing import Prepared

__all__ = ["check_effective", "check_header"]

_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]*")


def check_header(prepared: Prepared) -> None:
    """Raise UsageError for dates, version or system that no release can have."""
    h = prepared.header
    if h.valid_from and h.valid_to and h.valid_to <= h.valid_from:
        raise UsageError(
            message("error.ends_before_start", version=h.version, end=h.valid_to, start=h.valid_from)
        )
    if h.kind == "update" and h.effective_from is None:
        raise UsageError(message("error.update_needs_date"))
    if h.kind == "correction" and h.effective_from is not None:
        raise UsageError(message("error.correction_no_date"))
    if "@" in h.version:
        raise UsageError(message("error.version_sign", version=h.version))
    if not _SLUG.fullmatch(h.system):
        raise UsageError(message("error.slug_form", system=h.system))


def check_effective(snapshot: Snapshot, system: SystemRow | None, prepared: Prepared) -> None:
    """Raise UsageError unless an update takes effect inside its version's validity (DOMAIN, Release)."""
    h = prepared.header
    if h.effective_from is None:
        return
    row = Timeline(snapshot.facts_of(system)).find(h.version, h.track) if system is not None else None
    start = row.valid_from if row is not None else h.valid_from
    end = row.valid_to if row is not None else h.valid_to or rule_end(prepared.system.end_rule, h.valid_from)
    if not contains(Interval(start, end), h.effective_from):
        raise UsageError(
            message("error.update_outside", day=h.effective_from, version=h.version, start=start, end=end)
        )
