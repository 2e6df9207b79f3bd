"""Table of all issues of the terminology operations: id, severity, kind. Ids are part of the wire format.

Texts are in ``registry.entities.messages.terminology``; JSON is written by ``api.fhir.format.outcome``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from registry.entities.messages import in_language, numbered

__all__ = ["MESSAGES", "OWN", "Issue", "Place", "Severity", "Unanswerable", "issue", "plural"]

Severity = Literal["fatal", "error", "warning", "information"]
#: path in a value set: names and indexes from the outside in, ``("include", 0, "filter", 1)``
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. ``kind`` is the code of tx-issue-type, ``code`` FHIR's issue type; ``place`` where in a value set, or
    the name of the request's element.

    ``text`` is a Message of the catalogue, or plain text where there is only one; ``in_message``: the text is part of the
    answer's ``message``.
    """

    id: str
    severity: Severity
    code: str
    kind: str
    text: str
    place: Place | str = ""
    in_message: bool = True

    def in_language(self, lang: str | None) -> str:
        """The text in a language."""
        return str(in_language(self.text, lang))


class Unanswerable(Exception):
    """An operation cannot continue; it is caught inside the operation, whose result has the issue.

    ``soft``: in a validation of a code the result is false with this issue, not a failed request.
    """

    def __init__(self, problem: Issue, *, soft: bool = False) -> None:
        super().__init__(problem.text)
        self.issue, self.soft = problem, soft


@dataclass(frozen=True, slots=True)
class _Message:
    severity: Severity
    code: str
    kind: str
    in_message: bool = True
    given: bool = False  #: the text is the value passed to ``issue``, not one of the catalogue


def _m(severity: Severity, code: str, kind: str, *, in_message: bool = True, given: bool = False) -> _Message:
    return _Message(severity, code, kind, in_message, given)


MESSAGES: dict[str, _Message] = {
    # codes
    "Unknown_Code_in": _m("error", "code-invalid", "invalid-code"),
    "Unknown_Code_in_Version": _m("error", "code-invalid", "invalid-code"),
    "UNKNOWN_CODE_IN_FRAGMENT": _m("warning", "code-invalid", "invalid-code", in_message=False),
    "CODE_UPDATE_NOT_LOADED": _m("warning", "incomplete", "code-comment", given=True),
    "CODE_CASE_DIFFERENCE": _m("information", "business-rule", "code-rule", in_message=False),
    "ABSTRACT_CODE_NOT_ALLOWED": _m("error", "business-rule", "code-rule"),
    "STATUS_CODE_WARNING_CODE": _m("error", "business-rule", "code-rule"),
    "INACTIVE_CONCEPT_FOUND": _m("warning", "business-rule", "code-comment"),
    "DEPRECATED_CONCEPT_FOUND": _m("warning", "business-rule", "code-comment"),
    "CONCEPT_DEPRECATED_IN_VALUESET": _m("warning", "business-rule", "code-comment", in_message=False),
    # systems
    "Coding_has_no_system__cannot_validate": _m("warning", "invalid", "invalid-data"),
    "Terminology_TX_System_Relative": _m("error", "invalid", "invalid-data"),
    "Terminology_TX_System_ValueSet2": _m("error", "invalid", "invalid-data"),
    "CODESYSTEM_CS_NO_SUPPLEMENT": _m("error", "invalid", "invalid-data"),
    "UNKNOWN_CODESYSTEM": _m("error", "not-found", "not-found"),
    "UNKNOWN_CODESYSTEM_VERSION": _m("error", "not-found", "not-found"),
    "UNKNOWN_CODESYSTEM_VERSION_NONE": _m("error", "not-found", "not-found"),
    "UNKNOWN_CODESYSTEM_EXP": _m("error", "not-found", "not-found"),
    "UNKNOWN_CODESYSTEM_VERSION_EXP": _m("error", "not-found", "not-found"),
    "UNKNOWN_CODESYSTEM_VERSION_EXP_NONE": _m("error", "not-found", "not-found"),
    "UNABLE_TO_INFER_CODESYSTEM": _m("error", "not-found", "cannot-infer"),
    "Unable_to_resolve_system__value_set_has_multiple_matches": _m("error", "not-found", "cannot-infer"),
    # versions
    "VALUESET_VALUE_MISMATCH": _m("error", "invalid", "vs-invalid"),
    "VALUESET_VALUE_MISMATCH_CHANGED": _m("error", "invalid", "vs-invalid"),
    "VALUESET_VALUE_MISMATCH_DEFAULT": _m("warning", "invalid", "vs-invalid", in_message=False),
    "VALUESET_VERSION_CHECK": _m("error", "exception", "version-error"),
    # value sets
    "None_of_the_provided_codes_are_in_the_value_set_one": _m("error", "code-invalid", "not-in-vs"),
    "TX_GENERAL_CC_ERROR_MESSAGE": _m("error", "code-invalid", "not-in-vs"),
    "Unable_to_resolve_value_Set_": _m("error", "not-found", "not-found"),
    "VS_EXP_IMPORT_UNK_PINNED": _m("error", "not-found", "not-found"),
    "VALUESET_CIRCULAR_REFERENCE": _m("error", "processing", "vs-invalid"),
    "VALUESET_TOO_COSTLY": _m("error", "too-costly", ""),
    "VALUESET_SUPPLEMENT_MISSING_one": _m("error", "not-found", "not-found"),
    "VALUESET_SUPPLEMENT_MISSING_other": _m("error", "not-found", "not-found"),
    "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE": _m("error", "invalid", "vs-invalid"),
    "FILTER_NOT_UNDERSTOOD": _m("error", "not-supported", "vs-invalid"),
    "FILTER_UNKNOWN_CODE": _m("error", "not-found", "vs-invalid"),
    "FILTER_BAD_REGEX": _m("error", "invalid", "vs-invalid"),
    "MSG_DEPRECATED": _m("information", "business-rule", "status-check", in_message=False),
    "MSG_DRAFT": _m("information", "business-rule", "status-check", in_message=False),
    "MSG_EXPERIMENTAL": _m("information", "business-rule", "status-check", in_message=False),
    "MSG_WITHDRAWN": _m("information", "business-rule", "status-check", in_message=False),
    # displays
    "Display_Name_for__should_be_one_of__instead_of_one": _m("error", "invalid", "invalid-display"),
    "Display_Name_for__should_be_one_of__instead_of_other": _m("error", "invalid", "invalid-display"),
    "Display_Name_WS_for__should_be_one_of__instead_of_one": _m("error", "invalid", "invalid-display"),
    "Display_Name_WS_for__should_be_one_of__instead_of_other": _m("error", "invalid", "invalid-display"),
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR": _m("error", "invalid", "invalid-display"),
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK": _m("information", "invalid", "invalid-display"),
    "INACTIVE_DISPLAY_FOUND_other": _m("warning", "invalid", "display-comment", in_message=False),
    "INVALID_DISPLAY_NAME": _m("error", "processing", "invalid-display"),
    # time
    "CODESYSTEM_NOT_IN_FORCE": _m("error", "not-found", "not-found"),
    "VALUESET_NOT_IN_FORCE": _m("error", "not-found", "not-found"),
    "CONCEPTMAP_NOT_IN_FORCE": _m("error", "not-found", "not-found"),
    "INCLUDE_OF_NOTHING": _m("error", "invalid", "vs-invalid"),
    "PROPERTY_UNKNOWN": _m("warning", "not-found", ""),
    "DATE_SPANS_MAP_ROWS": _m("error", "multiple-matches", ""),
    "MAP_TARGET_NOT_VALID": _m("warning", "business-rule", ""),
    "MAP_TARGET_NOT_CHECKED": _m("warning", "not-found", ""),
    "MAP_TARGET_REPLACED": _m("warning", "business-rule", ""),
    "DATE_SPANS_MAPS": _m("error", "multiple-matches", ""),
    "DATE_SPANS_VERSIONS": _m("error", "multiple-matches", ""),
    "VERSION_NOT_IN_FORCE": _m("warning", "business-rule", "version-error", in_message=False),
    # requests
    "NO_CODE_GIVEN": _m("error", "invalid", ""),
    "REQUEST_INVALID": _m("error", "invalid", "", given=True),
    "REQUEST_REQUIRED": _m("error", "required", ""),
    "REQUEST_NOT_SUPPORTED": _m("error", "not-supported", "", given=True),
    "RESOURCE_UNKNOWN": _m("error", "not-found", ""),
    "TOO_MUCH": _m("error", "too-costly", "", given=True),
    "FORBIDDEN": _m("error", "forbidden", "", given=True),
    "UNAVAILABLE": _m("error", "transient", "", given=True),
    "CONCEPTMAP_UNKNOWN": _m("error", "not-found", "not-found"),
}


#: Gyldig's own messages: no client knows their ids, so they are not part of answers
OWN = frozenset(
    {
        "CODESYSTEM_NOT_IN_FORCE",
        "CONCEPTMAP_NOT_IN_FORCE",
        "CONCEPTMAP_UNKNOWN",
        "CODE_UPDATE_NOT_LOADED",
        "DATE_SPANS_MAPS",
        "DATE_SPANS_MAP_ROWS",
        "DATE_SPANS_VERSIONS",
        "FILTER_BAD_REGEX",
        "FILTER_UNKNOWN_CODE",
        "MAP_TARGET_NOT_CHECKED",
        "MAP_TARGET_NOT_VALID",
        "MAP_TARGET_REPLACED",
        "FILTER_NOT_UNDERSTOOD",
        "FORBIDDEN",
        "INCLUDE_OF_NOTHING",
        "NO_CODE_GIVEN",
        "PROPERTY_UNKNOWN",
        "REQUEST_INVALID",
        "REQUEST_NOT_SUPPORTED",
        "REQUEST_REQUIRED",
        "RESOURCE_UNKNOWN",
        "TOO_MUCH",
        "UNAVAILABLE",
        "UNKNOWN_CODESYSTEM_EXP",
        "UNKNOWN_CODESYSTEM_VERSION_EXP_NONE",
        "VALUESET_NOT_IN_FORCE",
        "VERSION_NOT_IN_FORCE",
    }
)


def issue(message: str, *values: object, place: Place | str = "", severity: Severity | None = None) -> Issue:
    """The issue for a message with its values; ``severity`` overrides the default of the message.

    >>> issue("Unknown_Code_in", "A", "http://x").text
    "Unknown code 'A' in the CodeSystem 'http://x'"
    """
    m = MESSAGES[message]
    name = _NAME.sub("", message)
    text = _text(values[0]) if m.given else numbered(message, *values)
    return Issue(name, severity or m.severity, m.code, m.kind, text, place, m.in_message)


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value)


#: suffixes of variants of one message, which are not part of its id
_NAME = re.compile(r"(?<!value_set)_(one|other)$")


def plural(message: str, items: Sequence[object]) -> str:
    """The id of a message's singular or plural form."""
    return message + ("_one" if len(items) == 1 else "_other")
