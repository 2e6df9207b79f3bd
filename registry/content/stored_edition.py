"""A stored release of SNOMED CT as the evaluator of expression constraints reads it."""

from __future__ import annotations

from registry.content.composed_view import ComposedView
from registry.content.packed_edition import (
    ConceptRows,
    DescriptionRows,
    EditionRows,
    MemberRows,
    PackedEdition,
    RelationshipRows,
    packed,
)
from registry.content.release_columns import ReleaseColumns
from registry.systems.snomed import SNOMED_CT

__all__ = ["edition_of_view"]


def edition_of_view(view: ComposedView) -> PackedEdition:
    """The release of a view, built from its columns."""
    columns = ReleaseColumns(view)
    concepts = columns.concepts
    rows = EditionRows(
        concepts=ConceptRows(
            ids=columns.ids,
            present=concepts.present,
            active=concepts.active,
            module=concepts.module,
            effective=concepts.effective,
            status=concepts.status,
            child=concepts.child,
            parent=concepts.parent,
        ),
        relationships=_relationships(columns),
        descriptions=_descriptions(columns),
        members=_members(columns),
        alternates=_alternates(view, columns),
        dialects={alias: d.refset for d in SNOMED_CT.dialects for alias in (d.tag.lower(), *d.aliases)},
    )
    return packed(rows)


def _relationships(columns: ReleaseColumns) -> RelationshipRows:
    found = columns.relationships
    return RelationshipRows(
        source=found.source,
        type=found.type,
        target=found.target,
        group=found.group,
        value=found.value,
        values=[*found.values],
    )


def _descriptions(columns: ReleaseColumns) -> DescriptionRows:
    found = columns.descriptions
    return DescriptionRows(
        id=found.id,
        concept=found.concept,
        type=found.type,
        module=found.module,
        effective=found.effective,
        active=found.active,
        language=found.language,
        text=found.text,
        accepted=found.accepted,
    )


def _members(columns: ReleaseColumns) -> MemberRows:
    found = columns.members
    return MemberRows(
        refset=found.refset,
        referenced=found.referenced,
        active=found.active,
        module=found.module,
        effective=found.effective,
        fields=found.fields,
        values=found.values,
    )


def _alternates(view: ComposedView, columns: ReleaseColumns) -> dict[tuple[str, str], int]:
    """(alias of a scheme, identifier) → place; the alias of a scheme is the first word of its display."""
    found: dict[tuple[str, str], int] = {}
    for (scheme, identifier), place in columns.alternates.items():
        ident = view.find_concept(scheme)
        alias = "" if ident is None else view.display(ident).partition(" ")[0]
        found[alias, identifier] = place
    return found
