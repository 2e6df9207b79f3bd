"""Parameters of both forms of ``$validate-code``, and the codings read from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from api.fhir.format.outcome import refuse
from api.fhir.format.parameters import Given
from api.fhir.operations.operation import Parameter
from api.fhir.operations.request_context import agreed
from registry.entities.records import Coding
from registry.terminology.validate_code import (
    CodingRequest,
    ElementPath,
    ValidateRequest,
    ValidationOptions,
)

__all__ = [
    "ALTERNATIVES",
    "CODINGS",
    "CODINGS_IN_SYSTEM",
    "IN_VALUE_SETS",
    "OPTIONS",
    "RESULTS",
    "VARYING",
    "is_default",
    "validate_request",
]

VARYING = frozenset({"code", "display", "coding", "codeableConcept"})
CODINGS = (
    Parameter(name="code", type="code", text="The code; needs a system or inferSystem."),
    Parameter(name="system", type="uri", text="System of the code."),
    Parameter(name="systemVersion", type="string", text="Version of the code's system."),
    Parameter(name="display", type="string", text="The text to check for the code."),
    Parameter(
        name="coding", type="Coding", text="The code, in place of code, system, systemVersion and display."
    ),
    Parameter(
        name="codeableConcept", type="CodeableConcept", text="Several codes; one of them has to be valid."
    ),
)
#: the same for a code system, which the standard lets ``url`` and ``version`` name alone
CODINGS_IN_SYSTEM = tuple(
    replace(row, origin="ecosystem") if row.name.startswith("system") else row for row in CODINGS
)
_CODED = ("coding", "codeableConcept")
ALTERNATIVES = tuple((name, *_CODED) for name in ("code", "display", "system", "systemVersion"))
OPTIONS = (
    Parameter(name="abstract", type="boolean", text="False: an abstract code is not valid."),
    Parameter(
        name="activeOnly", type="boolean", origin="ecosystem", text="True: an inactive code is not valid."
    ),
    Parameter(
        name="lenient-display-validation",
        type="boolean",
        origin="ecosystem",
        text="True: a wrong display is a warning.",
    ),
)
IN_VALUE_SETS = (
    Parameter(
        name="inferSystem",
        type="boolean",
        origin="R5",
        text="True: the value set decides the system of a code that has none.",
    ),
    Parameter(name="implySystem", type="boolean", origin="ecosystem", text="As inferSystem."),
    Parameter(
        name="valueset-membership-only",
        type="boolean",
        origin="ecosystem",
        text="True: nothing but membership is checked.",
    ),
)
RESULTS = (
    Parameter(name="result", type="boolean", min=1, text="Whether the code is valid."),
    Parameter(name="message", type="string", text="What is wrong, or worth a warning."),
    Parameter(name="display", type="string", text="The text to show for the code."),
    Parameter(name="code", type="code", text="The code that the answer is about."),
    Parameter(name="system", type="uri", text="Its system."),
    Parameter(name="version", type="string", text="The version of the system that answered."),
    Parameter(
        name="issues",
        type="OperationOutcome",
        origin="R5",
        text="Every finding with its place in the request.",
    ),
)


def is_default(given: Given) -> bool:
    """Whether no option is set that changes the validation of a single code."""
    return not any(given.has(option.name) for option in (*OPTIONS, *IN_VALUE_SETS))


def _options(given: Given) -> ValidationOptions:
    return ValidationOptions(
        abstract_allowed=given.flag("abstract") is not False,
        active_only=given.flag("activeOnly") is True,
        lenient_display=given.flag("lenient-display-validation") is True,
        membership_only=given.flag("valueset-membership-only") is True,
    )


def validate_request(
    given: Given, *, system: str = "", version: str = "", default: str = ""
) -> ValidateRequest:
    """The codings to validate, in whichever form they are given; raises Refused if there are none.

    ``system`` and ``version`` are those of the request; codings that name none have them, and no coding may contradict
    them ("the system must match the specified code system", $validate-code): in a CodeableConcept only codings of the
    system count. ``default`` is the version of a coding for which none is named.
    """
    version_of = partial(_version_of, version, default)
    infer = given.flag("inferSystem") is True or given.flag("implySystem") is True
    rules, coding = _options(given), given.coding("coding")
    if given.has("codeableConcept"):
        found = given.codings("codeableConcept")
        requests = tuple(
            _coding_request(c, f"CodeableConcept.coding[{n}]", system, version_of)
            for n, c in enumerate(found)
            if not system or c.system in ("", system)
        )
        if found and not requests:
            agreed("codeableConcept", system, *(c.system for c in found))
        return ValidateRequest(codings=requests, concept=True, infer_system=infer, rules=rules)
    if coding is not None:
        one = _coding_request(coding, "Coding", system, version_of)
        return ValidateRequest(codings=(one,), infer_system=infer, rules=rules)
    code, named = given.text("code"), agreed("system", given.text("system"), system)
    if not code or not (named or infer):
        raise refuse("NO_CODE_GIVEN")
    loose = Coding(code, named, given.text("systemVersion"), given.text("display"))
    return ValidateRequest(
        codings=(_coding_request(loose, "code", system, version_of),), infer_system=infer, rules=rules
    )


def _version_of(version: str, default: str, coding: Coding) -> str:
    """The version of a coding in a request about a version of a system."""
    return agreed("version", coding.version, version) or default


def _coding_request(
    coding: Coding, path: str, system: str, version_of: Callable[[Coding], str]
) -> CodingRequest:
    named = agreed("coding", coding.system, system)
    return CodingRequest(named, coding.code, ElementPath(path), version_of(coding), coding.display)
