"""Every message of the terminology operations, once: id, text, severity, kind. Ids and texts are wire format.

Here: the table and what makes an ``Issue`` of a row. Not here: when an issue arises (``operations``), or how
it is written as JSON (``api.fhir.format.outcome``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["MESSAGES", "OWN", "Issue", "Severity", "Unanswerable", "issue", "plural"]

Severity = Literal["fatal", "error", "warning", "information"]


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. ``kind`` is the code of tx-issue-type, ``code`` FHIR's issue type; ``place`` an expression.

    ``told`` = the text is part of the answer's ``message``.
    """

    id: str
    severity: Severity
    code: str
    kind: str
    text: str
    place: str = ""
    told: bool = True

    def at(self, place: str) -> Issue:
        """The same finding about another element."""
        return replace(self, place=place)


class Unanswerable(Exception):
    """Work inside an operation cannot go on; the operation's result carries the issue, nobody else sees this.

    ``soft``: where a code is being validated the answer is "no" with this issue, not a failed request.
    """

    def __init__(self, problem: Issue, *, soft: bool = False) -> None:
        super().__init__(problem.text)
        self.issue, self.soft = problem, soft


@dataclass(frozen=True, slots=True)
class _Message:
    severity: Severity
    code: str
    kind: str
    text: str
    told: bool = True


def _m(severity: Severity, code: str, kind: str, text: str, *, told: bool = True) -> _Message:
    return _Message(severity, code, kind, text, told)


_LANG = " (for the language(s) '{5}')"
_NOT_VALIDATED = "could not be found, so the code cannot be validated"
_NOT_EXPANDED = "could not be found, so the value set cannot be expanded"
_REVIEW = "and its use should be reviewed"

MESSAGES: dict[str, _Message] = {
    # codes
    "Unknown_Code_in": _m(
        "error", "code-invalid", "invalid-code", "Unknown code '{0}' in the CodeSystem '{1}'"
    ),
    "Unknown_Code_in_Version": _m(
        "error", "code-invalid", "invalid-code", "Unknown code '{0}' in the CodeSystem '{1}' version '{2}'"
    ),
    "UNKNOWN_CODE_IN_FRAGMENT": _m(
        "warning",
        "code-invalid",
        "invalid-code",
        "Unknown Code '{0}' in the CodeSystem '{1}' version '{2}' - note that the code system is labeled as a"
        " fragment, so the code may be valid in some other fragment",
        told=False,
    ),
    "CODE_CASE_DIFFERENCE": _m(
        "information",
        "business-rule",
        "code-rule",
        "The code '{0}' differs from the correct code '{1}' by case. Although the code system '{2}' is case"
        " insensitive, implementers are strongly encouraged to use the correct case anyway",
        told=False,
    ),
    "ABSTRACT_CODE_NOT_ALLOWED": _m(
        "error", "business-rule", "code-rule", "Code '{0}#{1}' is abstract, and not allowed in this context"
    ),
    "STATUS_CODE_WARNING_CODE": _m(
        "error", "business-rule", "code-rule", "The concept '{1}' is valid but is {0}"
    ),
    "INACTIVE_CONCEPT_FOUND": _m(
        "warning", "business-rule", "code-comment", "The concept '{1}' has a status of {0} " + _REVIEW
    ),
    "DEPRECATED_CONCEPT_FOUND": _m(
        "warning", "business-rule", "code-comment", "The concept '{1}' is deprecated " + _REVIEW
    ),
    "CONCEPT_DEPRECATED_IN_VALUESET": _m(
        "warning",
        "business-rule",
        "code-comment",
        "The presence of the concept '{1}' in the system '{0}' in the value set {3} is marked with a status of"
        " {2} " + _REVIEW,
        told=False,
    ),
    # systems
    "Coding_has_no_system__cannot_validate": _m(
        "warning",
        "invalid",
        "invalid-data",
        "Coding has no system. A code with no system has no defined meaning, and it cannot be validated."
        " A system should be provided",
    ),
    "Terminology_TX_System_Relative": _m(
        "error",
        "invalid",
        "invalid-data",
        "Coding.system must be an absolute reference, not a local reference",
    ),
    "Terminology_TX_System_ValueSet2": _m(
        "error", "invalid", "invalid-data", "The Coding references a value set, not a code system ('{0}')"
    ),
    "CODESYSTEM_CS_NO_SUPPLEMENT": _m(
        "error",
        "invalid",
        "invalid-data",
        "CodeSystem {0} is a supplement, so can't be used as a value in Coding.system",
    ),
    "UNKNOWN_CODESYSTEM": _m(
        "error", "not-found", "not-found", "A definition for CodeSystem '{0}' " + _NOT_VALIDATED
    ),
    "UNKNOWN_CODESYSTEM_VERSION": _m(
        "error",
        "not-found",
        "not-found",
        "A definition for CodeSystem '{0}' version '{1}' " + _NOT_VALIDATED + ". Valid versions: {2}",
    ),
    "UNKNOWN_CODESYSTEM_VERSION_NONE": _m(
        "error",
        "not-found",
        "not-found",
        "A definition for CodeSystem '{0}' version '{1}' "
        + _NOT_VALIDATED
        + ". No versions of this code system are known",
    ),
    "UNKNOWN_CODESYSTEM_EXP": _m(
        "error", "not-found", "not-found", "A definition for CodeSystem '{0}' " + _NOT_EXPANDED
    ),
    "UNKNOWN_CODESYSTEM_VERSION_EXP": _m(
        "error",
        "not-found",
        "not-found",
        "A definition for CodeSystem '{0}' version '{1}' " + _NOT_EXPANDED + ". Valid versions: {2}",
    ),
    "UNKNOWN_CODESYSTEM_VERSION_EXP_NONE": _m(
        "error",
        "not-found",
        "not-found",
        "A definition for CodeSystem '{0}' version '{1}' "
        + _NOT_EXPANDED
        + ". No versions of this code system are known",
    ),
    "UNABLE_TO_INFER_CODESYSTEM": _m(
        "error",
        "not-found",
        "cannot-infer",
        "The System URI could not be determined for the code '{0}' in the ValueSet '{1}'",
    ),
    "Unable_to_resolve_system__value_set_has_multiple_matches": _m(
        "error",
        "not-found",
        "cannot-infer",
        "The System URI could not be determined for the code '{0}' in the ValueSet '{1}': value set expansion"
        " has multiple matches: {2}",
    ),
    # versions
    "VALUESET_VALUE_MISMATCH": _m(
        "error",
        "invalid",
        "vs-invalid",
        "The code system '{0}' version '{1}' in the ValueSet include is different to the one in the value"
        " ('{2}')",
    ),
    "VALUESET_VALUE_MISMATCH_CHANGED": _m(
        "error",
        "invalid",
        "vs-invalid",
        "The code system '{0}' version '{1}' resulting from the version '{2}' in the ValueSet include is"
        " different to the one in the value ('{3}')",
    ),
    "VALUESET_VALUE_MISMATCH_DEFAULT": _m(
        "warning",
        "invalid",
        "vs-invalid",
        "The code system '{0}' version '{1}' for the versionless include in the ValueSet include is different"
        " to the one in the value ('{3}')",
        told=False,
    ),
    "VALUESET_VERSION_CHECK": _m(
        "error",
        "exception",
        "version-error",
        "The version '{1}' is not allowed for system '{0}': required to be '{2}' by a version-check parameter",
    ),
    # value sets
    "None_of_the_provided_codes_are_in_the_value_set_one": _m(
        "error", "code-invalid", "not-in-vs", "The provided code {2} was not found in the value set '{1}'"
    ),
    "TX_GENERAL_CC_ERROR_MESSAGE": _m(
        "error", "code-invalid", "not-in-vs", "No valid coding was found for the value set '{0}'"
    ),
    "Unable_to_resolve_value_Set_": _m(
        "error",
        "not-found",
        "not-found",
        "A definition for the value Set '{0}' could not be found",
    ),
    "VS_EXP_IMPORT_UNK_PINNED": _m(
        "error", "not-found", "not-found", "Unable to find included value set '{0}' version '{1}'"
    ),
    "VALUESET_CIRCULAR_REFERENCE": _m(
        "error",
        "processing",
        "vs-invalid",
        "Found a circularity pointing to {0} processing ValueSet with pathway {1}",
    ),
    "VALUESET_TOO_COSTLY": _m(
        "error", "too-costly", "", "The value set '{0}' expansion has too many codes to produce ({1})"
    ),
    "VALUESET_SUPPLEMENT_MISSING_one": _m(
        "error", "not-found", "not-found", "Required supplement not found: {1}"
    ),
    "VALUESET_SUPPLEMENT_MISSING_other": _m(
        "error", "not-found", "not-found", "Required supplements not found: {1}"
    ),
    "UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE": _m(
        "error", "invalid", "vs-invalid", "The system {0} filter with property = {1}, op = {2} has no value"
    ),
    "FILTER_NOT_UNDERSTOOD": _m(
        "error",
        "not-supported",
        "vs-invalid",
        'The filter "{1} {2} {3}" was not understood in the context of {0}',
    ),
    "FILTER_UNKNOWN_CODE": _m(
        "error",
        "not-found",
        "vs-invalid",
        "The filter '{1} {2} {0}' names a code that {3} does not have",
    ),
    "FILTER_BAD_REGEX": _m(
        "error", "invalid", "vs-invalid", 'The filter "{1} regex {2}" of {0} is no regular expression: {3}'
    ),
    "MSG_DEPRECATED": _m(
        "information", "business-rule", "status-check", "Reference to deprecated {2} {0}", told=False
    ),
    "MSG_DRAFT": _m("information", "business-rule", "status-check", "Reference to draft {2} {0}", told=False),
    "MSG_EXPERIMENTAL": _m(
        "information", "business-rule", "status-check", "Reference to experimental {2} {0}", told=False
    ),
    "MSG_WITHDRAWN": _m(
        "information", "business-rule", "status-check", "Reference to withdrawn {2} {0}", told=False
    ),
    # displays
    "Display_Name_for__should_be_one_of__instead_of_one": _m(
        "error",
        "invalid",
        "invalid-display",
        "Wrong Display Name '{4}' for {1}#{2}. Valid display is {3}" + _LANG,
    ),
    "Display_Name_for__should_be_one_of__instead_of_other": _m(
        "error",
        "invalid",
        "invalid-display",
        "Wrong Display Name '{4}' for {1}#{2}. Valid display is one of {0} choices: {3}" + _LANG,
    ),
    "Display_Name_WS_for__should_be_one_of__instead_of_one": _m(
        "error",
        "invalid",
        "invalid-display",
        "Wrong whitespace in Display Name '{4}' for {1}#{2}. Valid display is {3}" + _LANG,
    ),
    "Display_Name_WS_for__should_be_one_of__instead_of_other": _m(
        "error",
        "invalid",
        "invalid-display",
        "Wrong whitespace in Display Name '{4}' for {1}#{2}. Valid display is one of {0} choices: {3}"
        + _LANG,
    ),
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR": _m(
        "error",
        "invalid",
        "invalid-display",
        "Wrong Display Name '{0}' for {1}#{2}. There are no valid display names found for language(s) '{3}'."
        " Default display is '{4}'",
    ),
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK": _m(
        "information",
        "invalid",
        "invalid-display",
        "There are no valid display names found for the code {1}#{2} for language(s) '{3}'. The display is"
        " '{4}' which is a valid display for the default language",
    ),
    "INACTIVE_DISPLAY_FOUND_other": _m(
        "warning",
        "invalid",
        "display-comment",
        "'{1}' is no longer considered a correct display for code '{2}' (status = {4}). The correct display is"
        " one of {3}",
        told=False,
    ),
    "INVALID_DISPLAY_NAME": _m("error", "processing", "invalid-display", "Invalid displayLanguage: '{0}'"),
    # time
    "CODESYSTEM_NOT_IN_FORCE": _m(
        "error",
        "not-found",
        "not-found",
        "No version of CodeSystem '{0}' is in force on {1}: {2}",
    ),
    "VALUESET_NOT_IN_FORCE": _m(
        "error", "not-found", "not-found", "No version of ValueSet '{0}' is in force on {1}: {2}"
    ),
    "CONCEPTMAP_NOT_IN_FORCE": _m(
        "error",
        "not-found",
        "not-found",
        "No version of the concept map '{0}' is in force on {1}: {2}",
    ),
    "INCLUDE_OF_NOTHING": _m(
        "error", "invalid", "vs-invalid", "An include or exclude needs a system or a value set"
    ),
    "DATE_SPANS_MAP_ROWS": _m(
        "error",
        "multiple-matches",
        "",
        "From {1} to {2} not the same rows of the concept map '{0}' apply for {3}: give the day",
    ),
    "MAP_TARGET_NOT_VALID": _m(
        "warning", "business-rule", "", "The code '{0}' of {1} is not valid on {2}: {3}."
    ),
    "MAP_TARGET_REPLACED": _m(
        "warning",
        "business-rule",
        "",
        "The code '{0}' of {1} is not valid on {2}: {3}. Proposed successors, not reviewed: {4}.",
    ),
    "DATE_SPANS_MAPS": _m(
        "error",
        "multiple-matches",
        "",
        "From {1} to {2} several versions of the concept map '{0}' apply ({3}): give the day",
    ),
    "DATE_SPANS_VERSIONS": _m(
        "error",
        "multiple-matches",
        "",
        "From {1} to {2} several versions of CodeSystem '{0}' apply ({3}): give the day",
    ),
    "VERSION_NOT_IN_FORCE": _m(
        "warning",
        "business-rule",
        "version-error",
        "The version '{1}' of the code system '{0}' is not in force on {2} ({3})",
        told=False,
    ),
    # requests
    "NO_CODE_GIVEN": _m(
        "error",
        "invalid",
        "",
        "Unable to find code to validate (looked for coding | codeableConcept | code+system | code+inferSystem"
        " in parameters",
    ),
    "REQUEST_INVALID": _m("error", "invalid", "", "{0}"),
    "REQUEST_REQUIRED": _m("error", "required", "", "The parameter '{0}' is required"),
    "REQUEST_NOT_SUPPORTED": _m("error", "not-supported", "", "{0}"),
    "RESOURCE_UNKNOWN": _m("error", "not-found", "", "{0} '{1}' is not known"),
    "TOO_MUCH": _m("error", "too-costly", "", "{0}"),
    "FORBIDDEN": _m("error", "forbidden", "", "{0}"),
    "UNAVAILABLE": _m("error", "transient", "", "{0}"),
    "CONCEPTMAP_UNKNOWN": _m(
        "error",
        "not-found",
        "not-found",
        "A definition for the concept map '{0}' could not be found",
    ),
}


#: messages of ours: no client knows their ids, so they are not told
OWN = frozenset(
    {
        "CODESYSTEM_NOT_IN_FORCE",
        "CONCEPTMAP_NOT_IN_FORCE",
        "CONCEPTMAP_UNKNOWN",
        "DATE_SPANS_MAPS",
        "DATE_SPANS_MAP_ROWS",
        "DATE_SPANS_VERSIONS",
        "FILTER_BAD_REGEX",
        "FILTER_UNKNOWN_CODE",
        "MAP_TARGET_NOT_VALID",
        "MAP_TARGET_REPLACED",
        "FILTER_NOT_UNDERSTOOD",
        "FORBIDDEN",
        "INCLUDE_OF_NOTHING",
        "NO_CODE_GIVEN",
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


def issue(message: str, *values: object, place: str = "", severity: Severity | None = None) -> Issue:
    """The issue that a message becomes with its values; ``severity`` overrides the usual one.

    >>> issue("Unknown_Code_in", "A", "http://x").text
    "Unknown code 'A' in the CodeSystem 'http://x'"
    """
    m = MESSAGES[message]
    name = _NAME.sub("", message)
    return Issue(name, severity or m.severity, m.code, m.kind, m.text.format(*values), place, m.told)


#: endings that tell variants of one message apart, and are no part of its id
_NAME = re.compile(r"(?<!value_set)_(one|other)$")


def plural(message: str, items: Sequence[object]) -> str:
    """The form of a message for one or for several."""
    return message + ("_one" if len(items) == 1 else "_other")
