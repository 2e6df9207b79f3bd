"""Finding descriptions by their terms: words by language, in sorted order, with the rows that have them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from pyroaring import BitMap

from registry.ecl.collation import matches, words
from registry.ecl.nodes import SearchTerm
from registry.entities.budget import spend

__all__ = ["WordIndex"]


class _Words:
    """The words of the descriptions of one language."""

    def __init__(self, texts: Sequence[str], rows: Iterable[int], language: str) -> None:
        found: dict[str, array[int]] = defaultdict(lambda: array("I"))
        for row in rows:
            for word in set(words(texts[row], language)):
                found[word].append(row)
        self._words = sorted(found)
        self._rows = [found[word] for word in self._words]

    def beginning_with(self, start: str) -> BitMap:
        """The rows that have a word with this beginning."""
        found, at = BitMap(), bisect_left(self._words, start)
        while at < len(self._words) and self._words[at].startswith(start):
            found.update(self._rows[at])
            at += 1
        return found

    def containing(self, part: str) -> BitMap:
        """The rows that have a word with this part."""
        found, joined, starts = BitMap(), self._joined, self._starts
        at = joined.find(part)
        while at >= 0:
            place = bisect_left(starts, at + 1) - 1
            found.update(self._rows[place])
            at = joined.find(part, starts[place + 1]) if place + 1 < len(starts) else -1
        return found

    @cached_property
    def _joined(self) -> str:
        return "\n".join(self._words)

    @cached_property
    def _starts(self) -> array[int]:
        found, at = array("Q"), 0
        for word in self._words:
            found.append(at)
            at += len(word) + 1
        return found


class WordIndex:
    """``TermIndex`` over texts in memory; ``languages``: language → rows. Words are indexed at the first search."""

    def __init__(self, texts: Sequence[str], languages: Mapping[str, BitMap]) -> None:
        self._texts, self._languages = texts, languages

    def rows(self, term: SearchTerm) -> BitMap:
        """The descriptions whose term matches, inactive ones included."""
        found = BitMap()
        for language in self._languages:
            found |= self._wild(term, language) if term.wild else self._match(term, language)
        return found

    @cached_property
    def _words(self) -> Mapping[str, _Words]:
        return {code: _Words(self._texts, rows, code) for code, rows in self._languages.items()}

    def _match(self, term: SearchTerm, language: str) -> BitMap:
        wanted = [words(part, language) for part in term.parts]
        if not all(wanted):
            return BitMap()
        index = self._words[language]
        return BitMap.intersection(*(index.beginning_with(w) for part in wanted for w in part))

    def _wild(self, term: SearchTerm, language: str) -> BitMap:
        """Rows whose words have the longest run of letters of each part, and then those that match."""
        candidates = self._languages[language]
        for part in term.parts:
            if runs := words(part, language):
                candidates = candidates & self._words[language].containing(max(runs, key=len))
        spend(len(candidates))
        return BitMap([row for row in candidates if matches(term, self._texts[row], language)])
