"""Writes refused requests to the audit trail: bounded in number, and in a thread of its own.

Nobody may fill the disk or slow the server by being refused. Requests of the same caller, address, route and system
within a minute are one entry at once and, if there were more, one with their number at the end of the minute. A caller
(all without a token are one: ``anonymous``) has at most ``_KINDS`` kinds of such requests in a minute; what exceeds
that is one kind, with ``*`` as address and route. So a process writes at most 2 × (``_KINDS`` + 1) entries a minute for
each caller. When the process is killed, the counts of the running minute are lost.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

from registry.entities.errors import GyldigError, LoadBusy
from registry.store.audit_trail import Refusal

__all__ = ["RefusalLog"]

_log = logging.getLogger("gyldig.audit")
_KINDS = 20  #: most kinds of refused requests of one caller in a minute
_CALLERS = 200  #: most callers in a minute; the others are one
_MINUTE = 60.0
_SOON = 0.1  #: seconds in which further refusals come into the same transaction
_AGAIN = 5.0  #: seconds after which entries that could not be stored are tried again
_ATTEMPTS = 12  #: attempts after which entries go to the log of the process, as on a read-only database
_WAITING = 2000  #: most entries that wait to be stored

Kind = tuple[str, str, str, str]


class RefusalLog:
    """Stores refusals by ``store``; ``close`` stores what waits."""

    def __init__(self, store: Callable[[list[Refusal]], None], *, minute: float = _MINUTE) -> None:
        self._store, self._minute = store, minute
        self._changed = threading.Condition()
        self._repeated: Counter[Kind] = Counter()  #: kinds of this minute → requests after the first
        self._kinds: Counter[str] = Counter()  #: callers → their kinds of this minute
        self._ends = 0.0  #: when the minute ends
        self._waiting: list[Refusal] = []
        self._thread: threading.Thread | None = None
        self._closing = False
        self._failures = 0  #: attempts to store that failed one after the other, not for another writer

    def note(self, actor: str, origin: str, request: str, system: str = "") -> None:
        """Note a refused request; never waits for the database."""
        with self._changed:
            self._end_minute()
            kind = self._kind_of(actor, origin, request, system)
            if kind in self._repeated:
                self._repeated[kind] += 1
                if self._repeated[kind] == 1:
                    self._changed.notify()  # the thread has to wait for the end of the minute from now on
                return
            self._repeated[kind] = 0
            self._kinds[kind[0]] += 1
            self._waiting.append(Refusal(*kind))
            self._started()
            self._changed.notify()

    def close(self) -> None:
        """Store everything that waits, and end the thread."""
        with self._changed:
            self._ends, self._closing = 0.0, True
            self._end_minute()
            thread, self._thread = self._thread, None
            self._changed.notify()
        if thread is not None:
            thread.join(timeout=30)
        self._closing = False

    def _kind_of(self, *kind: str) -> Kind:
        actor, origin, request, system = kind
        if actor not in self._kinds and len(self._kinds) >= _CALLERS:
            actor = "*"
        found = (actor, origin, request, system)
        if found in self._repeated or self._kinds[actor] < _KINDS:
            return found
        return actor, "*", "*", ""

    def _end_minute(self) -> None:
        """At the end of a minute, let the counts of repeated requests be stored."""
        now = time.monotonic()
        if now < self._ends:
            return
        self._waiting += [Refusal(*kind, count) for kind, count in self._repeated.items() if count]
        self._repeated.clear()
        self._kinds.clear()
        self._ends = now + self._minute

    def _started(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="gyldig-audit", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        going = True
        while going:
            with self._changed:
                if not self._waiting and not self._closing:
                    self._changed.wait(self._left())
                self._end_minute()
                if not self._closing:
                    self._changed.wait(_SOON)
                going = not self._closing
            self._store_waiting()

    def _left(self) -> float | None:
        """Seconds until there are counts to store; None = there are none."""
        return max(0.0, self._ends - time.monotonic()) if any(self._repeated.values()) else None

    def _store_waiting(self) -> None:
        with self._changed:
            entries, self._waiting = self._waiting, []
        if not entries:
            return
        try:
            self._store(entries)
            self._failures = 0
        except GyldigError as error:
            self._put_back(entries, error)

    def _put_back(self, entries: list[Refusal], error: GyldigError) -> None:
        """Keep what could not be stored, and wait; what cannot be kept goes to the log of the process."""
        with self._changed:
            self._failures += 0 if isinstance(error, LoadBusy) else 1
            room = 0 if self._closing or self._failures >= _ATTEMPTS else _WAITING - len(self._waiting)
            kept, lost = entries[: max(0, room)], entries[max(0, room) :]
            self._waiting = kept + self._waiting
            for entry in lost:
                _log.error("refused, not in the audit trail (%s): %s", error.text, list(entry))
            if not self._closing:
                self._changed.wait_for(lambda: self._closing, timeout=_AGAIN)
