"""Merging several sources (layers) of one version: one record per concept, and where the sources disagree.

A facet comes from the first layer that asserts it; a text in a language that earlier layers lack comes from the first
layer with that language (DOMAIN 6). Pure functions on records. The layers are chosen in ``registry.time.timeline``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from registry.content.display import RECONSTRUCTED
from registry.content.label_comparison import same_wording
from registry.entities.records import Coding, ConceptRecord, Designation, Note, Property, ReleaseHeader
from registry.entities.results.codes import Disagreement

__all__ = ["MergedConcept", "each_state_once", "merge_sources"]

#: The use of such a text in answers that show uses.
_LATER_WORDS = Coding("reconstructed", "urn:gyldig:designation-use", display="Wording of a later time")


@dataclass
class MergedConcept:
    """A merged record; ``lines``: the source line of each facet, if there are several layers."""

    record: ConceptRecord
    facets: Collection[str]
    lines: dict[str, ReleaseHeader] = field(default_factory=dict)
    disagreements: list[Disagreement] = field(default_factory=list)


def merge_sources(layers: Sequence[tuple[ReleaseHeader, ConceptRecord]]) -> MergedConcept:
    """Merge the records of one concept, the most authoritative layer first."""
    first, record = layers[0]
    if len(layers) == 1:
        return MergedConcept(record, first.facets)
    lines = dict.fromkeys(first.facets, first)
    designations, properties = list(record.designations), list(record.properties)
    notes, parents, inactive, selectable = record.notes, record.parents, record.inactive, record.selectable
    disagreements: list[Disagreement] = []
    for header, other in layers[1:]:
        fresh = set(header.facets) - set(lines)
        disagreements += _disagreements(lines, record, header, other)
        covered = {(d.kind, d.language) for d in designations}
        texts = [d for d in other.designations if d.kind in fresh or (d.kind, d.language) not in covered]
        designations += [_testified(d, header) for d in texts]
        properties += [p for p in other.properties if f"property:{p.code}" in fresh]
        notes = other.notes if "notes" in fresh else notes
        parents = other.parents if "hierarchy" in fresh else parents
        inactive = other.inactive if "inactive" in fresh else inactive
        selectable = other.selectable if "selectable" in fresh else selectable
        lines |= dict.fromkeys(sorted(fresh), header)
    merged = _merged(record, designations, properties, notes, parents, inactive, selectable)
    return MergedConcept(merged, frozenset(lines), lines, disagreements)


def each_state_once(
    layers: Iterable[tuple[int, ReleaseHeader, ConceptRecord]],
) -> list[tuple[ReleaseHeader, ConceptRecord]]:
    """The layers, each state once: of several layers with the same state, the one whose header asserts most.

    The first layer also contains states of partial sources, which follow as separate layers.
    """
    found: dict[int, tuple[ReleaseHeader, ConceptRecord]] = {}
    for ident, header, record in layers:
        current = found.get(ident)
        found[ident] = (
            (header, record) if current is None or len(header.facets) > len(current[0].facets) else current
        )
    return list(found.values())


def _testified(d: Designation, header: ReleaseHeader) -> Designation:
    """The text, marked if it is reconstructed: today's wording is no evidence of the meaning at that time (DOMAIN 6)."""
    if header.testimony == "contemporary":
        return d
    return msgspec.structs.replace(d, kind=d.kind + RECONSTRUCTED, use=d.use or _LATER_WORDS)


def _merged(
    record: ConceptRecord,
    designations: list[Designation],
    properties: list[Property],
    notes: tuple[Note, ...],
    parents: tuple[str, ...],
    inactive: bool,
    selectable: bool | None,
) -> ConceptRecord:
    return ConceptRecord(
        code=record.code,
        key=record.key,
        designations=tuple(designations),
        notes=notes,
        parents=parents,
        properties=tuple(properties),
        inactive=inactive,
        selectable=selectable,
        annotations=record.annotations,
    )


def _disagreements(
    lines: dict[str, ReleaseHeader], record: ConceptRecord, header: ReleaseHeader, other: ConceptRecord
) -> Iterator[Disagreement]:
    """Facets that both assert with different content."""
    for facet in header.facets:
        used = lines.get(facet)
        if used is None:
            continue
        a, b = facet_text(record, facet), facet_text(other, facet)
        if a and b and a != b and not same_wording(a, b):
            yield Disagreement(
                facet=facet, used=a, used_line=used.source_line, other=b, other_line=header.source_line
            )


def facet_text(record: ConceptRecord, facet: str) -> str:
    """The content of a record's facet, as text to compare and show."""
    if facet == "hierarchy":
        return " ".join(record.parents)
    if facet == "selectable":
        return "" if record.selectable is None else str(record.selectable)
    if facet == "inactive":
        return str(record.inactive)
    if facet == "notes":
        return "; ".join(n.text for n in record.notes)
    if facet.startswith("property:"):
        name = facet.removeprefix("property:")
        return ", ".join(str(p.value) for p in record.properties if p.code == name)
    return "; ".join(d.text for d in record.designations if d.kind == facet)
