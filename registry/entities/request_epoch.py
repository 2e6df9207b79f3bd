"""One check for new publications per request, so that a request sees one state of the registry.

A thread that answers a request enters ``REQUEST_EPOCH``. Each reader then checks for a new publication once and not
again until the request is answered or the same thread writes.
"""

from __future__ import annotations

import threading
from types import TracebackType

__all__ = ["REQUEST_EPOCH"]


class _RequestEpoch(threading.local):
    _checked: set[int] | None = None

    def __enter__(self) -> None:
        self._checked = set()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._checked = None

    def checked(self, reader: object) -> bool:
        """Whether the reader has checked in this request already; marks it as checked."""
        if self._checked is None:
            return False
        if id(reader) in self._checked:
            return True
        self._checked.add(id(reader))
        return False

    def readers(self) -> frozenset[int]:
        """The readers that have checked in this request."""
        return frozenset(self._checked or ())

    def resume(self, readers: frozenset[int]) -> None:
        """Take the check of these readers for done: an earlier request, begun after this one was received, did it."""
        if self._checked is not None:
            self._checked |= readers

    def reset(self) -> None:
        """Check again after a write."""
        if self._checked:
            self._checked.clear()


REQUEST_EPOCH = _RequestEpoch()  #: ``with REQUEST_EPOCH:`` = this thread answers one request
