"""Validation of a coding in its code system, without a value set: existence of the system and the code, status."""

from __future__ import annotations

from registry.entities.canonical import join
from registry.entities.messages import message
from registry.terminology.catalog import Missing
from registry.terminology.context import Context
from registry.terminology.issues import issue
from registry.terminology.status import concept_status, is_deprecated, shown_status
from registry.terminology.validation.judged_version import unknown_system
from registry.terminology.validation.types import CodingResult, ValidationOptions
from registry.terminology.valueset import ValueSet

__all__ = ["examine", "may_use", "resolve"]


def resolve(context: Context, finding: CodingResult) -> bool:
    """Find the version to validate with, unless membership has found one; returns whether there is one."""
    coding, place = finding.coding, finding.coding.place
    if not coding.system:
        name = "Coding_has_no_system__cannot_validate"
        finding.issues.append(issue(name, place=place.itself))
        return False
    if ":" not in coding.system:
        finding.issues.append(issue("Terminology_TX_System_Relative", place=place.of("system")))
    wanted = coding.version or context.pins.effective(coding.system, "")[0]
    found = context.view(coding.system, wanted)
    if isinstance(found, Missing):
        _unknown(context, finding, found, wanted)
        return False
    finding.locate(found)
    return True


def _unknown(context: Context, finding: CodingResult, missing: Missing, wanted: str) -> None:
    """Add the issue for an unknown system: unknown, a supplement, a value set …"""
    system, place = finding.coding.system, finding.coding.place.of("system")
    if missing.reason == "supplement":
        shown = join(system, missing.version)
        finding.issues.append(issue("CODESYSTEM_CS_NO_SUPPLEMENT", shown, place=place))
    elif isinstance(context.catalog.value_set(system), ValueSet):
        finding.issues.append(issue("Terminology_TX_System_ValueSet2", system, place=place))
    else:
        finding.issues.append(unknown_system(context, system, wanted, place))
        known = wanted and context.catalog.versions(system)
        finding.unknown.append(join(system, wanted) if known else system)


def examine(context: Context, finding: CodingResult, rules: ValidationOptions) -> None:
    """Check code, case and status in the version found; sets only issues and status."""
    content, record = finding.content, finding.record
    if content is None:
        return
    coding, place = finding.coding, finding.coding.place
    if record is None:
        _not_found(context, finding)
        return
    finding.status = shown_status(content, record)
    if coding.code != record.code and coding.code.casefold() == record.code.casefold():
        shown = join(content.info.url, content.info.version)
        case = issue("CODE_CASE_DIFFERENCE", coding.code, record.code, shown, place=place.of("code"))
        finding.issues.append(case)
    if record.inactive:
        status = concept_status(content, record)
        shown = "inactive" if status in ("", "inactive", "active") else f"{status} and inactive"
        finding.issues.append(issue("INACTIVE_CONCEPT_FOUND", shown, coding.code, place=place.itself))
    elif is_deprecated(content, record):
        values = ("deprecated", coding.code)
        finding.issues.append(issue("DEPRECATED_CONCEPT_FOUND", *values, place=place.itself))
    may_use(finding, rules)


def _not_found(context: Context, finding: CodingResult) -> None:
    coding, content = finding.coding, finding.content
    if content is None:
        return
    info, place = content.info, coding.place.of("code")
    if info.content in ("fragment", "example"):
        name = "UNKNOWN_CODE_IN_FRAGMENT"
    else:
        name = "Unknown_Code_in_Version" if info.version else "Unknown_Code_in"
    finding.issues.append(issue(name, coding.code, info.url, info.version, place=place))
    if why := context.catalog.missing_update(info.url, info.version, coding.code, context.on):
        finding.issues.append(issue("CODE_UPDATE_NOT_LOADED", why, place=place))


def may_use(finding: CodingResult, rules: ValidationOptions) -> None:
    """Whether the options of the request allow the concept, which may be abstract or inactive."""
    coding, record = finding.coding, finding.record
    place = coding.place.of("code")
    if record is None:
        return
    if record.selectable is False and not rules.abstract_allowed:
        finding.issues.append(issue("ABSTRACT_CODE_NOT_ALLOWED", coding.system, coding.code, place=place))
        finding.member = False
    if record.inactive and rules.active_only:
        finding.issues.append(
            issue("STATUS_CODE_WARNING_CODE", message("status.not_active"), coding.code, place=place)
        )
        finding.member = False
