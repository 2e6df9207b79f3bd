"""Threads for work that must not run on the event loop.

========  ==============================================================================================
lane      work
========  ==============================================================================================
``short``  reading: lists, searches, and what a plain request did not find in the caches
``large``  reading that takes long or much memory; its memory is returned to the system afterwards
``write``  changes; waiting for another writer of the database stops no reader
========  ==============================================================================================

A lane is one thread, so each has one database connection. Work that could not start in time is not started: ``Busy``.
Work that reads has a budget (``registry.entities.budget``) and ends when its caller disconnects; a change that has begun
is completed.
"""

from __future__ import annotations

import asyncio
import ctypes
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from starlette.types import Receive

from registry.entities.budget import Budget
from registry.entities.errors import GyldigError
from registry.entities.messages import message
from registry.entities.offload import EVENT_LOOP_GUARD, NeedsOffload
from registry.entities.request_epoch import REQUEST_EPOCH

__all__ = ["LONGEST_WAIT", "Busy", "Lane", "Workers", "disconnected", "release_memory"]

T = TypeVar("T")
LONGEST_WAIT = 10.0  #: seconds that work waits for its thread unless the settings say otherwise
_REPEATS = 3  #: most beginnings of a plain request on the event loop
_TRIM_EVERY = 1.0  #: least seconds between two returns of memory to the system
_SWITCH = 0.0005  #: seconds after which a thread yields to the event loop
_POLL = 0.05  #: seconds between two looks at a connection that has more to say
Gone = Callable[[], Awaitable[None]]  #: returns when the caller has disconnected


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
        self._name, self.longest_wait, self._trims = name, longest_wait, trims
        self._pool: ThreadPoolExecutor | None = None
        self._trimmed = 0.0

    async def run(
        self,
        work: Callable[[], T],
        *,
        wait: float | None = None,
        budget: Budget | None = None,
        gone: Gone | None = None,
    ) -> T:
        """The result of the work; raises ``Busy`` if it could not start within ``wait`` seconds (default: the lane's).

        The work ends within the ``budget``, or at once when the caller is ``gone``; without a budget it is completed.
        """
        most = self.longest_wait if wait is None else wait
        pool = self._started()
        bounded = work if budget is None else partial(_within, budget, work)
        job = pool.submit(copy_context().run, bounded)  # what the request sets ends with it
        try:
            return await _result(job, most, budget, gone)
        finally:
            if not job.cancel() and budget is not None and not job.done():
                budget.cancel()
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


def _within(budget: Budget, work: Callable[[], T]) -> T:
    with budget:
        return work()


async def _result(job: Future[T], most: float, budget: Budget | None, gone: Gone | None) -> T:
    """The result of a job that may wait for its thread for ``most`` seconds."""
    future = asyncio.wrap_future(job)
    left = None if gone is None else asyncio.ensure_future(gone())
    ends: set[asyncio.Future[Any]] = {future} if left is None else {future, left}
    try:
        await asyncio.wait(ends, timeout=most, return_when=asyncio.FIRST_COMPLETED)
        if not future.done() and job.cancel():
            raise Busy(message("request.waited", seconds=f"{most:g}"))
        if left is not None and budget is not None:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if left.done():
                budget.cancel()
        return await future
    finally:
        if left is not None:
            left.cancel()


async def disconnected(receive: Receive) -> None:
    """Returns when the caller closes the connection; ``receive``: of a request whose body has been read."""
    while (await receive())["type"] != "http.disconnect":
        await asyncio.sleep(_POLL)


class Workers:
    """The lanes of one application."""

    def __init__(self, *, longest_wait: float = LONGEST_WAIT) -> None:
        self.short = Lane("short", longest_wait=longest_wait)
        self.large = Lane("large", longest_wait=longest_wait, trims=True)
        self.write = Lane("write", longest_wait=longest_wait)

    async def plain(
        self, work: Callable[[], T], *, budget: Budget | None = None, gone: Gone | None = None
    ) -> T:
        """The result of work that is short when the caches are filled: on the event loop if so, else in the short lane.

        Any number of requests wait for what another thread builds already, and none of them takes the lane meanwhile.
        """
        for _ in range(_REPEATS):
            try:
                with EVENT_LOOP_GUARD, REQUEST_EPOCH:
                    return work()
            except NeedsOffload as needed:
                if needed.build is None:
                    break
                await asyncio.wait({asyncio.wrap_future(needed.build)}, timeout=self.short.longest_wait)
        return await self.short.run(one_state(work), budget=budget, gone=gone)

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
