"""Writing the text index: one row per distinct text of a state, its id in rank order.

The row id is system << 50 | band << 40 | state id << 8 | ordinal; the band says how good a hit is (kind of text,
then length), so reading rows in order is ranking. Not here: reading (``registry.content.search``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from registry.entities.errors import StoreError
from registry.entities.records import ConceptRecord
from registry.store.engine import Connection
from registry.store.states import searchable
from registry.store.text import tokens

__all__ = ["BAND", "STATE", "STATE_MASK", "SYSTEM", "add_terms", "remove_terms"]

SYSTEM, BAND, STATE = 50, 40, 8  #: where the parts of a row id begin, in bits
STATE_MASK = 0xFFFF_FFFF
_LONGEST_LEXEME = 400  #: characters; PostgreSQL refuses lexemes above 2 KB
_BATCH = 100_000  #: states indexed at a time: bounds memory
_WORD_START = re.compile(r"[^\W\d_]{4}[^\W_]*")
_ASCII_WORD_START = re.compile(r"[a-z]{4}[a-z0-9]*")

Rows = list[tuple[int, str]]


def _rows(system_id: int, states: Iterable[tuple[int, ConceptRecord]]) -> Rows:
    """Index rows of the states, ascending by row id."""
    if not 0 <= system_id < 1 << 13:
        raise StoreError(f"the text index has room for {1 << 13} systems")
    start = system_id << SYSTEM
    rows: Rows = []
    for state, record in states:
        rowid, previous = 0, -1
        for band, text in searchable(record):
            rowid = rowid + 1 if band == previous else start | band << BAND | state << STATE
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
