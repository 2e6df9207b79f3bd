"""Many small releases in one transaction: packages of hundreds of code systems.

Here: planning and writing them together. Not here: what one load is (``registry.writing.loading``).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from registry.entities.results import LoadReport
from registry.reader import Reader
from registry.store.ledger_writer import Writer
from registry.writing.importing import load_log, prepare, publish, write_release
from registry.writing.loading import (
    Plan,
    again,
    known_system,
    load_parsed,
    planned,
    quiet_collector,
    report_of,
)

__all__ = ["load_together"]


def load_together(reader: Reader, items: Sequence[Any], *, wait: bool = True) -> list[LoadReport]:
    """Load small releases of as many different systems in one transaction, one publication each: all or none.

    Several of one system are loaded one by one. A package of hundreds of code systems would else read the registry's metadata anew for every one of them.
    """
    items = [known_system(reader, item) for item in items]
    if len({item.header.system for item in items}) < len(items):
        return [load_parsed(reader, item, wait=wait) for item in items]
    started = time.monotonic()
    with quiet_collector(), reader.database.load_lock(wait=wait):
        reader.forget()
        snapshot = reader.moment().snapshot
        batch = [planned(snapshot, prepare(item)) for item in items]
        fresh = _write_together(reader, [plan for plan in batch if not plan.here])
        return [_together_report(reader, plan, fresh, started) for plan in batch]


def _write_together(reader: Reader, plans: Sequence[Plan]) -> dict[str, int]:
    """Write the releases; the number of new states by system."""
    fresh: dict[str, int] = {}
    if not plans:
        return fresh
    first = plans[0].prepared.header
    name = f"{first.origin or first.format}: {len(plans)} code systems"
    with load_log(reader.database, name), reader.database.transaction() as connection:
        writer = Writer(connection)
        for number, plan in enumerate(plans):
            if number:
                writer.advance()
            _, fresh[plan.prepared.header.system] = write_release(writer, plan.prepared)
            publish(writer, plan.prepared, "amend" if plan.replaces else "load")
    return fresh


def _together_report(reader: Reader, plan: Plan, fresh: dict[str, int], started: float) -> LoadReport:
    if plan.here is not None:
        return again(reader, plan, started)
    outcome, states = ("amended" if plan.replaces else "loaded"), fresh[plan.prepared.header.system]
    created = plan.known is None
    return report_of(plan.prepared, outcome, reader, started=started, created=created, fresh=states)
