"""OperationOutcome: issues as FHIR writes them. Not here: the issues (``registry.terminology.issues``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.terminology.extensions import MESSAGE_ID
from registry.terminology.issues import OWN, Issue, issue

__all__ = ["Refused", "outcome", "refuse"]

_KIND_SYSTEM = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"


class Refused(Exception):
    """A request that cannot be answered; the application turns it into an OperationOutcome."""

    def __init__(self, problem: Issue) -> None:
        super().__init__(problem.text)
        self.issue = problem


def refuse(message: str, *values: object, place: str = "") -> Refused:
    """A refusal with a message of ``registry.terminology.issues``."""
    return Refused(issue(message, *values, place=place))


def _issue(i: Issue) -> dict[str, Any]:
    written: dict[str, Any] = {"severity": i.severity, "code": i.code}
    if i.id not in OWN:
        written["extension"] = [{"url": MESSAGE_ID, "valueString": i.id}]
    details: dict[str, Any] = {"text": i.text}
    if i.kind:
        details["coding"] = [{"system": _KIND_SYSTEM, "code": i.kind}]
    written["details"] = details
    if i.place:
        written["expression"] = [i.place]
    return written


def outcome(issues: Sequence[Issue]) -> dict[str, Any]:
    """An OperationOutcome of the issues."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(i) for i in issues]}
