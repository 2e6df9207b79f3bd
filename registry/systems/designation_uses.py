"""Designation uses which mean that the text names the concept.

Which text is shown is decided in ``registry.content.display``.
"""

from __future__ import annotations

from registry.entities.records import Coding, Designation

__all__ = ["PREFERRED", "names_concept"]

PREFERRED = Coding(
    code="preferredForLanguage",
    system="http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra",
    display="Preferred For Language",
)
_NAMING = frozenset(
    {
        (PREFERRED.system, PREFERRED.code),
        ("http://terminology.hl7.org/CodeSystem/designation-usage", "display"),
        ("http://snomed.info/sct", "900000000000003001"),  # fully specified name
        ("http://snomed.info/sct", "900000000000013009"),  # synonym
    }
)


def names_concept(designation: Designation) -> bool:
    """Whether the text names the concept: it has no use, or one of these uses."""
    return designation.use is None or (designation.use.system, designation.use.code) in _NAMING
