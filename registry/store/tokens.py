"""Text as the search sees it: folded, cut into tokens. Both database engines store what comes out of here.

æ, ø and å are letters of their own; every other letter loses its accents (é → e, ü → u) and its case.
Not here: how rows are ranked and read (``registry.content.text_search``).
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["compact_code", "fold", "storable", "tokens"]

_TOKEN = re.compile(r"[^\W_]+")
_CACHE_LIMIT = 4096  #: code points kept; queries are untrusted, so the table must not grow without bound


class _Folding(dict[int, str]):
    """What ``str.translate`` asks: the folded form of a code point, worked out once."""

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
    """The text in lower case without accents; what is neither ASCII nor a letter or digit becomes a space.

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
    """The code as fast typists write it: lower case, letters and digits only (the code itself if it has none).

    >>> compact_code("K63.8")
    'k638'
    """
    plain = code.replace(".", "")
    if plain.isalnum() and plain.isascii():
        return plain.lower()
    return "".join(_TOKEN.findall(fold(code))) or code


def storable(text: str) -> bool:
    """Whether a database can hold the text: no NUL, no half of a surrogate pair. What it cannot hold, it has not."""
    if text.isascii():
        return "\x00" not in text
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
