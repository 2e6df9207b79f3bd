"""Concept maps as the translate operation reads them: a header and groups, each with rows by code.

``MapGroupView`` is what translation needs of a group: rows for a source code, rows for a target code, all rows. Two
implementations: ``MapGroup`` in memory (resources sent in a request, derived changes, tests), ``StoredMapGroup``
(``loaded_maps``). Relationships are R5's, from source to target.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Protocol

import msgspec

from registry.entities.canonical import join
from registry.entities.records import MapRowRecord, Unmapped
from registry.store.bounded import Bounded
from registry.systems import SystemBehaviour

__all__ = ["ConceptMap", "MapElement", "MapGroup", "MapGroupView", "MapTarget", "Unmapped"]


class MapGroupView(Protocol):
    """Rows between one source and one target system."""

    @property
    def source(self) -> str:
        """Canonical URL of the source system; empty if the map names none."""

    @property
    def target(self) -> str:
        """Canonical URL of the target system; empty if the map names none."""

    @property
    def source_version(self) -> str: ...

    @property
    def target_version(self) -> str: ...

    @property
    def unmapped(self) -> Unmapped | None:
        """The rule for a code without a row."""

    def by_source(self, code: str, behaviour: SystemBehaviour) -> Sequence[MapRowRecord]:
        """Rows that have the code among their sources, as the source system compares codes."""

    def by_target(self, code: str, behaviour: SystemBehaviour) -> Sequence[MapRowRecord]:
        """Rows that have the code as target, as the target system compares codes."""

    def rows(self) -> Iterator[MapRowRecord]:
        """All rows in the map's order."""

    def __len__(self) -> int:
        """Estimated number of rows in memory."""


class MapTarget(msgspec.Struct, frozen=True, omit_defaults=True):
    """One target; ``code`` empty = the map states that there is no target."""

    code: str = ""
    relationship: str = "related-to"
    display: str = ""
    comment: str = ""
    products: tuple[tuple[str, str, str], ...] = ()  #: attribute, system, value
    conditions: tuple[tuple[str, str, str], ...] = ()  #: likewise; the target applies only if they are met


class MapElement(msgspec.Struct, frozen=True, omit_defaults=True):
    """A source code and its targets; ``no_map``: the map states that there is no target."""

    code: str
    display: str = ""
    targets: tuple[MapTarget, ...] = ()
    no_map: bool = False

    def rows(self) -> Iterator[MapRowRecord]:
        """A row for each target; one row without target if there is none."""
        for t in self.targets or (MapTarget(relationship=""),):
            yield MapRowRecord(
                sources=(self.code,),
                target=t.code,
                relationship=t.relationship,
                source_display=self.display,
                target_display=t.display,
                comment=t.comment,
                products=t.products,
                conditions=t.conditions,
            )


class MapGroup(msgspec.Struct, frozen=True, omit_defaults=True):
    """Elements between one source and one target system, in memory; ``records`` are rows that elements cannot hold."""

    source: str = ""
    target: str = ""
    source_version: str = ""
    target_version: str = ""
    elements: tuple[MapElement, ...] = ()
    unmapped: Unmapped | None = None
    records: tuple[MapRowRecord, ...] = ()

    def by_source(self, code: str, behaviour: SystemBehaviour) -> Sequence[MapRowRecord]:
        """Rows that have the code among their sources."""
        return _indexed(self, behaviour, "sources").get(behaviour.key(code), ())

    def by_target(self, code: str, behaviour: SystemBehaviour) -> Sequence[MapRowRecord]:
        """Rows that have the code as target."""
        return _indexed(self, behaviour, "target").get(behaviour.key(code), ())

    def rows(self) -> Iterator[MapRowRecord]:
        """All rows, those of elements first."""
        for element in self.elements:
            yield from element.rows()
        yield from self.records

    def __len__(self) -> int:
        return len(self.elements) + len(self.records)


_Index = dict[str, list[MapRowRecord]]
#: indexes of groups, as many as hold so many elements; keyed by identity (the entry keeps its group), groups never change
_INDEXES: Bounded[tuple[int, str, str], tuple[MapGroup, _Index]] = Bounded(
    400_000, lambda kept: len(kept[0]) + 1
)


def _indexed(group: MapGroup, behaviour: SystemBehaviour, side: str) -> _Index:
    def made() -> tuple[MapGroup, _Index]:
        found: _Index = {}
        for row in group.rows():
            codes = row.sources if side == "sources" else (row.target,) if row.target else ()
            for key in dict.fromkeys(behaviour.key(code) for code in codes):
                found.setdefault(key, []).append(row)
        return group, found

    return _INDEXES.get((id(group), behaviour.name, side), made)[1]


class ConceptMap(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A map of one version, with its source and target value sets if it names them.

    ``definition`` is the resource's ``group``; ``read_definition`` reads it if it is not in memory.
    """

    url: str = ""
    version: str = ""
    status: str = "active"
    source_scope: str = ""
    target_scope: str = ""
    purpose: str = ""
    groups: tuple[MapGroupView, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    shell: dict[str, Any] = {}
    definition: dict[str, Any] = {}
    read_definition: Callable[[], dict[str, Any]] | None = None

    @property
    def canonical(self) -> str:
        """``url|version``."""
        return join(self.url, self.version)
