"""``$lookup``: the content of a code in a version; a typed request in, a complete result out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from registry.content.display import best, is_repeated, own_display, own_first
from registry.content.view import ContentView
from registry.entities.canonical import join
from registry.entities.records import ConceptRecord, Designation
from registry.systems.designation_uses import PREFERRED
from registry.terminology.catalog import Missing
from registry.terminology.context import Context
from registry.terminology.filters.operator_contract import known_property
from registry.terminology.issues import Issue, Unanswerable, issue
from registry.terminology.validation.judged_version import unknown_system

__all__ = ["LookupRequest", "LookupResult", "lookup", "shown"]

#: Properties derived from a code's history; ``*`` includes them.
_DATES = {"effectiveDate", "deprecationDate", "*"}
#: properties that $lookup defines for every system and gives in parameters of their own
_NAMED = frozenset({"*", "system", "url", "name", "version", "code", "abstract", "designation"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupRequest:
    """A code; ``properties``: requested by name, ``*`` or none = all; without ``relatives`` no parents and children."""

    system: str
    code: str
    version: str = ""
    properties: tuple[str, ...] = ()
    relatives: bool = True


@dataclass(slots=True, kw_only=True)
class LookupResult:
    """The complete result, or a ``problem``. ``properties``: (code, type, value, description)."""

    problem: Issue | None = None
    content: ContentView | None = None
    record: ConceptRecord | None = None
    ident: int | None = None  #: of the record in the content
    display: str = ""
    definition: str = ""
    designations: list[tuple[Designation, str]] = field(
        default_factory=list
    )  #: with the supplement's canonical
    properties: list[tuple[str, str, Any, str]] = field(default_factory=list)
    supplements: list[str] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)


def lookup(context: Context, request: LookupRequest) -> LookupResult:
    """Look a code up; unknown systems, versions and codes are results."""
    try:
        context.require_supplements(())
        return _lookup(context, request)
    except Unanswerable as stop:
        return LookupResult(problem=stop.issue)


def _lookup(context: Context, request: LookupRequest) -> LookupResult:
    version = context.pins.effective(request.system, request.version)[0]
    content = context.view(request.system, version)
    if isinstance(content, Missing):
        return LookupResult(problem=unknown_system(context, request.system, version, "system"))
    refused = context.refused(content, "version")
    if refused is not None:
        return LookupResult(problem=refused, content=content)
    ident = content.find(request.code)
    if ident is None:
        info = content.info
        name = "Unknown_Code_in_Version" if info.version else "Unknown_Code_in"
        problem = issue(name, request.code, info.url, info.version, place="code")
        return LookupResult(problem=problem, content=content)
    record = content.concept(ident)
    result = LookupResult(content=content, record=record, ident=ident)
    _texts(context, content, record, result)
    wanted = set(request.properties)
    _restrict_languages(result, wanted)
    rows = _properties(context, content, ident, record, relatives=request.relatives)
    result.properties = [p for p in rows if not wanted or "*" in wanted or p[0] in wanted]
    if wanted & _DATES:
        known = {p[0] for p in result.properties}
        result.properties += [
            p for p in _dates(content, record) if p[0] not in known and wanted & {p[0], "*"}
        ]
    late = context.not_in_force(content, "version")
    result.warnings = [*([late] if late else []), *_unknown_properties(content, request.properties)]
    return result


def _restrict_languages(result: LookupResult, wanted: set[str]) -> None:
    """Keep the designations of the languages ``X`` for which ``lang.X`` is requested; all if none is."""
    languages = {name.removeprefix("lang.").lower() for name in wanted if name.startswith("lang.")}
    if languages and not wanted & {"*", "designation"}:
        result.designations = [d for d in result.designations if d[0].language.lower() in languages]


def _unknown_properties(content: ContentView, names: tuple[str, ...]) -> list[Issue]:
    """A warning for each requested property that neither the standard nor the version defines."""
    return [
        issue("PROPERTY_UNKNOWN", name, content.info.url, content.info.version, place="property")
        for name in dict.fromkeys(names)
        if name not in _NAMED and not name.startswith("lang.") and not known_property(content, name)
    ]


def _dates(content: ContentView, record: ConceptRecord) -> Iterator[tuple[str, str, Any, str]]:
    """First day of the code, and first day out of use; from its history, so only if requested."""
    tell = getattr(content, "tell_dates", None)
    for name, day in zip(
        ("effectiveDate", "deprecationDate"), tell(record.code) if tell else (), strict=False
    ):
        if day is not None:
            yield name, "dateTime", day.isoformat(), ""


def _texts(context: Context, content: ContentView, record: ConceptRecord, result: LookupResult) -> None:
    own = own_display(record.designations, content.info.language)
    seen: set[tuple[str, str]] = set()
    result.display = shown(context, content, record)
    result.definition = next((n.text for n in record.notes if n.kind == "definition"), "")
    for text in own_first(record.designations, own):
        source = text.kind.removeprefix("supplement:") if text.kind.startswith("supplement:") else ""
        if is_repeated(text, seen):
            continue
        listed = msgspec.structs.replace(text, use=text.use or PREFERRED) if text is own else text
        result.designations.append((listed, source))
    result.supplements = [
        join(s.info.url, s.info.version)
        for s in getattr(content, "supplements", ())
        if s.find(record.code) is not None
    ]


def shown(context: Context, content: ContentView, record: ConceptRecord) -> str:
    """The display of a concept, in the requested languages if it has one."""
    chosen = best(record, context.languages, language=content.info.language)
    return chosen.text if chosen else ""


def _properties(
    context: Context, content: ContentView, ident: int, record: ConceptRecord, *, relatives: bool
) -> Iterator[tuple[str, str, Any, str]]:
    yield "inactive", "boolean", record.inactive, ""
    if relatives:
        for name, near in (("parent", content.parents(ident)), ("child", content.children(ident))):
            for relative in content.concepts(near) if near else ():
                yield name, "code", relative.code, shown(context, content, relative)
    for p in record.properties:
        if p.code not in ("inactive", "parent", "child"):
            yield p.code, p.type, p.value, ""
