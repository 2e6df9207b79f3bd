"""Text search: index rows whose ids are in rank order, so that reading them in order is ranking.

The row id is system << 50 | band << 40 | state id << 8 | ordinal; the band says how good a hit is (kind of text,
then length). State ids depend on the order of loading, answers must not: hits are read to the end of a band and
sorted by code inside it. Query text is untrusted: bounded, and cut to letters and digits before it meets SQL.

Not here: folding (``registry.store.text``), what of a record is indexed (``registry.store.states``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from pyroaring import BitMap

from registry.errors import StoreError
from registry.records import ConceptRecord
from registry.store.engine import Connection
from registry.store.rows import fetch
from registry.store.states import searchable
from registry.store.text import compact_code, fold, tokens

__all__ = ["Query", "add_terms", "matched", "matches", "parse", "remove_terms", "search"]

_SYSTEM, _BAND, _STATE = 50, 40, 8
_STATE_MASK = 0xFFFF_FFFF
_LONGEST_TEXT, _MOST_WORDS, _LONGEST_TOKEN = 200, 12, 64
_LONGEST_LEXEME = 400  #: characters; PostgreSQL refuses lexemes above 2 KB
_FIRST_READ, _LARGEST_READ = 64, 8192
_BATCH = 100_000  #: states indexed at a time: bounds memory
_INDEXED_PREFIX = 3  #: the text index itself knows prefixes up to this length (migration 0001)
_MOST_ALTERNATIVES = 64
_WORD_START = re.compile(r"[^\W\d_]{4}[^\W_]*")
_ASCII_WORD_START = re.compile(r"[a-z]{4}[a-z0-9]*")

Rows = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Query:
    """A search text taken apart: each word is met by any of its alternatives, each of those by all its tokens."""

    words: tuple[tuple[tuple[str, ...], ...], ...]
    code: str  #: the whole text as a compact code

    @property
    def code_prefix(self) -> bool:
        """Whether the text may be the beginning of a code; a single letter must be the whole code."""
        return len(self.code) > 1 or self.code.isdigit()


def parse(text: str) -> Query:
    """The query that a text asks; words beyond the twelfth and text beyond 200 characters are ignored.

    >>> parse("K63.8 tarm").words
    ((('k63', '8'), ('k638',)), (('tarm',),))
    """
    folded = fold(text[:_LONGEST_TEXT])
    words = [w for w in (_alternatives(chunk) for chunk in folded.split()) if w][:_MOST_WORDS]
    return Query(tuple(words), compact_code(folded)[:_LONGEST_TEXT] if words else "")


def _alternatives(chunk: str) -> tuple[tuple[str, ...], ...]:
    """A word as its tokens, or, where it looks like a code with punctuation, as that code."""
    found = tuple(t[:_LONGEST_TOKEN] for t in tokens(chunk)[:_MOST_WORDS])
    if len(found) > 1 and any(c.isdigit() for c in chunk):
        return (found, (compact_code(chunk)[:_LONGEST_TOKEN],))
    return (found,) if found else ()


def matches(query: Query, record: ConceptRecord) -> bool:
    """Whether the record itself meets the query: by its code, or by one of its texts with the code."""
    code = compact_code(record.code)
    if code.startswith(query.code) if query.code_prefix else code == query.code:
        return True
    return any(_meets(query, text.split()) for text in _texts(record))


def matched(query: Query, record: ConceptRecord) -> str:
    """The text of the record that meets the query; its code where none does."""
    for d in record.designations:
        if _meets(query, [*tokens(d.text), compact_code(record.code)]):
            return d.text
    return record.code


def _texts(record: ConceptRecord) -> Iterator[str]:
    return (" ".join(tokens(text)) for _, text in searchable(record))


def _meets(query: Query, found: list[str]) -> bool:
    return all(
        any(all(any(f.startswith(t) for f in found) for t in way) for way in ways) for ways in query.words
    )


def _match(connection: Connection, query: Query) -> str:
    """The query in the engine's own language; tokens are letters and digits, so nothing can be injected."""
    if connection.dialect == "sqlite":
        token, both, either = _completed, " AND ", " OR "
    else:
        token, both, either = _lexeme, " & ", " | "
    words = [[both.join(token(connection, t) for t in way) for way in word] for word in query.words]
    return both.join("(" + either.join(f"({way})" for way in ways) + ")" for ways in words)


def _lexeme(connection: Connection, token: str) -> str:
    return f"'{token}':*"


def _completed(connection: Connection, token: str) -> str:
    """A prefix as FTS5 reads it fastest: whole words are streamed, prefixes beyond the index's are first merged."""
    if len(token) <= _INDEXED_PREFIX or not token[: _INDEXED_PREFIX + 1].isalpha():
        return f'"{token}"*'
    statement = "SELECT token FROM search_token WHERE token >= ? AND token < ? LIMIT ?"
    found = connection.all(statement, (token, token + "\U0010ffff", _MOST_ALTERNATIVES + 1))
    if len(found) > _MOST_ALTERNATIVES:
        return f'"{token}"*'
    return "(" + " OR ".join(f'"{t}"' for (t,) in found) + ")" if found else f'"{token}"'


def _rows(system_id: int, states: Iterable[tuple[int, ConceptRecord]]) -> Rows:
    """Index rows of the states, ascending by row id."""
    if not 0 <= system_id < 1 << 13:
        raise StoreError(f"the text index has room for {1 << 13} systems")
    start = system_id << _SYSTEM
    rows: Rows = []
    for state, record in states:
        rowid, previous = 0, -1
        for band, text in searchable(record):
            rowid = rowid + 1 if band == previous else start | band << _BAND | state << _STATE
            if band != previous or rowid & 0xFF:
                rows.append((rowid, text))
            else:
                rowid -= 1  # more than 256 equally good texts of one concept: the rest is left out
            previous = band
    rows.sort()
    return rows


def add_terms(connection: Connection, system_id: int, states: Iterable[tuple[int, ConceptRecord]]) -> None:
    """Index the texts of new states, given as (state id, record); part of the caller's transaction."""
    ahead = iter(states)
    while batch := list(islice(ahead, _BATCH)):
        rows = _rows(system_id, batch)
        if connection.dialect == "postgresql":
            connection.insert("search_term", ("rowid", "tokens"), ((r, _lexemes(text)) for r, text in rows))
            continue
        connection.insert("search_term", ("rowid", "tokens"), rows)
        _add_words(connection, rows)


def _add_words(connection: Connection, rows: Rows) -> None:
    """Keep the distinct words that are too long for the index's own prefixes, for ``_completed``."""
    text = " ".join([text for _, text in rows])
    words = set((_ASCII_WORD_START if text.isascii() else _WORD_START).findall(text))
    connection.raw.executemany("INSERT OR IGNORE INTO search_token VALUES (?)", [(w,) for w in sorted(words)])


def _lexemes(text: str) -> str:
    """A tsvector's text form: our own tokens, no positions."""
    return " ".join(f"'{t[:_LONGEST_LEXEME]}'" for t in tokens(text))


def remove_terms(connection: Connection, system_id: int, states: Iterable[tuple[int, ConceptRecord]]) -> None:
    """Take states out of the index; the records must be the ones they were added with."""
    rows = _rows(system_id, states)
    if connection.dialect == "postgresql":
        connection.execute("DELETE FROM search_term WHERE rowid = ANY(?)", ([r for r, _ in rows],))
        return
    statement = "INSERT INTO search_term (search_term, rowid, tokens) VALUES ('delete', ?, ?)"
    connection.raw.executemany(statement, rows)


def search(
    connection: Connection,
    system_id: int,
    text: str,
    bitmap: BitMap,
    limit: int | None = None,
    within: BitMap | None = None,
) -> Iterator[int]:
    """State ids of ``bitmap`` (and ``within``) that match every word as a prefix, best first, each once.

    First the concepts whose code begins with the text (with or without its dot), by code; then by band and code.
    A word is met by a word of one designation or by the code. Reads no further than the caller does.
    """
    query = parse(text)
    if not query.words:
        return
    wanted = bitmap if within is None else bitmap & within
    seen: set[int] = set()
    for ident in _ranked(connection, system_id, query, wanted):
        if ident not in seen:
            seen.add(ident)
            yield ident
            if len(seen) in (limit, len(wanted)):
                return


def _ranked(connection: Connection, system_id: int, query: Query, wanted: BitMap) -> Iterator[int]:
    yield from _by_code(connection, system_id, query, wanted)
    yield from _by_text(connection, system_id, query, wanted)


def _by_code(connection: Connection, system_id: int, query: Query, wanted: BitMap) -> Iterator[int]:
    """States whose compact code begins with the query, ordered by (compact, code), a few hundred at a time."""
    statement = (
        "SELECT compact, code, id FROM concept_state WHERE system_id = ? AND compact >= ? AND compact < ?"
        " AND (compact, code, id) > (?, ?, ?) ORDER BY compact, code, id LIMIT ?"
    )
    end = query.code + ("\U0010ffff" if query.code_prefix else "\x01")
    after: tuple[str, str, int] = ("", "", 0)
    size = _FIRST_READ
    while True:
        rows = connection.all(statement, (system_id, query.code, end, *after, size))
        yield from (ident for _, _, ident in rows if ident in wanted)
        if len(rows) < size:
            return
        after, size = rows[-1], min(size * 4, _LARGEST_READ)


def _by_text(connection: Connection, system_id: int, query: Query, wanted: BitMap) -> Iterator[int]:
    """Hits of the text index, band by band, by code inside a band."""
    for hits in _bands(_hits(connection, system_id, query, wanted)):
        yield from sorted_hits(connection, hits)


def sorted_hits(connection: Connection, hits: list[int]) -> list[int]:
    """Row ids of whole bands as state ids, by band and code."""
    states = [hit >> _STATE & _STATE_MASK for hit in hits]
    if len(hits) == 1:
        return states
    codes = dict(fetch(connection, "code", sorted(set(states))))
    order = sorted(zip(hits, states, strict=True), key=lambda pair: (pair[0] >> _BAND, codes[pair[1]]))
    return [state for _, state in order]


def _bands(reads: Iterable[tuple[list[int], bool]]) -> Iterator[list[int]]:
    """The reads cut where a band ends: the last band of a read waits until more of it may not come."""
    waiting: list[int] = []
    for hits, final in reads:
        waiting += hits
        if final:
            break
        if not waiting:
            continue
        last = waiting[-1] >> _BAND
        whole = [hit for hit in waiting if hit >> _BAND < last]
        waiting = waiting[len(whole) :]
        if whole:
            yield whole
    if waiting:
        yield waiting


def _hits(
    connection: Connection, system_id: int, query: Query, wanted: BitMap
) -> Iterator[tuple[list[int], bool]]:
    """Row ids that match and are wanted, in order, read in growing pieces; the flag marks the last piece."""
    condition = "search_term MATCH ?" if connection.dialect == "sqlite" else "tokens @@ CAST(? AS tsquery)"
    statement = (
        f"SELECT rowid FROM search_term WHERE {condition} AND rowid >= ? AND rowid < ? ORDER BY rowid LIMIT ?"
    )
    match = _match(connection, query)
    start, end, size = system_id << _SYSTEM, (system_id + 1) << _SYSTEM, _FIRST_READ
    while True:
        rows = connection.all(statement, (match, start, end, size))
        final = len(rows) < size
        yield [hit for (hit,) in rows if (hit >> _STATE & _STATE_MASK) in wanted], final
        if final:
            return
        start, size = rows[-1][0] + 1, min(size * 4, _LARGEST_READ)
