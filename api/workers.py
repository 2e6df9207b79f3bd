"""Threads for work that must not run on the event loop.

========  ==============================================================================================
lane      work
========  ==============================================================================================
``short``  reading: lists, searches, and what a plain request did not find in the caches
``large``  reading that takes long or much memory; its memory is returned to the system afterwards
``write``  changes; waiting for another writer of the database stops no reader
========  ==============================================================================================

A lane is one thread, so each has one database connection. Work that could not start in time is not started: ``Busy``.
"""

from __future__ import annotations

import asyncio
import ctypes
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import TypeVar

from registry.entities.errors import GyldigError
from registry.entities.messages import message
from registry.entities.offload import EVENT_LOOP_GUARD, NeedsOffload
from registry.entities.request_epoch import REQUEST_EPOCH

__all__ = ["LONGEST_WAIT", "Busy", "Lane", "Workers", "release_memory"]

T = TypeVar("T")
LONGEST_WAIT = 10.0  #: seconds that work waits for its thread unless the settings say otherwise
_TRIM_EVERY = 1.0  #: least seconds between two returns of memory to the system
_SWITCH = 0.0005  #: seconds after which a thread yields to the event loop


class Busy(GyldigError):
    """The work was not started, because its thread had other work for too long."""

    status = 503


def release_memory() -> None:
    """Return freed memory to the system, which the allocator would keep; only if the C library supports it."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class Lane:
    """One thread, which does one piece of work at a time, in order.

    ``trims``: after its work freed memory is returned to the system.
    """

    def __init__(self, name: str, *, longest_wait: float, trims: bool = False) -> None:
        self._name, self._longest_wait, self._trims = name, longest_wait, trims
        self._pool: ThreadPoolExecutor | None = None
        self._trimmed = 0.0

    async def run(self, work: Callable[[], T], *, wait: float | None = None) -> T:
        """The result of the work; raises ``Busy`` if it could not start within ``wait`` seconds (default: the lane's)."""
        most = self._longest_wait if wait is None else wait
        pool = self._started()
        job = pool.submit(copy_context().run, work)  # what the request sets ends with it
        future = asyncio.wrap_future(job)
        try:
            done, _ = await asyncio.wait({future}, timeout=most)
            if not done and job.cancel():
                raise Busy(message("request.waited", seconds=f"{most:g}"))
            return await future
        finally:
            if self._trims:
                pool.submit(self._trim)

    def close(self, *, wait: bool = False) -> None:
        """End the thread after the work that has started; ``wait`` for its end."""
        if self._pool is not None:
            self._pool.shutdown(wait=wait, cancel_futures=True)
            self._pool = None

    def _trim(self) -> None:
        if time.monotonic() - self._trimmed >= _TRIM_EVERY:
            release_memory()
            self._trimmed = time.monotonic()

    def _started(self) -> ThreadPoolExecutor:
        if self._pool is None:
            sys.setswitchinterval(_SWITCH)
            self._pool = ThreadPoolExecutor(1, f"gyldig-{self._name}")
        return self._pool


class Workers:
    """The lanes of one application."""

    def __init__(self, *, longest_wait: float = LONGEST_WAIT) -> None:
        self.short = Lane("short", longest_wait=longest_wait)
        self.large = Lane("large", longest_wait=longest_wait, trims=True)
        self.write = Lane("write", longest_wait=longest_wait)

    async def plain(self, work: Callable[[], T]) -> T:
        """The result of work that is short when the caches are filled: on the event loop if so, else in the short lane."""
        try:
            with EVENT_LOOP_GUARD, REQUEST_EPOCH:
                return work()
        except NeedsOffload:
            return await self.short.run(one_state(work))

    def close(self) -> None:
        """End all threads; a change that has begun is completed first."""
        self.write.close(wait=True)
        self.short.close()
        self.large.close()


def one_state(work: Callable[[], T]) -> Callable[[], T]:
    """The work as one request, which sees one state of the registry."""

    def request() -> T:
        with REQUEST_EPOCH:
            return work()

    return request
