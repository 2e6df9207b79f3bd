"""The facets on which two records of one concept differ, each with its type of change (DOMAIN 7).

Pure functions on records. Changes of several codes are in ``registry.content.changes``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from registry.content.change_types import gravity
from registry.content.display import NAMING_KINDS, display_text
from registry.content.label_comparison import same_wording
from registry.entities.records import ConceptRecord, Designation
from registry.systems import SystemBehaviour

__all__ = ["Aspect", "aspects_between", "naming_texts", "same_name"]


@dataclass(frozen=True, slots=True)
class Aspect:
    """One facet that differs: ``facet`` as in ``ReleaseHeader.facets``, with both sides as text."""

    type: str
    facet: str
    old: str = ""
    new: str = ""

    def plain(self) -> dict[str, str]:
        return {"type": self.type, "facet": self.facet, "from": self.old, "to": self.new}


def aspects_between(
    old: ConceptRecord, new: ConceptRecord, facets: frozenset[str], rules: SystemBehaviour
) -> list[Aspect]:
    """The facets on which the records differ, most important first; only facets that both sides assert."""
    if rules.reserve and _activated(old, new, rules):
        return [Aspect("activated", "label", display_text(old), display_text(new))]
    found = [
        *_labels(old, new, facets),
        *_notes(old, new, facets),
        *_flags(old, new, facets),
        *_properties(old, new, facets),
    ]
    if "hierarchy" in facets and set(old.parents) != set(new.parents):
        found.append(Aspect("reparented", "hierarchy", " ".join(old.parents), " ".join(new.parents)))
    if old.code != new.code:
        found.append(Aspect("recoded", "code", old.code, new.code))
    return sorted(found, key=lambda a: (gravity(a.type), a.facet))


def _activated(old: ConceptRecord, new: ConceptRecord, rules: SystemBehaviour) -> bool:
    """Whether a reserve code got a meaning."""
    was = rules.is_reserve(old.code, display_text(old))
    return was and not rules.is_reserve(new.code, display_text(new))


def _labels(old: ConceptRecord, new: ConceptRecord, facets: frozenset[str]) -> Iterator[Aspect]:
    """Differences of designations by kind; if the full text is unchanged, a new short text is a change of wording only."""
    full_same = "label.full" in facets and _texts(old, "label.full") == _texts(new, "label.full")
    kinds = {d.kind for d in (*old.designations, *new.designations)} & facets
    for kind in sorted(kinds):
        if _of_kind(old, kind) == _of_kind(new, kind):
            continue
        a, b = _texts(old, kind), _texts(new, kind)
        if a == b:
            continue
        wording = kind not in NAMING_KINDS or (kind == "label.short" and full_same) or _same_texts(a, b)
        yield Aspect("clarified" if wording else "relabelled", kind, _shown(a), _shown(b))


def _of_kind(record: ConceptRecord, kind: str) -> list[Designation]:
    return [d for d in record.designations if d.kind == kind]


def _texts(record: ConceptRecord, kind: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for d in _of_kind(record, kind):
        found.setdefault(d.language, []).append(d.text)
    return {language: sorted(texts) for language, texts in found.items()}


def _same_texts(a: dict[str, list[str]], b: dict[str, list[str]]) -> bool:
    """Whether the texts differ only in typography in every common language; an added language is a change of wording."""
    shared = a.keys() & b.keys()
    return bool(shared) and all(len(a[x]) == len(b[x]) and all(map(same_wording, a[x], b[x])) for x in shared)


def _shown(texts: dict[str, list[str]]) -> str:
    return "; ".join(t for language in sorted(texts) for t in texts[language])


def _notes(old: ConceptRecord, new: ConceptRecord, facets: frozenset[str]) -> Iterator[Aspect]:
    if "notes" not in facets or old.notes == new.notes:
        return
    a, b = ("\n".join(f"{n.kind}: {n.text}" for n in r.notes) for r in (old, new))
    yield Aspect("clarified" if same_wording(a, b) else "criteria_changed", "notes", a, b)


def _flags(old: ConceptRecord, new: ConceptRecord, facets: frozenset[str]) -> Iterator[Aspect]:
    if "inactive" in facets and old.inactive != new.inactive:
        yield Aspect(
            "inactivated" if new.inactive else "reactivated", "inactive", str(old.inactive), str(new.inactive)
        )
    if "selectable" in facets and old.selectable != new.selectable:
        retired = new.selectable is False
        yield Aspect(
            "retired_for_use" if retired else "property_changed",
            "selectable",
            str(old.selectable),
            str(new.selectable),
        )


def _properties(old: ConceptRecord, new: ConceptRecord, facets: frozenset[str]) -> Iterator[Aspect]:
    if old.properties == new.properties:
        return
    names = {p.code for p in (*old.properties, *new.properties) if f"property:{p.code}" in facets}
    for name in sorted(names):
        a, b = (sorted(p.text for p in r.properties if p.code == name) for r in (old, new))
        if a != b:
            yield Aspect("property_changed", f"property:{name}", ", ".join(a), ", ".join(b))


def naming_texts(record: ConceptRecord, behaviour: SystemBehaviour) -> dict[str, set[str]]:
    """By kind, the texts that name the concept; texts of reserve codes name nothing."""
    found: dict[str, set[str]] = {}
    reserve = bool(behaviour.reserve)
    for d in record.designations:
        if d.kind in NAMING_KINDS and d.text and not (reserve and behaviour.is_reserve(record.code, d.text)):
            found.setdefault(d.kind, set()).add(d.text)
    return found


def same_name(old: ConceptRecord, new: ConceptRecord) -> bool | None:
    """Whether the labels of a common kind are equal in wording; None if they have no kind in common."""
    kinds = {d.kind for d in old.designations} & {d.kind for d in new.designations} & NAMING_KINDS
    if not kinds:
        return None
    return all(_texts(old, k) == _texts(new, k) or _same_texts(_texts(old, k), _texts(new, k)) for k in kinds)
