"""The JSON form of results (``registry.entities.results``), the same on the command line and over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from registry.entities.messages import in_language, language
from registry.entities.results.plain_form import plain

__all__ = ["dumps", "listing"]


def dumps(value: Any, *, indent: bool = False, lang: str | None = None) -> bytes:
    """The answer as JSON bytes; ISO dates, UTF-8, messages in the language.

    >>> dumps({"a": [1]})
    b'{"a":[1]}'
    """
    option = orjson.OPT_INDENT_2 if indent else 0
    if language(lang) == "en":
        return orjson.dumps(plain(value), option=option, default=str)
    option |= orjson.OPT_PASSTHROUGH_SUBCLASS
    return orjson.dumps(plain(value), option=option, default=lambda item: str(in_language(item, lang)))


def listing(name: str, items: Sequence[Any], *, cursor: str | None = None) -> dict[str, Any]:
    """A list under its own name, with ``more`` and the ``cursor`` of the next page.

    >>> listing("systems", [])
    {'systems': [], 'more': False, 'cursor': None}
    """
    return {name: list(items), "more": cursor is not None, "cursor": cursor}
