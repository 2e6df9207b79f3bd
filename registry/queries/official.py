"""Official change tables for a pair of contents: links between the codes of both, from the rows that apply between them.

Which maps (as known at the instant asked): those of purpose ``official-changes`` that are neither draft nor retired,
whether they were loaded as a table or as a FHIR ConceptMap (``purpose``). Which of their rows: those from the system to
itself whose day lies after the start of the older content and not after that of the newer one; the day is the row's,
else the map's first. A later table's rows of a current code and day take the place of an earlier table's. What a row
gives:

=====================================================  ==============================================================
previous and current code                              result
=====================================================  ==============================================================
previous in the older, current in the newer content    a link; its type follows from all links of both codes
a code between them that one content does not have     the links of earlier days are chained through it
several previous codes together (A and B)              a link from each, never automatic
no previous code; no current code                      the code is official as created; as deleted
relationship not-related-to                            left out: the row says that there is no link
range, prefix, text that is not understood             left out and counted
a code that neither content has and no chain reaches   left out and counted
a code as its own previous one, a circle in one day    left out and counted: the table contradicts itself
a previous code and none, both for one code and day    left out and counted: the table contradicts itself
=====================================================  ==============================================================

Not here: the types of links (``registry.content.change_events``), reading tables (``loaders``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple, cast

from registry.content.official_links import OfficialLinks
from registry.content.successors import Link
from registry.entities.messages import joined, message
from registry.entities.records import ConceptRecord, MapRecord, MapRowRecord
from registry.entities.relationships import NOT_RELATED
from registry.queries.compare import Content, alike
from registry.reader import Moment, Reader, layer_id
from registry.store.maps import MapHeader, MapRows, map_headers
from registry.store.metadata import SystemRow

__all__ = ["OfficialTables"]

_PURPOSE = "official-changes"
_NOT_OFFICIAL = ("draft", "retired")
_ROWS, _LINKS, _HEADERS = 16_000_000, 4_000_000, 1_000_000  #: bytes
_ROW = 400  #: bytes of a row or a link, about

_Get = Callable[[str], ConceptRecord | None]


class _Row(NamedTuple):
    """One row: the previous codes, the code from the day on (empty = none), and the name of the table."""

    day: date
    sources: tuple[str, ...]
    target: str
    table: str
    understood: bool


_NOTHING = OfficialLinks()


class OfficialTables:
    """The official change tables of one system as known at a moment."""

    def __init__(self, reader: Reader, moment: Moment, system: SystemRow) -> None:
        self._reader, self._system, self._snapshot = reader, system, moment.snapshot
        self._headers = self._read_headers(moment.snapshot.instant)
        self._key = tuple(h.pages.map_id for h in self._headers)

    def between(self, old: Content, new: Content, since: date | None, until: date | None) -> OfficialLinks:
        """The links from ``old``, which begins on ``since``, to ``new``, which begins on ``until``."""
        if not self._headers or since is None or until is None or since == until:
            return _NOTHING
        if since > until:
            return self.between(new, old, until, since).backwards()
        old, new = alike(old, new)
        loaded = tuple(tuple(layer_id(r) for r in content.layers) for content in (old, new))
        cache = self._reader.database.caches.named(
            "official changes", _LINKS, lambda found: _ROW * (len(found.found) + len(found.alone) + 1)
        )

        def make() -> OfficialLinks:
            rows = [row for row in self._rows() if since < row.day <= until]
            return _Pair(rows, old.getter(), new.getter()).links(self._key) if rows else _NOTHING

        return cast(OfficialLinks, cache.get((self._key, loaded, since, until), make))

    def effective(self, code: str, *, after: date, until: date) -> tuple[date, str] | None:
        """The first day in the period from which a table makes the code effective, and the table; None if none does."""
        days = self._days().get(code, ()) if self._headers else ()
        return min(((day, table) for day, table in days if after < day <= until), default=None)

    def _days(self) -> Mapping[str, Sequence[tuple[date, str]]]:
        """Current code → the days and tables of its rows."""
        cache = self._reader.database.caches.named(
            "days of official tables", _ROWS, lambda days: _ROW * (len(days) + 1)
        )

        def make() -> Mapping[str, Sequence[tuple[date, str]]]:
            days: dict[str, list[tuple[date, str]]] = {}
            for row in self._rows():
                if row.target:
                    days.setdefault(row.target, []).append((row.day, row.table))
            return days

        return cast(Mapping[str, Sequence[tuple[date, str]]], cache.get(self._key, make))

    def _read_headers(self, instant: int | None) -> Sequence[MapHeader]:
        """Oldest publication first."""
        cache = self._reader.caches.named(
            "official tables", _HEADERS, lambda found: 4 * _ROW * (len(found) + 1)
        )

        def make() -> Sequence[MapHeader]:
            found = map_headers(self._reader.connection, instant, purpose=_PURPOSE)
            own = (h for h in found if h.record.status not in _NOT_OFFICIAL and self._own_groups(h.record))
            return sorted(own, key=lambda h: (h.record.published, h.record.slug, h.record.version))

        key = (self._reader.ledger().content_epoch, instant, self._system.slug)
        return cast(Sequence[MapHeader], cache.get(key, make))

    def _own_groups(self, record: MapRecord) -> frozenset[int]:
        """The groups of a map that go from the system to itself, by their number."""
        pairs = [(p.source, p.target) for p in record.pairs] or [(record.source_system, record.target_system)]
        return frozenset(n for n, pair in enumerate(pairs) if all(self._is_own(name) for name in pair))

    def _is_own(self, name: str) -> bool:
        row = self._snapshot.system(name)
        return row is not None and row.system_id == self._system.system_id

    def _rows(self) -> Sequence[_Row]:
        """Every row with a day; of each current code and day those of the table that was published last."""
        cache = self._reader.database.caches.named(
            "rows of official tables", _ROWS, lambda rows: _ROW * len(rows)
        )

        def make() -> Sequence[_Row]:
            latest: dict[tuple[object, ...], list[_Row]] = {}
            for header in self._headers:
                own: dict[tuple[object, ...], list[_Row]] = {}
                for row in self._of_map(header):
                    own.setdefault((row.day, row.target or row.sources), []).append(row)
                latest |= own
            return tuple(row for rows in latest.values() for row in dict.fromkeys(rows))

        return cast(Sequence[_Row], cache.get(self._key, make))

    def _of_map(self, header: MapHeader) -> Iterator[_Row]:
        canonical, record = self._system.rules.canonical, header.record
        groups = self._own_groups(record)
        for row in MapRows(self._reader.database).all(header.pages.map_id):
            day = row.effective or row.valid_from or record.valid_from
            linked = row.group in groups and row.review != "rejected" and row.relationship != NOT_RELATED
            if day is not None and linked:
                sources = tuple(dict.fromkeys(canonical(c) for c in row.sources))
                target = canonical(row.target) if row.target else ""
                yield _Row(day, sources, target, f"{record.slug} {record.version}".strip(), _is_plain(row))


def _is_plain(row: MapRowRecord) -> bool:
    """Whether the row names single codes: no range, no prefix, no text that could not be interpreted."""
    return not row.flags.keys() & {"range", "prefix", "not_understood"}


class _Pair:
    """The rows that apply between two contents, converted to links."""

    def __init__(self, rows: Collection[_Row], old: _Get, new: _Get) -> None:
        self.rows, self.old, self.new = rows, old, new
        self.by_target: dict[str, list[_Row]] = {}
        for row in _consistent(rows):
            self.by_target.setdefault(row.target, []).append(row)
        self.used: set[_Row] = set()
        self.ways: dict[tuple[str, str], dict[_Row, None]] = {}  #: rows on all paths from one code to another

    def links(self, key: tuple[int, ...]) -> OfficialLinks:
        """The links, and the number of rows that could not be used."""
        alone = dict(self._alone())
        for target in sorted(self.by_target):
            if target and self.new(target) is not None:
                for source, path in self._origins(target, date.max):
                    if source != target:
                        self.ways.setdefault((source, target), {}).update(dict.fromkeys(path))
        return OfficialLinks(
            key, tuple(self._link(*pair) for pair in sorted(self.ways)), alone, len({*self.rows} - self.used)
        )

    def _alone(self) -> Iterator[tuple[str, str]]:
        """Codes that have no previous or no later code according to a table."""
        for row in (r for rows in self.by_target.values() for r in rows):
            if row.target and not row.sources:
                self.used.add(row)
                if self.old(row.target) is None and self.new(row.target) is not None:
                    yield row.target, joined(_notes([row]))
            elif not row.target and all(self.old(c) is not None for c in row.sources):
                self.used.add(row)
                yield from ((c, joined(_notes([row]))) for c in row.sources if self.new(c) is None)

    def _origins(self, target: str, before: date) -> Iterator[tuple[str, tuple[_Row, ...]]]:
        """Codes of the older content that became the target before a day, each with the rows on its path."""
        for row in self.by_target.get(target, ()):
            if row.day >= before or not row.sources:
                continue
            found = [[*self._paths(source, row)] for source in row.sources]
            if all(found):
                self.used.add(row)
                yield from (path for paths in found for path in paths)

    def _paths(self, source: str, row: _Row) -> Iterator[tuple[str, tuple[_Row, ...]]]:
        is_old_code = self.old(source) is not None
        if is_old_code:
            yield source, (row,)
        if not is_old_code or self.new(source) is None:
            yield from ((code, (row, *path)) for code, path in self._origins(source, row.day))

    def _link(self, source: str, target: str) -> Link:
        """The link of a pair; automatic if each row on its path names one code, and that code is selectable."""
        rows = self.ways[source, target]
        single = all(len(row.sources) == 1 for row in rows)
        ends = (self.old(source), self.new(target))
        back, forward = (single and r is not None and r.selectable is not False for r in ends)
        return Link(source, target, "", "official", forward, back, joined(_notes(rows)))


def _notes(rows: Iterable[_Row]) -> Iterator[str]:
    return (message("change.by_table", table=row.table) for row in rows)


def _consistent(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Rows that name single codes and do not contradict other rows of the same day."""
    plain = [row for row in rows if row.understood]
    before: dict[tuple[date, str], set[str]] = {}
    empty = {(row.day, row.target) for row in plain if row.target and not row.sources}
    ended = {(row.day, code) for row in plain if not row.target for code in row.sources}
    for row in plain:
        before.setdefault((row.day, row.target), set()).update(row.sources)
    for row in plain:
        if row.target and row.sources:
            day = row.day
            no_successor = (day, row.target) in empty or any((day, c) in ended for c in row.sources)
            if not no_successor and not _reaches(before, day, row.sources, row.target):
                yield row
        elif not (before[row.day, row.target] if row.target else _heirs(plain, row)):
            yield row


def _heirs(rows: Iterable[_Row], ended: _Row) -> bool:
    """Whether other rows of the day name a successor for a code that ended."""
    return any(r.target and r.day == ended.day and {*r.sources} & {*ended.sources} for r in rows)


def _reaches(
    before: dict[tuple[date, str], set[str]], day: date, sources: Iterable[str], target: str
) -> bool:
    """Whether the target is, on that day, among the origins of the sources."""
    waiting, seen = [*sources], set[str]()
    while waiting:
        code = waiting.pop()
        if code == target:
            return True
        if code not in seen:
            seen.add(code)
            waiting += before.get((day, code), ())
    return False
