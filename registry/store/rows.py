"""Reading rows of ``concept_state`` by their ids, in batches, with statements that stay prepared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.store.engine import Connection

__all__ = ["fetch"]

_SIZES = (1, 8, 32, 128, 512)  #: numbers of placeholders in use


def fetch(connection: Connection, columns: str, idents: Sequence[int]) -> list[tuple[Any, ...]]:
    """Rows (id first, then ``columns``) for state ids, in the database's order; missing ids give no row."""
    if connection.dialect == "postgresql":
        return connection.all(f"SELECT id, {columns} FROM concept_state WHERE id = ANY(?)", (list(idents),))
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(idents), _SIZES[-1]):
        part = idents[start : start + _SIZES[-1]]
        size = next(n for n in _SIZES if n >= len(part))
        values = [*part, *([part[-1]] * (size - len(part)))]
        marks = ",".join("?" * size)
        rows += connection.all(f"SELECT id, {columns} FROM concept_state WHERE id IN ({marks})", values)
    return rows
