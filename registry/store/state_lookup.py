"""Finding states by a code, a stable key, an id, or another state of the same concept.

Covers all states of a system, in any release; a view filters them. The caller has checked that the text is storable,
unless the function states that it checks. States of a set of ids are read in ``registry.store.content`` and ``rows``.
"""

from __future__ import annotations

from collections.abc import Sequence

from registry.store.engine import Connection
from registry.store.tokens import storable

__all__ = [
    "bodies_with_key",
    "body_of",
    "concepts_by_code",
    "states_of_concept",
    "states_of_concepts_with_code",
    "states_of_same_code",
    "states_of_same_concept",
    "states_with_code",
    "states_with_codes",
    "states_with_compact_code",
    "states_with_key",
    "systems_with_code",
]

_WITH_CODE = "SELECT id FROM concept_state WHERE system_id = ? AND code = ?"
_WITH_CODES = "SELECT id, code FROM concept_state WHERE system_id = ? AND code IN ({})"
_WITH_COMPACT = "SELECT id, code FROM concept_state WHERE system_id = ? AND compact = ? ORDER BY code"
_WITH_KEY = (
    "SELECT s.id, s.code FROM concept c JOIN concept_state s ON s.concept_id = c.id"
    " WHERE c.system_id = ? AND c.key = ?"
)
_BODIES_WITH_KEY = _WITH_KEY.replace("s.code", "s.body")
_BODY = "SELECT body FROM concept_state WHERE id = ?"
_OF_CONCEPT = "SELECT id FROM concept_state WHERE concept_id = ?"
_CONCEPTS_WITH_CODE = (
    "SELECT s.id FROM concept_state s WHERE s.concept_id IN"
    " (SELECT concept_id FROM concept_state WHERE system_id = ? AND code IN (?, ?))"
)
_CONCEPTS_BY_CODE = (
    "SELECT id, concept_id, code FROM concept_state WHERE concept_id IN"
    " (SELECT concept_id FROM concept_state WHERE system_id = ? AND code = ?)"
)
_SAME_CONCEPT = (
    "SELECT s.id, s.body FROM concept_state s"
    " JOIN concept_state own ON s.concept_id = own.concept_id WHERE own.id = ?"
)
_SAME_CODE = (
    "SELECT s.id, s.concept_id, s.body FROM concept_state s"
    " JOIN concept_state own ON s.system_id = own.system_id AND s.code = own.code WHERE own.id = ?"
)
_SYSTEMS = "SELECT DISTINCT system_id FROM concept_state WHERE code = ?"
_AT_ONCE = 400  #: codes in one statement


def states_with_code(connection: Connection, system_id: int, code: str) -> list[int]:
    """State ids with exactly that code."""
    return [ident for (ident,) in connection.all(_WITH_CODE, (system_id, code))]


def states_with_codes(connection: Connection, system_id: int, codes: Sequence[str]) -> list[tuple[int, str]]:
    """(state id, code) of every state with one of the codes."""
    found: list[tuple[int, str]] = []
    for start in range(0, len(codes), _AT_ONCE):
        some = codes[start : start + _AT_ONCE]
        statement = _WITH_CODES.format(", ".join("?" * len(some)))
        found += connection.all(statement, (system_id, *some))
    return found


def states_with_compact_code(connection: Connection, system_id: int, compact: str) -> list[tuple[int, str]]:
    """(state id, code) of every state with that compact code, by code."""
    return connection.all(_WITH_COMPACT, (system_id, compact))


def bodies_with_key(connection: Connection, system_id: int, key: str) -> list[tuple[int, bytes]]:
    """(state id, body) of every state of the concept with the stable key."""
    return connection.all(_BODIES_WITH_KEY, (system_id, key))


def states_with_key(connection: Connection, system_id: int, key: str) -> list[tuple[int, str]]:
    """(state id, code) of every state of the concept with the stable key."""
    return connection.all(_WITH_KEY, (system_id, key))


def states_of_concept(connection: Connection, concept: int) -> list[int]:
    """State ids of the concept."""
    return [ident for (ident,) in connection.all(_OF_CONCEPT, (concept,))]


def states_of_concepts_with_code(connection: Connection, system_id: int, code: str, other: str) -> set[int]:
    """State ids of the concepts that ever had one of the two codes."""
    return {ident for (ident,) in connection.all(_CONCEPTS_WITH_CODE, (system_id, code, other))}


def concepts_by_code(connection: Connection, system_id: int, code: str) -> list[tuple[int, int, str]]:
    """(state id, concept id, code) of every state of the concepts that ever had the code; nothing for a text that
    cannot be stored."""
    return connection.all(_CONCEPTS_BY_CODE, (system_id, code)) if storable(code) else []


def states_of_same_concept(connection: Connection, ident: int) -> list[tuple[int, bytes]]:
    """(state id, body) of every state of the concept that a state belongs to."""
    return connection.all(_SAME_CONCEPT, (ident,))


def states_of_same_code(connection: Connection, ident: int) -> list[tuple[int, int, bytes]]:
    """(state id, concept id, body) of every state of the system with the code of a state."""
    return connection.all(_SAME_CODE, (ident,))


def systems_with_code(connection: Connection, code: str) -> set[int]:
    """Ids of the systems that ever had the code; none for a text that cannot be stored."""
    return {ident for (ident,) in connection.all(_SYSTEMS, (code,))} if storable(code) else set()


def body_of(connection: Connection, ident: int) -> bytes | None:
    """The canonical JSON of a state; None for an unknown id."""
    row = connection.one(_BODY, (ident,))
    return None if row is None else row[0]
