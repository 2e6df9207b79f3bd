"""A budget ends work by steps, by its deadline and when the caller is gone; on the event loop work moves elsewhere."""

from __future__ import annotations

import threading
import time

import pytest

from registry.entities.budget import Budget, check, spend
from registry.entities.errors import OutOfTime, TooCostly
from registry.entities.offload import EVENT_LOOP_GUARD, NeedsOffload


def test_without_a_budget_work_is_unlimited() -> None:
    spend(10**12)
    check()


def test_steps_end_and_stay_ended() -> None:
    with Budget(steps=1000, seconds=60):
        for _ in range(1000):
            spend()
        for _ in range(3):
            with pytest.raises(TooCostly):
                spend()
    spend()


def test_the_deadline_ends_work() -> None:
    now = [0.0]
    with Budget(steps=10**9, seconds=2, clock=lambda: now[0]) as budget:
        spend(500)
        now[0] = 1.5
        spend(500)
        assert budget.seconds_left == 0.5
        now[0] = 2.5
        with pytest.raises(OutOfTime):
            spend(500)
        with pytest.raises(OutOfTime):
            check()


def test_another_thread_ends_the_work_of_a_caller_that_is_gone() -> None:
    budget, begun, ended = Budget(steps=10**12, seconds=60), threading.Event(), []

    def work() -> None:
        with budget, pytest.raises(OutOfTime):
            begun.set()
            while True:
                spend()
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(5)
    budget.cancel()
    thread.join(5)
    assert ended


def test_budgets_are_of_one_thread_and_the_inner_one_counts() -> None:
    with Budget(steps=10, seconds=60):
        other = threading.Thread(target=spend, args=(100,))
        other.start()
        other.join()
        with Budget(steps=100, seconds=60):
            spend(50)
        spend(10)
        with pytest.raises(TooCostly):
            spend()


def test_on_the_event_loop_long_work_is_to_be_repeated_elsewhere() -> None:
    with EVENT_LOOP_GUARD, pytest.raises(NeedsOffload):
        spend(1_000_000)
    with EVENT_LOOP_GUARD, pytest.raises(NeedsOffload):
        spend(1000)
        time.sleep(0.03)
        spend()
    with EVENT_LOOP_GUARD:
        spend(100)
