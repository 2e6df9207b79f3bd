"""Measuring times, sizes and memory, and describing the machine."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Figure", "Timing", "cpu_micro", "disk_mb", "machine", "peak_mb", "repeated", "seconds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table. ``aim`` is an upper bound in the same unit; None = none.

    ``more``: further values, for the JSON alone.
    """

    name: str
    value: float
    unit: str
    aim: float | None = None
    note: str = ""
    group: str = ""  #: set by the suite
    more: dict[str, float] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Whether the aim is reached; None without an aim."""
        return None if self.aim is None else self.value <= self.aim

    def plain(self) -> dict[str, Any]:
        """The figure as JSON."""
        return asdict(self) | {"met": self.met}


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of many calls, in microseconds."""

    median: float
    p99: float
    calls: int


def repeated(call: Callable[[], object], calls: int = 2000, *, warm: int = 20) -> Timing:
    """Median and 99th percentile of single calls."""
    for _ in range(min(warm, calls)):
        call()
    times = []
    for _ in range(calls):
        start = time.perf_counter_ns()
        call()
        times.append(time.perf_counter_ns() - start)
    times.sort()
    return Timing(times[len(times) // 2] / 1000, times[int(len(times) * 0.99)] / 1000, calls)


def cpu_micro(call: Callable[[], object], calls: int) -> float:
    """Mean CPU time of a call in microseconds; less affected by other processes than ``repeated``."""
    start = time.process_time_ns()
    for _ in range(calls):
        call()
    return (time.process_time_ns() - start) / calls / 1000


def seconds(call: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def disk_mb(database: Path) -> float:
    """Size of an SQLite file with its log, in MB."""
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return sum(f.stat().st_size for f in _files(database)) / 1e6


def _files(database: Path) -> Iterator[Path]:
    for ending in ("", "-wal"):
        if (path := database.with_name(database.name + ending)).exists():
            yield path


def peak_mb() -> float:
    """Peak memory of this process, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def machine() -> dict[str, Any]:
    """A description of the machine."""
    packages = ("msgspec", "pyroaring", "orjson", "polars", "fastapi", "uvicorn", "sqlmodel")
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "packages": {name: importlib.metadata.version(name) for name in packages},
        "load_before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
