"""A search text taken apart, and put again in the words of the database engine.

Query text is untrusted: bounded, and cut to letters and digits before it meets SQL.
Not here: reading and ranking hits (``registry.content.search``).
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.entities.records import ConceptRecord
from registry.store.engine import Connection
from registry.store.states import searchable
from registry.store.text import compact_code, fold, tokens

__all__ = ["Query", "best_band", "match_text", "matched", "matches", "parse"]

_LONGEST_TEXT, _MOST_WORDS, _LONGEST_TOKEN = 200, 12, 64
_INDEXED_PREFIX = 3  #: the text index itself knows prefixes up to this length (migration 0002)
_MOST_ALTERNATIVES = 128


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
    return best_band(query, record) is not None


def matched(query: Query, record: ConceptRecord) -> str:
    """The text of the record that meets the query; its code where none does."""
    code = compact_code(record.code)
    return next((d.text for d in record.designations if _meets(query, [*tokens(d.text), code])), record.code)


def best_band(query: Query, record: ConceptRecord) -> int | None:
    """The best band among the texts of the record that meet the query, or None."""
    return next((band for band, text in searchable(record) if _meets(query, tokens(text))), None)


def _meets(query: Query, found: list[str]) -> bool:
    return all(
        any(all(any(f.startswith(t) for f in found) for t in way) for way in ways) for ways in query.words
    )


def match_text(connection: Connection, query: Query) -> str:
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
