"""The language of messages in an answer: bokmål if the request asks for a Norwegian language, else English.

``displayLanguage`` decides, and without it Accept-Language: the first of its languages in which messages exist. A value
set's ``displayLanguage`` is only about displays. The result depends only on values in the keys of prepared requests and
cached answers (parameters, and headers through ``ClientProfile``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from registry.entities.languages import BadLanguage, parse
from registry.entities.messages import language

__all__ = ["answer_language", "display_language"]


def answer_language(requested: object, headers: Mapping[str, str]) -> str:
    """``nb`` or ``en`` for the value of ``displayLanguage`` (empty = absent) and headers with lower-case names.

    >>> answer_language("", {"accept-language": "nn-NO,en;q=0.5"}), answer_language("de", {"accept-language": "nb"})
    ('nb', 'en')
    """
    return _chosen(str(requested or headers.get("accept-language", "")))


@lru_cache(maxsize=512)
def _chosen(text: str) -> str:
    try:
        tags = parse(text).tags
    except BadLanguage:
        return "en"
    for tag in tags:
        if language(tag) != "en":
            return "nb"
        if tag.lower().split("-")[0] == "en":
            return "en"
    return "en"


def display_language(query: Iterable[tuple[str, str]], body: Any) -> str:
    """``displayLanguage`` of a request that may be malformed; empty if it is absent or not a text."""
    listed = body.get("parameter") if isinstance(body, dict) else None
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict) and item.get("name") == "displayLanguage":
            return str(item.get("valueCode") or item.get("valueString") or "")
    return next((value for name, value in query if name == "displayLanguage"), "")
