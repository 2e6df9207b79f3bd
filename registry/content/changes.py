"""Typed change events between two contents of a system (DOMAIN, change types; 6, 7).

Derived from the states that only one side has, for facets that both sides assert and codes that both cover. Codes
connected by links (``registry.content.successors``) are one event; every code is in at most one event, and every
vanished or new code in exactly one. Pure functions; ``registry.queries`` decides which releases are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from registry.content.aspects import aspects_between
from registry.content.change_events import events_of, key_links
from registry.content.change_types import gravity
from registry.content.official_links import OfficialLinks
from registry.content.successors import (
    Difference,
    Earlier,
    Modified,
    Side,
    TextLinks,
    identical_texts,
    structural_links,
)
from registry.entities.budget import spend
from registry.entities.records import ConceptRecord
from registry.entities.results.changes import Change
from registry.systems import SystemBehaviour

__all__ = ["Derived", "derive", "difference"]


_STATE_STEPS = 20  #: steps (``registry.entities.budget``) of the comparison of one state


@dataclass
class Derived:
    """Events in order of their first code, and what could not be compared."""

    changes: list[Change] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)  #: codes absent on a side that does not cover them
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    modified: int = 0


def _none_earlier(code: str) -> Iterable[Earlier]:
    return ()


def derive(
    old: Side,
    new: Side,
    behaviour: SystemBehaviour,
    *,
    earlier: Callable[[str], Iterable[Earlier]] | None = None,
    official: OfficialLinks | None = None,
    texts: TextLinks | None = None,
) -> Derived:
    """The typed differences.

    ``earlier``: code → its records in versions before the old one, newest first. ``texts``: identical texts from a
    comparison of the whole contents, if the sides are only a part of these.
    """
    found = difference(old, new, behaviour, earlier=earlier)
    official = official or OfficialLinks()
    links, explained = [*official.found], official.codes
    texts = identical_texts(found, explained) if texts is None else texts
    links += [*key_links(found), *texts.links, *structural_links(found, texts, explained)]
    return Derived(
        changes=sorted(
            (_by_table(change, official) for change in events_of(found, links)),
            key=lambda c: ((c.inputs or c.outputs)[0].code, gravity(c.type)),
        ),
        outside=found.outside,
        added=sorted(found.appeared),
        removed=sorted(found.vanished),
        modified=len(found.modified),
    )


def _by_table(change: Change, official: OfficialLinks) -> Change:
    """The event, as official if a table states that its code has no previous or no later code."""
    if change.type not in ("created", "deleted") or not official.alone:
        return change
    note = official.alone.get((change.inputs or change.outputs)[0].code)
    return replace(change, source="official", reviewed=True, note=note) if note else change


def difference(
    old: Side,
    new: Side,
    behaviour: SystemBehaviour,
    *,
    earlier: Callable[[str], Iterable[Earlier]] | None = None,
) -> Difference:
    """The differing states, sorted into modified, vanished, new and not comparable."""
    found = Difference(old, new, behaviour, earlier or _none_earlier)
    facets = old.facets & new.facets
    for key, before in old.differing.items():
        spend(_STATE_STEPS)
        after = new.differing.get(key)
        if after is None:
            _only(found, before, new, found.vanished)
        elif aspects := aspects_between(before, after, facets, behaviour):
            found.modified[before.code] = Modified(before, after, aspects)
    for key, after in new.differing.items():
        spend()
        if key not in old.differing:
            _only(found, after, old, found.appeared)
    return found


def _only(found: Difference, record: ConceptRecord, other: Side, into: dict[str, ConceptRecord]) -> None:
    if other.covers(record.code):
        into[record.code] = record
    else:
        found.outside.add(record.code)
