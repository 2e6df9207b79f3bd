"""Work that takes long is not done where others wait: it says so before it begins, and is done elsewhere.

A thread that serves many callers in turn enters ``EVENT_LOOP_GUARD``; what would hold it up calls ``require_offload`` first, which
raises ``NeedsOffload`` there and does nothing in any other thread. Not here: which thread does the work then.
"""

from __future__ import annotations

import threading
from types import TracebackType

__all__ = ["EVENT_LOOP_GUARD", "NeedsOffload", "require_offload"]


class NeedsOffload(Exception):
    """The work was not begun: do it in a thread for which nobody waits."""


class _Hurried(threading.local):
    on = False

    def __enter__(self) -> None:
        self.on = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.on = False


EVENT_LOOP_GUARD = _Hurried()  #: ``with EVENT_LOOP_GUARD:`` = this thread has callers waiting


def require_offload(size: int, most: int) -> None:
    """Say that work on ``size`` things begins; raises NeedsOffload in a hurried thread where it is more than ``most``."""
    if size > most and EVENT_LOOP_GUARD.on:
        raise NeedsOffload
