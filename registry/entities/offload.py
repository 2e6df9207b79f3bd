"""Guard of the event loop: raises NeedsOffload before work that would block it.

The event loop's thread enters ``EVENT_LOOP_GUARD`` while it answers a request. Code with long work calls
``require_offload`` first: it raises ``NeedsOffload`` in that thread and does nothing in any other. Code that cannot know its
size calls ``budget.spend`` as it goes. The caller then repeats the request in another thread.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from types import TracebackType

__all__ = ["EVENT_LOOP_GUARD", "NeedsOffload", "require_offload"]


class NeedsOffload(Exception):
    """The work was not finished; repeat it outside the event loop, or after ``build``, which another thread makes now."""

    def __init__(self, build: Future[None] | None = None) -> None:
        super().__init__()
        self.build = build


#: most steps (``registry.entities.budget``) and seconds of one request on the event loop
_INLINE_STEPS, _INLINE_SECONDS = 20_000, 0.025
_FEW_STEPS = 500  #: whose time is not looked at: that it is long is the machine's fault


class _EventLoopGuard(threading.local):
    on = False
    _spent = 0
    _until = 0.0

    def __enter__(self) -> None:
        self.on, self._spent, self._until = True, 0, time.monotonic() + _INLINE_SECONDS

    def spend(self, steps: int) -> None:
        """Count steps of the request; raises NeedsOffload if they or their time are too much for the event loop."""
        self._spent += steps
        if self._spent > _INLINE_STEPS or (self._spent > _FEW_STEPS and time.monotonic() > self._until):
            raise NeedsOffload

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.on = False


EVENT_LOOP_GUARD = _EventLoopGuard()  #: ``with EVENT_LOOP_GUARD:`` = this thread is the event loop's


def require_offload(size: int, limit: int) -> None:
    """Raise NeedsOffload if the work's size exceeds the limit and this thread is the event loop's."""
    if size > limit and EVENT_LOOP_GUARD.on:
        raise NeedsOffload
