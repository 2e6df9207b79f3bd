"""What changed between two versions, by type, and what could not be compared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, partial

from pyroaring import BitMap

from registry.content.change_types import TYPES, count_types
from registry.content.official_links import OfficialLinks
from registry.content.successors import Earlier
from registry.entities.errors import UsageError
from registry.entities.messages import message
from registry.entities.results.changes import Changes
from registry.queries.compare import Comparison, Content, compare
from registry.queries.cursors import offset_of
from registry.queries.merged_concept import merged_concept
from registry.queries.official import OfficialTables
from registry.reader import Reader, Resolved
from registry.store.bounded import Bounded
from registry.store.content import states_by_code
from registry.store.metadata import ReleaseRow, VersionRow
from registry.time.timeline import Timeline

__all__ = ["content_of", "diff", "earlier_getter"]

_PAGED, _EVENT, _CODE = (
    32_000_000,
    1500,
    80,
)  #: bytes of the comparisons kept for their next pages; of an event, a code


def diff(
    reader: Reader,
    system: str,
    v1: str,
    v2: str,
    *,
    types: Collection[str] = (),
    known_at: str | date | None = None,
    count: int | None = None,
    cursor: str | None = None,
) -> Changes:
    """Typed changes from ``v1`` to ``v2``; each is VERSION (its last content) or VERSION@RELEASE.

    ``types``: only events with one of these types among their aspects, in ``changes`` and ``counts``; ``left_out``
    counts the others. ``count``: most events, and most added and removed codes, of a page (None = all), ``cursor``: which
    page. The pages of one comparison together are the whole; the figures are those of the whole on each.
    """
    if count is None:
        return _whole(reader, system, v1, v2, types=types, known_at=known_at)
    start = offset_of(cursor)
    moment = reader.moment(known_at)
    key = (reader.ledger().epoch, moment.snapshot.instant, system, v1, v2, tuple(sorted(set(types))))
    kept: Bounded[tuple[object, ...], Changes] = reader.caches.named("pages of changes", _PAGED, _size)
    whole = kept.get(key, lambda: _whole(reader, system, v1, v2, types=types, known_at=known_at))
    if _size(whole) > _PAGED:
        kept.discard(key, whole)
    return _page(whole, start, start + count)


def _size(changes: Changes) -> int:
    """Estimated bytes of a comparison."""
    return _EVENT * (1 + len(changes.changes)) + _CODE * (len(changes.added) + len(changes.removed))


def _page(whole: Changes, start: int, end: int) -> Changes:
    more = any(len(found) > end for found in (whole.changes, whole.added, whole.removed))
    return replace(
        whole,
        changes=whole.changes[start:end],
        added=whole.added[start:end],
        removed=whole.removed[start:end],
        more=more,
        cursor=str(end) if more else None,
    )


def _whole(
    reader: Reader,
    system: str,
    v1: str,
    v2: str,
    *,
    types: Collection[str],
    known_at: str | date | None,
) -> Changes:
    unknown = sorted(set(types) - set(TYPES))
    if unknown:
        raise UsageError(message("error.change_type", name=unknown[0], types=", ".join(TYPES)))
    sides = [_side(reader, system, v, known_at) for v in (v1, v2)]
    for side in sides:
        if side.segment is None:
            return _nothing(system, v1, v2, side)
    old, new = (content_of(reader, side) for side in sides)
    official = _official(reader, old, new, sides, known_at)
    comparison = compare(old, new, earlier=earlier_getter(reader, *sides), official=official)
    changes = [c for c in comparison.derived.changes if not types or set(types) & {c.type, *c.aspects}]
    return Changes(
        system=sides[0].system.slug if sides[0].system else system,
        from_=v1,
        to=v2,
        counts=count_types(changes),
        not_comparable=_not_comparable(old, new, comparison),
        changes=changes,
        added=comparison.derived.added,
        removed=comparison.derived.removed,
        unchanged=comparison.unchanged,
        types=[name for name in TYPES if name in types],
        left_out=len(comparison.derived.changes) - len(changes),
        note=official.note(),
        releases={"from": [r.source_sha256 for r in old.layers], "to": [r.source_sha256 for r in new.layers]},
    )


def _side(reader: Reader, system: str, label: str, known_at: str | date | None) -> Resolved:
    """The content of a label: the version's last content unless a release is named."""
    if "@" in label:
        return reader.resolve(system, version=label, known_at=known_at)
    found = reader.resolve(system, version=label, known_at=known_at)
    if found.timeline is None or found.version is None:
        return found
    last = [s for s in found.timeline.segments(found.version) if s.layers]
    if not last:
        return found
    return (
        reader.resolve(system, version=label, on=last[-1].valid_from, known_at=known_at)
        if last[-1].valid_from
        else found
    )


def content_of(reader: Reader, resolved: Resolved) -> Content:
    """The content of the version without the rolling tracks that complement it."""
    if resolved.system is None or resolved.segment is None:
        raise ValueError("nothing is resolved")
    return Content(reader, resolved.system, resolved.segment.layers)


def _official(
    reader: Reader, old: Content, new: Content, sides: Sequence[Resolved], known_at: str | date | None
) -> OfficialLinks:
    """Links of the official change tables for the two versions."""
    since, until = (side.segment.valid_from if side.segment else None for side in sides)
    system = sides[0].system
    if system is None:
        return OfficialLinks()
    return OfficialTables(reader, reader.moment(known_at), system).between(old, new, since, until)


def _not_comparable(old: Content, new: Content, comparison: Comparison) -> dict[str, int]:
    """Facets that one side does not assert, and ``codes`` outside the other side's coverage → number of codes."""
    facets = dict.fromkeys(sorted(old.facets ^ new.facets), comparison.common)
    if comparison.derived.outside:
        facets["codes"] = len(comparison.derived.outside)
    return facets


def earlier_getter(reader: Reader, resolved: Resolved, other: Resolved) -> Callable[[str], Iterator[Earlier]]:
    """A function from a code to its records in the loaded versions before both, newest first, on the first one's track."""
    timeline, version = resolved.timeline, resolved.version
    if timeline is None or version is None or other.version is None:
        return lambda code: iter(())
    before = min(_before(timeline, version), _before(timeline, other.version), key=len)
    loaded_layers = [s.layers for v in reversed(before) for s in reversed(timeline.segments(v)) if s.layers]
    contents = cache(lambda: [(layers, reader.bitmap(layers[0])) for layers in loaded_layers])
    return partial(_records_in, reader, timeline.system.system_id, contents)


def _records_in(
    reader: Reader,
    system_id: int,
    contents: Callable[[], Sequence[tuple[Sequence[ReleaseRow], BitMap]]],
    code: str,
) -> Iterator[Earlier]:
    """Records of a code in the contents that have it; ``contents``: their layers and members."""
    states = [ident for ident, _ in states_by_code(reader.connection, system_id, code)] if contents() else []
    for layers, members in contents():
        if any(ident in members for ident in states):
            found = merged_concept(reader, system_id, code, layers)
            if found is not None:
                yield Earlier(found.facets, found.record)


def _before(timeline: Timeline, version: VersionRow) -> list[VersionRow]:
    rows = timeline.on_track(version.track)
    position = next((n for n, v in enumerate(rows) if v.version_id == version.version_id), 0)
    return rows[:position]


def _nothing(system: str, v1: str, v2: str, side: Resolved) -> Changes:
    return Changes(
        system=system, from_=v1, to=v2, counts={}, not_comparable={}, changes=[], added=[], removed=[], unchanged=0,
        reason=side.reason, message=side.message,
    )  # fmt: skip
