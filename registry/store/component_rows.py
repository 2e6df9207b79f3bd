"""Reading components (descriptions, relationships, members) and reference sets of a release.

A release has a bitmap of component state ids for each kind. Its reference sets are stored as differences to those of the
modules that it depends on, so an extension stores only its own rows.
They are written by ``registry.writing.component_writer``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pyroaring import BitMap

from registry.store.engine import Connection
from registry.store.stored_values import bitmap_of

__all__ = [
    "KINDS",
    "all_dependencies",
    "component_bitmap",
    "component_ids",
    "component_rows",
    "delete_components",
    "dependencies",
    "dependents",
    "reference_set",
    "reference_sets",
    "states_about",
    "states_of_components",
]

KINDS = ("description", "relationship", "member")
_CHUNK = 500
_MEMBERSHIP = (
    "SELECT present, absent FROM release_membership WHERE release_id = ? AND refset = ? AND acceptability = ?"
)


def component_bitmap(connection: Connection, release_id: int, kind: str) -> BitMap:
    """State ids of a release's components of a kind, including those of its modules."""
    row = connection.one(
        "SELECT bitmap FROM release_components WHERE release_id = ? AND kind = ?", (release_id, kind)
    )
    return bitmap_of(row[0]) if row else BitMap()


def dependencies(connection: Connection, release_id: int) -> list[int]:
    """Releases of the modules that a release includes directly."""
    statement = "SELECT depends_on FROM release_dependency WHERE release_id = ? ORDER BY depends_on"
    return [int(row[0]) for row in connection.all(statement, (release_id,))]


def all_dependencies(connection: Connection, release_id: int) -> set[int]:
    """Releases that a release depends on, directly or through others."""
    found: set[int] = set()
    for module in dependencies(connection, release_id):
        found |= {module} | all_dependencies(connection, module)
    return found


def reference_set(connection: Connection, release_id: int, refset: str, acceptability: str = "") -> BitMap:
    """Concept ids of the members of a reference set; with acceptability, component ids of descriptions."""
    found = BitMap()
    for module in dependencies(connection, release_id):
        found |= reference_set(connection, module, refset, acceptability)
    row = connection.one(_MEMBERSHIP, (release_id, refset, acceptability))
    if row is None:
        return found
    return (found - bitmap_of(row[1])) | bitmap_of(row[0])


def reference_sets(connection: Connection, release_id: int) -> list[tuple[str, str]]:
    """(reference set, acceptability) of every set that has members in the release or its modules, sorted."""
    rows = connection.all(
        "SELECT refset, acceptability FROM release_membership WHERE release_id = ?", (release_id,)
    )
    found = {(str(refset), str(acceptability)) for refset, acceptability in rows}
    for module in dependencies(connection, release_id):
        found.update(reference_sets(connection, module))
    return sorted(name for name in found if reference_set(connection, release_id, *name))


def states_about(connection: Connection, subject: int, kind: str) -> list[tuple[int, bytes]]:
    """(state id, body) of every state of a kind that is about a concept (or, of members, a description)."""
    statement = "SELECT id, body FROM component_state WHERE subject_id = ? AND kind = ? ORDER BY id"
    return [(int(i), bytes(body)) for i, body in connection.all(statement, (subject, kind))]


def component_rows(connection: Connection, columns: str, idents: Iterable[int]) -> Iterator[Any]:
    """Rows of ``component_state`` by state id, in no particular order."""
    yield from _chunked(connection, f"SELECT {columns} FROM component_state WHERE id", (), list(idents))


def states_of_components(connection: Connection, components: Iterable[int]) -> BitMap:
    """Ids of every state of the components, in whatever release."""
    statement = "SELECT id FROM component_state WHERE component_id"
    return BitMap(row[0] for row in _chunked(connection, statement, (), list(components)))


def component_ids(connection: Connection, system_id: int, kind: str, keys: Sequence[str]) -> dict[str, int]:
    """Component ids by key, of those keys that the system has."""
    statement = "SELECT key, id FROM component WHERE system_id = ? AND kind = ? AND key"
    return dict(_chunked(connection, statement, (system_id, kind), list(keys)))


def dependents(connection: Connection, release_id: int) -> list[int]:
    """Releases with content that include this one."""
    statement = "SELECT d.release_id FROM release_dependency d WHERE d.depends_on = ? ORDER BY d.release_id"
    return [int(row[0]) for row in connection.all(statement, (release_id,))]


def delete_components(connection: Connection, release_id: int, others: Sequence[int]) -> None:
    """Delete a release's components and reference sets, and the states that no other release has."""
    for kind in KINDS:
        orphans = component_bitmap(connection, release_id, kind)
        for other in others if orphans else ():
            orphans -= component_bitmap(connection, other, kind)
        for ident in orphans:
            connection.execute("DELETE FROM component_state WHERE id = ?", (ident,))
    for table in ("release_components", "release_membership", "release_dependency"):
        connection.execute(f"DELETE FROM {table} WHERE release_id = ?", (release_id,))


def _chunked(
    connection: Connection, statement: str, params: tuple[Any, ...], wanted: list[Any]
) -> Iterator[Any]:
    """Rows of a statement that ends with the column whose value must be among ``wanted``."""
    if connection.dialect == "postgresql":
        yield from connection.all(f"{statement} = ANY(?)", (*params, wanted))
        return
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        marks = ",".join("?" * len(chunk))
        yield from connection.execute(f"{statement} IN ({marks})", (*params, *chunk))
