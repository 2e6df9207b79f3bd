"""Text of what a load did."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from api.cli.page import Page
from registry.entities.messages import in_language

if TYPE_CHECKING:
    from registry.entities.results.loading import LoadReport

__all__ = ["reports", "sources"]

_KEPT = ("ValueSet", "ConceptMap", "map")
_MANY = 60  #: reports that are shown one by one


def reports(page: Page, found: list[LoadReport]) -> None:
    """The outcome of each release, what was derived from the file, and its notices; many releases are only counted."""
    if len(found) <= _MANY:
        for report in found:
            _report(page, report)
        return
    kinds = Counter(_kind(r) for r in found)
    for kind, count in kinds.items():
        outcomes = Counter(r.outcome for r in found if _kind(r) == kind)
        page.say(
            "loaded.many",
            count=count,
            kind=kind,
            outcomes=_pairs({page.word(k): n for k, n in outcomes.items()}),
        )
    for line in dict.fromkeys(line for r in found for line in (*r.notices, *r.warnings)):
        page.line(f"  {in_language(line, page.lang)}")


def _kind(report: LoadReport) -> str:
    return report.kind if report.kind in _KEPT else "CodeSystem"


def _report(page: Page, report: LoadReport) -> None:
    if report.created_system:
        page.say("created_system", system=report.system)
    page.say(
        f"{'map' if report.kind in ('map', 'ConceptMap') else 'loaded'}.{_outcome(report)}",
        system=report.system,
        version=report.version,
        concepts=report.concepts,
        new=report.new_states,
        seconds=report.seconds,
    )
    if report.inferred:
        taken = {page.word(k): page.word(str(v)) for k, v in report.inferred.items()}
        page.line("  " + page.text("inferred", what=_pairs(taken)))
    if report.counts:
        counts = {"created": 0, "deleted": 0} | report.counts
        named = {page.word(k): v for k, v in sorted(counts.items())}
        page.line("  " + page.text("compared", counts=_pairs(named)))
    for line in [*report.notices, *report.warnings]:
        page.line(f"  {in_language(line, page.lang)}")


def _outcome(report: LoadReport) -> str:
    """The key of the sentence: the outcome, or what a dry run would do; the same content may have other bytes."""
    done = report.would or report.outcome
    done = "same_content" if report.other_bytes and done == "unchanged" else done
    return (
        f"dry_run_{done}" if report.would not in ("", "loaded") else report.outcome if report.would else done
    )


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(f"{k} = {v}" for k, v in values.items())


def sources(page: Page, found: list[Any]) -> None:
    """One line per declared source."""
    heads = ("source_line", "system", "title", "licence", "versions")
    page.table(heads, [(s.name, s.systems, s.title, s.licence, list(s.versions)) for s in found])
