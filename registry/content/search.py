"""Text search: hits of the text index, best first.

Rows are read in the order of their ids, which is rank order. State ids depend on the order of loading, answers
must not: hits are read to the end of a band and sorted by code inside it. Reading goes no further than the caller.

Not here: what a query means (``registry.content.query``), how rows are written (``registry.store.terms``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyroaring import BitMap

from registry.content.query import Query, best_band, match_text, matched, matches, parse
from registry.store.engine import Connection
from registry.store.postings import KeptPostings, Postings, QueryHits, combined
from registry.store.rows import fetch
from registry.store.states import decode
from registry.store.terms import BAND, STATE, STATE_MASK, SYSTEM, add_terms, remove_terms

__all__ = [
    "KeptPostings",
    "Query",
    "add_terms",
    "matched",
    "matches",
    "matching",
    "parse",
    "remove_terms",
    "search",
]

_FIRST_READ, _LARGEST_READ = 64, 8192
_PATIENCE = 1000  #: rows read for a narrow question before another way is taken
_FEW = 64  #: so few states are looked at one by one


def search(
    connection: Connection,
    system_id: int,
    text: str,
    bitmap: BitMap,
    limit: int | None = None,
    within: BitMap | None = None,
    kept: KeptPostings | None = None,
) -> Iterator[int]:
    """State ids of ``bitmap`` (and ``within``) that match every word as a prefix, best first, each once.

    First the concepts whose code begins with the text (with or without its dot), by code; then by band and code.
    A word is met by a word of one designation or by the code. ``kept`` are the rows of tokens in the same bitmap.
    """
    query = parse(text)
    if not query.words:
        return
    wanted = bitmap if within is None else bitmap & within
    reading = _Reading(connection, system_id, query, bitmap, wanted, within is not None, kept)
    seen: set[int] = set()
    for ident in reading.ranked():
        if ident not in seen:
            seen.add(ident)
            yield ident
            if len(seen) in (limit, len(wanted)):
                return


def matching(
    connection: Connection,
    system_id: int,
    text: str,
    bitmap: BitMap,
    within: BitMap | None,
    kept: KeptPostings,
) -> BitMap:
    """All that ``search`` would give, as a set: for totals, without ranking a common word's thousands of hits."""
    query = parse(text)
    if not query.words:
        return BitMap()
    reading = _Reading(connection, system_id, query, bitmap, bitmap, False, kept)
    found = reading.every(kept).states() | reading.coded()
    return found if within is None else found & within


@dataclass(frozen=True, slots=True)
class _Reading:
    """One search under way."""

    connection: Connection
    system_id: int
    query: Query
    bitmap: BitMap
    wanted: BitMap
    narrow: bool
    kept: KeptPostings | None

    def ranked(self) -> Iterator[int]:
        """Hits in order; one state may come several times."""
        if self.wanted:
            yield from self._by_code()
            yield from self._by_text()

    def _by_code(self) -> Iterator[int]:
        """States whose compact code begins with the query, by (compact, code), a few hundred at a time."""
        statement = (
            "SELECT compact, code, id FROM concept_state WHERE system_id = ? AND compact >= ? AND compact < ?"
            " AND (compact, code, id) > (?, ?, ?) ORDER BY compact, code, id LIMIT ?"
        )
        after: tuple[str, str, int] = ("", "", 0)
        size = _FIRST_READ
        while True:
            rows = self.connection.all(statement, (self.system_id, *self._code_range(), *after, size))
            yield from (ident for _, _, ident in rows if ident in self.wanted)
            if len(rows) < size:
                return
            after, size = rows[-1], min(size * 4, _LARGEST_READ)

    def coded(self) -> BitMap:
        """The same states as a set."""
        statement = "SELECT id FROM concept_state WHERE system_id = ? AND compact >= ? AND compact < ?"
        rows = self.connection.all(statement, (self.system_id, *self._code_range()))
        return BitMap([ident for (ident,) in rows]) & self.wanted

    def _code_range(self) -> tuple[str, str]:
        code = self.query.code
        return code, code + ("\U0010ffff" if self.query.code_prefix else "\x01")

    def _by_text(self) -> Iterator[int]:
        """Hits of the text index, band by band, by code inside a band."""
        kept = self.kept
        if kept is not None and all(kept.peek(token) is not None for token in self._tokens()):
            yield from self._every(kept)
            return
        read, patience = 0, _PATIENCE if len(self.wanted) > _FEW else min(_PATIENCE, _FIRST_READ)
        for hits, rows in _bands(self._rows()):
            read += rows
            if kept is not None and self.narrow and read >= patience:
                yield from self._narrow(kept)
                return
            yield from self._sorted(hits)

    def _narrow(self, kept: KeptPostings) -> Iterator[int]:
        """The wanted hits of a common word: by looking at the few states wanted, else by collecting all hits once."""
        if len(self.wanted) > _FEW:
            return self._every(kept)
        found = [
            (band, ident)
            for ident, body in fetch(self.connection, "body", list(self.wanted))
            if (band := best_band(self.query, decode(body))) is not None
        ]
        return self._sorted(found)

    def _tokens(self) -> set[str]:
        return {token for ways in self.query.words for way in ways for token in way}

    def every(self, kept: KeptPostings) -> QueryHits:
        """Every hit of the query in the release."""
        return combined(self.query.words, lambda token: kept.get(token, lambda: self._postings(token)))

    def _every(self, kept: KeptPostings) -> Iterator[int]:
        for hits in self.every(kept).bands(self.wanted):
            yield from self._by_band_and_code(hits)

    def _postings(self, token: str) -> Postings:
        """Every row of the release that a token meets."""
        rows = self._read(0, -1, Query((((token,),),), ""))
        return Postings.of([row for (row,) in rows], self.bitmap)

    def _sorted(self, hits: list[tuple[int, int]]) -> Iterator[int]:
        """Hits of whole bands, (band, state id), by band and code; codes are read for as far as the caller goes."""
        hits.sort()
        part: list[tuple[int, int]] = []
        for hit in hits:
            if len(part) >= _FIRST_READ and hit[0] != part[-1][0]:
                yield from self._by_band_and_code(part)
                part = []
            part.append(hit)
        yield from self._by_band_and_code(part)

    def _by_band_and_code(self, hits: list[tuple[int, int]]) -> Iterator[int]:
        codes = dict(fetch(self.connection, "code", sorted({state for _, state in hits})))
        return (state for _, _, state in sorted([(band, codes[state], state) for band, state in hits]))

    def _rows(self) -> Iterator[tuple[list[tuple[int, int]], int, bool]]:
        """Wanted hits as (band, state id), read in growing pieces; how many rows that took; whether it was the last."""
        start, size, wanted = 0, _FIRST_READ, self.wanted
        while True:
            rows = self._read(start, size)
            final = len(rows) < size
            hits = [(r >> BAND & 0x3FF, s) for (r,) in rows if (s := r >> STATE & STATE_MASK) in wanted]
            yield hits, len(rows), final
            if final:
                return
            start, size = rows[-1][0] + 1, min(size * 4, _LARGEST_READ)

    def _read(self, start: int, size: int, query: Query | None = None) -> list[tuple[int]]:
        """Rows of the index from one id on, in order; at most ``size`` of them (-1 = all)."""
        sqlite = self.connection.dialect == "sqlite"
        statement = (
            f"SELECT rowid FROM search_term WHERE {'search_term MATCH ?' if sqlite else 'tokens @@ CAST(? AS tsquery)'}"
            " AND rowid >= ? AND rowid < ? ORDER BY rowid LIMIT ?"
        )
        first, end = self.system_id << SYSTEM, (self.system_id + 1) << SYSTEM
        most = size if size >= 0 else (-1 if sqlite else None)
        match = match_text(self.connection, query or self.query)
        return self.connection.all(statement, (match, max(first, start), end, most))


def _bands(
    reads: Iterable[tuple[list[tuple[int, int]], int, bool]],
) -> Iterator[tuple[list[tuple[int, int]], int]]:
    """The reads cut where a band ends: the last band of a read waits until no more of it may come."""
    waiting: list[tuple[int, int]] = []
    for hits, rows, final in reads:
        waiting += hits
        last = 1 << 10 if final else waiting[-1][0] if waiting else 0
        whole = [hit for hit in waiting if hit[0] < last]
        waiting = waiting[len(whole) :]
        yield whole, rows
