"""Text for search: folded and split into tokens, the same on both databases.

æ, ø and å are separate letters; every other letter loses its accents (é → e, ü → u) and its case.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["compact_code", "fold", "storable", "tokens"]

_TOKEN = re.compile(r"[^\W_]+")
_CACHE_LIMIT = 4096  #: most code points in the cache; queries are untrusted, so it is bounded


class _Folding(dict[int, str]):
    """Table for ``str.translate``: the folded form of a code point, computed once."""

    def __missing__(self, point: int) -> str:
        if len(self) > _CACHE_LIMIT:
            self.clear()
        self[point] = folded = _fold_character(chr(point))
        return folded


def _fold_character(character: str) -> str:
    lower = character.casefold()
    if lower.isascii() or lower in "æøå":
        return lower
    if unicodedata.combining(character):
        return ""
    parts = [c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c)]
    return "".join(c if c.isalnum() else " " for c in "".join(parts).casefold())


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text in lower case without accents; a character that is neither ASCII nor a letter or digit becomes a space.

    >>> fold("Sjögrens syndrom – Ærlig")
    'sjogrens syndrom   ærlig'
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).translate(_FOLDING)


def tokens(text: str) -> list[str]:
    """The words of a text, folded, in order.

    >>> tokens("Åpent sår, type-2")
    ['åpent', 'sår', 'type', '2']
    """
    return _TOKEN.findall(fold(text))


def compact_code(code: str) -> str:
    """The code in lower case, letters and digits only (unchanged if it has none).

    >>> compact_code("K63.8")
    'k638'
    """
    plain = code.replace(".", "")
    if plain.isalnum() and plain.isascii():
        return plain.lower()
    return "".join(_TOKEN.findall(fold(code))) or code


def storable(text: str) -> bool:
    """Whether a database can store the text (no NUL, no unpaired surrogate); if not, no row has it."""
    if text.isascii():
        return "\x00" not in text
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
