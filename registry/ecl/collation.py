"""Comparing terms with search terms: words and characters folded as the language of a description does.

Case and accents don't count, but letters of the language's alphabet stay letters of their own: å is not a in Norwegian,
ñ is not n in Spanish (ECL specification, 5.5). A word of a term is a run of letters and digits.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from registry.ecl.nodes import SearchTerm

__all__ = ["folded", "matches", "words"]

#: language → letters with marks that are letters of its alphabet
_LETTERS: Final = {
    "nb": "åæø",
    "nn": "åæø",
    "no": "åæø",
    "da": "åæø",
    "sv": "åäö",
    "fi": "åäö",
    "et": "äöõüšž",
    "es": "ñ",
    "is": "áéíóúýö",
}
_WORD: Final = re.compile(r"[^\W_]+")


def folded(text: str, language: str) -> str:
    """The text in one case and without the accents that don't count in the language.

    >>> folded("Ångström É", "nb"), folded("Ångström É", "en")
    ('ångstrom e', 'angstrom e')
    """
    if text.isascii():
        return text.lower()
    return "".join(_character(c, language) for c in unicodedata.normalize("NFC", text).casefold())


@lru_cache(maxsize=8192)
def _character(character: str, language: str) -> str:
    if character.isascii() or character in _LETTERS.get(language, ""):
        return character
    parts = unicodedata.normalize("NFKD", character)
    return "".join(c for c in parts if not unicodedata.combining(c))


def words(text: str, language: str) -> list[str]:
    """The words of a text, folded.

    >>> words("Hjerte-/karsykdom (type 2)", "nb")
    ['hjerte', 'karsykdom', 'type', '2']
    """
    return _WORD.findall(folded(text, language))


def matches(term: SearchTerm, text: str, language: str) -> bool:
    """Whether a term in a language matches a search term.

    >>> matches(SearchTerm(("att", "heart")), "Heart attack", "en")
    True
    >>> matches(SearchTerm(("cardi", "opathy"), wild=True), "Cardiomyopathy", "en")
    True
    """
    if term.wild:
        pattern = ".*".join(re.escape(folded(part, language)) for part in term.parts)
        return re.fullmatch(pattern, folded(text, language), re.DOTALL) is not None
    wanted = [words(part, language) for part in term.parts]
    present = words(text, language)
    return all(found and all(any(w.startswith(f) for w in present) for f in found) for found in wanted)
