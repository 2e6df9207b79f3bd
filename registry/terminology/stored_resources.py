"""Stored value sets and maps as values: each stored row is parsed once per registry.

Rows of stored resources never change; a new version is a new row. So a parsed row is correct at every instant at which
the row was known, and after a publication only new rows are parsed. One object per registry owns the cache, which is
bounded by the bytes of the stored bodies. The parser of the bodies is a parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from registry.reader import Reader
from registry.store.artifacts import ArtifactRow, artifact_rows, artifacts_of
from registry.store.bounded import Bounded
from registry.terminology.conceptmap import ConceptMap
from registry.terminology.valueset import ValueSet

__all__ = ["ArtifactReader", "Stored", "StoredResources"]

_BYTES = 128_000_000  #: of stored bodies whose values are kept


@dataclass(slots=True)
class Stored:
    """Value sets and maps, in the order of storing."""

    value_sets: list[ValueSet] = field(default_factory=list)
    concept_maps: list[ConceptMap] = field(default_factory=list)


#: Parses stored bodies.
ArtifactReader = Callable[[Sequence[ArtifactRow]], Stored]


class StoredResources:
    """The parsed resources of one registry."""

    def __init__(self, reader: Reader, parse: ArtifactReader, *, limit: int = _BYTES) -> None:
        self._reader, self._parse = reader, parse
        self._parsed: Bounded[int, tuple[Stored, int]] = Bounded(limit, lambda kept: kept[1])

    def at(self, instant: int | None) -> Stored:
        """Every resource as known at the instant (None = now), by kind, URL and version, the latest stored last."""
        wanted = artifact_rows(self._reader.connection, instant)
        kept = {row: found[0] for row in wanted if (found := self._parsed.peek(row)) is not None}
        for row in artifacts_of(self._reader.connection, [r for r in wanted if r not in kept]):
            kept[row.row_id] = self._parsed.get(row.row_id, partial(self._one, row))[0]
        result = Stored()
        for one in (kept[row] for row in wanted):
            result.value_sets += one.value_sets
            result.concept_maps += one.concept_maps
        return result

    def _one(self, row: ArtifactRow) -> tuple[Stored, int]:
        return self._parse([row]), len(row.body)
