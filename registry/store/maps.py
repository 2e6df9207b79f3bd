"""Concept maps in the store: writing a map, reading headers, and rows by code in both directions.

Only headers are read as a whole. Rows are stored in pages, compressed: 128 rows each in the map's order, and for either
side the compact codes in order, 256 a page, each with the numbers of its rows. A code is found in the header, which
names the first code of each page; pages that were read stay in a cache bounded in bytes. The reader leaves out rows
whose codes the system takes for different ones. Not here: translating (``registry.terminology``), checking
(``registry.writing.map_checks``).
"""

from __future__ import annotations

import hashlib
import zlib
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, takewhile
from typing import Any, NamedTuple, TypeVar

import msgspec

from registry.entities.intervals import covers, iso
from registry.entities.records import MapRecord, MapRowRecord
from registry.store.bounded import Bounded
from registry.store.engine import Connection, Database
from registry.store.ledger_writer import Writer
from registry.store.metadata import Snapshot
from registry.store.stored_values import reading
from registry.store.tokens import compact_code
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
    "write_resource_map",
]

T = TypeVar("T")
Numbers = dict[str, list[int]]  #: numbers of rows, from 0, by compact code
#: Gives the behaviour of a system by slug or canonical URL.
Behaviours = Callable[[str], SystemBehaviour]

_CACHED_BYTES = 32 << 20  #: of pages, of all maps together
_ROW_BYTES = 50  #: what a row of a page costs in memory besides its text
_ROWS, _CODES = 128, 256  #: rows of a page, codes of a page
_PAGE = "SELECT body FROM map_page WHERE map_id = ? AND side = ? AND number = ?"
_encode_row = msgspec.json.Encoder().encode
_ROW = msgspec.json.Decoder(MapRowRecord).decode


class RowPages(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where the codes of a map are cut into pages: the first compact code of each, by source and by target."""

    map_id: int
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


_HEADER = msgspec.json.Decoder(MapRecord).decode
_PAGES = msgspec.json.Decoder(RowPages).decode


def _decode_row(row: bytes) -> MapRowRecord:
    with reading("row of a map"):
        return _ROW(row)


def _decode_header(text: str) -> MapRecord:
    with reading("map"):
        return _HEADER(text)


def decode_pages(text: str) -> RowPages:
    """The stored pages of a map; raises ``StoreDamaged``."""
    with reading("map"):
        return _PAGES(text)


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
    return _digest([_encode_row(row) for row in record.rows])


def _digest(rows: Sequence[bytes]) -> str:
    return hashlib.sha256(b"[" + b",".join(rows) + b"]").hexdigest()


def store_map(writer: Writer, record: MapRecord) -> str:
    """Store a map that is not here yet: ``loaded``, ``amended`` or ``unchanged``.

    The same rows of one slug, version and start published no later are here already.
    """
    rows = [_encode_row(row) for row in record.rows]
    digest = _digest(rows)
    live = writer.connection.all(
        "SELECT source_sha256, published FROM concept_map WHERE slug = ? AND version = ? AND recorded_to IS NULL"
        " AND artifact_id IS NULL AND COALESCE(valid_from, '') = ?",
        (record.slug, record.version, iso(record.valid_from) or ""),
    )
    if any(sha == digest and record.published <= published for sha, published in live):
        return "unchanged"
    _write(writer, record, rows, digest)
    writer.publish("map", record.slug, record.version, digest, f"{len(record.rows)} rows, {record.purpose}")
    return "amended" if live else "loaded"


def write_resource_map(writer: Writer, record: MapRecord, *, artifact_id: int, shell: bytes) -> None:
    """Write the map of a stored resource; ``shell`` is the resource without its rows."""
    rows = [_encode_row(row) for row in record.rows]
    _write(writer, record, rows, _digest(rows), artifact_id, shell)


def _write(
    writer: Writer,
    record: MapRecord,
    rows: Sequence[bytes],
    digest: str,
    artifact_id: int | None = None,
    shell: bytes | None = None,
) -> None:
    """Write header and rows, which are encoded already."""
    map_id = writer.next_id("concept_map", "map_id")
    source, target = _codes(record, behaviours(writer.snapshot))
    pages = RowPages(map_id=map_id, source=tuple([*source][::_CODES]), target=tuple([*target][::_CODES]))
    _write_pages(writer, map_id, "row", [b"\n".join(p) for p in _cut(rows, _ROWS)])
    for side, codes in (("source", source), ("target", target)):
        _write_pages(writer, map_id, side, [_index_page(p) for p in _cut([*codes.items()], _CODES)])
    header = msgspec.json.encode(msgspec.structs.replace(record, rows=(), notices=())).decode()
    columns = (
        "map_id", "artifact_id", "slug", "version", "valid_from", "published", "purpose", "source_system",
        "target_system", "source_sha256", "header", "pages", "shell", "recorded_from",
    )  # fmt: skip
    row = (
        map_id, artifact_id, record.slug, record.version, iso(record.valid_from), record.published, record.purpose,
        record.source_system, record.target_system, digest, header, msgspec.json.encode(pages).decode(), shell,
        writer.recorded,
    )  # fmt: skip
    writer.insert("concept_map", columns, [row])


def _cut(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[at : at + size] for at in range(0, len(items), size))


def _index_page(codes: Sequence[tuple[str, list[int]]]) -> bytes:
    """JSON whose first brace is a comma, so that every code is found by what stands before and after it.

    No code contains that itself: in JSON a quotation mark inside a text never follows a comma.

    >>> _index_page([("a00", [3]), ("a01", [4, 5])])
    b',"a00":[3],"a01":[4,5]}'
    """
    return b"," + msgspec.json.encode(dict(codes))[1:]


def _numbers(page: bytes, code: str) -> list[int]:
    """The numbers of a code's rows.

    >>> _numbers(b',"a00":[3],"a01":[4,5]}', "a01"), _numbers(b',"a00":[3]}', "a")
    ([4, 5], [])
    """
    before = b",%b:[" % msgspec.json.encode(code)
    at = page.find(before)
    if at < 0:
        return []
    at += len(before)
    return [int(number) for number in page[at : page.index(b"]", at)].split(b",")]


def _write_pages(writer: Writer, map_id: int, side: str, bodies: Sequence[bytes]) -> None:
    pages = [(map_id, side, number, zlib.compress(body, 1)) for number, body in enumerate(bodies)]
    writer.connection.insert("map_page", ("map_id", "side", "number", "body"), pages)


def _codes(record: MapRecord, behaviour: Behaviours) -> tuple[Numbers, Numbers]:
    """The rows' numbers by source and by target, compact codes in order; rows with more sources come last."""
    pairs = [(p.source, p.target) for p in record.pairs] or [(record.source_system, record.target_system)]
    rules = [(behaviour(source).canonical, behaviour(target).canonical) for source, target in pairs]
    by_source: Numbers = {}
    by_target: Numbers = {}
    joint = []
    for number, row in enumerate(record.rows):
        source, target = rules[row.group]
        if row.target:
            by_target.setdefault(compact_code(target(row.target)), []).append(number)
        if len(row.sources) == 1 and not row.source_systems:
            by_source.setdefault(compact_code(source(row.sources[0])), []).append(number)
            continue
        of = [behaviour(s).canonical for s in row.source_systems] or [source] * len(row.sources)
        keys = dict.fromkeys(compact_code(b(c)) for b, c in zip(of, row.sources, strict=True))
        for place, key in enumerate(keys):
            if place:
                joint.append((key, number))
            else:
                by_source.setdefault(key, []).append(number)
    for key, number in joint:
        by_source.setdefault(key, []).append(number)
    return dict(sorted(by_source.items())), dict(sorted(by_target.items()))


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

    ``purpose`` keeps the maps of that purpose, those kept as resources included; without it these are left out.
    """
    wanted = "m.artifact_id IS NULL" if purpose is None else "TRIM(m.purpose) = ?"
    rows = connection.all(
        "SELECT m.header, m.pages, m.recorded_from, COALESCE(a.recorded_to, m.recorded_to) FROM concept_map m"
        f" LEFT JOIN artifact a ON a.row_id = m.artifact_id WHERE {wanted}"
        " ORDER BY m.slug, m.version, m.valid_from, m.map_id",
        () if purpose is None else (purpose,),
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
    """What a page holds, and what that costs in memory."""

    content: Any
    weight: int


class MapRows:
    """Rows of stored maps by code, read when they are asked for. Rows never change, so the cache is always right."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: Bounded[tuple[int, str, int], _Page] = Bounded(_CACHED_BYTES, lambda page: page.weight)

    def by_source(self, pages: RowPages, code: str) -> list[MapRowRecord]:
        """Rows that have the canonical code among their sources, in the map's order (those of a group last)."""
        return self._rows(pages.map_id, "source", pages.source, compact_code(code))

    def by_target(self, pages: RowPages, code: str) -> list[MapRowRecord]:
        """Rows that have the canonical code as their target, in the map's order."""
        return self._rows(pages.map_id, "target", pages.target, compact_code(code))

    def _rows(self, map_id: int, side: str, firsts: tuple[str, ...], key: str) -> list[MapRowRecord]:
        at = bisect_right(firsts, key) - 1
        if at < 0:
            return []
        numbers = _numbers(self._page(map_id, side, at), key)
        return [_decode_row(self._page(map_id, "row", n // _ROWS)[n % _ROWS]) for n in numbers]

    def _page(self, map_id: int, side: str, number: int) -> Any:
        """The encoded rows of a page, or the page of an index."""
        return self._kept.get((map_id, side, number), lambda: self._read(map_id, side, number)).content

    def _read(self, map_id: int, side: str, number: int) -> _Page:
        body = self._body(map_id, side, number)
        if side != "row":
            return _Page(body, len(body) + _ROW_BYTES)
        rows = body.split(b"\n")
        return _Page(rows, len(body) + _ROW_BYTES * len(rows))

    def _body(self, map_id: int, side: str, number: int) -> bytes:
        row = self._database.reader().one(_PAGE, (map_id, side, number))
        with reading("page of a map"):
            return zlib.decompress(row[0]) if row else b""

    def all(self, map_id: int) -> Iterator[MapRowRecord]:
        """Every row of a map in its order, a page at a time."""
        pages = (self._body(map_id, "row", number) for number in count())
        for body in takewhile(len, pages):
            yield from map(_decode_row, body.split(b"\n"))
