"""Addenda of ICD-10-CM order files: the changes that a release states, line by line.

``Add:``, ``Delete:``, ``Revise from:``, ``Revise to:``, each with flag, code, short and long text. A code that
turns from billable to header (or back) is deleted and added. Output: typed entries and the changes that they state,
an independent check of the changes derived from two order files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from loaders.reading.decoding import lines_of
from registry.entities.errors import ContentError
from registry.entities.messages import message
from registry.systems import behaviour_of

__all__ = ["Addenda", "AddendaEntry", "parse_addenda", "stated_changes"]

_LINE = re.compile(r"(Add|Delete|Revise from|Revise to):\s+([01]) ([A-Z0-9]{3,7}) +(\S.*)")
_SHORT_WIDTH = 61


@dataclass(frozen=True, slots=True, kw_only=True)
class AddendaEntry:
    """One line. ``action``: add, delete, revise_from or revise_to; ``code`` with its dot."""

    action: str
    billable: bool
    code: str
    short: str
    full: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Addenda:
    """What the addenda state, as sets of codes. ``revised`` are codes with another text."""

    added: frozenset[str]
    deleted: frozenset[str]
    flipped: frozenset[str]  #: header ↔ billable: both added and deleted
    revised: frozenset[str]


def parse_addenda(text: str, *, file: str) -> list[AddendaEntry]:
    """The entries in order; counts and headings at the end are left out; raises ContentError with the line."""
    entries = []
    canonical = behaviour_of("icd-10-cm").canonical
    for number, line in enumerate(lines_of(text), 1):
        if not line.startswith(("Add:", "Delete:", "Revise")):
            continue
        match = _LINE.match(line)
        if not match:
            raise ContentError(message("icd10cm.addenda_line", line=line[:60]), file=file, line=number)
        action, flag, code, texts = match.groups()
        entries.append(
            AddendaEntry(
                action=action.lower().replace(" ", "_"),
                billable=flag == "1",
                code=canonical(code),
                short=texts[:_SHORT_WIDTH].rstrip(),
                full=texts[_SHORT_WIDTH:].rstrip(),
                line=number,
            )
        )
    return entries


def stated_changes(entries: Iterable[AddendaEntry]) -> Addenda:
    """Sets of codes: new, gone, flipped, reworded (Revise pairs and flips whose text differs)."""
    by_action: dict[str, dict[str, AddendaEntry]] = {}
    for entry in entries:
        by_action.setdefault(entry.action, {})[entry.code] = entry
    adds, deletes = by_action.get("add", {}), by_action.get("delete", {})
    flipped = adds.keys() & deletes.keys()
    reworded = {c for c in flipped if (adds[c].short, adds[c].full) != (deletes[c].short, deletes[c].full)}
    return Addenda(
        added=frozenset(adds.keys() - flipped),
        deleted=frozenset(deletes.keys() - flipped),
        flipped=frozenset(flipped),
        revised=frozenset(by_action.get("revise_to", {}).keys() | reworded),
    )
