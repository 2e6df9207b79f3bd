"""Which version a coding is judged by, where value set, coding and caller may each name one.

Here: agreement and disagreement of versions. Not here: the code itself (``membership``, ``code_system``).
"""

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
    """The version to judge by. ``known`` False where the value set's own version is not there."""

    content: ContentView | None = None
    known: bool = True
    agreed: bool = True
    issues: list[Issue] = field(default_factory=list)
    caused_by: list[str] = field(default_factory=list)


def unknown_system(
    context: Context, system: str, version: str, place: str, locked: date | None = None
) -> Issue:
    """The issue for a system, or a version of it, that nobody knows, or that is not there on the day."""
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


def agree(context: Context, value_set: ValueSet, include: Include, asked: CodingRequest) -> Agreement:
    """Settle the version for a coding of the include's system; disagreement is told, never hidden."""
    wanted, _ = context.pins.effective(include.system, include.version)
    locked = value_set.locked_date
    found = context.view(include.system, wanted, locked)
    if isinstance(found, Missing) and found.reason in _OUT_OF_TIME and asked.version:
        found = context.view(include.system, asked.version)  # the coding chooses where no date can
    result = Agreement()
    if isinstance(found, Missing):
        _without_content(context, include, asked, wanted, result, locked)
        return result
    result.content = found
    if asked.version and asked.version != found.info.version:
        _other_version(context, include, asked, wanted, found, result)
    if result.content is not None:
        chosen = bool(wanted or asked.version) or locked is None
        result.issues += demands(context, asked, result.content, dated=chosen)
    return result


def _without_content(
    context: Context,
    include: Include,
    asked: CodingRequest,
    wanted: str,
    result: Agreement,
    locked: date | None,
) -> None:
    """The value set's version is unknown: say so, and judge by what the coding or the caller names."""
    result.known = False
    if asked.version and wanted and not matches(wanted, asked.version):
        result.issues.append(_mismatch(include, asked, wanted))
    named = wanted or asked.version
    result.issues.append(unknown_system(context, include.system, named, asked.place.of("system"), locked))
    result.caused_by.append(join(include.system, wanted))
    fallback = asked.version or context.pins.effective(include.system, "")[0]
    other = context.view(include.system, fallback)
    result.content = None if isinstance(other, Missing) else other


def _other_version(
    context: Context,
    include: Include,
    asked: CodingRequest,
    wanted: str,
    found: ContentView,
    result: Agreement,
) -> None:
    own = context.view(include.system, asked.version)
    if not isinstance(own, Missing) and (not wanted or matches(wanted, asked.version)):
        result.content = own
        return
    result.agreed = False
    if wanted:
        result.issues.append(_mismatch(include, asked, wanted))
    else:
        values = (include.system, found.info.version, "", asked.version)
        place = asked.place.of("version")
        result.issues.append(issue("VALUESET_VALUE_MISMATCH_DEFAULT", *values, place=place))
    if isinstance(own, Missing):
        place = asked.place.of("system")
        result.issues.append(unknown_system(context, include.system, asked.version, place))
        result.caused_by.append(join(include.system, asked.version))


def _mismatch(include: Include, asked: CodingRequest, wanted: str) -> Issue:
    place = asked.place.of("version")
    if wanted == include.version:
        return issue("VALUESET_VALUE_MISMATCH", include.system, wanted, asked.version, place=place)
    values = (include.system, wanted, include.version, asked.version)
    return issue("VALUESET_VALUE_MISMATCH_CHANGED", *values, place=place)


def demands(
    context: Context, asked: CodingRequest, content: ContentView, *, dated: bool = True
) -> list[Issue]:
    """What speaks against a version: the caller's demand on it, or that it does not apply on the day.

    Not ``dated``: a value set's own date chose it, so that it does not matter whether it applies on the day.
    """
    info, found = content.info, []
    required = context.pins.required(info.url)
    if required and not matches(required, info.version):
        values = (info.url, info.version, required)
        found.append(issue("VALUESET_VERSION_CHECK", *values, place=asked.place.of("version")))
    late = context.not_in_force(content, asked.place.of("version")) if dated else None
    return found if late is None else [*found, late]
