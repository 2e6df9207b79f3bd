"""Relatives of a code and subsumption; where no source asserts a hierarchy the answer says so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from pyroaring import BitMap

from registry.content.stored import StoredView
from registry.entities.results import CodeDisplay, Hierarchy, Subsumption
from registry.reader import Reader, Resolved
from registry.store.content import family_codes
from registry.store.text import compact_code

__all__ = ["RELATIONS", "hierarchy", "subsumes"]

RELATIONS = ("parents", "children", "ancestors", "descendants")
On = str | date | None


def hierarchy(
    reader: Reader,
    system: str,
    code: str,
    relation: str,
    *,
    on: On = None,
    version: str | None = None,
    known_at: On = None,
) -> Hierarchy:
    """The code's relatives in the version; without an asserted hierarchy, from the codes where those tell."""
    resolved = reader.resolve(system, on=on, version=version, known_at=known_at)
    if resolved.segment is None or resolved.system is None:
        return _hierarchy(resolved, system, code, relation, [], "", resolved.reason, resolved.message)
    canonical = resolved.system.rules.canonical(code)
    view = reader.view(_asserting(resolved, reader, canonical))
    ident = view.find(canonical)
    if ident is None:
        message = f"{resolved.system.slug} {resolved.segment.version.label} has no code {canonical}"
        return _hierarchy(resolved, system, canonical, relation, [], "", "unknown_code", message)
    if view.info.hierarchy:
        return _hierarchy(
            resolved, system, canonical, relation, _relatives(view, ident, relation), "asserted", None, ""
        )
    if resolved.system.rules.contains_longer:
        codes = _structural(reader, view, resolved, canonical, relation)
        message = "no source of this version asserts a hierarchy: these follow from the codes"
        return _hierarchy(resolved, system, canonical, relation, codes, "structural", None, message)
    message = f"no source of {resolved.system.slug} {resolved.segment.version.label} asserts a hierarchy"
    return _hierarchy(resolved, system, canonical, relation, [], "", "no_hierarchy", message)


def _asserting(resolved: Resolved, reader: Reader, *codes: str) -> Resolved:
    """The content to read the hierarchy from: where only a complementing source asserts one, that source itself,
    since it also has the chapters and blocks that a flat list leaves out."""
    lines = [r for r in resolved.stack if "hierarchy" in r.header.facets]
    if not lines or lines[0] is resolved.stack[0]:
        return resolved
    alone = replace(resolved, stack=(lines[0],))
    view = reader.view(alone)
    return alone if all(view.find(c) is not None for c in codes) else resolved


def _relatives(view: StoredView, ident: int, relation: str) -> list[CodeDisplay]:
    if relation in ("parents", "children"):
        idents = view.parents(ident) if relation == "parents" else view.children(ident)
    else:
        found = view.ancestors(ident) if relation == "ancestors" else view.descendants(ident)
        idents = view.page(found, 0, None)
        if relation == "ancestors":  # nearest first
            idents = sorted(idents, key=lambda i: -len(view.ancestors(i)))
    return _displays(view, idents)


def _displays(view: StoredView, idents: Iterable[int]) -> list[CodeDisplay]:
    wanted = list(idents)
    return [
        CodeDisplay(code=r.code, display=view.display(i))
        for i, r in zip(wanted, view.concepts(wanted), strict=True)
    ]


def _structural(
    reader: Reader, view: StoredView, resolved: Resolved, code: str, relation: str
) -> list[CodeDisplay]:
    """Relatives by the form of the codes."""
    rules = resolved.system.rules if resolved.system else None
    if rules is None:
        return []
    if relation in ("parents", "ancestors"):
        above = [i for p in rules.structural_parents(code) if (i := view.find(p)) is not None]
        return _displays(view, above[:1] if relation == "parents" else above)
    prefix = compact_code(code)
    family = family_codes(reader.connection, resolved.system.system_id if resolved.system else 0, prefix)
    below = view.page(view.all() & BitMap(i for i, _ in family), 0, None)
    longer = [(i, r.code) for i, r in zip(below, view.concepts(below), strict=True) if r.code != code]
    if relation == "children":
        known = {c for _, c in longer}
        longer = [
            (i, c)
            for i, c in longer
            if next((p for p in rules.structural_parents(c) if p in known or p == code), "") == code
        ]
    return _displays(view, (i for i, _ in longer))


def _hierarchy(
    resolved: Resolved,
    system: str,
    code: str,
    relation: str,
    codes: list[CodeDisplay],
    source: str,
    reason: str | None,
    message: str,
) -> Hierarchy:
    return Hierarchy(
        system=resolved.system.slug if resolved.system else system,
        code=code,
        version=resolved.version.label if resolved.version else None,
        relation=relation,
        asserted=source == "asserted",
        source=source,
        codes=codes,
        reason=reason,
        message=message,
    )


def subsumes(
    reader: Reader,
    system: str,
    a: str,
    b: str,
    *,
    on: On = None,
    version: str | None = None,
    known_at: On = None,
) -> Subsumption:
    """How A and B relate: equivalent, subsumes, subsumed-by or not-subsumed."""
    resolved = reader.resolve(system, on=on, version=version, known_at=known_at)
    if resolved.segment is None or resolved.system is None:
        return _subsumption(resolved, system, a, b, None, resolved.reason, resolved.message)
    rules = resolved.system.rules
    x, y = rules.canonical(a), rules.canonical(b)
    view = reader.view(_asserting(resolved, reader, x, y))
    i, j = view.find(x), view.find(y)
    if i is None or j is None:
        message = (
            f"{resolved.system.slug} {resolved.segment.version.label} has no code {x if i is None else y}"
        )
        return _subsumption(resolved, system, x, y, None, "unknown_code", message)
    if i == j:
        return _subsumption(resolved, system, x, y, "equivalent", None, "")
    if not view.info.hierarchy and not rules.contains_longer:
        message = f"no source of {resolved.system.slug} {resolved.segment.version.label} asserts a hierarchy"
        return _subsumption(resolved, system, x, y, None, "no_hierarchy", message)
    if view.info.hierarchy:
        down, up = view.subsumes(i, j), view.subsumes(j, i)
    else:
        down, up = x in rules.structural_parents(y), y in rules.structural_parents(x)
    return _subsumption(
        resolved, system, x, y, "subsumes" if down else "subsumed-by" if up else "not-subsumed", None, ""
    )


def _subsumption(
    resolved: Resolved, system: str, a: str, b: str, outcome: str | None, reason: str | None, message: str
) -> Subsumption:
    return Subsumption(
        system=resolved.system.slug if resolved.system else system,
        version=resolved.version.label if resolved.version else None,
        code_a=a, code_b=b, outcome=outcome, reason=reason, message=message,
    )  # fmt: skip
