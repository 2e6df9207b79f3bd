"""Status of resources and concepts: draft, experimental, deprecated, withdrawn, inactive; used by expansion and validation."""

from __future__ import annotations

from collections.abc import Iterable

from registry.content.view import ContentView
from registry.entities.annotations import standards_status
from registry.entities.canonical import join
from registry.entities.records import ConceptRecord
from registry.systems.concept_properties import codes_of
from registry.terminology.compose import Prepared
from registry.terminology.issues import Issue, issue
from registry.terminology.valueset import ValueSet

__all__ = ["concept_status", "is_deprecated", "notices", "shown_status", "standing", "status_codes"]

_MESSAGE = {
    "withdrawn": "MSG_WITHDRAWN",
    "deprecated": "MSG_DEPRECATED",
    "experimental": "MSG_EXPERIMENTAL",
    "draft": "MSG_DRAFT",
}


def standing(standards: str, status: str, *, experimental: bool, source: ValueSet | None) -> str:
    """The status that needs a warning, or empty; a draft that uses drafts needs none."""
    if standards in ("withdrawn", "deprecated"):
        return standards
    if experimental and not (source and source.experimental):
        return "experimental"
    draft = status == "draft" or standards == "draft"
    return "draft" if draft and not (source and "draft" in (source.status, source.standards_status)) else ""


def notices(prepared: Prepared, contents: Iterable[ContentView]) -> list[tuple[str, str, str]]:
    """(status, canonical, type of resource) of all resources used by an answer about a value set."""
    source, found = prepared.value_set, []
    for v in prepared.everything():
        if what := standing(v.standards_status, v.status, experimental=v.experimental, source=source):
            found.append((what, v.canonical, "ValueSet"))
    for content in contents:
        if what := _of_system(content, source):
            found.append((what, join(content.info.url, content.info.version), "CodeSystem"))
    return list(dict.fromkeys(found))


def _of_system(content: ContentView, source: ValueSet | None) -> str:
    info = content.info
    return standing(info.standards_status, info.status, experimental=info.experimental, source=source)


def system_notice(content: ContentView) -> list[tuple[str, str, str]]:
    """The same for a code system alone."""
    what = _of_system(content, None)
    return [(what, join(content.info.url, content.info.version), "CodeSystem")] if what else []


def as_issue(notice: tuple[str, str, str]) -> Issue:
    """A notice as an issue."""
    what, canonical, resource = notice
    return issue(_MESSAGE[what], canonical, None, resource)


def status_codes(content: ContentView) -> frozenset[str]:
    """Codes of the properties that contain a concept's status."""
    return codes_of(content.info.properties, "status")


def concept_status(content: ContentView, record: ConceptRecord) -> str:
    """The concept's status in the source: from a property, else from its standards status."""
    if record.properties:
        codes = codes_of(content.info.properties, "status")
        for p in record.properties:
            if p.code in codes:
                return p.text
    return standards_status(record.annotations) if record.annotations else ""


def shown_status(content: ContentView, record: ConceptRecord) -> str:
    """The status that answers show of a concept, empty for none.

    =================================================  ===========  ==========================================
    The concept                                        Shown        Source
    =================================================  ===========  ==========================================
    is inactive and has a status property              its value    concept property ``status``; TX: tho/*
    is active and has a status property                nothing      TX: other/validation-dual-filter-in
    has a standards status                             its value    TX: extensions/validate-code-inactive
    =================================================  ===========  ==========================================
    """
    if record.inactive:
        return concept_status(content, record)
    return standards_status(record.annotations) if record.annotations else ""


def is_deprecated(content: ContentView, record: ConceptRecord) -> bool:
    """Whether the concept is marked as deprecated."""
    flagged = any(p.code == "deprecated" and p.text == "true" for p in record.properties)
    return flagged or concept_status(content, record) == "deprecated"
