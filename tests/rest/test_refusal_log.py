"""Refused requests are bounded in the audit trail, stored soon, and never wait for the database."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import refusal_log
from api.refusal_log import RefusalLog
from registry import Registry
from registry.entities.errors import LoadBusy, StoreError
from registry.store.audit_trail import Refusal

Note = tuple[str, str, str, str]


def _until(condition: Callable[[], bool], *, seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["anonymous", "portal"]), st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from("st")
        )
    )
)  # fmt: skip
def test_every_request_is_counted_once(notes: list[Note]) -> None:
    stored: list[Refusal] = []
    log = RefusalLog(stored.extend)
    for note in notes:
        log.note(*note)
    log.close()
    counts: Counter[Note] = Counter()
    for refusal in stored:
        counts[refusal[:4]] += refusal.requests
    assert counts == Counter(notes)
    assert len(stored) <= 2 * len(counts)


def test_the_first_is_stored_soon_and_the_others_after_a_minute() -> None:
    stored: list[Refusal] = []
    log = RefusalLog(stored.extend, minute=1.5)
    for _ in range(1000):
        log.note("anonymous", "192.0.2.7", "GET /x", "icd")
    assert _until(lambda: bool(stored))
    assert stored == [Refusal("anonymous", "192.0.2.7", "GET /x", "icd", 1)]
    assert _until(lambda: len(stored) == 2)
    assert stored[1].requests == 999
    log.close()
    assert len(stored) == 2


def test_callers_without_a_token_cannot_fill_the_disk() -> None:
    stored: list[Refusal] = []
    log = RefusalLog(stored.extend)
    for n in range(50_000):
        log.note("anonymous", f"192.0.{n % 256}.{n // 256}", f"GET /{n}", str(n))
    log.note("portal", "198.51.100.1", "GET /x", "icd")
    log.close()
    assert len(stored) <= 2 * (refusal_log._KINDS + 1) + 1
    assert sum(r.requests for r in stored) == 50_001
    assert Refusal("portal", "198.51.100.1", "GET /x", "icd") in stored


def test_very_many_callers_are_one() -> None:
    stored: list[Refusal] = []
    log = RefusalLog(stored.extend)
    for n in range(5000):
        log.note(f"client {n}", "192.0.2.7", "GET /x", "icd")
    log.close()
    assert len(stored) <= refusal_log._CALLERS + 2 * (refusal_log._KINDS + 1)
    assert sum(r.requests for r in stored) == 5000


def test_a_busy_database_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusal_log, "_AGAIN", 0.05)
    stored: list[Refusal] = []
    attempts = []

    def store(refusals: list[Refusal]) -> None:
        attempts.append(len(refusals))
        if len(attempts) < 3:
            raise LoadBusy("busy")
        stored.extend(refusals)

    log = RefusalLog(store)
    log.note("anonymous", "", "GET /x")
    assert _until(lambda: bool(stored))
    log.close()
    assert stored == [Refusal("anonymous", "", "GET /x")]


def test_what_cannot_be_stored_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(refusal_log, "_AGAIN", 0.01)

    def store(refusals: list[Refusal]) -> None:
        raise StoreError("read-only")

    log = RefusalLog(store)
    log.note("anonymous", "192.0.2.7", "GET /x", "icd")
    assert _until(lambda: "192.0.2.7" in caplog.text)
    log.note("anonymous", "192.0.2.8", "GET /x", "icd")
    log.close()
    assert "192.0.2.8" in caplog.text and "read-only" in caplog.text


def test_nobody_waits_for_the_database() -> None:
    """The database is busy while requests are refused; what waits is bounded."""
    free = threading.Event()
    stored: list[Refusal] = []

    def store(refusals: list[Refusal]) -> None:
        free.wait(10)
        stored.extend(refusals)

    log = RefusalLog(store)
    log.note("anonymous", "", "GET /first")
    time.sleep(0.3)
    begun = time.monotonic()
    for n in range(10_000):
        log.note("anonymous", "", f"GET /{n}")
    assert time.monotonic() - begun < 2.0
    free.set()
    log.close()
    assert sum(r.requests for r in stored) == 10_001


def test_entries_of_several_processes_are_one_chain(registry: Registry) -> None:
    logs = [RefusalLog(registry.access.record) for _ in range(4)]
    for n in range(10):
        for who, log in enumerate(logs):
            log.note(f"client {who}", "192.0.2.7", f"GET /{n}")
            time.sleep(0.005)
    for log in logs:
        log.close()
    trail = registry.audit()
    assert (trail.broken_at, sum(e.count for e in trail.entries)) == (None, 40)
    assert registry.verify().ok
