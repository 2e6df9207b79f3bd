"""What a code meant on a date or in a version, and where else it is known when it is not there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import partial

from registry.content.display import RECONSTRUCTED, display_text
from registry.content.layers import MergedConcept, merge_sources
from registry.content.view_info import content_language
from registry.entities.records import Coding, ConceptRecord
from registry.entities.results import CodeDisplay, ConceptAnswer, DesignationAnswer, Lookup, PropertyAnswer
from registry.reader import Reader, Resolved, layer_id
from registry.store.content import states_by_code, storable
from registry.store.metadata import ReleaseRow
from registry.store.states import decode
from registry.systems import SystemBehaviour

__all__ = ["covers", "layered", "lookup"]


def lookup(
    reader: Reader,
    system: str,
    code: str,
    *,
    on: str | date | None = None,
    version: str | None = None,
    lang: str | Sequence[str] | None = None,
    known_at: str | date | None = None,
) -> Lookup:
    """The concept that the code stood for; ``lang`` is the language, or languages, wanted for the display."""
    resolved = reader.resolve(system, on=on, version=version, known_at=known_at)
    if resolved.segment is None or resolved.system is None:
        return _answer(resolved, system, code, None, resolved.reason, resolved.message)
    canonical = resolved.system.rules.canonical(code)
    found = layered(reader, resolved.system.system_id, canonical, resolved.stack)
    if found is None and canonical != code:
        found = layered(reader, resolved.system.system_id, code, resolved.stack)
    if found is None and not resolved.system.rules.case_sensitive:
        found = _in_other_case(reader, resolved, code)
    if found is None:
        return _missing(reader, resolved, canonical)
    languages = [lang] if isinstance(lang, str) else list(lang or ())
    concept = _concept(reader, resolved, found, languages)
    return _answer(resolved, system, concept.code, concept, None, "")


def _in_other_case(reader: Reader, resolved: Resolved, code: str) -> MergedConcept | None:
    """The record of a code that a system without significant case writes otherwise."""
    view = reader.view(resolved)
    ident = view.find(code) if storable(code) else None
    if ident is None or resolved.system is None:
        return None
    return layered(reader, resolved.system.system_id, view.concept(ident).code, resolved.stack)


def layered(reader: Reader, system_id: int, code: str, stack: Sequence[ReleaseRow]) -> MergedConcept | None:
    """The record of a code over the releases that speak; membership is the first one's."""
    rows = states_by_code(reader.connection, system_id, code)
    if not rows:
        return None
    layers = []
    for n, release in enumerate(stack):
        bitmap = reader.bitmap(release)
        body = next((body for ident, body in rows if ident in bitmap), None)
        if body is not None:
            layers.append((release.header, decode(bytes(body))))
        elif n == 0:
            return None
    return merge_sources(layers)


def covers(release: ReleaseRow, rules: SystemBehaviour, code: str) -> bool:
    """Whether absence of the code from the release means that it was not there (DOMAIN 6).

    A text that is no code of the system at all is covered by every release.
    """
    coverage = release.header.coverage
    if coverage.kind == "complete" or not rules.looks_right(code):
        return True
    pattern = coverage.pattern or rules.subsets.get(coverage.name, "")
    return bool(pattern) and re.fullmatch(pattern, code) is not None


def _missing(reader: Reader, resolved: Resolved, code: str) -> Lookup:
    """Unknown in this content: say whether it could have been there, and which versions have it."""
    system, version = resolved.system, resolved.version
    if system is None or version is None:
        raise ValueError("nothing is resolved")
    where = _versions_with(reader, resolved, code)
    if not covers(resolved.stack[0], system.rules, code):
        reason = "outside_coverage"
        text = (
            f"what is loaded of {system.slug} {version.label} does not cover {code}: its absence says nothing"
        )
    else:
        reason = "unknown_code"
        text = f"{system.slug} {version.label} has no code {code}"
        text += f"; it is in {', '.join(where)}" if where else ""
    return _answer(resolved, system.slug, code, None, reason, text, also_in=where)


def _versions_with(reader: Reader, resolved: Resolved, code: str) -> list[str]:
    """Labels of loaded versions that have the code, in order."""
    timeline, system = resolved.timeline, resolved.system
    if timeline is None or system is None:
        return []
    idents = [ident for ident, _ in states_by_code(reader.connection, system.system_id, code)]
    found = []
    for version in timeline.on_track(None) if idents else ():
        stacks = [s.stack for s in timeline.segments(version) if s.stack]
        if any(i in reader.bitmap(stack[0]) for stack in stacks for i in idents):
            found.append(version.label)
    return found


def _concept(
    reader: Reader, resolved: Resolved, found: MergedConcept, languages: Sequence[str]
) -> ConceptAnswer:
    record = found.record
    several = len(resolved.stack) > 1
    return ConceptAnswer(
        code=record.code,
        concept=record.stable_key,
        display=display_text(record, languages, language=_language(resolved)),
        designations=_designations(resolved, found),
        notes=[{"kind": n.kind, "language": n.language, "text": n.text} for n in record.notes],
        parents=_parents(reader, resolved, record) if "hierarchy" in found.facets else None,
        properties=[
            PropertyAnswer(
                code=p.code,
                value=p.value.code if isinstance(p.value, Coding) else p.value,
                type=p.type,
                source_line=_line(found, f"property:{p.code}") if several else "",
            )
            for p in record.properties
        ],
        inactive=record.inactive,
        selectable=record.selectable,
        disagreements=found.disagreements,
    )


def _language(resolved: Resolved) -> str:
    return content_language(resolved.system, resolved.stack) if resolved.system is not None else ""


def _designations(resolved: Resolved, found: MergedConcept) -> list[DesignationAnswer]:
    """The texts, each with its source where there are several."""
    told = resolved.stack[0].header.testimony == "reconstructed"
    if not found.lines:
        return [
            DesignationAnswer(kind=d.kind, language=d.language, text=d.text, reconstructed=told)
            for d in found.record.designations
        ]
    return [
        DesignationAnswer(
            kind=d.kind.removesuffix(RECONSTRUCTED),
            language=d.language,
            text=d.text,
            source_line=_line(found, d.kind.removesuffix(RECONSTRUCTED)),
            reconstructed=told or d.kind.endswith(RECONSTRUCTED),
        )
        for d in found.record.designations
    ]


def _line(found: MergedConcept, facet: str) -> str:
    header = found.lines.get(facet)
    return header.source_line if header else ""


def _parents(reader: Reader, resolved: Resolved, record: ConceptRecord) -> list[CodeDisplay]:
    """Parents with their displays, from whichever layer has them; remembered, for children share them."""
    stack = tuple([layer_id(r) for r in resolved.stack])
    named = reader.parents
    return [named.get((stack, key), partial(_parent, reader, resolved, key)) for key in record.parents]


def _parent(reader: Reader, resolved: Resolved, key: str) -> CodeDisplay:
    parent = _by_key(reader, resolved, key)
    return (
        CodeDisplay(code=parent.code, display=display_text(parent, language=_language(resolved)))
        if parent
        else CodeDisplay(code=key, display="")
    )


def _by_key(reader: Reader, resolved: Resolved, key: str) -> ConceptRecord | None:
    """The record of a stable key in any layer of the content."""
    rows = reader.connection.all(
        "SELECT s.id, s.body FROM concept c JOIN concept_state s ON s.concept_id = c.id WHERE c.system_id = ? AND c.key = ?",
        (resolved.system.system_id if resolved.system else 0, key),
    )
    for release in resolved.stack:
        bitmap = reader.bitmap(release)
        for ident, body in rows:
            if ident in bitmap:
                return decode(bytes(body))
    return None


def _answer(
    resolved: Resolved,
    system: str,
    code: str,
    concept: ConceptAnswer | None,
    reason: str | None,
    message: str,
    *,
    also_in: list[str] | None = None,
) -> Lookup:
    version = resolved.version
    segment = resolved.segment
    return Lookup(
        system=resolved.system.slug if resolved.system else system,
        code=code,
        found=concept is not None,
        reason=reason,
        message=message,
        on=resolved.day,
        known_at=resolved.known_at,
        version=version.label if version else None,
        track=version.track if version else None,
        version_status=resolved.status,
        valid_from=version.valid_from if version else None,
        valid_to=version.valid_to if version else None,
        release=resolved.stack[0].source_sha256 if resolved.stack else None,
        releases=[h.source_sha256 for r in resolved.stack for h in (r, *r.patches)],
        provisional=segment.provisional if segment else False,
        concept=concept,
        also_in=also_in or [],
        warnings=list(resolved.warnings),
    )
