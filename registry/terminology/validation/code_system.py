"""What is true of a coding in its code system, whatever value set: does the system exist, the code, its status.

Not here: displays (``display``), versions (``versions``), value sets (``membership``).
"""

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
    """Find the version to judge by where membership has not; whether there is one."""
    asked, place = finding.asked, finding.asked.place
    if not asked.system:
        name = "Coding_has_no_system__cannot_validate"
        finding.issues.append(issue(name, place=place.itself))
        return False
    if ":" not in asked.system:
        finding.issues.append(issue("Terminology_TX_System_Relative", place=place.of("system")))
    wanted = asked.version or context.pins.effective(asked.system, "")[0]
    found = context.view(asked.system, wanted)
    if isinstance(found, Missing):
        _unknown(context, finding, found, wanted)
        return False
    finding.locate(found)
    return True


def _unknown(context: Context, finding: CodingResult, missing: Missing, wanted: str) -> None:
    """Say what a system is that is no known code system."""
    system, place = finding.asked.system, finding.asked.place.of("system")
    if missing.reason == "supplement":
        shown = join(system, missing.version)
        finding.issues.append(issue("CODESYSTEM_CS_NO_SUPPLEMENT", shown, place=place))
    elif isinstance(context.catalog.value_set(system), ValueSet):
        finding.issues.append(issue("Terminology_TX_System_ValueSet2", system, place=place))
    else:
        finding.issues.append(unknown_system(context, system, wanted, place))
        known = wanted and context.catalog.versions(system)
        finding.unknown.append(join(system, wanted) if known else system)


def examine(finding: CodingResult, rules: ValidationOptions) -> None:
    """Judge code, case and status in the version found; sets nothing but issues and status."""
    content, record = finding.content, finding.record
    if content is None:
        return
    asked, place = finding.asked, finding.asked.place
    if record is None:
        _not_found(finding)
        return
    finding.status = shown_status(content, record)
    if asked.code != record.code and asked.code.casefold() == record.code.casefold():
        shown = join(content.info.url, content.info.version)
        case = issue("CODE_CASE_DIFFERENCE", asked.code, record.code, shown, place=place.of("code"))
        finding.issues.append(case)
    if record.inactive:
        status = concept_status(content, record)
        shown = "inactive" if status in ("", "inactive", "active") else f"{status} and inactive"
        finding.issues.append(issue("INACTIVE_CONCEPT_FOUND", shown, asked.code, place=place.itself))
    elif is_deprecated(content, record):
        values = ("deprecated", asked.code)
        finding.issues.append(issue("DEPRECATED_CONCEPT_FOUND", *values, place=place.itself))
    may_use(finding, rules)


def _not_found(finding: CodingResult) -> None:
    asked, content = finding.asked, finding.content
    if content is None:
        return
    info, place = content.info, asked.place.of("code")
    if info.content in ("fragment", "example"):
        name = "UNKNOWN_CODE_IN_FRAGMENT"
    else:
        name = "Unknown_Code_in_Version" if info.version else "Unknown_Code_in"
    finding.issues.append(issue(name, asked.code, info.url, info.version, place=place))


def may_use(finding: CodingResult, rules: ValidationOptions) -> None:
    """Whether the concept may be used as the caller means to: an abstract or inactive one may not always."""
    asked, record = finding.asked, finding.record
    place = asked.place.of("code")
    if record is None:
        return
    if record.selectable is False and not rules.abstract_allowed:
        finding.issues.append(issue("ABSTRACT_CODE_NOT_ALLOWED", asked.system, asked.code, place=place))
        finding.member = False
    if record.inactive and rules.active_only:
        finding.issues.append(
            issue("STATUS_CODE_WARNING_CODE", message("status.not_active"), asked.code, place=place)
        )
        finding.member = False
