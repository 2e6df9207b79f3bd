"""``$validate-code``: is a code right, in its system and in a value set; the same for all forms of asking.

Here: the two operations, from a typed request to a complete result. Not here: the rules, which live in
``validation`` (one room each).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from registry.terminology.compose import Prepared, prepare
from registry.terminology.context import Context
from registry.terminology.issues import Issue, Unanswerable, issue
from registry.terminology.status import as_issue, notices, system_notice
from registry.terminology.validation import code_system, display_check, membership
from registry.terminology.validation.judged_version import demands
from registry.terminology.validation.types import CodingRequest, CodingResult, ElementPath, ValidationOptions
from registry.terminology.valueset import ValueSet

__all__ = [
    "CodingRequest",
    "ElementPath",
    "ValidationOptions",
    "ValidateRequest",
    "Validation",
    "validate_in_system",
    "validate_in_value_set",
    "validate_prepared",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateRequest:
    """Codings to validate. ``concept`` = they are the codings of one CodeableConcept, any of which will do."""

    codings: tuple[CodingRequest, ...]
    concept: bool = False
    infer_system: bool = False
    rules: ValidationOptions = ValidationOptions()


@dataclass(slots=True, kw_only=True)
class Validation:
    """The complete answer. ``problem``: the request as a whole cannot be answered, nothing else holds then."""

    result: bool = False
    problem: Issue | None = None
    shown: CodingResult | None = None  #: the coding that the answer is about
    issues: list[Issue] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    caused_by: list[str] = field(default_factory=list)

    @property
    def message(self) -> str:
        """``message_in`` English."""
        return self.message_in("en")

    def message_in(self, lang: str | None) -> str:
        """All told texts in one, in a language, errors first; where the answer is no, what speaks against the code."""
        ranked = sorted((i for i in self.issues if i.told), key=lambda i: i.severity != "error")
        if not ranked and not self.result:
            ranked = [i for i in self.issues if i.severity == "error"]
        return "; ".join(dict.fromkeys(i.in_language(lang) for i in ranked))


def validate_in_value_set(context: Context, value_set: ValueSet, request: ValidateRequest) -> Validation:
    """Validate against a value set; never raises for what a request can get wrong."""
    try:
        return validate_prepared(context, prepare(context, value_set, expanding=False), request)
    except Unanswerable as stop:
        if not stop.soft:
            return Validation(problem=stop.issue)
        shown = None if request.concept else CodingResult(request.codings[0])
        return Validation(issues=[stop.issue], shown=shown)


def validate_prepared(context: Context, prepared: Prepared, request: ValidateRequest) -> Validation:
    """Validate against a value set whose imports have been found; raises Unanswerable where it cannot be used."""
    findings, answer = [], Validation()
    for asked in request.codings:
        if not asked.system and request.infer_system:
            asked = _inferred(context, prepared, asked, request, answer)
        findings.append(_one(context, prepared, asked, request, answer))
    canonical = prepared.value_set.canonical
    if request.concept:
        shown = next((f for f in findings if f.member), None)
        if shown is None and not any(f.member is None for f in findings):
            answer.issues.append(issue("TX_GENERAL_CC_ERROR_MESSAGE", canonical))
    else:
        shown = findings[0]
    _gather(answer, findings, shown)
    return answer


def _gather(answer: Validation, findings: Sequence[CodingResult], shown: CodingResult | None) -> None:
    for finding in findings:
        answer.issues += finding.issues
        answer.unknown += [u for u in finding.unknown if u not in answer.unknown]
        answer.caused_by += [c for c in finding.caused_by if c not in answer.caused_by]
    answer.issues = list(dict.fromkeys(answer.issues))
    answer.shown = shown
    right = shown is not None and shown.member is True
    answer.result = right and not any(i.severity == "error" for i in answer.issues)


def _inferred(
    context: Context, prepared: Prepared, asked: CodingRequest, request: ValidateRequest, answer: Validation
) -> CodingRequest:
    """The coding with the one system in which its code belongs to the value set, or as it was with an issue."""
    systems = membership.infer(context, prepared, asked, request.rules)
    if len(systems) == 1:
        return replace(asked, system=systems[0])
    canonical, place = prepared.value_set.canonical, asked.place.of("code")
    if systems:
        name = "Unable_to_resolve_system__value_set_has_multiple_matches"
        answer.issues.append(issue(name, asked.code, canonical, f"[{', '.join(systems)}]", place=place))
    else:
        answer.issues.append(issue("UNABLE_TO_INFER_CODESYSTEM", asked.code, canonical, place=place))
    return asked


def _one(
    context: Context, prepared: Prepared, asked: CodingRequest, request: ValidateRequest, answer: Validation
) -> CodingResult:
    """Everything about one coding and the value set."""
    finding, rules = CodingResult(asked), request.rules
    verdict = _verdict(context, prepared, asked, rules)
    finding.member = verdict.member
    finding.issues += verdict.issues
    finding.caused_by += verdict.caused_by
    if verdict.content is not None:
        finding.locate(verdict.content)
    elif (
        verdict.member is False
        and not rules.membership_only
        and not (request.infer_system and not asked.system)
    ):
        code_system.resolve(context, finding)
    if verdict.member is not None:
        judge = code_system.may_use if rules.membership_only else code_system.examine
        judge(finding, rules)
    if not rules.membership_only:
        display_check.compare(finding, context.languages, rules, verdict.told)
    membership.remarks(finding, verdict.told, prepared.value_set.canonical)
    if verdict.member is not None:
        answer.issues += [as_issue(n) for n in notices(prepared, verdict.contents)]
    if finding.member is False:
        finding.issues.append(_not_a_member(prepared, asked, concept=request.concept))
    return finding


def _verdict(
    context: Context, prepared: Prepared, asked: CodingRequest, rules: ValidationOptions
) -> membership.Membership:
    """The verdict of the value set; of several versions the first in which the display is right, if any is."""
    if not asked.system:
        return membership.Membership()
    best = membership.judge(context, prepared, asked, rules)
    if not (best.member and best.alternatives and asked.display):
        return best
    right = (m for m in (best, *best.alternatives) if _display_is_right(context, asked, m))
    return next(right, best)


def _display_is_right(context: Context, asked: CodingRequest, verdict: membership.Membership) -> bool:
    finding = CodingResult(asked)
    if verdict.content is not None:
        finding.locate(verdict.content)
        display_check.compare(finding, context.languages, ValidationOptions(), verdict.told)
    return not finding.issues


def _not_a_member(prepared: Prepared, asked: CodingRequest, *, concept: bool) -> Issue:
    name, place = "None_of_the_provided_codes_are_in_the_value_set_one", asked.place.of("code")
    problem = issue(name, 1, prepared.value_set.canonical, asked.named, place=place)
    if concept:
        problem = replace(problem, severity="information", kind="this-code-not-in-vs", told=False)
    return problem


def validate_in_system(context: Context, request: ValidateRequest) -> Validation:
    """Validate against code systems alone; never raises for what a request can get wrong."""
    answer, findings = Validation(), []
    try:
        for asked in request.codings:
            findings.append(_alone(context, asked, request.rules, answer))
    except Unanswerable as stop:
        return Validation(problem=stop.issue)
    shown = next((f for f in findings if f.member), None) if request.concept else findings[0]
    _gather(answer, findings, shown)
    return answer


def _alone(
    context: Context, asked: CodingRequest, rules: ValidationOptions, answer: Validation
) -> CodingResult:
    """Everything about one coding and its system."""
    finding = CodingResult(asked, member=False)
    context.require_supplements(())
    if not code_system.resolve(context, finding) or finding.content is None:
        return finding
    finding.issues += demands(context, asked, finding.content)
    finding.member = finding.record is not None or finding.content.info.content in ("fragment", "example")
    code_system.examine(finding, rules)
    display_check.compare(finding, context.languages, rules)
    answer.issues += [as_issue(n) for n in system_notice(finding.content)]
    return finding
