"""``regex``: the whole value matches a regular expression (RE2), in time linear in the value.

The time of a match is at most the length of the value times the size of the compiled expression, which repetitions
multiply (``(.{1,100}){1,10}`` has 10,000 instructions). That product is charged to the budget before each match.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2
from pyroaring import BitMap

from registry.content.view import ContentView
from registry.entities.budget import spend
from registry.entities.errors import TooCostly
from registry.entities.messages import message
from registry.entities.offload import require_offload
from registry.terminology.filters.operator_contract import values

__all__ = ["BadPattern", "select"]

_A_STEP = 2500  #: characters times instructions that one step matches, if RE2 has to simulate all states
_LONGEST = 100_000  #: steps of one match, which nothing can interrupt
_MEMORY = 8 << 20  #: most bytes of an automaton
_INLINE_LIMIT = 2000  #: most concepts scanned on the event loop


class BadPattern(ValueError):
    """Not a regular expression, or one that RE2 does not support (back references, look-around) or finds too big."""


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem, options.log_errors = _MEMORY, False
    options.never_capture = True  # whether it matches is all that is asked, and groups cost a slower pass
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        raise BadPattern(reason.decode() if isinstance(reason, bytes) else str(reason)) from error


def _charge(work: int) -> None:
    """Count the steps of a match; raises TooCostly if it could block the process."""
    steps = 1 + work // _A_STEP
    if steps > _LONGEST:
        raise TooCostly(message("error.too_many_steps", most=_LONGEST))
    spend(steps)


def select(content: ContentView, name: str, value: str) -> BitMap:
    """Ids with a value of the property that matches entirely; raises BadPattern."""
    pattern, found = _compiled(value), BitMap()
    require_offload(len(content), _INLINE_LIMIT)
    size = pattern.programsize
    for text, ids in values(content, name):
        _charge(len(text) * size)
        if pattern.fullmatch(text):
            found |= ids
    return found
