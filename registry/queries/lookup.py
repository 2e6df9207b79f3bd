"""What a code meant on a date or in a version; if the version lacks it, which versions have it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

from registry.content.display import RECONSTRUCTED, display_text
from registry.content.layers import MergedConcept
from registry.content.stored import StoredView
from registry.entities.messages import message as say
from registry.entities.records import Coding, ConceptRecord
from registry.entities.results.codes import (
    CodeDisplay,
    ConceptAnswer,
    DesignationAnswer,
    Lookup,
    PropertyAnswer,
)
from registry.queries.merged_concept import covers, other_zeros
from registry.queries.missing_updates import UPDATE_NOT_LOADED, update_missing_in
from registry.reader import Reader, Resolved
from registry.store.content import states_by_code

__all__ = ["lookup"]


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
    """The concept of the code; ``lang``: requested language or languages of the display."""
    resolved = reader.resolve(system, on=on, version=version, known_at=known_at)
    if resolved.segment is None or resolved.system is None:
        return _answer(resolved, system, code, None, resolved.reason, resolved.message)
    view = reader.view(resolved)
    found = view.merged_with_code(code)
    if found is None:
        return _missing(reader, resolved, view, code)
    languages = [lang] if isinstance(lang, str) else list(lang or ())
    concept = _concept(reader, resolved, view, found, languages)
    others = _others_in_force(reader, resolved, concept.code) if version is None else []
    return _answer(resolved, system, concept.code, concept, None, "", also_in=others)


def _missing(reader: Reader, resolved: Resolved, view: StoredView, code: str) -> Lookup:
    """The answer for a code that the content lacks: its new code, or outside the coverage, or the versions that have it."""
    system = resolved.system
    if system is None:
        raise ValueError("nothing is resolved")
    code = system.rules.canonical(code)
    where = _versions_with(reader, resolved, code)
    now = _displays(view, view.renamed(code))
    reason, text = _why_missing(reader, resolved, view, code, now, where)
    return _answer(resolved, system.slug, code, None, reason, text, also_in=where, recoded_to=now)


def _why_missing(
    reader: Reader,
    resolved: Resolved,
    view: StoredView,
    code: str,
    now: Sequence[CodeDisplay],
    where: Sequence[str],
) -> tuple[str, str]:
    """Reason and message; ``now``: the concept's codes in the content, ``where``: versions that have the code."""
    system, version = resolved.system, resolved.version
    if system is None or version is None:
        raise ValueError("nothing is resolved")
    about = {"system": system.slug, "version": version.label, "code": code}
    if now:
        return "recoded", say("code.recoded", **about, codes=[c.code for c in now])
    if missing := update_missing_in(reader, resolved, code):
        return UPDATE_NOT_LOADED, missing
    if not covers(resolved.layers[0], system.rules, code):
        return "outside_coverage", say("code.outside_coverage", **about)
    more = say("code.also_in", versions=where) if where else other_zeros(view, code)
    return "unknown_code", say("code.unknown", **about, more=more)


def _others_in_force(reader: Reader, resolved: Resolved, code: str) -> list[str]:
    """Other versions of the same track that are valid on the day as well and have the code."""
    timeline, version, day = resolved.timeline, resolved.version, resolved.day
    if timeline is None or version is None or day is None:
        return []
    live = {v.label for v in timeline.in_force(day, version.track)} - {version.label}
    return [label for label in _versions_with(reader, resolved, code) if label in live] if live else []


def _versions_with(reader: Reader, resolved: Resolved, code: str) -> list[str]:
    """Labels of loaded versions that have the code, in order."""
    timeline, system = resolved.timeline, resolved.system
    if timeline is None or system is None:
        return []
    idents = [ident for ident, _ in states_by_code(reader.connection, system.system_id, code)]
    found = []
    for version in timeline.on_track(None) if idents else ():
        loaded_layers = [s.layers for s in timeline.segments(version) if s.layers]
        if any(i in reader.bitmap(layers[0]) for layers in loaded_layers for i in idents):
            found.append(version.label)
    return found


def _concept(
    reader: Reader, resolved: Resolved, view: StoredView, found: MergedConcept, languages: Sequence[str]
) -> ConceptAnswer:
    record = found.record
    several = len(resolved.layers) > 1
    return ConceptAnswer(
        code=record.code,
        concept=record.stable_key,
        display=display_text(record, languages, language=view.info.language),
        designations=_designations(resolved, found),
        notes=[{"kind": n.kind, "language": n.language, "text": n.text} for n in record.notes],
        parents=_parents(reader, view, record) if view.info.hierarchy else None,
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


def _designations(resolved: Resolved, found: MergedConcept) -> list[DesignationAnswer]:
    """The texts, each with its source line if there are several."""
    reconstructed = resolved.layers[0].header.testimony == "reconstructed"
    if not found.lines:
        return [
            DesignationAnswer(kind=d.kind, language=d.language, text=d.text, reconstructed=reconstructed)
            for d in found.record.designations
        ]
    return [
        DesignationAnswer(
            kind=d.kind.removesuffix(RECONSTRUCTED),
            language=d.language,
            text=d.text,
            source_line=_line(found, d.kind.removesuffix(RECONSTRUCTED)),
            reconstructed=reconstructed or d.kind.endswith(RECONSTRUCTED),
        )
        for d in found.record.designations
    ]


def _line(found: MergedConcept, facet: str) -> str:
    header = found.lines.get(facet)
    return header.source_line if header else ""


def _parents(reader: Reader, view: StoredView, record: ConceptRecord) -> list[CodeDisplay]:
    """Parents with their displays; cached, because siblings have the same parents."""
    asserted = view.info.hierarchy == "asserted"
    named: Sequence[str | int] = record.parents if asserted else view.parents_of(record)
    shown, content = reader.parents, view.key
    parents = [shown.get((content, name), partial(_parent, view, name)) for name in named]
    found = dict([parent for parent in parents if parent is not None])
    return [found[ident] for ident in view.arranged(found)] if len(found) > 1 else [*found.values()]


def _parent(view: StoredView, name: str | int) -> tuple[int, CodeDisplay] | None:
    """Id, code and display of a parent, by its stable key or its id."""
    found = view.parent_named(name) if isinstance(name, str) else (name, view.concept(name))
    return None if found is None else (found[0], _display_of(view, found[1]))


def _displays(view: StoredView, idents: Sequence[int]) -> list[CodeDisplay]:
    return [_display_of(view, record) for record in view.concepts(idents)]


def _display_of(view: StoredView, record: ConceptRecord) -> CodeDisplay:
    return CodeDisplay(code=record.code, display=display_text(record, language=view.info.language))


def _answer(
    resolved: Resolved,
    system: str,
    code: str,
    concept: ConceptAnswer | None,
    reason: str | None,
    message: str,
    *,
    also_in: list[str] | None = None,
    recoded_to: list[CodeDisplay] | None = None,
) -> Lookup:
    version, segment = resolved.version, resolved.segment
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
        release=resolved.layers[0].source_sha256 if resolved.layers else None,
        releases=list(dict.fromkeys(h.source_sha256 for r in resolved.layers for h in (r, *r.patches))),
        provisional=segment.provisional if segment else False,
        concept=concept,
        also_in=also_in or [],
        recoded_to=recoded_to or [],
        warnings=list(resolved.warnings),
    )
