"""Concept maps in the store: writing a map, reading headers, and rows by code in both directions.

Only headers are read as a whole; rows are read for the code that is asked about, from the source's or the target's
side, together with their neighbours in the order of codes (a page), which a cache bounded in bytes keeps encoded. Rows
are found by compact code; the reader leaves out those whose codes the system takes for different ones. Not here: translating (``registry.terminology``), checking (``registry.writing.map_checks``).
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from registry.entities.intervals import covers, iso
from registry.entities.records import MapRecord, MapRowRecord
from registry.store.bounded import Bounded
from registry.store.engine import Connection, Database
from registry.store.ledger_writer import Writer
from registry.store.metadata import Snapshot
from registry.store.tokens import compact_code, storable
from registry.systems import SystemBehaviour, behaviour_of, behaviour_of_url

__all__ = [
    "MapHeader",
    "MapRows",
    "RowPages",
    "behaviours",
    "decode_pages",
    "known_codes",
    "map_digest",
    "map_headers",
    "store_map",
    "write_map",
]

#: Gives the behaviour of a system by slug or canonical URL.
Behaviours = Callable[[str], SystemBehaviour]

_CACHED_BYTES = 32 << 20  #: of encoded rows, of all maps together
_ROW_BYTES = 120  #: what an encoded row costs in memory besides its text
_PAGE = 128  #: rows of a page
_AT_ONCE = 1000  #: rows in one statement when all are read
_FROM = "SELECT {0}, body FROM map_row WHERE map_id = ? AND {0} >= ? ORDER BY {0}, row_id"
_BETWEEN = "SELECT {0}, body FROM map_row WHERE map_id = ? AND {0} >= ? AND {0} < ? ORDER BY {0}, row_id"
_FURTHER = (
    "SELECT r.body FROM map_row_source s JOIN map_row r ON r.row_id = s.map_row_id"
    " WHERE s.map_id = ? AND s.source = ? ORDER BY r.row_id"
)
_ALL = "SELECT row_id, body FROM map_row WHERE map_id = ? AND row_id > ? ORDER BY row_id LIMIT ?"
_decode_row = msgspec.json.Decoder(MapRowRecord).decode


class RowPages(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where the rows of a map are cut into pages: the first compact code of each, by source and by target.

    ``joint``: some row has several source codes, so that ``map_row_source`` has rows of the map.
    """

    map_id: int
    joint: bool = False
    source: tuple[str, ...] = ()
    target: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MapHeader:
    """A stored map without its rows."""

    record: MapRecord
    pages: RowPages
    recorded_from: int
    recorded_to: int | None

    @property
    def rank(self) -> tuple[str, int]:
        """Greater replaces smaller among maps of one slug, version and start."""
        return (self.record.published, self.recorded_from)


_decode_header = msgspec.json.Decoder(MapRecord).decode
decode_pages = msgspec.json.Decoder(RowPages).decode


def behaviours(snapshot: Snapshot) -> Behaviours:
    """Behaviours by the systems that are known, else by the catalogue."""

    def behaviour(name: str) -> SystemBehaviour:
        row = snapshot.system(name)
        if row is not None:
            return row.rules
        return behaviour_of_url(name) if ":" in name else behaviour_of(name)

    return behaviour


def map_digest(record: MapRecord) -> str:
    """Hash of the rows: what makes two maps of one version the same."""
    return hashlib.sha256(msgspec.json.encode(record.rows)).hexdigest()


def store_map(writer: Writer, record: MapRecord) -> str:
    """Store a map that is not here yet: ``loaded``, ``amended`` or ``unchanged``.

    The same rows of one slug, version and start published no later are here already.
    """
    digest = map_digest(record)
    live = writer.connection.all(
        "SELECT source_sha256, published FROM concept_map WHERE slug = ? AND version = ? AND recorded_to IS NULL"
        " AND artifact_id IS NULL AND COALESCE(valid_from, '') = ?",
        (record.slug, record.version, iso(record.valid_from) or ""),
    )
    if any(sha == digest and record.published <= published for sha, published in live):
        return "unchanged"
    write_map(writer, record, digest=digest)
    writer.publish("map", record.slug, record.version, digest, f"{len(record.rows)} rows, {record.purpose}")
    return "amended" if live else "loaded"


def write_map(
    writer: Writer,
    record: MapRecord,
    *,
    digest: str = "",
    artifact_id: int | None = None,
    shell: bytes | None = None,
) -> None:
    """Write header and rows; a map read from a stored resource names its row and keeps it without its rows."""
    map_id = writer.next_id("concept_map", "map_id")
    pages = _write_rows(writer, map_id, record, behaviours(writer.snapshot))
    header = msgspec.json.encode(msgspec.structs.replace(record, rows=(), notices=())).decode()
    columns = (
        "map_id", "artifact_id", "slug", "version", "valid_from", "published", "purpose", "source_system",
        "target_system", "source_sha256", "header", "pages", "shell", "recorded_from",
    )  # fmt: skip
    row = (
        map_id, artifact_id, record.slug, record.version, iso(record.valid_from), record.published, record.purpose,
        record.source_system, record.target_system, digest or map_digest(record), header,
        msgspec.json.encode(pages).decode(), shell, writer.recorded,
    )  # fmt: skip
    writer.connection.insert("concept_map", columns, [row])


def _write_rows(writer: Writer, map_id: int, record: MapRecord, behaviour: Behaviours) -> RowPages:
    pairs = [(p.source, p.target) for p in record.pairs] or [(record.source_system, record.target_system)]
    rules = [(behaviour(source), behaviour(target)) for source, target in pairs]
    first = writer.next_id("map_row", "row_id")
    rows, further = [], []
    for row_id, row in enumerate(record.rows, first):
        source, target = rules[row.group]
        of = [behaviour(s) for s in row.source_systems] or [source] * len(row.sources)
        codes = [compact_code(b.canonical(c)) for b, c in zip(of, row.sources, strict=True)]
        body = msgspec.json.encode(row).decode()
        to = compact_code(target.canonical(row.target)) if row.target else ""
        rows.append((row_id, map_id, codes[0] if codes else "", to, body))
        further += [(map_id, code, row_id) for code in dict.fromkeys(codes[1:]) if code != codes[0]]
    writer.connection.insert("map_row", ("row_id", "map_id", "source", "target", "body"), rows)
    writer.connection.insert("map_row_source", ("map_id", "source", "map_row_id"), further)
    return RowPages(
        map_id=map_id,
        joint=any(len(row.sources) > 1 for row in record.rows),
        source=_firsts(row[2] for row in rows),
        target=_firsts(row[3] for row in rows),
    )


def _firsts(codes: Iterable[str]) -> tuple[str, ...]:
    """The first code of each page, each code in one page only."""
    return tuple(dict.fromkeys(sorted(codes)[::_PAGE]))


def known_codes(connection: Connection, system_id: int, codes: Collection[str]) -> set[str]:
    """Those of the codes that some release of the system has or had."""
    wanted, found = sorted(codes), set[str]()
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        marks = ", ".join("?" * len(part))
        rows = connection.all(
            f"SELECT DISTINCT code FROM concept_state WHERE system_id = ? AND code IN ({marks})",
            (system_id, *part),
        )
        found.update(str(code) for (code,) in rows)
    return found


def map_headers(
    connection: Connection, instant: int | None = None, *, purpose: str | None = None
) -> list[MapHeader]:
    """The maps as known at the instant (None = now), by slug, version and start; replaced ones left out.

    ``purpose`` keeps the maps of that purpose.
    """
    rows = connection.all(
        "SELECT header, pages, recorded_from, recorded_to FROM concept_map WHERE artifact_id IS NULL"
        " AND (CAST(? AS TEXT) IS NULL OR purpose = ?) ORDER BY slug, version, valid_from, map_id",
        (purpose, purpose),
    )
    found: dict[tuple[str, str, str | None], MapHeader] = {}
    for header, pages, recorded_from, recorded_to in rows:
        if not covers(recorded_from, recorded_to, instant):
            continue
        one = MapHeader(
            record=_decode_header(header),
            pages=decode_pages(pages),
            recorded_from=recorded_from,
            recorded_to=recorded_to,
        )
        key = (one.record.slug, one.record.version, iso(one.record.valid_from))
        if key not in found or one.rank > found[key].rank:
            found[key] = one
    return list(found.values())


class _Page(NamedTuple):
    """Encoded rows by compact code, and what they cost in memory."""

    rows: dict[str, list[str]]
    weight: int


class MapRows:
    """Rows of stored maps by code, read when they are asked for. Rows never change, so the cache is always right."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: Bounded[tuple[int, str, str], _Page] = Bounded(_CACHED_BYTES, lambda page: page.weight)

    def by_source(self, pages: RowPages, code: str) -> list[MapRowRecord]:
        """Rows that have the canonical code among their sources, in the map's order (those of a group last)."""
        key = compact_code(code)
        found = [_decode_row(body) for body in self._bodies(pages.map_id, "source", pages.source, key)]
        if pages.joint and storable(key):
            rows = self._database.reader().all(_FURTHER, (pages.map_id, key))
            found += [_decode_row(body) for (body,) in rows]
        return found

    def by_target(self, pages: RowPages, code: str) -> list[MapRowRecord]:
        """Rows that have the canonical code as their target, in the map's order."""
        bodies = self._bodies(pages.map_id, "target", pages.target, compact_code(code))
        return [_decode_row(body) for body in bodies]

    def _bodies(self, map_id: int, side: str, firsts: tuple[str, ...], key: str) -> list[str]:
        at = bisect_right(firsts, key) - 1
        if at < 0:
            return []
        first, after = firsts[at], firsts[at + 1] if at + 1 < len(firsts) else None
        page = self._kept.get((map_id, side, first), lambda: self._read(map_id, side, first, after))
        return page.rows.get(key, [])

    def _read(self, map_id: int, side: str, first: str, after: str | None) -> _Page:
        """The rows from one code to the next page's first."""
        if after is None:
            found = self._database.reader().all(_FROM.format(side), (map_id, first))
        else:
            found = self._database.reader().all(_BETWEEN.format(side), (map_id, first, after))
        rows: dict[str, list[str]] = {}
        for code, body in found:
            rows.setdefault(code, []).append(body)
        return _Page(rows, sum(len(body) + _ROW_BYTES for _, body in found))

    def all(self, map_id: int) -> Iterator[MapRowRecord]:
        """Every row of a map in its order, a part at a time."""
        last = -1
        while rows := self._database.reader().all(_ALL, (map_id, last, _AT_ONCE)):
            yield from (_decode_row(body) for _, body in rows)
            last = rows[-1][0]
