"""Guard of the event loop: raises NeedsOffload before work that would block it.

The event loop's thread enters ``EVENT_LOOP_GUARD`` while it answers a request. Code with long work calls
``require_offload`` first: it raises ``NeedsOffload`` in that thread and does nothing in any other. The caller then repeats
the request in another thread.
"""

from __future__ import annotations

import threading
from types import TracebackType

__all__ = ["EVENT_LOOP_GUARD", "NeedsOffload", "require_offload"]


class NeedsOffload(Exception):
    """The work was not started; repeat it outside the event loop."""


class _EventLoopGuard(threading.local):
    on = False

    def __enter__(self) -> None:
        self.on = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.on = False


EVENT_LOOP_GUARD = _EventLoopGuard()  #: ``with EVENT_LOOP_GUARD:`` = this thread is the event loop's


def require_offload(size: int, limit: int) -> None:
    """Raise NeedsOffload if the work's size exceeds the limit and this thread is the event loop's."""
    if size > limit and EVENT_LOOP_GUARD.on:
        raise NeedsOffload
