"""OperationOutcome: issues as FHIR JSON. The issues are defined in ``registry.terminology.issues``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from registry.terminology.issues import OWN, Issue, Place, issue

__all__ = ["Refused", "outcome", "refuse"]

_MESSAGE_ID = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id"
_KIND_SYSTEM = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"


_UNPROCESSABLE = 422
#: HTTP status of a request refused with an issue; of all other issues ``_UNPROCESSABLE``
_STATUS = {
    name: status
    for status, names in {
        400: (
            "DATE_SPANS_MAPS",
            "DATE_SPANS_MAP_ROWS",
            "DATE_SPANS_VERSIONS",
            "INCLUDE_OF_NOTHING",
            "INVALID_DISPLAY_NAME",
            "NO_CODE_GIVEN",
            "REQUEST_INVALID",
            "REQUEST_REQUIRED",
        ),
        403: ("FORBIDDEN",),
        404: (
            "CODESYSTEM_NOT_IN_FORCE",
            "CONCEPTMAP_NOT_IN_FORCE",
            "CONCEPTMAP_UNKNOWN",
            "REQUEST_NOT_SUPPORTED",
            "RESOURCE_UNKNOWN",
            "UNKNOWN_CODESYSTEM",
            "UNKNOWN_CODESYSTEM_VERSION",
            "UNKNOWN_CODESYSTEM_VERSION_NONE",
            "Unable_to_resolve_value_Set_",
            "Unknown_Code_in",
            "Unknown_Code_in_Version",
            "VALUESET_NOT_IN_FORCE",
            "VALUESET_SUPPLEMENT_MISSING",
        ),
        503: ("UNAVAILABLE",),
    }.items()
    for name in names
}


class Refused(Exception):
    """A request that cannot be answered; the application turns it into an OperationOutcome with the HTTP status."""

    def __init__(self, problem: Issue, *, status: int | None = None) -> None:
        super().__init__(problem.text)
        self.issue = problem
        self.status = status or _STATUS.get(problem.id, _UNPROCESSABLE)


def refuse(message: str, *values: object, place: str = "") -> Refused:
    """A refusal with a message of ``registry.terminology.issues``."""
    return Refused(issue(message, *values, place=place))


def _issue(i: Issue, lang: str) -> dict[str, Any]:
    written: dict[str, Any] = {"severity": i.severity, "code": i.code}
    if i.id not in OWN:
        written["extension"] = [{"url": _MESSAGE_ID, "valueString": i.id}]
    details: dict[str, Any] = {"text": i.in_language(lang)}
    if i.kind:
        details["coding"] = [{"system": _KIND_SYSTEM, "code": i.kind}]
    written["details"] = details
    if i.place:
        written["expression"] = [i.place if isinstance(i.place, str) else _expression(i.place)]
    return written


def _expression(place: Place) -> str:
    """The FHIRPath of a path in a value set; includes and excludes are elements of ``compose``.

    >>> _expression(("contained", 2, "include", 0, "filter", 1))
    'ValueSet.contained[2].compose.include[0].filter[1]'
    """
    above = {"include": ".compose.", "exclude": ".compose."}
    parts = (f"[{p}]" if isinstance(p, int) else above.get(p, ".") + p for p in place)
    return "ValueSet" + "".join(parts)


def outcome(issues: Sequence[Issue], lang: str = "en") -> dict[str, Any]:
    """An OperationOutcome of the issues, with texts in the language ``en`` or ``nb`` (``answer_language``)."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(i, lang) for i in issues]}
