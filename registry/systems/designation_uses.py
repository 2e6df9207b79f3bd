"""Uses of a designation, as terminologies name them, that mean "this text names the concept".

Not here: which text is shown (``registry.content.display``).
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
    """Whether the text names the concept; a text without a use does, one with another declared use does not."""
    return designation.use is None or (designation.use.system, designation.use.code) in _NAMING
