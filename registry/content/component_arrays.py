"""Component rows of a system in memory: one packed array per column, by row, shared by all releases; and one release's part.

``SystemComponents`` has the columns of one kind (``registry.store.component_packs`` says what the numbers mean) and finds the
rows about a concept. ``ReleaseComponents`` selects a release's rows: by bitmap for single concepts, as arrays of active rows
for whole sets. Names are numbers; ``number`` gives that of a name. Immutable once built, so any thread may read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from registry.entities.offload import require_offload
from registry.store.bounded import Bounded
from registry.store.component_packs import PACKED, UNKNOWN, names_of, read_packs
from registry.store.component_rows import component_bitmap, components_with_keys
from registry.store.engine import Connection, Database
from registry.store.system_states import concepts_of_states

__all__ = ["Numbers", "ReleaseComponents", "SystemComponents", "bitmap_of_array"]

Numbers = NDArray[np.unsignedinteger]

_SYSTEMS = 420_000_000  #: bytes of the component rows of all systems
_CONCEPTS = 64_000_000  #: bytes of the concepts of the states of all systems
_INLINE_LIMIT = 10_000  #: most rows that are read on the event loop


def bitmap_of_array(numbers: Numbers) -> BitMap:
    """The numbers as a bitmap."""
    from array import array

    return BitMap(array("I", np.ascontiguousarray(numbers, dtype=np.uint32).tobytes()))


def _array_of_bitmap(numbers: BitMap) -> Numbers:
    return np.frombuffer(numbers.to_array(), dtype=np.uint32)


class SystemComponents:
    """The columns of all rows of a kind; row numbers are indexes, rows that do not exist are zero."""

    def __init__(self, connection: Connection, system_id: int, kind: str) -> None:
        packed = read_packs(connection, system_id, kind, ("row", *PACKED[kind]))
        rows = packed["row"].to_numpy()
        self.top = int(rows.max()) if len(rows) else 0
        self.names = names_of(connection, system_id)
        self.columns: dict[str, Numbers] = {}
        for name in PACKED[kind]:
            self.columns[name] = self._column(rows, packed[name].to_numpy())
        subjects = self.columns["subject"]
        self._order = np.argsort(subjects, kind="stable").astype(np.uint32)
        self._subjects = subjects[self._order]
        self.nbytes = (
            sum(c.nbytes for c in self.columns.values()) + self._order.nbytes + self._subjects.nbytes
        )

    def _column(self, rows: Numbers, values: Numbers) -> Numbers:
        """The values by row, in the smallest numbers that hold them."""
        greatest = int(values.max()) if len(values) else 0
        found = np.zeros(self.top + 1, dtype=np.min_scalar_type(greatest))
        found[rows] = values
        return found

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Names by text."""
        return {name: n for n, name in enumerate(self.names) if name or not n}

    def about(self, subject: int) -> list[int]:
        """The rows about a concept (or component), ascending; row 0 is none."""
        first = int(np.searchsorted(self._subjects, subject, side="left"))
        last = int(np.searchsorted(self._subjects, subject, side="right"))
        return [row for row in self._order[first:last].tolist() if row]

    def name(self, column: str, row: int) -> str:
        """The name in a column of a row."""
        return str(self.names[int(self.columns[column][row])])


class _SystemConcepts:
    """The concept of each state of a system, by state; ``top``: the greatest state."""

    def __init__(self, connection: Connection, system_id: int) -> None:
        rows = np.array(concepts_of_states(connection, system_id) or [(0, 0)], dtype=np.uint32)
        self.states, self.concepts = rows[:, 0].copy(), rows[:, 1].copy()
        self.top = int(self.states.max())
        self.greatest = int(self.concepts.max())
        self.nbytes = self.states.nbytes + self.concepts.nbytes


class ReleaseComponents:
    """The component rows of one release, and the states of its concepts. ``members``: its state ids."""

    def __init__(self, database: Database, system_id: int, release_id: int, members: BitMap) -> None:
        self._database, self._system_id, self._release_id = database, system_id, release_id
        self._members = members
        self._bitmaps: dict[str, BitMap] = {}

    def bitmap(self, kind: str) -> BitMap:
        """The release's rows of a kind."""
        found = self._bitmaps.get(kind)
        if found is None:
            found = component_bitmap(self._database.reader(), self._release_id, kind)
            self._bitmaps[kind] = found
        return found

    def system(self, kind: str) -> SystemComponents:
        """The columns of a kind."""
        cache: Bounded[tuple[int, str], SystemComponents]
        cache = self._database.caches.named("components of systems", _SYSTEMS)
        key, needed = (self._system_id, kind), self.bitmap(kind)
        found = cache.peek(key)
        if found is not None and needed and needed.max() > found.top:
            cache.discard(key, found)

        def made() -> SystemComponents:
            require_offload(len(needed), _INLINE_LIMIT)
            with self._database.snapshot() as connection:
                return SystemComponents(connection, self._system_id, kind)

        return cache.get(key, made)

    def about(self, kind: str, subject: int) -> list[int]:
        """The release's rows about a concept (or, of language reference sets, a component)."""
        rows = self.bitmap(kind)
        return [row for row in self.system(kind).about(subject) if row in rows]

    def rows(self, kind: str, *, active: bool | None = True) -> Numbers:
        """The release's rows as an array, ascending; ``active`` None = inactive ones too."""
        rows = _array_of_bitmap(self.bitmap(kind))
        if active is None:
            return rows
        inactive = self.system(kind).columns["inactive"][rows].astype(bool)
        found: Numbers = rows[~inactive if active else inactive]
        return found

    def number(self, kind: str, name: str) -> int:
        """The number of a name in the columns of a kind; -1 if no row has it."""
        return self.system(kind).numbers.get(name, -1)

    @cached_property
    def _concepts(self) -> _SystemConcepts:
        cache: Bounded[int, _SystemConcepts]
        cache = self._database.caches.named("concepts of states", _CONCEPTS)
        found = cache.peek(self._system_id)
        if found is not None and self._members and self._members.max() > found.top:
            cache.discard(self._system_id, found)

        def made() -> _SystemConcepts:
            require_offload(len(self._members), _INLINE_LIMIT)
            with self._database.snapshot() as connection:
                return _SystemConcepts(connection, self._system_id)

        return cache.get(self._system_id, made)

    @cached_property
    def state_of(self) -> Numbers:
        """The release's state of each concept id; 0 = the release does not have the concept."""
        held = self._concepts
        own = np.isin(held.states, _array_of_bitmap(self._members), assume_unique=True)
        found = np.zeros(held.greatest + 1, dtype=np.uint32)
        found[held.concepts[own]] = held.states[own]
        return found

    def concept(self, state: int) -> int:
        """The concept id of a state; 0 for a state that the system does not have."""
        held = self._concepts
        at = int(np.searchsorted(held.states, state))
        return int(held.concepts[at]) if at < len(held.states) and held.states[at] == state else 0

    def states(self, concepts: Numbers) -> BitMap:
        """The release's states of concepts; those that it does not have are left out."""
        known = concepts[concepts < len(self.state_of)]
        found = bitmap_of_array(self.state_of[known])
        found.discard(0)
        return found

    @cached_property
    def naming_rows(self) -> BitMap:
        """The active descriptions that name a concept: all but definitions."""
        rows, held = self.rows("description"), self.system("description")
        definition = held.numbers.get("definition", -1)
        return bitmap_of_array(rows[held.columns["type"][rows] != definition])

    @cached_property
    def _by_refset(self) -> tuple[Numbers, Numbers]:
        """The active rows of reference sets by set, and the numbers of their sets."""
        rows = self.rows("member")
        sets = self.system("member").columns["refset"][rows]
        order = np.argsort(sets, kind="stable")
        return rows[order], sets[order]

    def members_of(self, refset: str) -> Numbers:
        """The active rows of a reference set."""
        rows, sets = self._by_refset
        number = self.number("member", refset)
        if number < 0:
            return rows[:0]
        first, last = np.searchsorted(sets, number, "left"), np.searchsorted(sets, number, "right")
        return rows[first:last]

    def reference_sets(self) -> list[str]:
        """The reference sets that have active rows, sorted."""
        names = self.system("member").names
        return sorted(names[n] for n in np.unique(self._by_refset[1]))

    @cached_property
    def _accepted(self) -> dict[tuple[str, str], BitMap]:
        return {}

    def accepted(self, refset: str, acceptability: str) -> BitMap:
        """Components of the descriptions that a language reference set takes as ``preferred`` or ``acceptable``."""
        found = self._accepted.get((refset, acceptability))
        if found is None:
            subjects = self._subjects_accepted(refset, acceptability)
            found = bitmap_of_array(subjects[subjects < UNKNOWN])
            if keys := self.accepted_by_key(refset, acceptability):
                reader = self._database.reader()
                found.update(components_with_keys(reader, self._system_id, "description", keys).values())
            self._accepted[refset, acceptability] = found
        return found

    def accepted_by_key(self, refset: str, acceptability: str) -> list[str]:
        """Keys of the descriptions that were not stored when a row that accepts them was."""
        subjects, names = self._subjects_accepted(refset, acceptability), self.system("member").names
        return [names[n - UNKNOWN] for n in subjects[subjects >= UNKNOWN].tolist()]

    def _subjects_accepted(self, refset: str, acceptability: str) -> Numbers:
        held, rows = self.system("member"), self.members_of(refset)
        number = self.number("member", acceptability)
        mine = rows[held.columns["acceptability"][rows] == number] if number >= 0 else rows[:0]
        return held.columns["subject"][mine]

    def language_sets(self) -> Sequence[str]:
        """The reference sets of the release whose rows say what is preferred, sorted."""
        return self._language_sets

    @cached_property
    def _language_sets(self) -> list[str]:
        held = self.system("member")
        rows, sets = self._by_refset
        number = held.numbers.get("preferred", -1)
        if number < 0:
            return []
        return sorted(held.names[n] for n in np.unique(sets[held.columns["acceptability"][rows] == number]))
