"""``$subsumes``: how two codes of one system are related in its hierarchy."""

from __future__ import annotations

from dataclasses import dataclass, field

from registry.content.subsumption import outcome
from registry.content.view import ContentView
from registry.terminology.catalog import Missing
from registry.terminology.context import Context
from registry.terminology.issues import Issue, Unanswerable, issue
from registry.terminology.validation.judged_version import unknown_system

__all__ = ["SubsumesRequest", "SubsumesResult", "subsumes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubsumesRequest:
    """Two codes of a system."""

    system: str
    code_a: str
    code_b: str
    version: str = ""


@dataclass(slots=True, kw_only=True)
class SubsumesResult:
    """``outcome``: equivalent, subsumes, subsumed-by or not-subsumed; else ``problem``."""

    outcome: str = ""
    problem: Issue | None = None
    content: ContentView | None = None
    warnings: list[Issue] = field(default_factory=list)


def subsumes(context: Context, request: SubsumesRequest) -> SubsumesResult:
    """Compare A with B; unknown systems, versions and codes are results."""
    version = context.pins.effective(request.system, request.version)[0]
    try:
        content = context.view(request.system, version)
    except Unanswerable as stop:
        return SubsumesResult(problem=stop.issue)
    if isinstance(content, Missing):
        return SubsumesResult(problem=unknown_system(context, request.system, version, "system"))
    refused = context.refused(content, "version")
    if refused is not None:
        return SubsumesResult(problem=refused, content=content)
    a, b = content.find_in_hierarchy(request.code_a), content.find_in_hierarchy(request.code_b)
    for ident, code, place in ((a, request.code_a, "codeA"), (b, request.code_b, "codeB")):
        if ident is None:
            info = content.info
            problem = issue("Unknown_Code_in_Version", code, info.url, info.version, place=place)
            return SubsumesResult(problem=problem, content=content)
    if a is None or b is None:
        return SubsumesResult(content=content)
    late = context.not_in_force(content, "version")
    return SubsumesResult(
        outcome=outcome(content, a, b), content=content, warnings=[late] if late is not None else []
    )
