"""Stores what was parsed: releases and maps, then catalogue entries, then value sets and FHIR concept maps.

Input: parsed items. Output: one report for each. Small releases of different systems share a transaction.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from loaders.contract import Parsed, ParsedEntry, ParsedMap, ParsedRelease, ParsedResource, Progress
from registry.entities.messages import message
from registry.entities.records import ReleaseHeader
from registry.entities.results.loading import LoadReport

if TYPE_CHECKING:
    from registry import Registry

__all__ = ["in_order", "store"]

Release = ParsedRelease | ParsedMap
_SMALL = 20_000  #: concepts; a larger release has a transaction of its own
_TOGETHER = 2_000  #: releases in one transaction


def store(
    registry: Registry,
    parsed: list[Parsed],
    *,
    dry_run: bool = False,
    wait: bool = True,
    progress: Progress | None = None,
) -> list[LoadReport]:
    """Store everything that was parsed, releases first; one report each.

    Empties the list, so that each release is let go when it is stored.
    """
    releases = deque(in_order([i for i in parsed if not isinstance(i, ParsedResource | ParsedEntry)]))
    entries = [i for i in parsed if isinstance(i, ParsedEntry)]
    kept = [i for i in parsed if isinstance(i, ParsedResource)]
    parsed.clear()
    reports, total = list[LoadReport](), len(releases)
    if not dry_run:
        _add_names(registry, releases)
    for group in _groups(releases):
        if len(group) == 1 or dry_run:
            reports += [registry.load_parsed(i, dry_run=dry_run, wait=wait, progress=progress) for i in group]
            continue
        reports += registry.load_together(group, wait=wait)
        if progress is not None:
            progress(message("progress.storing"), len(reports), total)
    reports += [registry.load_parsed(i, dry_run=dry_run, wait=wait) for i in entries]
    return reports + _keep(registry, kept, dry_run=dry_run)


def in_order(releases: Sequence[Release]) -> list[Release]:
    """The releases in the order given, but each after those of them that it changes or extends, by their headers."""
    waiting, ordered = list(releases), list[Release]()
    ahead = {_name(i.header) for i in releases if isinstance(i, ParsedRelease)}
    while waiting:
        ready = [i for i in waiting if not (isinstance(i, ParsedRelease) and ahead & _needs(i.header))]
        ready = ready or waiting  # they need each other: storing says what is missing
        ordered += ready
        ahead -= {_name(i.header) for i in ready if isinstance(i, ParsedRelease)}
        waiting = [i for i in waiting if i not in ready]
    return ordered


def _name(header: ReleaseHeader) -> tuple[str, str, str]:
    return header.system, header.track, header.version


def _needs(header: ReleaseHeader) -> set[tuple[str, str, str]]:
    base = {(header.system, header.track, header.base)} if header.base else set()
    return (base | {(header.system, d.track, d.version) for d in header.depends_on}) - {_name(header)}


def _keep(registry: Registry, kept: Sequence[ParsedResource], *, dry_run: bool) -> list[LoadReport]:
    """Keep value sets and maps; their reports have notices of missing elements."""
    if not kept:
        return []
    reports = registry.keep_resources((i.artifact for i in kept), dry_run=dry_run)
    return [replace(r, notices=[*r.notices, *i.notices]) for r, i in zip(reports, kept, strict=True)]


def _add_names(registry: Registry, releases: Iterable[Release]) -> None:
    """Adds the URL and OIDs of the source to systems that are already registered."""
    snapshot = registry.reader.moment().snapshot
    for item in releases:
        record = item.system if isinstance(item, ParsedRelease) else None
        if record is None:
            continue
        names = {record.url, *record.aliases, *(f"urn:oid:{o}" for o in record.oids)} - {""}
        known = (snapshot.system(name) for name in (record.slug, *sorted(names)))
        existing = next((row for row in known if row is not None), None)
        if existing is not None and any(name not in snapshot.aliases for name in names):
            registry.enrich_system(msgspec.structs.replace(record, slug=existing.slug))


def _groups(releases: deque[Release]) -> Iterator[list[Release]]:
    """Neighbours that may share a transaction: small releases of different systems, in their order."""
    group: list[Release] = []
    seen: set[str] = set()
    while releases:
        item = releases.popleft()
        system = item.header.system if isinstance(item, ParsedRelease) and _is_small(item) else ""
        if group and (not system or system in seen or len(group) >= _TOGETHER):
            yield group
            group, seen = [], set()
        group.append(item)
        seen.add(system)
        if not system:
            yield group
            group, seen = [], set()
    if group:
        yield group


def _is_small(item: ParsedRelease) -> bool:
    return isinstance(item.concepts, Sized) and len(item.concepts) <= _SMALL
