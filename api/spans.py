"""The history of a whole system as a plain table: one row per code and interval in which nothing changed.

Here: joining the versions' rows along time. Not here: typed changes (``Registry.history``, ``Registry.diff``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from registry import Registry
    from registry.results import VersionAnswer

__all__ = ["history_rows"]

Row = dict[str, Any]


def history_rows(registry: Registry, system: str, *, known_at: str | None = None) -> Iterator[Row]:
    """Rows ``code … valid_from, valid_to, from_version, to_version`` in order of their end, then code.

    ``valid_to`` is exclusive; empty = open. A gap between versions, or a version that is not loaded, ends an
    interval: nothing is known of it. Versions of other tracks than the default one are left out.
    """
    open_rows: dict[str, tuple[Row, Row]] = {}
    reached: date | None = None
    for version in _in_order(registry.versions(system, known_at=known_at)):
        if reached != version.valid_from:
            yield from _close(open_rows, list(open_rows), None)
        seen = dict(_coded(registry.export_rows(system, version.version, known_at=known_at)))
        changed = [c for c, (row, _) in open_rows.items() if seen.get(c) != row]
        yield from _close(open_rows, changed, version.valid_from)
        _extend(open_rows, seen, version)
        reached = version.valid_to
    yield from _close(open_rows, list(open_rows), None)


def _in_order(versions: list[VersionAnswer]) -> list[VersionAnswer]:
    loaded = [
        v
        for v in versions
        if v.loaded and not v.undated and v.track == (versions[0].track if versions else "")
    ]
    return sorted(loaded, key=lambda v: (v.valid_from or date.min, v.version))


def _coded(rows: Iterator[Row]) -> Iterator[tuple[str, Row]]:
    return ((row["code"], row) for row in rows)


def _extend(open_rows: dict[str, tuple[Row, Row]], seen: dict[str, Row], version: VersionAnswer) -> None:
    for code, row in seen.items():
        span = open_rows.get(
            code, (row, {"valid_from": version.valid_from, "from_version": version.version})
        )[1]
        open_rows[code] = (row, span | {"valid_to": version.valid_to, "to_version": version.version})


def _close(open_rows: dict[str, tuple[Row, Row]], codes: list[str], end: date | None) -> Iterator[Row]:
    """Rows of the codes whose interval ends at ``end`` (None = where their last version ended)."""
    for code in sorted(codes):
        row, span = open_rows.pop(code)
        yield row | span | ({"valid_to": end} if end else {})
