"""``$validate-code``: whether a code is valid in its system and in a value set; a typed request in, a complete result out.

The rules are in ``validation``, one module each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from registry.entities.budget import spend
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

_CODING_STEPS = 20  #: steps to validate one coding, without the value sets


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateRequest:
    """Codings to validate. ``concept``: they are the codings of one CodeableConcept, of which one must be valid."""

    codings: tuple[CodingRequest, ...]
    concept: bool = False
    infer_system: bool = False
    rules: ValidationOptions = ValidationOptions()


@dataclass(slots=True, kw_only=True)
class Validation:
    """The complete result. ``problem``: the request cannot be answered; everything else is then empty."""

    result: bool = False
    problem: Issue | None = None
    shown: CodingResult | None = None  #: the coding that the answer is about
    issues: list[Issue] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    caused_by: list[str] = field(default_factory=list)

    @property
    def message(self) -> str:
        """``message_in`` for English."""
        return self.message_in("en")

    def message_in(self, lang: str | None) -> str:
        """All reported texts as one, errors first; only the errors about the code if the result is false."""
        ranked = sorted((i for i in self.issues if i.in_message), key=lambda i: i.severity != "error")
        if not ranked and not self.result:
            ranked = [i for i in self.issues if i.severity == "error"]
        return "; ".join(dict.fromkeys(i.in_language(lang) for i in ranked))


def validate_in_value_set(context: Context, value_set: ValueSet, request: ValidateRequest) -> Validation:
    """Validate with a value set; errors of the request are in the result, not raised."""
    try:
        return validate_prepared(context, prepare(context, value_set, expanding=False), request)
    except Unanswerable as stop:
        if not stop.soft:
            return Validation(problem=stop.issue)
        shown = None if request.concept else CodingResult(request.codings[0])
        return Validation(issues=[stop.issue], shown=shown)


def validate_prepared(context: Context, prepared: Prepared, request: ValidateRequest) -> Validation:
    """Validate with a value set whose imports are resolved; raises Unanswerable if it cannot be used."""
    findings, answer = [], Validation()
    for coding in request.codings:
        spend(_CODING_STEPS)
        if not coding.system and request.infer_system:
            coding = _inferred(context, prepared, coding, request, answer)
        findings.append(_one(context, prepared, coding, request, answer))
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
    context: Context, prepared: Prepared, coding: CodingRequest, request: ValidateRequest, answer: Validation
) -> CodingRequest:
    """The coding with the only system in which its code is a member, or unchanged with an issue."""
    systems = membership.infer(context, prepared, coding)
    if len(systems) == 1:
        return replace(coding, system=systems[0])
    canonical, place = prepared.value_set.canonical, coding.place.of("code")
    if systems:
        name = "Unable_to_resolve_system__value_set_has_multiple_matches"
        answer.issues.append(issue(name, coding.code, canonical, f"[{', '.join(systems)}]", place=place))
    else:
        answer.issues.append(issue("UNABLE_TO_INFER_CODESYSTEM", coding.code, canonical, place=place))
    return coding


def _one(
    context: Context, prepared: Prepared, coding: CodingRequest, request: ValidateRequest, answer: Validation
) -> CodingResult:
    """Result for one coding and the value set."""
    finding, rules = CodingResult(coding), request.rules
    verdict = _verdict(context, prepared, coding)
    finding.member = verdict.member
    finding.issues += verdict.issues
    finding.caused_by += verdict.caused_by
    if verdict.content is not None:
        finding.locate(verdict.content)
    elif (
        verdict.member is False
        and not rules.membership_only
        and not (request.infer_system and not coding.system)
    ):
        code_system.resolve(context, finding)
    if verdict.member is not None:
        if rules.membership_only:
            code_system.may_use(finding, rules)
        else:
            code_system.examine(context, finding, rules)
    if not rules.membership_only:
        display_check.compare(finding, context.languages, rules, verdict.value_set_concept)
    membership.remarks(finding, verdict.value_set_concept, prepared.value_set.canonical)
    if verdict.member is not None:
        answer.issues += [as_issue(n) for n in notices(prepared, verdict.contents)]
    if finding.member is False:
        finding.issues.append(_not_a_member(prepared, coding, concept=request.concept))
    return finding


def _verdict(context: Context, prepared: Prepared, coding: CodingRequest) -> membership.Membership:
    """The verdict of the value set; of several versions the first in which the display is right, if there is one."""
    if not coding.system:
        return membership.Membership()
    best = membership.judge(context, prepared, coding)
    if not (best.member and best.alternatives and coding.display):
        return best
    right = (m for m in (best, *best.alternatives) if _display_is_right(context, coding, m))
    return next(right, best)


def _display_is_right(context: Context, coding: CodingRequest, verdict: membership.Membership) -> bool:
    finding = CodingResult(coding)
    if verdict.content is not None:
        finding.locate(verdict.content)
        display_check.compare(finding, context.languages, ValidationOptions(), verdict.value_set_concept)
    return not finding.issues


def _not_a_member(prepared: Prepared, coding: CodingRequest, *, concept: bool) -> Issue:
    name, place = "None_of_the_provided_codes_are_in_the_value_set_one", coding.place.of("code")
    problem = issue(name, 1, prepared.value_set.canonical, coding.named, place=place)
    if concept:
        problem = replace(problem, severity="information", kind="this-code-not-in-vs", in_message=False)
    return problem


def validate_in_system(context: Context, request: ValidateRequest) -> Validation:
    """Validate with code systems alone; errors of the request are in the result, not raised."""
    answer, findings = Validation(), []
    try:
        for coding in request.codings:
            spend(_CODING_STEPS)
            findings.append(_alone(context, coding, request.rules, answer))
    except Unanswerable as stop:
        return Validation(problem=stop.issue)
    shown = next((f for f in findings if f.member), None) if request.concept else findings[0]
    _gather(answer, findings, shown)
    return answer


def _alone(
    context: Context, coding: CodingRequest, rules: ValidationOptions, answer: Validation
) -> CodingResult:
    """Result for one coding and its system."""
    finding = CodingResult(coding, member=False)
    context.require_supplements(())
    if not code_system.resolve(context, finding) or finding.content is None:
        return finding
    finding.issues += demands(context, coding, finding.content)
    finding.member = finding.record is not None or finding.content.info.content in ("fragment", "example")
    code_system.examine(context, finding, rules)
    display_check.compare(finding, context.languages, rules)
    answer.issues += [as_issue(n) for n in system_notice(finding.content)]
    return finding
