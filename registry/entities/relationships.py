"""Relationships of two mapped concepts, and their equivalents in FHIR R4, SKOS and SSSOM.

The registry uses FHIR R5's codes, which read from source to target; R4's read from target to source.
Source: FHIR R5 ConceptMapRelationship, R4 ConceptMapEquivalence, SKOS mapping properties, SSSOM.
"""

from __future__ import annotations

__all__ = [
    "BROADER",
    "EQUIVALENT",
    "NARROWER",
    "NOT_RELATED",
    "RELATED",
    "RELATIONSHIPS",
    "from_r4",
    "inverse",
    "needs_comment",
    "to_r4",
    "to_skos",
]

EQUIVALENT = "equivalent"
NARROWER = "source-is-narrower-than-target"
BROADER = "source-is-broader-than-target"
RELATED = "related-to"
NOT_RELATED = "not-related-to"
RELATIONSHIPS = (EQUIVALENT, NARROWER, BROADER, RELATED, NOT_RELATED)

_TO_R4 = {
    EQUIVALENT: "equivalent",
    NARROWER: "wider",
    BROADER: "narrower",
    RELATED: "relatedto",
    NOT_RELATED: "disjoint",
    "": "unmatched",
}
_FROM_R4 = {
    "equivalent": EQUIVALENT,
    "equal": EQUIVALENT,
    "wider": NARROWER,
    "subsumes": NARROWER,
    "narrower": BROADER,
    "specializes": BROADER,
    "relatedto": RELATED,
    "inexact": RELATED,
    "disjoint": NOT_RELATED,
    "unmatched": "",
}
_TO_SKOS = {
    EQUIVALENT: "skos:exactMatch",
    NARROWER: "skos:broadMatch",
    BROADER: "skos:narrowMatch",
    RELATED: "skos:relatedMatch",
}
_INVERSE = {NARROWER: BROADER, BROADER: NARROWER}


def inverse(relationship: str) -> str:
    """The relationship from target to source: narrower and broader swap, the others are symmetric (DOMAIN 9).

    >>> inverse("source-is-narrower-than-target")
    'source-is-broader-than-target'
    """
    return _INVERSE.get(relationship, relationship)


def to_r4(relationship: str) -> str:
    """R4's equivalence for a relationship; ``relatedto`` if R4 has none.

    >>> to_r4("source-is-narrower-than-target"), to_r4("")
    ('wider', 'unmatched')
    """
    return _TO_R4.get(relationship, "relatedto")


def from_r4(equivalence: str) -> str:
    """The relationship for an R4 equivalence; empty for an equivalence that means "no target".

    >>> from_r4("narrower")
    'source-is-broader-than-target'
    """
    return _FROM_R4.get(equivalence, RELATED)


def to_skos(relationship: str) -> str | None:
    """The SKOS mapping property as a CURIE, the predicate in SSSOM; None if there is none."""
    return _TO_SKOS.get(relationship)


def needs_comment(relationship: str) -> bool:
    """Whether FHIR requires a comment on the row: the target covers only a part of the source."""
    return relationship == BROADER
