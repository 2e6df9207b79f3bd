"""``repair``: makes everything anew that is derived from the bodies of states, and the database's own indexes.

Columns and links of states, the index of properties, the text index. Sealed rows and the bodies
themselves are never changed: what is wrong with them needs a backup. One transaction, no publication.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from registry.entities.errors import StoreDamaged
from registry.entities.records import ConceptRecord
from registry.entities.results.administration import VerifyReport
from registry.store.component_reader import ComponentReader
from registry.store.engine import Connection, Database
from registry.store.purging import erase_deleted
from registry.store.rebuilding import (
    correct_state,
    keys_by_id,
    rebuild_indexes,
    replace_indexes,
)
from registry.store.states import decode, pack_numbers, state_hash
from registry.store.stored_rows import (
    StoredState,
    each_component_kind,
    each_concept,
    each_state,
)
from registry.store.stored_values import UNREADABLE
from registry.store.tokens import compact_code
from registry.store.word_segment import Segment, SegmentBuilder
from registry.writing.component_check import indexed_descriptions
from registry.writing.state_check import property_values
from registry.writing.verification import verify

__all__ = ["repair"]


def repair(database: Database) -> VerifyReport:
    """Rebuild derived data; returns what is damaged afterwards."""
    with database.load_lock(), database.transaction(secure_delete=True) as connection:
        rebuild_indexes(connection)
        _repair_states(connection)
    database.caches.clear()
    erase_deleted(database)
    return verify(database)


def _repair_states(connection: Connection) -> None:
    """Columns of states, and the two indexes made from them."""
    numbers = keys_by_id(each_concept(connection))
    values: dict[tuple[int, str, str], array[int]] = {}
    builders: dict[int, SegmentBuilder] = {}
    for row, record in _readable(list(each_state(connection))):
        concept = numbers.get((row.system_id, record.stable_key), row.concept_id)
        parents = [numbers[row.system_id, p] for p in record.parents if (row.system_id, p) in numbers]
        packed = pack_numbers(parents) if parents else None
        right = (concept, record.code, compact_code(record.code), packed)
        if right != (row.concept_id, row.code, row.compact, row.parents and bytes(row.parents)):
            correct_state(connection, row.id, right)
        for name, value in property_values(record):
            values.setdefault((row.system_id, name, value), array("I")).append(row.id)
        builder = builders.setdefault(row.system_id, SegmentBuilder(row.id & ~0xFFFF))
        builder.add([(row.id, record)])
    segments = {(system, ""): b.finish() for system, b in builders.items()}
    replace_indexes(connection, values, segments | dict(_description_segments(connection)))


def _readable(rows: list[StoredState]) -> Iterator[tuple[StoredState, ConceptRecord]]:
    """States whose body is what its hash says, with their records; a damaged body gives nothing."""
    for row in rows:
        if state_hash(bytes(row.body)) == bytes(row.hash):
            yield row, decode(bytes(row.body))


def _description_segments(connection: Connection) -> Iterator[tuple[tuple[int, str], Segment]]:
    """The text index of the descriptions of each system; rows that cannot be read give none."""
    for system, kind in each_component_kind(connection):
        if kind == "description":
            try:
                held = ComponentReader(connection, system, kind)
                yield (system, kind), indexed_descriptions(held.frame(held.rows))
            except (StoreDamaged, *UNREADABLE):
                continue
