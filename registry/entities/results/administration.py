"""The result of a check of everything stored."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["RestoreReport", "VerifyReport"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """``repairable``: all damage is in derived data, which ``repair`` makes anew. ``quick``: only part was checked."""

    ok: bool
    releases: int
    states: int
    problems: list[str]
    repairable: bool = False
    quick: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport(VerifyReport):
    """A backup that is now the registry ``database``; ``kept``: file of the registry that was there, if any."""

    database: str
    kept: str | None
