"""The publication log: every change of the registry with when, by whom, why, and what it wrote.

What a publication wrote is read from the metadata rows that began or ended at its instant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from registry.entities.intervals import instant_text
from registry.entities.records import SystemRecord
from registry.entities.results.log import Log, LogEntry, Written
from registry.reader import Reader
from registry.store.ledger import epoch_at
from registry.store.publications import WrittenRow, log_rows, written_rows
from registry.store.seals import PublicationRow

__all__ = ["log"]

_MOST = 100  #: rows listed per publication
#: table → the word for its rows, and the columns that name a row
_KINDS = {
    "code_system": ("system", ("slug",)),
    "version": ("version", ("label", "track")),
    "release": ("release", ("source_sha256",)),
    "scope": ("scope", ("slug",)),
    "applicability": ("applicability", ("scope", "label", "track", "role", "codes")),
    "artifact": ("resource", ("kind", "url", "resource_id", "version")),
    "concept_map": ("map", ("slug", "version")),
}


def log(
    reader: Reader,
    *,
    system: str | None = None,
    count: int = 20,
    cursor: int | None = None,
    known_at: str | date | None = None,
) -> Log:
    """At most ``count`` publications, newest first; ``cursor``: only those with a smaller number."""
    moment = reader.moment(known_at)
    row = moment.snapshot.system(system) if system else None
    newest = epoch_at(reader.connection, moment.snapshot.instant)
    before = min(newest + 1, newest + 1 if cursor is None else cursor)
    slug = row.slug if row is not None else system or ""
    rows = log_rows(reader.connection, system=slug, before=before, count=count + 1)
    wrote = written_rows(reader.connection, [r.recorded for r in rows[:count]])
    entries = [_entry(r, wrote[r.recorded]) for r in rows[:count]]
    return Log(entries=entries, cursor=entries[-1].number if len(rows) > count else None)


_COPIED = ("number", "action", "system", "version", "release", "summary", "why")


def _entry(row: PublicationRow, rows: Sequence[WrittenRow]) -> LogEntry:
    written = _written(rows)
    fields = {name: getattr(row, name) for name in _COPIED}
    recorded = instant_text(row.recorded)
    return LogEntry(
        **fields, recorded=recorded, by=row.author, wrote=written[:_MOST], more=max(0, len(written) - _MOST)
    )


def _written(rows: Sequence[WrittenRow]) -> list[Written]:
    """A row that ended and a row of the same name that began are one change."""
    found: dict[tuple[str, str], dict[bool, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        kind, names = _KINDS[row.table]
        name = " ".join(str(row.values[n]) for n in names if row.values[n])
        found[kind, name][row.added] = _fields(row, names)
    return [_change(kind, name, sides) for (kind, name), sides in found.items()]


def _fields(row: WrittenRow, names: tuple[str, ...]) -> dict[str, Any]:
    """What a row says besides its name; the entry of a system by its own fields."""
    values = dict(row.values)
    if row.table == "code_system":
        record = msgspec.json.decode(str(values.pop("body")), type=SystemRecord)
        values |= {name: getattr(record, name) for name in record.__struct_fields__}
    return {k: v for k, v in values.items() if k not in names and v not in (None, "", (), {})}


def _change(kind: str, name: str, sides: dict[bool, dict[str, Any]]) -> Written:
    before, after = sides.get(False, {}), sides.get(True, {})
    what = "changed" if len(sides) == 2 else "added" if True in sides else "ended"
    differ = {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)}
    return Written(
        kind=kind,
        name=name,
        change=what,
        before={k: v for k, v in sorted(before.items()) if k in differ},
        after={k: v for k, v in sorted(after.items()) if k in differ},
    )
