"""Worker thread for large requests, one after the other; their memory is released afterwards.

Which requests are large is decided by ``registry.entities.offload`` and ``app``. Any number may wait, each until the
deadline of its budget; work ends when its caller disconnects.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

from starlette.types import Receive

from api.fhir.format.outcome import refuse
from api.workers import release_memory
from registry.entities.budget import Budget
from registry.entities.messages import message

__all__ = ["LargeRequestWorker", "built"]

T = TypeVar("T")
_SWITCH = 0.0005  #: seconds after which the thread yields to others
_POLL = 0.05  #: seconds between two looks at a connection that has more to say


class LargeRequestWorker:
    """One thread; requests wait in the order in which they came."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "gyldig-aside")

    async def run(self, work: Callable[[], T], *, budget: Budget, receive: Receive, large: bool = False) -> T:
        """The result of the work, done within the budget; raises Refused (503) if its turn does not come in time.

        ``receive``: of the request, whose body has been read. ``large``: the work uses much memory, which is released to
        the system afterwards.
        """
        sys.setswitchinterval(_SWITCH)

        def bounded() -> T:
            with budget:
                return work()

        future = self._pool.submit(copy_context().run, bounded)  # with what the request has set
        try:
            return await _result(future, budget, receive)
        finally:
            if large:
                self._pool.submit(release_memory)


async def built(build: Future[None], budget: Budget) -> None:
    """Wait for what another thread builds; raises Refused (503) if it is not ready by the deadline.

    Any number of requests wait for one build, and none of them takes the worker meanwhile.
    """
    done, _ = await asyncio.wait({asyncio.wrap_future(build)}, timeout=max(0.0, budget.seconds_left))
    if not done:
        raise refuse("UNAVAILABLE", message("request.not_begun"))


async def _result(future: Future[T], budget: Budget, receive: Receive) -> T:
    """The result of work that may wait for its turn; raises Refused if it has not begun by the deadline."""
    task = asyncio.wrap_future(future)
    gone = asyncio.ensure_future(_disconnected(receive))
    first: list[asyncio.Future[Any]] = [task, gone]
    try:
        left = max(0.0, budget.seconds_left)
        await asyncio.wait(first, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        if gone.done():
            budget.cancel()
    finally:
        gone.cancel()
    if not task.done() and future.cancel():
        raise refuse("UNAVAILABLE", message("request.not_begun"))
    return await task


async def _disconnected(receive: Receive) -> None:
    """Returns when the caller closes the connection."""
    while (await receive())["type"] != "http.disconnect":
        await asyncio.sleep(_POLL)
