"""A parsed search text, and whether a record matches it.

Query text is untrusted: bounded, and reduced to letters and digits.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.entities.records import ConceptRecord
from registry.store.states import CODE_WORD, searchable
from registry.store.tokens import compact_code, fold, tokens

__all__ = ["Query", "best_band", "matched", "matches", "parse"]

_LONGEST_TEXT, _MOST_WORDS, _LONGEST_TOKEN = 200, 12, 64


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed search text: a word matches by any of its alternatives, an alternative by all its tokens."""

    words: tuple[tuple[tuple[str, ...], ...], ...]
    code: str  #: the whole text as a compact code

    @property
    def code_prefix(self) -> bool:
        """Whether the text may be a prefix of a code; a single letter must be the whole code."""
        return len(self.code) > 1 or self.code.isdigit()


def parse(text: str) -> Query:
    """The query of a text; words beyond the twelfth and text beyond 200 characters are ignored.

    >>> parse("K63.8 tarm").words
    ((('k63', '8'), ('k638',)), (('tarm',),))
    """
    folded = fold(text[:_LONGEST_TEXT])
    words = [w for w in (_alternatives(chunk) for chunk in folded.split()) if w][:_MOST_WORDS]
    return Query(tuple(words), compact_code(folded)[:_LONGEST_TEXT] if words else "")


def _alternatives(chunk: str) -> tuple[tuple[str, ...], ...]:
    """A word as its tokens, or, if it looks like a code with punctuation, also as that code."""
    found = tuple(t[:_LONGEST_TOKEN] for t in tokens(chunk)[:_MOST_WORDS])
    if len(found) > 1 and any(c.isdigit() for c in chunk):
        return (found, (compact_code(chunk)[:_LONGEST_TOKEN],))
    return (found,) if found else ()


def matches(query: Query, record: ConceptRecord) -> bool:
    """Whether the record matches the query: by its code, or by one of its texts together with the code."""
    code = compact_code(record.code)
    if code.startswith(query.code) if query.code_prefix else code == query.code:
        return True
    return best_band(query, record) is not None


def matched(query: Query, record: ConceptRecord) -> str:
    """The text of the record that matches the query; its code if no text does."""
    code = compact_code(record.code)
    return next((d.text for d in record.designations if _meets(query, [*tokens(d.text), code])), record.code)


def best_band(query: Query, record: ConceptRecord) -> int | None:
    """The best band among the texts of the record that match the query, or None."""
    code = compact_code(record.code)
    also = [code] if len(code) <= CODE_WORD else []
    return next((band for band, text in searchable(record) if _meets(query, [*tokens(text), *also])), None)


def _meets(query: Query, found: list[str]) -> bool:
    return all(
        any(all(any(f.startswith(t) for f in found) for t in way) for way in ways) for ways in query.words
    )
