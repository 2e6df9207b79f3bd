"""The version of a concept map for a canonical and a day, and the maps in force on a day.

A map is in force by its own effective period, else as the target versions are that it names, else as its source
versions are; without any it counts as in force. An update of a version begins on its own day and takes the place of
the earlier one from then on. Among versions of one map in force the latest begun is meant; of those that began nowhere the
one published last by that day (its ``date``, else a label that is a date), else the one that follows soonest.
Not here: translation (``translate``), finding maps (``catalog``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from registry.content.view import ContentView
from registry.entities.errors import Restricted
from registry.terminology.catalog import Missing
from registry.terminology.conceptmap import ConceptMap
from registry.terminology.context import Context, first_and_last
from registry.terminology.issues import Unanswerable, issue
from registry.time.in_force import contains, preferred, reason_on, status_on
from registry.time.version_order import has_wildcard, matches, order_key

__all__ = ["known_about", "map_of", "maps_of"]

_DATED = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?(?![0-9.])")


def map_of(context: Context, url: str, version: str) -> ConceptMap | Missing:
    """The map of that canonical; without a version the one of the day. Raises Unanswerable for a vague date.

    A version named always answers; on the day it chooses between the version and its updates.
    """
    return context.map(url, version, lambda: _map_of(context, url, version))


def _map_of(context: Context, url: str, version: str) -> ConceptMap | Missing:
    maps = _by_url(context).get(url, [])
    if version:
        named = [
            m
            for m in maps
            if (matches(version, m.version) if has_wildcard(version) else m.version == version)
        ]
        if not named:
            return context.catalog.concept_map(url, version, context.on)
        return _on_day(context, named, named=True)
    if not maps:
        return context.catalog.concept_map(url, version, context.on)
    return _on_day(context, maps)


def maps_of(context: Context, systems: set[str]) -> list[ConceptMap]:
    """Every map about one of the systems, each in the version of the day; those not in force are left out."""
    about = [maps for maps in _by_url(context).values() if any(_is_about(m, systems) for m in maps)]
    chosen = [_on_day(context, maps) for maps in about]
    return [c for c in chosen if not isinstance(c, Missing)]


def known_about(context: Context, systems: set[str]) -> bool:
    """Whether a map from or to one of the systems exists, in force or not."""
    return any(_is_about(m, systems) for maps in _by_url(context).values() for m in maps)


def _is_about(one: ConceptMap, systems: set[str]) -> bool:
    """Whether the map goes from or to a system; an empty one in a question or a map is any."""
    ends = {url for g in one.groups for url in (g.source, g.target)}
    return "" in systems or "" in ends or not ends.isdisjoint(systems)


def _by_url(context: Context) -> dict[str, list[ConceptMap]]:
    """All maps by URL; each map without a URL is separate."""
    return context.catalog.kept("maps by URL", lambda: _MapsByUrl(context.catalog.concept_maps())).by_url


class _MapsByUrl:
    """Maps by their URLs."""

    def __init__(self, maps: Iterable[ConceptMap]) -> None:
        self.by_url: dict[str, list[ConceptMap]] = {}
        for number, one in enumerate(maps):
            self.by_url.setdefault(one.url or f"#{number}", []).append(one)
        self.nbytes = 300 * len(self.by_url)


def _on_day(context: Context, maps: Sequence[ConceptMap], *, named: bool = False) -> ConceptMap | Missing:
    found = _chosen(context, maps, context.on, named=named)
    if context.until is not None:
        last = _chosen(context, maps, context.until, named=named)
        labels = [v if isinstance(v, Missing) else _label(v) for v in (found, last)]
        if differing := first_and_last(*labels):
            values = (maps[0].url, context.on, context.until, differing)
            raise Unanswerable(issue("DATE_SPANS_MAPS", *values))
    return found


def _label(one: ConceptMap) -> str:
    """The version, with its start where it has one of its own."""
    return f"{one.version} ({one.valid_from})" if one.valid_from else one.version


def _chosen(
    context: Context, maps: Sequence[ConceptMap], on: date | None, *, named: bool
) -> ConceptMap | Missing:
    dated = [_dated(context, m) for m in maps]
    live = [m for m in dated if on is None or contains(m, on)]
    if not live and (named or (not context.date_given and _named_once(maps))):
        live = _nearest(dated, on)  # the name leaves no choice
    best = preferred(live, lambda m: (_published(m, on), order_key(m.version)))
    if best is None:
        return Missing(reason_on(dated, on) if on else "unknown_url", maps[0].url)
    start = (best.version, best.valid_from)
    return _merged([m for m, d in zip(maps, dated, strict=True) if (d.version, d.valid_from) == start])


def _nearest(dated: Sequence[ConceptMap], on: date | None) -> list[ConceptMap]:
    """Of maps not in force, those that began before the day, else those that begin first."""
    begun = [m for m in dated if on is None or status_on(m, on) != "upcoming"]
    first = min((m.valid_from for m in dated if m.valid_from is not None), default=None)
    return begun or [m for m in dated if m.valid_from == first]


def _named_once(maps: Sequence[ConceptMap]) -> bool:
    """Whether the map exists in one version, and none of its own words limit it in time."""
    return len({m.version for m in maps}) == 1 and not any(m.valid_from or m.valid_to for m in maps)


def _dated(context: Context, one: ConceptMap) -> ConceptMap:
    """The map with its period: each end its own, else that of the target versions that it names, else of the source's."""
    if one.valid_from and one.valid_to:
        return one
    targets = {(g.target, g.target_version) for g in one.groups if g.target and g.target_version}
    sources = {(g.source, g.source_version) for g in one.groups if g.source and g.source_version}
    views = [v for v in (_version(context, *n) for n in sorted(targets or sources)) if v is not None]
    start, end = one.valid_from or _latest_start(views), one.valid_to or _first_end(views)
    if start and end and end <= start:
        return one  # its own period and its versions' do not meet: its own is meant
    if (start, end) == (one.valid_from, one.valid_to):
        return one
    return msgspec.structs.replace(one, valid_from=start, valid_to=end)


def _version(context: Context, url: str, version: str) -> ContentView | None:
    """The content of a version; None if it is not loaded or is restricted."""
    try:
        found = context.catalog.code_system(url, version)
    except Restricted:
        return None
    return None if isinstance(found, Missing) else found


def _latest_start(views: Iterable[ContentView]) -> date | None:
    return max((v.info.valid_from for v in views if v.info.valid_from), default=None)


def _first_end(views: Iterable[ContentView]) -> date | None:
    return min((v.info.valid_to for v in views if v.info.valid_to), default=None)


def _published(one: ConceptMap, on: date | None) -> tuple[int, int]:
    """Orders by publication: what was published by the day before what was not, and nearer to it before further."""
    day = _day(str(one.shell.get("date", ""))) or _day(one.version)
    if day is None or on is None:
        return (1, 0)
    return (1, day.toordinal()) if day <= on else (0, -day.toordinal())


def _day(text: str) -> date | None:
    found = _DATED.match(text)
    try:
        return date(*(int(part or 1) for part in found.groups())) if found else None
    except ValueError:
        return None


def _merged(same: Sequence[ConceptMap]) -> ConceptMap:
    """Several with one canonical count as one map with the groups of all."""
    if len(same) == 1:
        return same[0]
    return msgspec.structs.replace(same[-1], groups=tuple(g for m in same for g in m.groups))
