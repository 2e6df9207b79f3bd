"""Which text of a concept to show, and which texts a reader may write for it.

Here: the choice among a concept's designations by language and use. Not here: what is said about a wrong
one (``operations.validation.display``).
"""

from __future__ import annotations

from collections.abc import Sequence

from registry.entities.languages import Languages, fit
from registry.entities.records import Coding, ConceptRecord, Designation
from registry.terminology.extensions import standards_status

__all__ = ["PREFERRED", "choose", "is_display", "is_repeated", "is_withdrawn", "main", "serving"]

PREFERRED = Coding(
    code="preferredForLanguage",
    system="http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra",
    display="Preferred For Language",
)
_RANK = {"display": 0, "label.full": 1, "preferred": 2, "label.short": 3, "fsn": 4, "synonym": 5}
_DISPLAY_USES = frozenset(
    {
        (PREFERRED.system, PREFERRED.code),
        ("http://terminology.hl7.org/CodeSystem/designation-usage", "display"),
        ("http://snomed.info/sct", "900000000000003001"),
        ("http://snomed.info/sct", "900000000000013009"),
    }
)


def main(record: ConceptRecord) -> Designation | None:
    """The text that the source itself shows for the concept; None where it has none."""
    best, rank = None, len(_RANK)
    for designation in record.designations:
        own = _RANK.get(designation.kind, rank)
        if own < rank:
            best, rank = designation, own
    return best


def is_display(designation: Designation) -> bool:
    """Whether the text names the concept, rather than serving some other declared use."""
    return designation.use is None or (designation.use.system, designation.use.code) in _DISPLAY_USES


def is_withdrawn(designation: Designation) -> bool:
    """Whether the source says that the text is no longer to be used."""
    return standards_status(designation.extensions) in ("withdrawn", "deprecated")


def is_repeated(designation: Designation, told: set[tuple[str, str]]) -> bool:
    """Whether a text that serves no use of its own has been told (``told`` is added to): long and short texts
    of a source are often the same."""
    key = (designation.text, designation.language)
    plain = designation.use is None and not designation.extensions
    if plain and key in told:
        return True
    told.add(key)
    return False


def serving(designations: Sequence[Designation], wanted: str) -> list[Designation]:
    """The texts in a wanted language, best fit first; a text without a language serves every language, last."""
    ranked = [(fit(wanted, d.language) if d.language else 0.5, d) for d in designations]
    return [d for score, d in sorted(ranked, key=lambda pair: -pair[0]) if score]


def choose(
    record: ConceptRecord, languages: Languages | None, extra: Sequence[Designation] = ()
) -> Designation | None:
    """The text to show: the best in the first wanted language that has one, else the source's own.

    ``extra`` are texts of a value set, which come first. None where only the wanted languages would do.
    """
    own = main(record)
    fallback = extra[0] if extra and extra[0].kind == "display" else own
    if languages is None or not (languages.tags or languages.only):
        return fallback
    texts = [*extra, *([own] if own else []), *(d for d in record.designations if d is not own)]
    usable = [d for d in texts if is_display(d) and not is_withdrawn(d)]
    for tag in languages.tags:
        found = serving(usable, tag)
        if found:
            return found[0]
    return None if languages.only else fallback
