"""Which states belong to the concepts that ever had a code, whatever their codes are now."""

from __future__ import annotations

from registry.store.content import storable
from registry.store.engine import Connection

__all__ = ["concepts_by_code"]


def concepts_by_code(connection: Connection, system_id: int, code: str) -> list[tuple[int, int, str]]:
    """(state id, concept id, code) of every state of the concepts that ever had the code in the system."""
    if not storable(code):
        return []
    concepts = "SELECT concept_id FROM concept_state WHERE system_id = ? AND code = ?"
    statement = f"SELECT id, concept_id, code FROM concept_state WHERE concept_id IN ({concepts})"
    return connection.all(statement, (system_id, code))
