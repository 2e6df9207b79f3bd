"""One request works in one state of the registry: the epoch is read once, however often it is asked for.

A thread that answers a request enters ``ONE_STATE``. Readers then check the newest publication once and believe it until
the request is answered; a write in the same thread ends that. Not here: what is read (``registry.reader``).
"""

from __future__ import annotations

import threading
from types import TracebackType

__all__ = ["ONE_STATE"]


class _OneState(threading.local):
    _checked: set[int] | None = None

    def __enter__(self) -> None:
        self._checked = set()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._checked = None

    def knows(self, reader: object) -> bool:
        """Whether the reader has looked for a new publication in this request; from now on it has."""
        if self._checked is None:
            return False
        if id(reader) in self._checked:
            return True
        self._checked.add(id(reader))
        return False

    def forget(self) -> None:
        """Look again: something was written."""
        if self._checked:
            self._checked.clear()


ONE_STATE = _OneState()  #: ``with ONE_STATE:`` = this thread answers one request
