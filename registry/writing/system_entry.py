"""Changes of a catalogue entry: what a caller states about a known system, and how the change is reported.

Licence, access and redistribution of a known system change only if a caller states them: in a load, or with
``set_system``. A stated open licence (``registry.systems.open_licences``) sets what it allows unless the caller states that too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, get_args, get_type_hints

import msgspec

from registry.entities.errors import UnknownTarget, UsageError
from registry.entities.messages import Message, message, worded
from registry.entities.records import SystemRecord
from registry.entities.results.catalogue import SystemSet
from registry.store.engine import Database
from registry.store.ledger_writer import Writer
from registry.systems.open_licences import terms_of
from registry.writing.importing import put_system

__all__ = ["EntryFields", "entry_changes", "set_system", "stated_over"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFields:
    """Fields of a catalogue entry to change; None keeps the recorded value, an empty licence or owner clears it."""

    title: str | None = None
    language: str | None = None  #: of the title
    owner: str | None = None
    licence: str | None = None
    access: str | None = None
    redistribution: str | None = None
    end_rule: str | None = None


_FIELDS: Final = ("owner", "licence", "access", "redistribution", "end_rule")


def set_system(database: Database, system: str, fields: EntryFields) -> SystemSet:
    """Change the entry of a known system in one publication; the result says what changed.

    Raises ``UnknownTarget`` for an unknown system and ``UsageError`` for a value that a field cannot have.
    """
    with database.transaction() as connection:
        writer = Writer(connection)
        row = writer.snapshot.system(system)
        if row is None:
            raise UnknownTarget(message("error.no_system", system=system))
        new = _with(row.record, fields)
        note = entry_changes(row.record, new)
        if note is not None:
            put_system(writer, row.system_id, new)
            writer.publish("system", row.slug, summary=str(note))
    differ = _differing(row.record, new)
    return SystemSet(
        system=row.slug,
        changed=note is not None,
        before={f: getattr(row.record, f) for f in differ},
        after={f: getattr(new, f) for f in differ},
        message=note or message("system.same", system=row.slug),
    )


def _with(record: SystemRecord, fields: EntryFields) -> SystemRecord:
    changes: dict[str, Any] = {f: getattr(fields, f) for f in _FIELDS if getattr(fields, f) is not None}
    if terms := terms_of(fields.licence or ""):
        changes = terms._asdict() | changes
    if fields.title:
        changes["titles"] = record.titles | {fields.language or record.language or "nb": fields.title}
    _check(changes)
    return msgspec.structs.replace(record, **changes)


def _check(changes: dict[str, Any]) -> None:
    """Raise ``UsageError`` for a value that is not one of a field's words."""
    hints = get_type_hints(SystemRecord)
    for name, value in changes.items():
        allowed = get_args(hints[name]) if name in ("access", "redistribution", "end_rule") else ()
        if allowed and value not in allowed:
            raise UsageError(message("error.one_of", name=name, value=value, allowed=list(allowed)))


def stated_over(record: SystemRecord, given: SystemRecord, stated: Iterable[str]) -> SystemRecord:
    """The recorded entry with the fields that the caller of a load stated; titles are added by language."""
    changes = {name: getattr(given, name) for name in stated}
    if "titles" in changes:
        changes["titles"] = record.titles | given.titles
    return msgspec.structs.replace(record, **changes) if changes else record


def _differing(old: SystemRecord, new: SystemRecord) -> list[str]:
    return [f for f in SystemRecord.__struct_fields__ if getattr(old, f) != getattr(new, f)]


def entry_changes(old: SystemRecord, new: SystemRecord) -> Message | None:
    """A message with each field that differs, before and after; None if none does."""
    changes = [
        message("system.field", name=worded(f), old=_text(getattr(old, f)), new=_text(getattr(new, f)))
        for f in _differing(old, new)
    ]
    return message("system.changed", system=new.slug, changes=changes) if changes else None


def _text(value: object) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{v} ({k})" for k, v in value.items()) or message("licence_missing")
    return worded(str(value)) if value else message("licence_missing")
