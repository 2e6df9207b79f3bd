"""Requested languages: parsing of ``Accept-Language`` lists (RFC 9110 weights, ``*;q=0``) and matching of BCP 47 tags.

Which text of a concept is shown is decided in ``registry.content.display``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["BadLanguage", "Languages", "fit", "parse"]

_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*|\*")

#: macrolanguage → its languages
_MEMBERS = {"no": ("nb", "nn")}


class BadLanguage(ValueError):
    """A text that is not a list of language tags."""


@dataclass(frozen=True, slots=True)
class Languages:
    """Tags in order of preference; ``only`` = no other language is accepted (``*;q=0``); ``text``: the list as echoed."""

    tags: tuple[str, ...]
    text: str
    only: bool = False


def _entry(part: str) -> tuple[str, float]:
    tag, *options = (piece.strip() for piece in part.split(";"))
    if not _TAG.fullmatch(tag):
        raise BadLanguage(part)
    weight = 1.0
    for option in options:
        name, _, value = option.partition("=")
        if name.strip() != "q":
            continue
        try:
            weight = float(value)
        except ValueError as error:
            raise BadLanguage(part) from error
    return tag, weight


@lru_cache(maxsize=512)
def parse(text: str) -> Languages:
    """Read a list such as ``nb, en;q=0.5, *;q=0``; raises BadLanguage.

    >>> parse("de,*;q=0").tags, parse("de,*;q=0").only, parse("de,*;q=0").text
    (('de',), True, 'de, *;q=0')
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    entries = [_entry(part) for part in parts]
    if not entries:
        raise BadLanguage(text)
    ranked = sorted((e for e in entries if e[1] > 0 and e[0] != "*"), key=lambda e: -e[1])
    only = any(tag == "*" and weight == 0 for tag, weight in entries)
    # a list without weights is echoed as written; one with weights in its regular form
    shown = ", ".join(parts) if ";" in text else text.strip()
    return Languages(tuple(tag for tag, _ in ranked), shown, only)


@lru_cache(maxsize=512)
def fit(wanted: str, language: str) -> int:
    """How well a text's language matches the requested one: 3 the same, 2 a variety of it, 1 its base, 0 no match.

    >>> fit("de", "de-CH"), fit("de-CH", "de"), fit("de", "en"), fit("no", "nb"), fit("nb-NO", "no")
    (2, 1, 0, 2, 1)
    """
    want, have = wanted.lower(), language.lower()
    if want == have:
        return 3
    want_base, have_base = want.partition("-")[0], have.partition("-")[0]
    if have.startswith(want + "-") or (want == want_base and have_base in _MEMBERS.get(want, ())):
        return 2
    if have_base in _MEMBERS.get(want_base, ()) or want_base in _MEMBERS.get(have, ()):
        return 1
    return 1 if have and want.startswith(have + "-") else 0
