"""Parents, children, ancestors and descendants of a code, and subsumption, from the view."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from registry.content.display import display_text
from registry.content.subsumption import outcome
from registry.content.view import ContentView
from registry.entities.budget import spend
from registry.entities.intervals import On
from registry.entities.messages import message as say
from registry.entities.results.codes import CodeDisplay
from registry.entities.results.hierarchy import Hierarchy, Subsumption
from registry.queries.cursors import offset_of
from registry.reader import Reader, Resolved

__all__ = ["RELATIONS", "hierarchy", "subsumes"]

_CODE_STEPS = 20  #: steps (``registry.entities.budget``) of a code in the answer
RELATIONS = ("parents", "children", "ancestors", "descendants")


def hierarchy(
    reader: Reader,
    system: str,
    code: str,
    relation: str,
    *,
    on: On = None,
    version: str | None = None,
    known_at: On = None,
    count: int | None = None,
    cursor: str | None = None,
) -> Hierarchy:
    """The code's relatives in the version; if no source asserts a hierarchy, those that follow from the codes.

    ``count``: most codes of a page (None = all), ``cursor``: which page.
    """
    start = offset_of(cursor)
    resolved = reader.resolve(system, on=on, version=version, known_at=known_at)
    result = partial(Hierarchy, **_named(resolved, system), relation=relation)
    nothing = partial(result, asserted=False, source="", codes=[])
    if resolved.segment is None or resolved.system is None:
        return nothing(code=code, reason=resolved.reason, message=resolved.message)
    view = reader.view(resolved)
    ident, source = view.find_in_hierarchy(code), view.info.hierarchy
    code = resolved.system.rules.canonical(code)
    if ident is None:
        return nothing(code=code, reason="unknown_code", message=_unknown(view, code))
    if not source:
        return nothing(code=code, reason="no_hierarchy", message=_none(view))
    idents = _relatives(view, ident, relation)
    end = len(idents) if count is None else start + count
    return result(
        code=code,
        asserted=source == "asserted",
        source=source,
        codes=_displays(view, idents[start:end]),
        reason=None,
        message=say("hierarchy.structural") if source == "structural" else "",
        more=end < len(idents),
        cursor=str(end) if end < len(idents) else None,
    )


def _named(resolved: Resolved, system: str) -> dict[str, Any]:
    """System and version of the answer."""
    return {
        "system": resolved.system.slug if resolved.system else system,
        "version": resolved.version.label if resolved.version else None,
    }


def _unknown(view: ContentView, code: str, *, more: str = "") -> str:
    return say("code.unknown", system=view.info.system, version=view.info.version, code=code, more=more)


def _none(view: ContentView) -> str:
    return say("hierarchy.none", system=view.info.system, version=view.info.version)


def _relatives(view: ContentView, ident: int, relation: str) -> list[int]:
    """Ids of members and groups; ancestors nearest first, else in the view's order."""
    if relation == "parents":
        return view.parents(ident)
    if relation == "children":
        return view.children(ident)
    groups = view.groups()
    if relation == "descendants":
        below = [g for g in _by_code(view, groups) if view.subsumes(ident, g)]
        return below + view.page(view.descendants(ident), 0, None)
    above = [g for g in _by_code(view, groups) if view.subsumes(g, ident)]
    above += view.page(view.ancestors(ident), 0, None)
    spend(len(above) ** 2)
    return sorted(above, key=lambda one: -sum(view.subsumes(other, one) for other in above))


def _by_code(view: ContentView, idents: Iterable[int]) -> list[int]:
    return sorted(idents, key=lambda i: view.concept(i).code)


def _displays(view: ContentView, idents: Sequence[int]) -> list[CodeDisplay]:
    spend(_CODE_STEPS * len(idents))
    language = view.info.language
    return [
        CodeDisplay(code=r.code, display=display_text(r, language=language)) for r in view.concepts(idents)
    ]


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
    result = partial(Subsumption, **_named(resolved, system))
    if resolved.segment is None or resolved.system is None:
        return result(code_a=a, code_b=b, outcome=None, reason=resolved.reason, message=resolved.message)
    x, y = (resolved.system.rules.canonical(code) for code in (a, b))
    view = reader.view(resolved)
    above, below = view.find_in_hierarchy(a), view.find_in_hierarchy(b)
    if above is None or below is None:
        lacking = x if above is None else y
        count = len(view.longer_codes(lacking))
        message = _unknown(view, lacking, more=say("code.begin", count=count) if count else "")
        return result(code_a=x, code_b=y, outcome=None, reason="unknown_code", message=message)
    if above != below and not view.info.hierarchy:
        return result(code_a=x, code_b=y, outcome=None, reason="no_hierarchy", message=_none(view))
    return result(code_a=x, code_b=y, outcome=outcome(view, above, below), reason=None, message="")
