"""Whether the display of a coding is one of the concept's, in the requested languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from registry.content.display import best, is_withdrawn, own_display, serving
from registry.entities.languages import Languages
from registry.entities.records import ConceptRecord, Designation
from registry.systems.designation_uses import names_concept
from registry.terminology.issues import Issue, issue, plural
from registry.terminology.validation.types import CodingResult, ValidationOptions
from registry.terminology.valueset import ConceptReference

__all__ = ["compare"]


def compare(
    finding: CodingResult,
    languages: Languages | None,
    rules: ValidationOptions,
    value_set_concept: ConceptReference | None = None,
) -> None:
    """Set the display to show, and add an issue if the given one is wrong."""
    record = finding.record
    if record is None:
        return
    extra = _own(value_set_concept)
    chosen = best(record, languages, extra, language=_language(finding))
    finding.display = chosen.text if chosen else None
    given = finding.coding.display
    if given:
        problem = _judge(finding, record, extra, languages, given)
        if problem is not None:
            finding.issues.append(_lenient(problem) if rules.lenient_display else problem)


def _lenient(problem: Issue) -> Issue:
    return replace(problem, severity="warning") if problem.severity == "error" else problem


def _own(value_set_concept: ConceptReference | None) -> list[Designation]:
    if value_set_concept is None:
        return []
    shown = [Designation(kind="display", text=value_set_concept.display)] if value_set_concept.display else []
    return [*shown, *value_set_concept.designations]


def _language(finding: CodingResult) -> str:
    """The language of the version with which the coding is validated."""
    return finding.content.info.language if finding.content is not None else ""


def _texts(record: ConceptRecord, extra: Sequence[Designation], language: str) -> list[Designation]:
    own = own_display(record.designations, language)
    rest = [d for d in record.designations if d is not own]
    return [d for d in (*([own] if own else []), *extra, *rest) if names_concept(d)]


def _judge(
    finding: CodingResult,
    record: ConceptRecord,
    extra: Sequence[Designation],
    languages: Languages | None,
    given: str,
) -> Issue | None:
    every = _texts(record, extra, _language(finding))
    usable = [d for d in every if not is_withdrawn(d)]
    wanted = languages if languages is not None and languages.tags else None
    allowed = _in_languages(usable, wanted) if wanted else usable
    if not usable or any(_same(given, d.text) for d in allowed):
        return None
    if wanted and not allowed:
        return _none_in_language(finding, record, usable, wanted, given)
    if any(_same(given, d.text) for d in every if is_withdrawn(d)):
        return _withdrawn(finding, record, given)
    return _wrong(finding, allowed, wanted, given)


def _same(a: str, b: str) -> bool:
    return a.casefold() == b.casefold()


def _in_languages(texts: Sequence[Designation], wanted: Languages) -> list[Designation]:
    found = [d for tag in wanted.tags for d in serving(texts, tag)]
    return [d for i, d in enumerate(found) if all(d is not e for e in found[:i])]


def _none_in_language(
    finding: CodingResult, record: ConceptRecord, usable: Sequence[Designation], wanted: Languages, given: str
) -> Issue:
    coding, place = finding.coding, finding.coding.place.of("display")
    language = next((d.language for d in usable), "")
    default = [d for d in usable if not d.language or d.language == language]
    name = "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_"
    if any(_same(given, d.text) for d in default):
        return issue(name + "OK", given, coding.system, coding.code, wanted.text, given, place=place)
    own = own_display(record.designations, _language(finding))
    shown = own.text if own else ""
    return issue(name + "ERR", given, coding.system, coding.code, wanted.text, shown, place=place)


def _withdrawn(finding: CodingResult, record: ConceptRecord, given: str) -> Issue:
    own, place = own_display(record.designations, _language(finding)), finding.coding.place.of("display")
    right = f'"{own.text}".' if own else ""
    values = ("", given, finding.coding.code, right, "deprecated")
    return issue("INACTIVE_DISPLAY_FOUND_other", *values, place=place)


def _wrong(
    finding: CodingResult, allowed: Sequence[Designation], wanted: Languages | None, given: str
) -> Issue:
    coding = finding.coding
    squeezed = " ".join(given.split())
    spaced = any(_same(squeezed, " ".join(d.text.split())) for d in allowed)
    name = (
        "Display_Name_WS_for__should_be_one_of__instead_of"
        if spaced
        else "Display_Name_for__should_be_one_of__instead_of"
    )
    in_a_language = {d.text for d in allowed if d.language}
    choices = [d for d in allowed if d.language or d.text not in in_a_language]
    shown = list(dict.fromkeys(f"'{d.text}'" + (f" ({d.language})" if d.language else "") for d in choices))
    listed = " or ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else "''"
    values = (len(shown), coding.system, coding.code, listed, given, wanted.text if wanted else "--")
    return issue(plural(name, shown or [""]), *values, place=coding.place.of("display"))
