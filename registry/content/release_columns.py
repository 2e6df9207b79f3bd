"""All of a release with components as plain columns, concepts by *place*: for evaluators that read whole releases at once.

``places`` are indexes of ``ReleaseColumns.ids``: the identifiers of every concept of the system, in this release or not, then
names that are no concepts of it. ``NONE`` takes the place of a concept where there is none. Rows of one table are in the
order of its columns. Values of members are read when they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from registry.content.component_arrays import Numbers, ReleaseComponents, SystemComponents
from registry.content.composed_view import ComposedView
from registry.store.component_frames import SEPARATOR
from registry.store.component_packs import UNKNOWN, read_texts
from registry.store.engine import Connection
from registry.store.system_states import keys_of
from registry.systems.snomed import ACCEPTABILITY, DEFINED, DESCRIPTION_TYPES, IS_A, PRIMITIVE

__all__ = [
    "NONE",
    "ConceptColumns",
    "DescriptionColumns",
    "MemberColumns",
    "RelationshipColumns",
    "ReleaseColumns",
]

NONE = 0xFFFF_FFFF
Flags = NDArray[np.bool_]
_IDENTIFIERS = "identifier/"  #: begins the name of the set of an identifier scheme


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptColumns:
    """By place. ``child`` and ``parent``: the active is-a relationships between places."""

    present: Flags
    active: Flags
    module: Numbers
    effective: Numbers
    status: Numbers
    child: Numbers
    parent: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipColumns:
    """Active inferred relationships, is-a included; with ``target`` NONE the value is ``values[value]``."""

    source: Numbers
    type: Numbers
    target: Numbers
    group: Numbers
    value: Numbers
    values: list[Decimal | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptionColumns:
    """Descriptions, inactive ones too. ``accepted``: (language reference set, acceptability) → indexes of descriptions."""

    id: NDArray[np.uint64]
    concept: Numbers
    type: Numbers
    module: Numbers
    effective: Numbers
    active: Flags
    language: list[str]
    text: list[str]
    accepted: Mapping[tuple[int, int], Numbers]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberColumns:
    """Members that name concepts, inactive ones too, by reference set.

    ``fields``: set → names of its own columns; ``values``: (set, name) → by row of the set, places of concepts or texts.
    """

    refset: Numbers
    referenced: Numbers
    active: Flags
    module: Numbers
    effective: Numbers
    fields: Mapping[int, Sequence[str]]
    values: Mapping[tuple[int, str], Sequence[str] | Numbers]


class ReleaseColumns:
    """The columns of the release of a view."""

    def __init__(self, view: ComposedView) -> None:
        self._view, self._system_id, connection = view, view.system_id, view.connection
        self._connection: Connection = connection
        self._components: ReleaseComponents = view.components
        keys = sorted(keys_of(connection, view.system_id).items(), key=lambda item: item[1])
        self.ids: list[str] = [key for key, _ in keys]
        self._place_of = {key: place for place, key in enumerate(self.ids)}
        greatest = keys[-1][1] if keys else 0
        self._by_concept = np.full(greatest + 1, NONE, dtype=np.uint32)  # concept id → place
        self._by_concept[[number for _, number in keys]] = np.arange(len(keys), dtype=np.uint32)

    def place(self, identifier: str) -> int:
        """The place of an identifier or name; a new one for one that is no concept of the system."""
        found = self._place_of.get(identifier)
        if found is None:
            found = self._place_of[identifier] = len(self.ids)
            self.ids.append(identifier)
        return found

    def _of_concepts(self, concepts: Numbers) -> Numbers:
        known = np.where(concepts < len(self._by_concept), concepts, 0)
        return self._by_concept[known]

    def _of_names(
        self, held: SystemComponents, numbers: Numbers, known: Mapping[str, str] | None = None
    ) -> Numbers:
        """The places of names in a column."""
        table = np.full(len(held.names), NONE, dtype=np.uint32)
        for number in np.unique(numbers).tolist():
            name = held.names[number]
            table[number] = self.place((known or {}).get(name, name)) if name else NONE
        return table[numbers]

    @cached_property
    def relationships(self) -> RelationshipColumns:
        """The relationships."""
        held, rows = self._components.system("relationship"), self._components.rows("relationship")
        plain = np.array(["characteristic" not in name for name in held.names])
        rows = rows[plain[held.columns["extra"][rows]]]
        columns = {name: column[rows] for name, column in held.columns.items()}
        values = np.unique(columns["value"])
        kinds = dict(zip(columns["value"].tolist(), columns["value_type"].tolist(), strict=True))
        texts = [(held.names[v], held.names[kinds[v]]) for v in values.tolist()]
        concrete = columns["target"] == 0
        return RelationshipColumns(
            source=self._of_concepts(columns["subject"]),
            type=self._of_names(held, columns["type"]),
            target=np.where(concrete, np.uint32(NONE), self._of_concepts(columns["target"])),
            group=columns["group"].astype(np.uint32),
            value=np.searchsorted(values, columns["value"]).astype(np.uint32),
            values=[Decimal(text) if kind == "decimal" else text for text, kind in texts],
        )

    @cached_property
    def concepts(self) -> ConceptColumns:
        """The concepts; after the other tables, so that every name has its place."""
        relationships = self.relationships
        _ = self.descriptions, self.members
        module, effective, status = (
            self._stated("moduleId"),
            self._stated("effectiveTime"),
            self._stated("sufficientlyDefined"),
        )
        days = np.array([int(t) if t.isdigit() else 0 for t in effective], dtype=np.uint32)
        modules = np.array([self.place(m) if m else NONE for m in module], dtype=np.uint32)
        primitive, defined = self.place(PRIMITIVE), self.place(DEFINED)
        is_a = relationships.type == self.place(IS_A)
        present, active = self._flags()
        return ConceptColumns(
            present=present,
            active=active,
            module=_extended(modules, len(self.ids), NONE),
            effective=_extended(days, len(self.ids), 0),
            status=_extended(
                np.array([defined if s == "true" else primitive for s in status], dtype=np.uint32),
                len(self.ids),
                NONE,
            ),
            child=relationships.source[is_a],
            parent=relationships.target[is_a],
        )

    def _flags(self) -> tuple[Flags, Flags]:
        """Which places are in the release, and active."""
        present = np.zeros(len(self.ids), dtype=bool)
        concepts = np.flatnonzero(self._components.state_of)
        present[self._of_concepts(concepts.astype(np.uint32))] = True
        active = present.copy()
        for state in self._view.inactive():
            active[self._by_concept[self._components.concept(state)]] = False
        return present, active

    def _stated(self, name: str) -> list[str]:
        """The value of a property by place; empty where there is none."""
        found = [""] * len(self.ids)
        for value, states in self._view.property_values(name):
            for state in states:
                found[int(self._by_concept[self._components.concept(state)])] = value
        return found

    @cached_property
    def descriptions(self) -> DescriptionColumns:
        """The descriptions."""
        held, rows = self._components.system("description"), self._components.rows("description", active=None)
        columns = {name: column[rows] for name, column in held.columns.items()}
        texts = read_texts(self._connection, self._system_id, "description", rows.tolist())
        parts = [text.partition(SEPARATOR) for text in texts]
        types = {kind: use.code for kind, use in DESCRIPTION_TYPES.items()}
        return DescriptionColumns(
            id=np.array([int(key) if key.isdigit() else 0 for key, _, _ in parts], dtype=np.uint64),
            concept=self._of_concepts(columns["subject"]),
            type=self._of_names(held, columns["type"], types),
            module=self._of_names(held, columns["module"]),
            effective=columns["effective"].astype(np.uint32),
            active=~columns["inactive"].astype(bool),
            language=[held.names[n] for n in columns["language"].tolist()],
            text=[text for _, _, text in parts],
            accepted=dict(self._accepted(columns["component"])),
        )

    def _accepted(self, components: Numbers) -> Iterator[tuple[tuple[int, int], Numbers]]:
        order = np.argsort(components, kind="stable")
        ordered = components[order]
        for refset in self._components.language_sets():
            for way, identifier in ACCEPTABILITY.items():
                wanted = np.frombuffer(self._components.accepted(refset, way).to_array(), dtype=np.uint32)
                at = np.minimum(np.searchsorted(ordered, wanted), max(len(ordered) - 1, 0))
                mine = at[ordered[at] == wanted] if len(ordered) else at[:0]
                yield (self.place(refset), self.place(identifier)), np.sort(order[mine]).astype(np.uint32)

    @cached_property
    def members(self) -> MemberColumns:
        """The members."""
        held, rows = self._components.system("member"), self._components.rows("member", active=None)
        named = (held.columns["of"][rows] == held.numbers.get("concept", 0)) & (
            held.columns["subject"][rows] < UNKNOWN
        )
        sets = np.array([not name.startswith(_IDENTIFIERS) for name in held.names])
        rows = rows[named & sets[held.columns["refset"][rows]]]
        refsets = self._of_names(held, held.columns["refset"][rows])
        order = np.argsort(refsets, kind="stable")
        rows, refsets = rows[order], refsets[order]
        values = _Values(self, held, rows, refsets)
        return MemberColumns(
            refset=refsets,
            referenced=self._of_concepts(held.columns["subject"][rows]),
            active=~held.columns["inactive"][rows].astype(bool),
            module=self._of_names(held, held.columns["module"][rows]),
            effective=held.columns["effective"][rows].astype(np.uint32),
            fields=values.fields,
            values=values,
        )

    @cached_property
    def alternates(self) -> dict[tuple[str, str], int]:
        """(identifier scheme, identifier) → place of the concept."""
        held, found = self._components.system("member"), dict[tuple[str, str], int]()
        for name in self._components.reference_sets():
            if name.startswith(_IDENTIFIERS):
                rows = self._components.members_of(name)
                texts = read_texts(self._connection, self._system_id, "member", rows.tolist())
                places = self._of_concepts(held.columns["subject"][rows]).tolist()
                scheme = name.removeprefix(_IDENTIFIERS)
                found |= {(scheme, text): place for text, place in zip(texts, places, strict=True)}
        return found

    def member_texts(self, rows: Numbers) -> list[list[str]]:
        """The values of members by row."""
        ascending = np.argsort(rows, kind="stable")
        texts = read_texts(self._connection, self._system_id, "member", rows[ascending].tolist())
        found: list[list[str]] = [[]] * len(rows)
        for place, text in zip(ascending.tolist(), texts, strict=True):
            found[place] = text.split(SEPARATOR)
        return found


class _Values(Mapping[tuple[int, str], Sequence[str] | Numbers]):
    """Values of members by reference set and field, read at the first use."""

    def __init__(
        self, columns: ReleaseColumns, held: SystemComponents, rows: Numbers, refsets: Numbers
    ) -> None:
        self._columns, self._rows, self._refsets = columns, rows, refsets
        self._shapes: dict[int, list[dict[str, Any]]] = {}
        self._read: dict[int, list[list[str]]] = {}
        starts = np.unique(refsets, return_index=True)
        for refset, start in zip(*(column.tolist() for column in starts), strict=True):
            shape = held.names[held.columns["shape"][rows[start]]]
            self._shapes[refset] = msgspec.json.decode(shape) if shape else []
        self.fields = {refset: [p["code"] for p in shape] for refset, shape in self._shapes.items()}

    def __getitem__(self, key: tuple[int, str]) -> Sequence[str] | Numbers:
        refset, name = key
        at = self.fields[refset].index(name)
        if refset not in self._read:
            self._read[refset] = self._columns.member_texts(self._rows[self._refsets == refset])
        texts = [row[at] if at < len(row) else "" for row in self._read[refset]]
        if self._shapes[refset][at].get("type") != "code":
            return texts
        return np.array([self._columns.place(t) if t else NONE for t in texts], dtype=np.uint32)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return ((refset, name) for refset, names in self.fields.items() for name in names)

    def __len__(self) -> int:
        return sum(map(len, self.fields.values()))


def _extended(column: Numbers, length: int, blank: int) -> Numbers:
    """The column with blanks up to a length."""
    found = np.full(length, blank, dtype=np.uint32)
    found[: len(column)] = column
    return found
