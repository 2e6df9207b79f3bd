"""A release as the evaluator of expression constraints reads it (``registry.ecl.edition.Edition``), from plain columns.

``EditionRows`` has the columns as they come, with concepts by their place in ``ids``; ``packed`` numbers the concepts depth
first and sorts the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from registry.content.hierarchy import Closure, Numbering
from registry.ecl.edition import (
    NONE,
    Adjacency,
    ConceptTable,
    DescriptionTable,
    HierarchyTable,
    MemberTable,
    Numbers,
    RelationshipTable,
    TermIndex,
    Value,
    bitmap,
)

__all__ = [
    "ConceptRows",
    "DescriptionRows",
    "EditionRows",
    "MemberRows",
    "PackedEdition",
    "RelationshipRows",
    "packed",
]

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptRows:
    """By place: whether in the release, whether active, module, effective time (0 = none), definition status.

    ``child`` and ``parent``: the active is-a relationships.
    """

    ids: Sequence[str]
    present: Flags
    active: Flags
    module: Numbers
    effective: Numbers
    status: Numbers
    child: Numbers
    parent: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipRows:
    """Active inferred relationships, is-a included; ``target`` NONE: the value is ``values[value]``."""

    source: Numbers
    type: Numbers
    target: Numbers
    group: Numbers
    value: Numbers
    values: list[Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptionRows:
    """Descriptions, sorted by the number of their concept once packed: ``terms`` finds rows by their place here.

    ``accepted``: (language reference set, acceptability) → places of descriptions.
    """

    id: NDArray[np.uint64]
    concept: Numbers
    type: Numbers
    module: Numbers
    effective: Numbers
    active: Flags
    language: Sequence[str]
    text: Sequence[str]
    accepted: Mapping[tuple[int, int], Sequence[int] | Numbers] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRows:
    """Members whose component is a concept. ``fields``: reference set → names; ``values``: (set, name) → by row of the set.

    Arrays hold places of concepts, lists texts; values are read when a constraint needs them.
    """

    refset: Numbers
    referenced: Numbers
    active: Flags
    module: Numbers
    effective: Numbers
    fields: Mapping[int, Sequence[str]]
    values: Mapping[tuple[int, str], Sequence[str] | Numbers]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionRows:
    """All columns of a release. ``alternates``: (scheme alias, code) → concept; ``dialects``: alias → reference set."""

    concepts: ConceptRows
    relationships: RelationshipRows
    descriptions: DescriptionRows
    members: MemberRows
    alternates: Mapping[tuple[str, str], int] = field(default_factory=dict)
    dialects: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedEdition:
    """``registry.ecl.edition.Edition``."""

    concepts: ConceptTable
    hierarchy: HierarchyTable
    relationships: RelationshipTable
    descriptions: DescriptionTable
    members: MemberTable
    alternates: Mapping[tuple[str, str], int]
    dialects: Mapping[str, str]

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        rows, descriptions = len(self.relationships.source), len(self.descriptions.concept)
        return (
            120 * len(self.concepts.ids) + 45 * rows + 180 * descriptions + 12 * len(self.members.referenced)
        )

    def alternate(self, scheme: str, code: str) -> int | None:
        """The concept with an identifier of another scheme; the alias of the scheme in any case."""
        return self.alternates.get((scheme.lower(), code))

    def dialect(self, alias: str) -> str | None:
        """The identifier of the language reference set with an alias."""
        return self.dialects.get(alias)


def packed(rows: EditionRows) -> PackedEdition:
    """The release with concepts numbered depth first."""
    numbering = _numbering(rows.concepts)
    order, number = _numbers(rows.concepts, numbering)
    concepts = _concepts(rows.concepts, order, number)
    return PackedEdition(
        concepts=concepts,
        hierarchy=_hierarchy(rows.concepts, number, numbering),
        relationships=_relationships(rows.relationships, number),
        descriptions=_descriptions(rows.descriptions, number),
        members=_members(rows.members, number),
        alternates={(s.lower(), c): int(number[at]) for (s, c), at in rows.alternates.items()},
        dialects=rows.dialects,
    )


def _numbering(rows: ConceptRows) -> Numbering:
    """The depth-first numbers of the active concepts."""
    idents = np.flatnonzero(rows.active)
    place = np.full(len(rows.ids), -1, dtype=np.int64)
    place[idents] = np.arange(len(idents))
    parents: list[list[int]] = [[] for _ in idents]
    for child, parent in zip(place[rows.child].tolist(), place[rows.parent].tolist(), strict=True):
        if child >= 0 <= parent:
            parents[child].append(parent)
    return Closure(idents.tolist(), parents).numbering


def _numbers(rows: ConceptRows, numbering: Numbering) -> tuple[NDArray[np.int64], Numbers]:
    """The place of each number: active concepts, other concepts of the release, the rest; and the number of each place."""
    first = np.array(numbering.idents, dtype=np.int64)
    others = np.flatnonzero(rows.present & ~rows.active)
    rest = np.flatnonzero(~rows.present)
    order = np.concatenate((first, others, rest))
    number = np.empty(len(order), dtype=np.uint32)
    number[order] = np.arange(len(order), dtype=np.uint32)
    return order, number


def _mapped(column: Numbers, number: Numbers) -> Numbers:
    """A column of places as numbers; NONE stays."""
    table = np.append(number, np.uint32(NONE))
    found: Numbers = table[np.minimum(column, len(number))].astype(np.uint32)
    return found


def _concepts(rows: ConceptRows, order: NDArray[np.int64], number: Numbers) -> ConceptTable:
    ids = [rows.ids[place] for place in order.tolist()]
    return ConceptTable(
        ids=ids,
        number_of={identifier: n for n, identifier in enumerate(ids)},
        present=bitmap(np.flatnonzero(rows.present[order])),
        active=bitmap(np.flatnonzero(rows.active[order])),
        module=_mapped(rows.module[order], number),
        effective=rows.effective[order],
        status=_mapped(rows.status[order], number),
    )


def _hierarchy(rows: ConceptRows, number: Numbers, numbering: Numbering) -> HierarchyTable:
    both = rows.active[rows.child] & rows.active[rows.parent]
    child, parent = number[rows.child[both]], number[rows.parent[both]]
    up, down = Adjacency(len(number), child, parent), Adjacency(len(number), parent, child)
    return HierarchyTable(up, down, numbering.last, numbering.beyond)


def _relationships(rows: RelationshipRows, number: Numbers) -> RelationshipTable:
    return RelationshipTable(
        source=_mapped(rows.source, number),
        type=_mapped(rows.type, number),
        target=_mapped(rows.target, number),
        group=rows.group,
        value=rows.value,
        values=rows.values,
        concepts=len(number),
    )


def _descriptions(rows: DescriptionRows, number: Numbers) -> DescriptionTable:
    from registry.ecl.term_index import WordIndex

    concept = _mapped(rows.concept, number)
    order = np.argsort(concept, kind="stable")
    place = np.empty(len(order), dtype=np.uint32)
    place[order] = np.arange(len(order), dtype=np.uint32)
    codes = np.array([rows.language[at] for at in order.tolist()], dtype=object)
    languages = {str(code): bitmap(np.flatnonzero(codes == code)) for code in dict.fromkeys(rows.language)}
    terms: TermIndex = WordIndex([rows.text[at] for at in order.tolist()], languages)
    accepted: dict[int, dict[int, BitMap]] = {}
    for (refset, way), places in rows.accepted.items():
        by_way = accepted.setdefault(int(number[refset]), {})
        by_way[int(number[way])] = bitmap(np.unique(place[np.asarray(places, dtype=np.int64)]))
    return DescriptionTable(
        id=rows.id[order],
        concept=concept[order],
        type=_mapped(rows.type, number)[order],
        module=_mapped(rows.module, number)[order],
        effective=rows.effective[order],
        active=bitmap(np.flatnonzero(rows.active[order])),
        languages=languages,
        accepted=accepted,
        terms=terms,
    )


def _members(rows: MemberRows, number: Numbers) -> MemberTable:
    refset = _mapped(rows.refset, number)
    order = np.argsort(refset, kind="stable")
    place = {int(number[at]): at for at in rows.fields}
    known: dict[tuple[int, str], Sequence[str] | Numbers] = {}

    def column(refset: int, name: str) -> Sequence[str] | Numbers:
        found = known.get((refset, name))
        if found is None:
            values = rows.values[place[refset], name]
            found = _mapped(values, number) if isinstance(values, np.ndarray) else values
            known[refset, name] = found
        return found

    return MemberTable(
        refset=refset[order],
        referenced=_mapped(rows.referenced, number)[order],
        active=rows.active[order],
        module=_mapped(rows.module, number)[order],
        effective=rows.effective[order],
        fields={int(number[place]): names for place, names in rows.fields.items()},
        column=column,
    )
