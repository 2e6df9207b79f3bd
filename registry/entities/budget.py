"""Budget of a request: the steps that its work may take, a deadline, and whether the caller still waits.

One step is about a microsecond. Every loop whose length the caller chooses calls ``spend`` with its steps:

======================================  ===========================  =========================================
The thread                              Past its limit               Answer (RFC 9110, FHIR issue-type)
======================================  ===========================  =========================================
answers on the event loop               NeedsOffload                 repeated in another thread
works under a Budget: too many steps    TooCostly                    422 ``too-costly``; the same request fails again
works under a Budget: past its deadline OutOfTime                    503 ``transient`` with Retry-After
works under a Budget: caller is gone    OutOfTime                    none
has no budget (command line, Python)    nothing                      unlimited
======================================  ===========================  =========================================

A budget that is exceeded stays so: every later step of the request raises again. The parts of one request (the entries
of a batch) share one budget.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

from registry.entities.errors import OutOfTime, TooCostly
from registry.entities.messages import message
from registry.entities.offload import EVENT_LOOP_GUARD

__all__ = ["UNLIMITED", "Budget", "check", "spend"]

_LOOK_EVERY = 100  #: steps after which the clock is read


class _Current(threading.local):
    def __init__(self) -> None:
        self.budget: Budget | None = None
        self.suspended: list[Budget | None] = []


_CURRENT = _Current()


class Budget:
    """``with budget:`` = the work of this thread is limited; ``cancel`` may be called from any thread."""

    __slots__ = ("_cancelled", "_clock", "_deadline", "_look_at", "_outer", "_seconds", "_spent", "_steps")

    def __init__(self, *, steps: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._steps, self._seconds, self._clock = steps, seconds, clock
        self._deadline = clock() + seconds
        self._spent = self._look_at = 0
        self._cancelled = False
        self._outer: Budget | None = None

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline; negative after it."""
        return self._deadline - self._clock()

    @property
    def steps_left(self) -> int:
        """Steps until the limit; negative past it."""
        return self._steps - self._spent

    def cancel(self) -> None:
        """End the work at its next step: nobody waits for the answer."""
        self._cancelled = True
        self._look_at = 0

    def spend(self, steps: int) -> None:
        """Count steps; raises TooCostly or OutOfTime."""
        self._spent += steps
        if self._spent >= self._look_at:
            self.check()

    def check(self) -> None:
        """Raise TooCostly or OutOfTime if a limit is exceeded."""
        self._look_at = 0
        if self._cancelled:
            raise OutOfTime(message("error.caller_gone"))
        if self._spent > self._steps:
            raise TooCostly(message("error.too_many_steps", most=self._steps))
        if self._clock() > self._deadline:
            raise OutOfTime(message("error.out_of_time", most=self._seconds))
        self._look_at = min(self._spent + _LOOK_EVERY, self._steps + 1)

    def __enter__(self) -> Budget:
        self._outer, _CURRENT.budget = _CURRENT.budget, self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _CURRENT.budget, self._outer = self._outer, None


class _Unlimited:
    """``with UNLIMITED:`` = what this thread builds is for later requests too, so the limits of this one do not end it."""

    def __enter__(self) -> None:
        _CURRENT.suspended.append(_CURRENT.budget)
        _CURRENT.budget = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _CURRENT.budget = _CURRENT.suspended.pop()


UNLIMITED = _Unlimited()


def spend(steps: int = 1) -> None:
    """Count steps of this thread's request; raises NeedsOffload, TooCostly or OutOfTime past its limit."""
    if EVENT_LOOP_GUARD.on:
        EVENT_LOOP_GUARD.spend(steps)
    if (budget := _CURRENT.budget) is not None:
        budget.spend(steps)


def check() -> None:
    """As ``spend`` without a step, but reads the clock: for loops that wait."""
    if (budget := _CURRENT.budget) is not None:
        budget.check()
