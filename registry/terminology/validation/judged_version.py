"""The version with which a coding is validated: value set, coding and caller may each name one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from registry.content.view import ContentView
from registry.entities.canonical import join
from registry.entities.messages import worded
from registry.terminology.catalog import Missing
from registry.terminology.context import Context, valid_versions
from registry.terminology.issues import Issue, issue
from registry.terminology.validation.types import CodingRequest
from registry.terminology.valueset import Include, ValueSet
from registry.time.version_order import matches

__all__ = ["Agreement", "agree", "demands", "unknown_system"]

#: why no version answers on a day although the system is known
_OUT_OF_TIME = ("before_first", "gap", "after_last", "not_loaded")


@dataclass(slots=True)
class Agreement:
    """The version to validate with. ``known`` False: the value set's version is not loaded."""

    content: ContentView | None = None
    known: bool = True
    agreed: bool = True
    issues: list[Issue] = field(default_factory=list)
    caused_by: list[str] = field(default_factory=list)


def unknown_system(
    context: Context, system: str, version: str, place: str, locked: date | None = None
) -> Issue:
    """The issue for an unknown system or version, or one that is not in force or not loaded on the day."""
    version = "" if version == "*" else version
    found = context.view(system, "", locked)
    if isinstance(found, Missing) and found.reason == "supplement":
        return issue("CODESYSTEM_CS_NO_SUPPLEMENT", join(system, found.version), place=place)
    if not version:
        if isinstance(found, Missing) and found.reason in _OUT_OF_TIME:
            return issue(
                "CODESYSTEM_NOT_IN_FORCE", system, context.day(locked), worded(found.reason), place=place
            )
        return issue("UNKNOWN_CODESYSTEM", system, place=place)
    known = context.catalog.versions(system)
    name = "UNKNOWN_CODESYSTEM_VERSION" if known else "UNKNOWN_CODESYSTEM_VERSION_NONE"
    return issue(name, system, version, valid_versions(known), place=place)


def agree(context: Context, value_set: ValueSet, include: Include, coding: CodingRequest) -> Agreement:
    """The version for a coding of the include's system; a disagreement is always reported as an issue."""
    wanted, _ = context.pins.effective(include.system, include.version)
    locked = value_set.locked_date
    found = context.view(include.system, wanted, locked)
    if isinstance(found, Missing) and found.reason in _OUT_OF_TIME and coding.version:
        found = context.view(include.system, coding.version)  # the coding chooses where no date can
    result = Agreement()
    if isinstance(found, Missing):
        _without_content(context, include, coding, wanted, result, locked)
        return result
    result.content = found
    if coding.version and coding.version != found.info.version:
        _other_version(context, include, coding, wanted, found, result)
    if result.content is not None:
        chosen = bool(wanted or coding.version) or locked is None
        result.issues += demands(context, coding, result.content, dated=chosen)
    return result


def _without_content(
    context: Context,
    include: Include,
    coding: CodingRequest,
    wanted: str,
    result: Agreement,
    locked: date | None,
) -> None:
    """The value set's version is unknown: report it, and validate with the version of the coding or the caller."""
    result.known = False
    if coding.version and wanted and not matches(wanted, coding.version):
        result.issues.append(_mismatch(include, coding, wanted))
    named = wanted or coding.version
    result.issues.append(unknown_system(context, include.system, named, coding.place.of("system"), locked))
    result.caused_by.append(join(include.system, wanted))
    fallback = coding.version or context.pins.effective(include.system, "")[0]
    other = context.view(include.system, fallback)
    result.content = None if isinstance(other, Missing) else other


def _other_version(
    context: Context,
    include: Include,
    coding: CodingRequest,
    wanted: str,
    found: ContentView,
    result: Agreement,
) -> None:
    own = context.view(include.system, coding.version)
    if not isinstance(own, Missing) and (not wanted or matches(wanted, coding.version)):
        result.content = own
        return
    result.agreed = False
    if wanted:
        result.issues.append(_mismatch(include, coding, wanted))
    else:
        values = (include.system, found.info.version, "", coding.version)
        place = coding.place.of("version")
        result.issues.append(issue("VALUESET_VALUE_MISMATCH_DEFAULT", *values, place=place))
    if isinstance(own, Missing):
        place = coding.place.of("system")
        result.issues.append(unknown_system(context, include.system, coding.version, place))
        result.caused_by.append(join(include.system, coding.version))


def _mismatch(include: Include, coding: CodingRequest, wanted: str) -> Issue:
    place = coding.place.of("version")
    if wanted == include.version:
        return issue("VALUESET_VALUE_MISMATCH", include.system, wanted, coding.version, place=place)
    values = (include.system, wanted, include.version, coding.version)
    return issue("VALUESET_VALUE_MISMATCH_CHANGED", *values, place=place)


def demands(
    context: Context, coding: CodingRequest, content: ContentView, *, dated: bool = True
) -> list[Issue]:
    """Issues of a version: it is not the one that the caller requires, or does not apply on the day.

    Not ``dated``: the value set's date chose it, so that it need not apply on the day.
    """
    info, found = content.info, []
    required = context.pins.required(info.url)
    if required and not matches(required, info.version):
        values = (info.url, info.version, required)
        found.append(issue("VALUESET_VERSION_CHECK", *values, place=coding.place.of("version")))
    late = context.not_in_force(content, coding.place.of("version")) if dated else None
    return found if late is None else [*found, late]
