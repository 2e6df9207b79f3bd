"""Worker thread for large requests, one after the other; their memory is released afterwards.

Which requests are large is decided by ``registry.entities.offload`` and ``app``.
"""

from __future__ import annotations

import asyncio
import ctypes
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from api.fhir.format.outcome import refuse
from registry.entities.messages import message

__all__ = ["LargeRequestWorker"]

T = TypeVar("T")
_SWITCH = 0.0005  #: seconds after which the thread yields to others


class LargeRequestWorker:
    """One thread; ``most`` requests may wait for it."""

    def __init__(self, most: int) -> None:
        self._most, self._waiting = most, 0
        self._pool = ThreadPoolExecutor(1, "gyldig-aside")

    async def run(self, work: Callable[[], T], *, large: bool = False) -> T:
        """The result of the work; raises Refused (503) if too many requests are waiting.

        ``large``: it uses much memory, which is released to the system afterwards.
        """
        if self._waiting >= self._most:
            raise refuse("UNAVAILABLE", message("request.many_waiting"))
        sys.setswitchinterval(_SWITCH)
        self._waiting += 1
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1
            if large:
                loop.run_in_executor(self._pool, _give_back)


def _give_back() -> None:
    """Return freed memory to the system, which the allocator would keep; only if the C library supports it."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
