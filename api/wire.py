"""The JSON form of answers, the same on the command line and over HTTP.

Here: encoding and the wrapper of lists. Not here: what an answer holds (``registry.entities.results``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from registry.entities.results import plain

__all__ = ["dumps", "listing"]


def dumps(value: Any, *, indent: bool = False) -> bytes:
    """The answer as JSON bytes; ISO dates, UTF-8.

    >>> dumps({"a": [1]})
    b'{"a":[1]}'
    """
    return orjson.dumps(plain(value), option=orjson.OPT_INDENT_2 if indent else None, default=str)


def listing(name: str, items: Sequence[Any], *, cursor: str | None = None) -> dict[str, Any]:
    """A list under its own name, with ``more`` and the ``cursor`` of the next page.

    >>> listing("systems", [])
    {'systems': [], 'more': False, 'cursor': None}
    """
    return {name: list(items), "more": cursor is not None, "cursor": cursor}
