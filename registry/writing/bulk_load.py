"""Many small releases in one transaction, for packages of hundreds of code systems.

A single load is in ``registry.writing.loading``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from registry.entities.results.loading import LoadReport
from registry.reader import Reader
from registry.store.ledger_writer import Writer
from registry.store.metadata import ReleaseRow
from registry.writing.importing import load_transaction, prepare
from registry.writing.loading import (
    Plan,
    again,
    gc_disabled,
    known_system,
    load_parsed,
    planned,
    report_of,
    write_plan,
)

__all__ = ["load_together"]


def load_together(reader: Reader, items: Sequence[Any], *, wait: bool = True) -> list[LoadReport]:
    """Load small releases of different systems in one transaction, one publication each: all or none.

    Several releases of one system are loaded one by one. Together, the metadata is read once and not once per system.
    """
    items = [known_system(reader, item) for item in items]
    if len({item.header.system for item in items}) < len(items):
        return [load_parsed(reader, item, wait=wait) for item in items]
    started = time.monotonic()
    with gc_disabled(), reader.database.load_lock(wait=wait):
        reader.forget()
        snapshot = reader.moment().snapshot
        plans = [planned(snapshot, prepare(item)) for item in items]
        done = _write_together(reader, plans)
        return [
            _together_report(reader, p, identical, started) for p, identical in zip(plans, done, strict=True)
        ]


def _write_together(reader: Reader, plans: Sequence[Plan]) -> list[ReleaseRow | None]:
    """Write the releases; returns for each the new release, or the identical one that is already stored."""
    if not plans:
        return []
    first = plans[0].prepared.header
    name = f"{first.origin or first.format}: {len(plans)} code systems"
    with load_transaction(reader.database, name) as connection:
        writer = Writer(connection)
        return [write_plan(reader, writer, plan) for plan in plans]


def _together_report(reader: Reader, plan: Plan, identical: ReleaseRow | None, started: float) -> LoadReport:
    if identical is not None:
        return again(reader, plan, identical, started)
    outcome, created = ("amended" if plan.replaces else "loaded"), plan.known is None
    return report_of(plan.prepared, outcome, reader, started=started, created=created)
