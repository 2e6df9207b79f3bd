"""The ledger that requests read: that of the newest publication.

A server may keep the older ledger in use while it prepares what the first requests of the newer one need
(``keep_old``), so that no request waits for it:

================================================  =========================================================
publication                                       in use
================================================  =========================================================
of few rows, and no large version in its systems  at the next request
that purges content, or changes a licence         at the next request
that is large                                     when it is prepared, after ``_LONGEST`` seconds at the latest
of this process                                   when the change is answered; it is prepared by its thread
================================================  =========================================================

Without ``keep_old`` every publication is in use at the next request. On the event loop nothing long is read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from registry.entities.errors import GyldigError
from registry.entities.offload import EVENT_LOOP_GUARD, NeedsOffload
from registry.entities.request_epoch import REQUEST_EPOCH
from registry.store.engine import Database
from registry.store.ledger import Ledger
from registry.store.seals import rows_since

__all__ = ["EPOCH_SECONDS", "LARGE", "CurrentLedger"]

EPOCH_SECONDS = 0.5  #: seconds for which the epoch read from PostgreSQL is used
LARGE = 2000  #: least concepts of a version that is read into memory before the first request
_FEW = 50  #: most rows of publications that are used without preparation
_INLINE = 2000  #: most rows that are read on the event loop; a row that is known already counts an eighth
_LONGEST = 10.0  #: seconds for which the older ledger is used


class _Ahead(threading.local):
    ledger: Ledger | None = None  #: that this thread prepares


class _Next:
    """A ledger that is being prepared; ``ledger`` is None until it is read."""

    def __init__(self, older: Ledger, ledger: Ledger | None) -> None:
        self.older, self.ledger = older, ledger
        self.until = time.monotonic() + _LONGEST


class CurrentLedger:
    """``carry``: called with the older and the newer ledger before the newer one is read; ``replaced``: when it is in use."""

    def __init__(
        self,
        database: Database,
        *,
        carry: Callable[[Ledger, Ledger], None],
        replaced: Callable[[Ledger, Ledger], None],
    ) -> None:
        self._database, self._carry, self._replaced = database, carry, replaced
        self._ledger: Ledger | None = None
        self._known = 0  #: rows in it
        self._next: _Next | None = None
        self._lock = threading.Lock()
        self._checked = 0.0
        self._ahead = _Ahead()
        self._prepare: Callable[[], object] | None = None
        self._pool: ThreadPoolExecutor | None = None

    def keep_old(self, prepare: Callable[[], object]) -> None:
        """From now on use a large publication after ``prepare``, which reads as if it were in use."""
        self._prepare = prepare
        self._pool = self._pool or ThreadPoolExecutor(1, "gyldig-prepare")

    def close(self) -> None:
        """End the preparation; to be called before the database is closed."""
        self._prepare, pool, self._pool = None, self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)
        self._next = None

    @property
    def in_use(self) -> Ledger | None:
        """The ledger of all threads but one that prepares the next."""
        return self._ledger

    def read(self) -> Ledger:
        """The ledger of this thread's request."""
        ledger = self._ledger
        if REQUEST_EPOCH.checked(self) and ledger is not None:
            return ledger
        if self._ahead.ledger is not None:
            return self._ahead.ledger
        if ledger is None:
            return self._read_now(Ledger())
        return ledger if self._is_newest(ledger) else self._newer(ledger)

    def _is_newest(self, ledger: Ledger) -> bool:
        if self._database.dialect == "postgresql" and time.monotonic() - self._checked < EPOCH_SECONDS:
            return True
        epoch = self._database.epoch()
        self._checked = time.monotonic()
        return epoch == ledger.epoch

    def forget(self) -> None:
        """Look for a new publication at the next request, after a write by this process; a server does it now."""
        self._checked = 0.0
        REQUEST_EPOCH.reset()
        older = self._ledger
        if self._prepare is None or older is None or self._ahead.ledger is not None:
            return
        with suppress(GyldigError):  # what was written is written; the next request reports the error
            newer = older.renewed(self._database.reader())
            if newer is not older:
                self._prepared(older, newer)

    def _newer(self, older: Ledger) -> Ledger:
        """The newer ledger, or the older one as long as the newer one is prepared."""
        if self._prepare is None:
            return self._read_now(older)
        waiting = self._next
        if waiting is not None and waiting.older is older:
            return self._waited(waiting)
        if self._is_long(older):
            return self._begin(older, None)
        newer = older.renewed(self._database.reader())
        if self._needs_preparation(older, newer):
            return self._begin(older, newer)
        return self._use(older, newer)

    def _waited(self, waiting: _Next) -> Ledger:
        if waiting.ledger is None or time.monotonic() < waiting.until:
            return waiting.older
        return self._use(waiting.older, waiting.ledger)

    def _begin(self, older: Ledger, newer: Ledger | None) -> Ledger:
        """Prepare the newer ledger in the other thread; returns the older one."""
        with self._lock:
            pool = self._pool
            if pool is not None and (self._next is None or self._next.older is not older):
                self._next = _Next(older, newer)
                pool.submit(self._in_background, self._next)
        return older

    def _in_background(self, coming: _Next) -> None:
        try:
            if coming.ledger is None:
                coming.ledger = coming.older.renewed(self._database.reader())
            self._prepared(coming.older, coming.ledger)
        finally:
            self._next = None

    def _prepared(self, older: Ledger, newer: Ledger) -> None:
        """Use the newer ledger after what its first requests need is read by this thread."""
        try:
            if self._prepare is not None and self._needs_preparation(older, newer):
                self._carry(older, newer)
                self._ahead.ledger = newer
                self._prepare()
        finally:
            self._ahead.ledger = None
            self._use(older, newer)

    def _read_now(self, older: Ledger) -> Ledger:
        """The newer ledger, read by this thread; raises NeedsOffload on the event loop if that is long."""
        if EVENT_LOOP_GUARD.on and older.epoch and self._is_long(older):
            raise NeedsOffload
        newer = older.renewed(self._database.reader())
        return self._use(older, newer)

    def _use(self, older: Ledger, newer: Ledger) -> Ledger:
        """Use the newer ledger unless another thread has replaced the older one meanwhile."""
        with self._lock:
            current = self._ledger
            if current is not None and current is not older:
                return current
            self._carry(older, newer)
            self._known = len(newer.versions) + len(newer.releases) + len(newer.facts)
            self._replaced(older, newer)
            self._ledger = self._database.ledger = newer
        return newer

    def _is_long(self, older: Ledger) -> bool:
        return self._rows_since(older) + self._known // 8 > _INLINE

    def _needs_preparation(self, older: Ledger, newer: Ledger) -> bool:
        """Whether the first requests of the newer ledger would be slow, and the older one may be used meanwhile."""
        if newer.purges != older.purges or newer.content_epoch == older.content_epoch:
            return False
        if newer.epoch < older.epoch or _licences_differ(older, newer):
            return False
        changed = newer.facts.keys() - newer.unchanged(older)
        return any(_is_large(newer, ident) for ident in changed) or self._rows_since(older) > _FEW

    def _rows_since(self, older: Ledger) -> int:
        return rows_since(self._database.reader(), older.epoch)


def _is_large(ledger: Ledger, system: int) -> bool:
    found = ledger.facts[system].releases.values()
    return any(release.concepts >= LARGE for rows in found for release in rows)


def _licences_differ(older: Ledger, newer: Ledger) -> bool:
    """Whether a system that the older ledger has may now be read or passed on by others than before."""
    for ident in older.facts.keys() - newer.unchanged(older):
        before, after = older.facts[ident].row.record, newer.facts.get(ident)
        if after is None or (before.access, before.redistribution) != (
            after.row.record.access,
            after.row.record.redistribution,
        ):
            return True
    return False
