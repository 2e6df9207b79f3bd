"""Comparison of labels: whether two texts of the same kind differ only in wording (DOMAIN 7).

They do if they are equal after normalisation of case, space, quotes, punctuation, roman and arabic numerals, or if one
abbreviates the other. Any other difference counts as another text: the registry does not guess the meaning.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["normal_form", "same_wording"]

#: Signs that carry meaning and are kept: comparison, sum, percent, dagger and asterisk.
_KEPT = "<>=+%±≤≥*†"
_PUNCTUATION = re.compile(rf"[^\w\s{re.escape(_KEPT)}]+")
_OTHER_THAN_STOPS = re.compile(rf"[^\w\s.{re.escape(_KEPT)}]+")
_WITH_OR_WITHOUT = re.compile(r"\b([mu])/\s*")
_PLAIN = re.compile(r"[A-Za-z0-9æøåÆØÅ ,]*")
_STOP_WITHIN = re.compile(r"\.(?=\w)")
_ROMAN = {
    roman: str(number)
    for number, roman in enumerate(
        [
            "I",
            "II",
            "III",
            "IV",
            "V",
            "VI",
            "VII",
            "VIII",
            "IX",
            "X",
            "XI",
            "XII",
            "XIII",
            "XIV",
            "XV",
            "XVI",
            "XVII",
            "XVIII",
            "XIX",
            "XX",
            "XXI",
            "XXII",
        ],
        start=1,
    )
}
_SLASH = {"m": "med", "u": "uten"}


def same_wording(old: str, new: str) -> bool:
    """Whether the change from one text to the other is one of wording only.

    >>> same_wording('Latent "yaws"', "Latent «yaws»"), same_wording("med åpent sår", "med åpen skade")
    (True, False)
    """
    if old == new or _normal(old) == _normal(new):
        return True
    a, b = _arabic(old), _arabic(new)
    if (a, b) != (old, new) and _normal(a) == _normal(b):
        return True
    return _may_be_shortened(old, new) and _shortened(_parts(old), _parts(new))


def normal_form(text: str) -> str:
    """The text without case, punctuation and roman numerals: equal forms are the same wording.

    >>> normal_form("Latent «Yaws», type II") == normal_form('latent "yaws" type 2')
    True
    """
    return _normal(_arabic(text))


def _normal(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("-", "")
    return " ".join(_PUNCTUATION.sub(" ", folded).split())


def _arabic(text: str) -> str:
    if "I" not in text and "V" not in text and "X" not in text:
        return text
    return " ".join(_ROMAN.get(word.strip(".,;:()"), word) for word in text.split())


def _may_be_shortened(old: str, new: str) -> bool:
    """False for texts of letters, digits, spaces and commas alone, whose words are all there is to compare."""
    return not (_PLAIN.fullmatch(old) and _PLAIN.fullmatch(new))


def _parts(text: str) -> list[str]:
    """Words of a text; an abbreviation keeps its full stop, ``m/`` and ``u/`` are spelled out."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = _WITH_OR_WITHOUT.sub(lambda m: _SLASH[m[1]] + " ", folded)
    folded = _STOP_WITHIN.sub(". ", folded)
    words = _OTHER_THAN_STOPS.sub(" ", folded).split()
    return [w for w in words if w.strip(".")]


def _shortened(old: list[str], new: list[str]) -> bool:
    """Whether the texts agree word by word; a word with a full stop may abbreviate the other."""
    return len(old) == len(new) and all(map(_abbreviates, old, new))


def _abbreviates(a: str, b: str) -> bool:
    x, y = a.rstrip("."), b.rstrip(".")
    if x == y:
        return True
    short, long = (a, y) if len(x) < len(y) else (b, x)
    return short.endswith(".") and len(short) > 1 and long.startswith(short.rstrip("."))
